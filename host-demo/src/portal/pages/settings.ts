import { CLIENTS, USERS, type PortalUser } from '../../agency.ts';
import { html, type Html } from '../html.ts';
import { initials, page, type Theme } from '../layout.ts';
import { national } from './messages.ts';

export function settingsPage(user: PortalUser, theme: Theme): Html {
  const client = CLIENTS[user.tenant];
  const replies = Object.entries(client.settings?.keyword_replies ?? {});
  return page({
    user,
    theme,
    path: '/settings',
    title: 'Settings',
    content: html`<header class="page-head"><h1>Settings</h1></header>
      <div class="settings">
        <section aria-labelledby="looks">
          <h2 id="looks">Appearance</h2>
          <fieldset class="choice" id="theme-choice">
            <legend class="unseen">Colors</legend>
            ${(['auto', 'light', 'dark'] as const).map(
              (value) =>
                html`<label>
                  <input
                    type="radio"
                    name="theme"
                    value="${value}"
                    ${value === (theme ?? 'auto') && html`checked`}
                  />
                  <span>${{ auto: 'As the system', light: 'Light', dark: 'Dark' }[value]}</span>
                </label>`,
            )}
          </fieldset>
        </section>
        <section aria-labelledby="number">
          <h2 id="number">Business number</h2>
          <dl>
            <dt>Number</dt>
            <dd>${national(client.number)}</dd>
            <dt>Called</dt>
            <dd>${client.numberName}</dd>
            <dt>Time zone</dt>
            <dd>${client.timeZone.split('/').at(-1)?.replaceAll('_', ' ')}</dd>
          </dl>
        </section>
        <section aria-labelledby="keywords">
          <h2 id="keywords">STOP, START and HELP</h2>
          ${
            replies.length === 0
              ? html`<p>The carrier answers these words, in its own wording.</p>`
              : html`<dl>
                  ${replies.map(
                    ([word, text]) =>
                      html`<dt>${word.toUpperCase()}</dt>
                        <dd>${text}</dd>`,
                  )}
                </dl>`
          }
        </section>
        <section aria-labelledby="team">
          <h2 id="team">Team</h2>
          <ul class="team">
            ${USERS.filter(({ tenant }) => tenant === client.id).map(
              ({ name, title, role }) =>
                html`<li>
                  <span class="avatar" aria-hidden="true">${initials(name)}</span>
                  <span class="grow"><b>${name}</b><span class="small">${title}</span></span>
                  <span class="chip">${role === 'manager' ? 'Manager' : 'Agent'}</span>
                </li>`,
            )}
          </ul>
        </section>
      </div>`,
  });
}
