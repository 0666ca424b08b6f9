import { html, oneEvent } from '@open-wc/testing';
import { expect, find, settled, stage, still, waitUntil } from '../../testing/browser.ts';
import { HARBOR_BRAND, type FakeClient, type FakeOptions } from '../../testing/index.ts';
import type { Composer } from './composer.ts';

async function show(person = 0, options: FakeOptions = {}, attributes = {}) {
  const all = await stage<Composer>(
    (client: FakeClient) =>
      html`<test-composer conversation-id=${client.conversationIds[person] ?? ''}></test-composer>`,
    options,
    attributes,
  );
  await settled();
  return { ...all, id: all.client.conversationIds[person] as string };
}
function type(root: ShadowRoot, text: string) {
  const field = find<HTMLTextAreaElement>(root, 'textarea');
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  return field;
}
const press = (field: HTMLElement, key: string, more: KeyboardEventInit = {}) =>
  field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
/** WCAG's contrast of two `rgb(…)`. */
function contrast(...colors: [string, string]): number {
  const [a = 0, b = 0] = colors.map((color) => {
    const [r = 0, g = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((text) => {
      const part = Number(text) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  });
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
const sends = (client: FakeClient) => client.calls.filter(({ method }) => method === 'sendMessage');

describe('composer', () => {
  for (const theme of ['light', 'dark']) {
    it(`is accessible, also when blocked: ${theme}`, async () => {
      const { element, root } = await show(0, { brand: HARBOR_BRAND }, { theme });
      type(root, 'Hello 👍');
      await settled();
      await expect(element).to.be.accessible();
      const blocked = await show(3, {}, { theme });
      await expect(blocked.element).to.be.accessible();
    });
  }

  for (const theme of ['light', 'dark']) {
    it(`has a disabled send button that can be read: ${theme}`, async () => {
      const { root } = await show(0, {}, { theme });
      const button = find<HTMLButtonElement>(root, '[part=send]');
      expect(button.disabled).to.eql(true);
      const { color, backgroundColor, opacity } = getComputedStyle(button);
      expect(opacity).to.eql('1');
      expect(contrast(color, backgroundColor)).to.be.greaterThan(4.5);
    });
  }

  it('sends on Enter, breaks on Shift+Enter, and lets an Enter of the input method be', async () => {
    const { client, root } = await show();
    const field = type(root, 'Hello');
    press(field, 'Enter', { shiftKey: true });
    press(field, 'Enter', { isComposing: true });
    press(field, 'Enter', { keyCode: 229 });
    expect(sends(client)).to.have.length(0);
    press(field, 'Enter');
    await settled();
    expect(sends(client)).to.have.length(1);
    expect(field.value).to.eql('');
  });

  it('sends on Ctrl+Enter when told so', async () => {
    const { client, element, root } = await show();
    element.sendOn = 'mod-enter';
    const field = type(root, 'Hello');
    press(field, 'Enter');
    expect(sends(client)).to.have.length(0);
    press(field, 'Enter', { ctrlKey: true });
    expect(sends(client)).to.have.length(1);
  });

  it('never sends twice for two clicks', async () => {
    const { client, root } = await show(0, { latency: 20 });
    type(root, 'Once');
    await settled();
    find(root, '[part=send]').click();
    find(root, '[part=send]').click();
    await settled();
    expect(sends(client)).to.have.length(1);
  });

  it('leaves the text when the host stops it', async () => {
    const { client, element, root } = await show();
    element.addEventListener('message-send', (event) => event.preventDefault());
    const field = type(root, 'Wait');
    press(field, 'Enter');
    expect(sends(client)).to.have.length(0);
    expect(field.value).to.eql('Wait');
  });

  it('counts segments and names what forces Unicode', async () => {
    const { root } = await show();
    type(root, 'Great, see you Saturday at 10.');
    await settled();
    expect(find(root, '[part=count]').textContent?.trim()).to.eql('30/160 · 1 segment');
    type(root, 'Great 👍');
    await settled();
    expect(find(root, '[part=count]').textContent?.trim()).to.eql('8/70 · 1 segment');
    expect(find(root, '[part=unicode]').textContent).to.contain('“👍”');
  });

  it('keeps a text that is too long, and says by how much', async () => {
    const { client, root } = await show();
    const field = type(root, 'x'.repeat(1_610));
    press(field, 'Enter');
    await settled();
    expect(sends(client)).to.have.length(0);
    expect(find(root, '[role=alert]').textContent).to.contain('10 characters too many');
    expect(field.value).to.have.length(1_610);
  });

  it('keeps a draft for each conversation', async () => {
    const { client, element, root } = await show();
    const field = type(root, 'Half a sen');
    element.conversationId = client.conversationIds[1] as string;
    await settled();
    expect(field.value).to.eql('');
    element.conversationId = client.conversationIds[0] as string;
    await settled();
    expect(field.value).to.eql('Half a sen');
  });

  it('fills a quick reply with what is known', async () => {
    const { root } = await show();
    await settled();
    const field = type(root, '/tou');
    await waitUntil(() => root.querySelector('[role=option]') !== null);
    press(field, 'Enter');
    await settled();
    expect(field.value).to.eql('Hi John, would Saturday at 10 suit you for a tour?');
  });

  it('schedules in the time zone of the contact, lists it, and takes it back', async () => {
    const { client, root } = await show();
    type(root, 'Good morning');
    await settled();
    find(root, '.tool[aria-label="Send later"]').click();
    await waitUntil(() => root.querySelector('[role=dialog]') !== null);
    expect(find(root, '[role=dialog]').textContent).to.contain('Chicago');
    [...root.querySelectorAll<HTMLElement>('.item')]
      .find((item) => item.textContent?.includes('Tomorrow morning'))
      ?.click();
    await waitUntil(() => root.querySelector('[part=scheduled]') !== null);
    expect((sends(client)[0]?.args[0] as { send_at?: string } | undefined)?.send_at).to.match(/T1[45]:00:00/);
    find(root, '.scheduled > button').click();
    await settled();
    [...root.querySelectorAll<HTMLElement>('.scheduled .link')].at(-1)?.click();
    await waitUntil(() => root.querySelector('[part=scheduled]') === null);
  });

  it('says why nothing can be sent, and the way out', async () => {
    const { element, root } = await show(3);
    expect(root.querySelector('textarea')).to.eql(null);
    const card = find(root, '[part=block]');
    expect(card.textContent).to.match(/Mike opted out of texts (today|yesterday) at/);
    expect(card.textContent).to.contain('until they text START');
    setTimeout(() => find(root, '[part=block-consent]').click());
    expect((await oneEvent(element, 'block-action')).detail.action).to.eql('consent');
  });

  it('closes the moment that somebody opts out', async () => {
    const { client, id, root } = await show();
    client.change(id, { block: { code: 'opted_out', reason: 'r', way_out: 'w', since: null } });
    await settled();
    expect(root.querySelector('textarea')).to.eql(null);
  });

  it('sends files of the library with the text, and counts their links', async () => {
    const { client, element, root } = await show(0, { assets: 6 });
    const { items } = await client.listAssets();
    await element.attachAsset(items[0]!);
    await waitUntil(() => root.querySelector('[part=attached-file]') !== null);
    expect(Number.parseInt(find(root, '[part=count]').textContent, 10)).to.be.greaterThan(20);
    await still(root, '[part=send]');
    await expect(element).to.be.accessible();
    find(root, '[part=send]').click();
    await waitUntil(() => client.calls.some(({ method }) => method === 'sendMessage'));
    const asked = client.calls.find(({ method }) => method === 'sendMessage')?.args[0];
    expect((asked as { assets: unknown }).assets).to.eql([{ id: items[0]!.id }]);
    await waitUntil(() => root.querySelector('[part=attached-file]') === null);
  });

  it('waits with the text until what was pasted is uploaded', async () => {
    const { client, element, root } = await show();
    client.fail('sendBytes', 'network', 1);
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(['1'.repeat(1000)], 'plan.pdf', { type: 'application/pdf' }));
    const paste = new ClipboardEvent('paste', {
      clipboardData,
      bubbles: true,
      cancelable: true,
      composed: true,
    });
    find(root, 'textarea').dispatchEvent(paste);
    await waitUntil(() => root.querySelector('[part=transfer][data-state=offline]') !== null);
    expect(find<HTMLButtonElement>(root, '[part=send]').disabled).to.eql(true);
    await element.send();
    expect(client.calls.some(({ method }) => method === 'sendMessage')).to.eql(false);
    window.dispatchEvent(new Event('online'));
    await waitUntil(() => root.querySelector('[part=attached-file]') !== null);
    expect(find<HTMLButtonElement>(root, '[part=send]').disabled).to.eql(false);
  });
});
