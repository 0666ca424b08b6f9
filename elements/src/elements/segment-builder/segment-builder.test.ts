import { expect, fixture, html } from '@open-wc/testing';
import '../../segment-builder.ts';
import type { SegmentBuilder } from './segment-builder.ts';

describe('<patchbay-segment-builder>', () => {
  it('can be used by everyone', async () => {
    const element = await fixture<SegmentBuilder>(
      html`<patchbay-segment-builder></patchbay-segment-builder>`,
    );
    await expect(element).to.be.accessible();
  });
});
