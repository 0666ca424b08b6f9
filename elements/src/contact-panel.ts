import { Provider } from './elements/provider/provider.ts';
import { ContactPanel } from './elements/contact-panel/contact-panel.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, ContactPanel]);

export { ContactPanel };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-contact-panel': ContactPanel;
  }
}
