import { Pipeline } from './elements/pipeline/pipeline.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, Pipeline]);

export { Pipeline };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-pipeline': Pipeline;
  }
}
