import { CLIENTS, type PortalUser } from '../../agency.ts';
import type { PersonRow } from '../api.ts';
import { html, type Html } from '../html.ts';
import { initials, page, type Theme } from '../layout.ts';
import { national } from './messages.ts';

export function peoplePage(user: PortalUser, theme: Theme, rows: readonly PersonRow[]): Html {
  const title = CLIENTS[user.tenant].people;
  return page({
    user,
    theme,
    path: '/people',
    title,
    content: html`<header class="page-head">
        <h1>${title}</h1>
        <p>${rows.length} with a number on file</p>
      </header>
      <table class="people">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Number</th>
            <th scope="col">Stage</th>
            <th scope="col">Tags</th>
            <th scope="col">Texts</th>
            <th scope="col"><span class="unseen">Messages</span></th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(row)}
        </tbody>
      </table>`,
  });
}

function row({ contact, conversationId, blocked }: PersonRow): Html {
  const number = contact.phone ? national(contact.phone) : '';
  const name = contact.name ?? number;
  const granted = contact.consent.some(({ channel, state }) => channel === 'sms' && state === 'granted');
  return html`<tr>
    <th scope="row">
      <span class="avatar" aria-hidden="true">${contact.name ? initials(contact.name) : '#'}</span>
      <span
        ><b><a href="/people/${contact.id}">${name}</a></b
        ><span class="small">${contact.lead_type ?? 'New number'}</span></span
      >
    </th>
    <td data-label="Number">${number}</td>
    <td data-label="Stage">${contact.stage ?? '–'}</td>
    <td data-label="Tags">
      ${contact.tags.length > 0 ? contact.tags.map((tag) => html`<span class="chip">${tag}</span> `) : '–'}
    </td>
    <td data-label="Texts">
      ${
        blocked
          ? html`<span class="chip bad">Opted out</span>`
          : granted
            ? html`<span class="chip good">Agreed</span>`
            : html`<span class="chip">Not asked</span>`
      }
    </td>
    <td class="go">
      ${conversationId && html`<a href="/messages?conversation=${conversationId}">Open<span class="unseen"> the messages with ${name}</span></a>`}
    </td>
  </tr>`;
}
