import { Provider } from './elements/provider/provider.ts';
import { ConversationList } from './elements/conversation-list/conversation-list.ts';
import { Thread } from './elements/thread/thread.ts';
import { Composer } from './elements/composer/composer.ts';
import { ContactPanel } from './elements/contact-panel/contact-panel.ts';
import { Inbox } from './elements/inbox/inbox.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, ConversationList, Thread, Composer, ContactPanel, Inbox]);

export { Inbox };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-inbox': Inbox;
  }
}
