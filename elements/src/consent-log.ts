import { ConsentLog } from './elements/consent-log/consent-log.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, ConsentLog]);

export { ConsentLog };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-consent-log': ConsentLog;
  }
}
