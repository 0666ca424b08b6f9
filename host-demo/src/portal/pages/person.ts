/** One person: what the portal knows, and beside it the elements that know the rest. */
import { CLIENTS, type PortalUser } from '../../agency.ts';
import type { PersonRow } from '../api.ts';
import { html, tagName, type Html } from '../html.ts';
import { page, type Theme } from '../layout.ts';
import { national } from './messages.ts';

export function personPage(user: PortalUser, theme: Theme, { contact, conversationId }: PersonRow): Html {
  const { prefix, people } = CLIENTS[user.tenant];
  const panel = tagName(`${prefix}-contact-panel`);
  const timeline = tagName(`${prefix}-timeline`);
  const consentLog = tagName(`${prefix}-consent-log`);
  const number = contact.phone ? national(contact.phone) : '';
  const name = contact.name ?? number;
  return page({
    user,
    theme,
    path: '/people',
    title: name,
    content: html`<header class="page-head">
        <p><a href="/people">${people}</a></p>
        <h1>${name}</h1>
        <p>
          ${[contact.lead_type, contact.stage, contact.name && number].filter(Boolean).join(' · ')}
          ${conversationId && html` · <a href="/messages?conversation=${conversationId}">Messages</a>`}
        </p>
      </header>
      <div class="person-page">
        <section class="who" aria-labelledby="details">
          <h2 id="details">Details</h2>
          <${panel} contact-id="${contact.id}"></${panel}>
        </section>
        <section class="happened" aria-labelledby="what-happened">
          <h2 id="what-happened">What happened</h2>
          <${timeline} contact-id="${contact.id}"></${timeline}>
        </section>
        <section class="agreed" aria-labelledby="agreed">
          <h2 id="agreed">What was agreed</h2>
          <${consentLog} contact-id="${contact.id}"></${consentLog}>
        </section>
      </div>`,
  });
}
