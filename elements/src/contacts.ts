import { Contacts } from './elements/contacts/contacts.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, Contacts]);

export { Contacts };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-contacts': Contacts;
  }
}
