import { Timeline } from './elements/timeline/timeline.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, Timeline]);

export { Timeline };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-timeline': Timeline;
  }
}
