import { SendVideo } from './elements/send-video/send-video.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, SendVideo]);

export { SendVideo };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-send-video': SendVideo;
  }
}
