/** The account's workflows, and beside them those of one person. */
import type { Contact } from '@patchbay/server-kit/contract';
import { CLIENTS, type PortalUser } from '../../agency.ts';
import { html, tagName, type Html } from '../html.ts';
import { page, type Theme } from '../layout.ts';

export function workflowsPage(
  user: PortalUser,
  theme: Theme,
  people: readonly Contact[],
  chosen: Contact | undefined,
): Html {
  const { prefix, people: called } = CLIENTS[user.tenant];
  const list = tagName(`${prefix}-workflow-list`);
  const status = tagName(`${prefix}-enrollment-status`);
  const option = ({ id, name, phone }: Contact) =>
    html`<option value="${id}" ${id === chosen?.id && html`selected`}>${name ?? phone}</option>`;
  return page({
    user,
    theme,
    path: '/workflows',
    title: 'Workflows',
    full: true,
    scripts: ['/public/people.js'],
    content: html`<h1 class="unseen">Workflows</h1>
      <div class="workflows">
        <${list} class="fills"></${list}>
        <aside aria-label="Workflows of one person">
          <form action="/workflows">
            <label for="person">${called}</label>
            <select id="person" name="person">
              ${people.map(option)}
            </select>
          </form>
          <${status} ${chosen && html`contact-id="${chosen.id}"`}></${status}>
        </aside>
      </div>`,
  });
}
