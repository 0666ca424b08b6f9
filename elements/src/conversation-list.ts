import { Provider } from './elements/provider/provider.ts';
import { ConversationList } from './elements/conversation-list/conversation-list.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, ConversationList]);

export { ConversationList };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-conversation-list': ConversationList;
  }
}
