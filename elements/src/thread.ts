import { Provider } from './elements/provider/provider.ts';
import { Thread } from './elements/thread/thread.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, Thread]);

export { Thread };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-thread': Thread;
  }
}
