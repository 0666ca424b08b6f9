import { html } from '@open-wc/testing';
import { expect, find, settled, stage, waitUntil } from '../../testing/browser.ts';
import { fakeId } from '../../testing/index.ts';
import type { ConsentLog } from './consent-log.ts';

const show = async (person = 0, attributes = {}) => {
  const all = await stage<ConsentLog>(
    () => html`<test-consent-log contact-id=${fakeId('c', person)}></test-consent-log>`,
    {},
    attributes,
  );
  await settled();
  return all;
};
const lines = (root: ShadowRoot, selector: string) =>
  [...root.querySelectorAll(selector)].map((line) => line.textContent?.replace(/\s+/g, ' ').trim());

describe('consent-log', () => {
  for (const theme of ['light', 'dark']) {
    it(`is accessible: ${theme}`, async () => {
      const { element } = await show(3, { theme });
      await expect(element).to.be.accessible();
    });
  }

  it('says what holds now, in a sentence a channel', async () => {
    const { root } = await show();
    const [texts, , email] = lines(root, '[part~=state]');
    expect(texts).to.match(/^Texts allowed since .+, by web form$/);
    expect(email).to.eql('Email never asked');
  });

  it('has every record with its wording, by channel and address', async () => {
    const { root } = await show(3);
    expect(lines(root, '.title')).to.eql(['Texts · (312) 555-0119', 'Calls · (312) 555-0119']);
    expect(find(root, '[part=address]').textContent).to.contain('STOP');
  });

  it('follows what is recorded elsewhere', async () => {
    const { client, root } = await show();
    await client.recordConsent(fakeId('c', 0), { action: 'withdraw', wording: 'on the phone' });
    await waitUntil(() => root.textContent?.includes('Texts opted out since'));
    expect(find(root, '[part=address]').textContent).to.contain('on the phone');
    expect(find(root, '[part=address]').textContent).to.contain('by Ana Ruiz');
  });

  it('says why there is nothing, and tries again', async () => {
    const { client, root } = await stage<ConsentLog>((fake) => {
      fake.fail('getContact', 'network');
      return html`<test-consent-log contact-id=${fakeId('c', 0)}></test-consent-log>`;
    }, {});
    await waitUntil(() => root.querySelector('[part=error]') !== null);
    client.fail('getContact', null);
    find(root, '[part=error] button').click();
    await waitUntil(() => root.querySelector('[part=now]') !== null);
  });
});
