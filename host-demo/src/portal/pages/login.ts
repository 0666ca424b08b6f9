import { AGENCY, CLIENTS, USERS, type Client } from '../../agency.ts';
import { html, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { document, initials, type Theme } from '../layout.ts';

export function loginPage(theme: Theme): Html {
  return document({
    title: `Log in · ${AGENCY}`,
    client: 'agency',
    theme,
    body: html`<main class="login">
      <p class="agency">${AGENCY}</p>
      <h1>Who is working today?</h1>
      <p class="lead">
        Choose a person. Each client sees its own people, numbers and messages, and nothing else.
      </p>
      <div class="clients">${Object.values(CLIENTS).map(card)}</div>
    </main>`,
  });
}

function card(client: Client): Html {
  return html`<section class="client" data-client="${client.id}" aria-labelledby="client-${client.id}">
    <header>
      <span class="mark" aria-hidden="true">${icon(client.id === 'harbor' ? 'sail' : 'tooth')}</span>
      <div>
        <h2 id="client-${client.id}">${client.name}</h2>
        <p>${client.about}</p>
      </div>
    </header>
    ${USERS.filter((user) => user.tenant === client.id).map(
      (user) =>
        html`<form method="post" action="/login">
          <button class="person" name="person" value="${user.id}">
            <span class="avatar" aria-hidden="true">${initials(user.name)}</span>
            <span class="grow"><b>${user.name}</b><span class="small">${user.title}</span></span>
            <span class="role">${user.role === 'manager' ? 'Manager' : 'Agent'}</span>
            ${icon('arrow')}
          </button>
        </form>`,
    )}
  </section>`;
}
