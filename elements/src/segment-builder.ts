import { SegmentBuilder } from './elements/segment-builder/segment-builder.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, SegmentBuilder]);

export { SegmentBuilder };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-segment-builder': SegmentBuilder;
  }
}
