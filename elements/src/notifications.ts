import { Notifications } from './elements/notifications/notifications.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, Notifications]);

export { Notifications };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-notifications': Notifications;
  }
}
