/** Everybody: the elements' table, which opens the portal's own page of a person. */
import { CLIENTS, type PortalUser } from '../../agency.ts';
import { html, tagName, type Html } from '../html.ts';
import { page, type Theme } from '../layout.ts';

export function peoplePage(user: PortalUser, theme: Theme): Html {
  const { people, prefix } = CLIENTS[user.tenant];
  const contacts = tagName(`${prefix}-contacts`);
  return page({
    user,
    theme,
    path: '/people',
    title: people,
    full: true,
    scripts: ['/public/people.js'],
    content: html`<h1 class="unseen">${people}</h1>
      <${contacts} class="fills"></${contacts}>`,
  });
}
