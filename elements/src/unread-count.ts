import { Provider } from './elements/provider/provider.ts';
import { UnreadCount } from './elements/unread-count/unread-count.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, UnreadCount]);

export { UnreadCount };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-unread-count': UnreadCount;
  }
}
