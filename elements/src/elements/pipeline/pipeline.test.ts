import { expect, fixture, html } from '@open-wc/testing';
import '../../pipeline.ts';
import type { Pipeline } from './pipeline.ts';

describe('<patchbay-pipeline>', () => {
  it('can be used by everyone', async () => {
    const element = await fixture<Pipeline>(html`<patchbay-pipeline></patchbay-pipeline>`);
    await expect(element).to.be.accessible();
  });
});
