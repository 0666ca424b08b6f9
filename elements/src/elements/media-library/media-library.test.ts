import { expect, fixture, html } from '@open-wc/testing';
import '../../media-library.ts';
import type { MediaLibrary } from './media-library.ts';

describe('<patchbay-media-library>', () => {
  it('can be used by everyone', async () => {
    const element = await fixture<MediaLibrary>(html`<patchbay-media-library></patchbay-media-library>`);
    await expect(element).to.be.accessible();
  });
});
