import { html } from '@open-wc/testing';
import { expect, find, settled, stage, waitUntil } from '../../testing/browser.ts';
import { fakeId, HARBOR_BRAND } from '../../testing/index.ts';
import type { ContactPanel } from './contact-panel.ts';

const show = (person = 0, attributes = {}) =>
  stage<ContactPanel>(
    () => html`<test-contact-panel contact-id=${fakeId('c', person)}></test-contact-panel>`,
    { brand: HARBOR_BRAND },
    attributes,
  ).then(async (all) => (await settled(), all));
const enter = (field: HTMLInputElement, value: string) => {
  field.value = value;
  field.dispatchEvent(new Event('change', { bubbles: true }));
  field.blur();
};

describe('contact-panel', () => {
  for (const theme of ['light', 'dark']) {
    it(`is accessible: ${theme}`, async () => {
      const { element } = await show(3, { theme });
      await expect(element).to.be.accessible();
    });
  }

  it('shows who it is, and what they agreed to', async () => {
    const { root } = await show();
    expect(find(root, 'h2').textContent).to.eql('John Smith');
    expect(find(root, '[part=fields]').textContent).to.contain('john.smith@example.com');
    expect([...root.querySelectorAll('[part=consent]')].map((chip) => chip.textContent?.trim())).to.eql([
      'Texts',
      'Calls',
      'Email not asked',
    ]);
  });

  it('breaks an address after its @ and its dots alone', async () => {
    const { client, element, root } = await show();
    element.style.setProperty('width', '240px');
    await client.updateContact(fakeId('c', 0), { email: 'marisol.trevino@realestate.example.com' });
    await waitUntil(() => root.textContent?.includes('realestate'));
    const value = root.querySelector('.value span[aria-hidden]');
    const lines = [...(value?.childNodes ?? [])].flatMap((node) => {
      if (!(node instanceof Text) || node.data === '') return [];
      const range = document.createRange();
      range.selectNode(node);
      return [range.getClientRects().length];
    });
    expect(lines).to.eql([1, 1, 1, 1, 1]);
    expect(value?.getClientRects().length ?? 0).to.be.greaterThan(1);
  });

  it('edits a field in place', async () => {
    const { client, root } = await show();
    [...root.querySelectorAll<HTMLElement>('button.value')]
      .find((value) => value.textContent?.includes('@'))
      ?.click();
    await settled();
    enter(find<HTMLInputElement>(root, 'dl .field'), 'js@example.com');
    await waitUntil(() => root.textContent?.includes('js@example.com'));
    expect(client.calls.find(({ method }) => method === 'updateContact')?.args[1]).to.eql({
      email: 'js@example.com',
    });
  });

  it('takes a refused change back and says why', async () => {
    const { client, root } = await show();
    client.fail('updateContact', 'network', 1);
    find(root, '[part=tag] button').click();
    await waitUntil(() => root.querySelector('[role=alert]') !== null);
    expect(find(root, '[part=tags]').textContent).to.contain('Qualified');
  });

  it('adds a tag', async () => {
    const { root } = await show();
    find(root, '[part=add-tag]').click();
    await settled();
    const field = find<HTMLInputElement>(root, '.tags .field');
    field.value = 'VIP';
    field.blur();
    await waitUntil(() => find(root, '[part=tags]').textContent?.includes('VIP'));
  });

  it('fetches the timeline when it is opened', async () => {
    const { client, root } = await show();
    expect(client.calls.some(({ method }) => method === 'getTimeline')).to.eql(false);
    find(root, '.toggle').click();
    await waitUntil(() =>
      root.querySelector('test-timeline')?.shadowRoot?.textContent?.includes('Changed: Stage and Email'),
    );
    expect(find(root, '.toggle').getAttribute('aria-expanded')).to.eql('true');
  });

  it('opens the consent record', async () => {
    const { element, root } = await show(3);
    element.showConsent();
    await settled();
    expect(find(root, '[part=records]').textContent).to.contain('STOP');
  });
});
