import { Provider } from './elements/provider/provider.ts';
import { Composer } from './elements/composer/composer.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, Composer]);

export { Composer };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-composer': Composer;
  }
}
