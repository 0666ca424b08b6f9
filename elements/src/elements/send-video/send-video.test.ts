import { expect, fixture, html } from '@open-wc/testing';
import '../../send-video.ts';
import type { SendVideo } from './send-video.ts';

describe('<patchbay-send-video>', () => {
  it('can be used by everyone', async () => {
    const element = await fixture<SendVideo>(html`<patchbay-send-video></patchbay-send-video>`);
    await expect(element).to.be.accessible();
  });
});
