import { MediaLibrary } from './elements/media-library/media-library.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, MediaLibrary]);

export { MediaLibrary };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-media-library': MediaLibrary;
  }
}
