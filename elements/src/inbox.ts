import { Provider } from './elements/provider/provider.ts';
import { ConversationList } from './elements/conversation-list/conversation-list.ts';
import { Inbox } from './elements/inbox/inbox.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

// Thread, composer and panel follow by themselves when an inbox is connected.
register(PREFIX, [Provider, ConversationList, Inbox]);

export { Inbox };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-inbox': Inbox;
  }
}
