/** Where the inbox is: a few lines of it, and beside it the phone that the demo brings along. */
import { CLIENTS, NEW_LEAD, type PortalUser } from '../../agency.ts';
import { PEOPLE } from '../../seed/story.ts';
import { html, tagName, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { page, type Theme } from '../layout.ts';

export interface MessagesOptions {
  user: PortalUser;
  theme: Theme;
  sandboxUrl: string;
  conversationId: string | undefined;
  /** Put away by whoever is here, on a wide screen. */
  phoneClosed: boolean;
}

export function messagesPage({
  user,
  theme,
  sandboxUrl,
  conversationId,
  phoneClosed,
}: MessagesOptions): Html {
  const { prefix, number } = CLIENTS[user.tenant];
  const inbox = tagName(`${prefix}-inbox`);
  return page({
    user,
    theme,
    path: '/messages',
    title: 'Messages',
    full: true,
    scripts: ['/public/messages.js'],
    tools: html`<button
      type="button"
      class="tool wide"
      data-toggle="phone"
      aria-controls="phone"
      aria-expanded="${phoneClosed ? 'false' : 'true'}"
    >
      ${icon('phone')}<span>Demo phone</span>
    </button>`,
    content: html`<h1 class="unseen">Messages</h1>
      <div class="desk" ${phoneClosed && html`data-phone="closed"`}>
        <${inbox} ${conversationId && html`conversation-id="${conversationId}"`}></${inbox}>
        <aside id="phone" tabindex="-1" class="phone" aria-label="Phone on the screen" data-sandbox="${sandboxUrl}" data-to="${number}">
          <header>
            <label for="phone-of">Phone of</label>
            <select id="phone-of">
              <option value="${NEW_LEAD}">A new lead</option>
              ${PEOPLE.filter(({ tenant }) => tenant === user.tenant).map(
                ({ phone, first, last }) =>
                  html`<option value="${phone}">${first ? `${first} ${last}` : national(phone)}</option>`,
              )}
            </select>
            <button type="button" class="tool" data-toggle="phone" aria-controls="phone" title="Put the phone away">
              ${icon('close')}<span class="unseen">Put the phone away</span>
            </button>
          </header>
          <iframe title="The phone of a person who texts ${CLIENTS[user.tenant].name}"></iframe>
        </aside>
      </div>`,
  });
}

export const national = (number: string): string =>
  number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
