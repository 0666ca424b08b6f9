import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider]);

export { Provider };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-provider': Provider;
  }
}
