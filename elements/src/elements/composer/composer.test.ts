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

  const attachedNames = (root: ParentNode) =>
    [...root.querySelectorAll('[part=attached-file] .name')].map((each) => each.textContent?.trim());
  /** The same page after a reload: another element and another client, what the browser keeps is the same. */
  const again = async (options: FakeOptions = {}) => {
    const kept = { ...localStorage } as Record<string, string>;
    return stage<Composer>(
      (client: FakeClient) => {
        for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value);
        return html`<test-composer conversation-id=${client.conversationIds[0] ?? ''}></test-composer>`;
      },
      { assets: 6, ...options },
    );
  };

  it('keeps files with the draft: over a switch and a reload, until it is sent', async () => {
    const { client, element, root, id } = await show(0, { assets: 6 });
    const [tour] = (await client.listAssets()).items;
    await element.attachAsset(tour!);
    await waitUntil(() => attachedNames(root).length === 1);
    element.conversationId = client.conversationIds[1]!;
    await waitUntil(() => attachedNames(root).length === 0);
    element.conversationId = id;
    await waitUntil(() => attachedNames(root).length === 1);
    expect(Object.values({ ...localStorage }).join()).not.to.contain('harbor.video');

    const later = await again();
    await waitUntil(() => later.root.querySelector('[part=attached-file] .thumb') !== null);
    expect(attachedNames(later.root)).to.eql([tour!.name]);
    await later.element.send();
    await waitUntil(() => attachedNames(later.root).length === 0);
    const [sent] = sends(later.client)[0]!.args as [{ assets: unknown }];
    expect(sent.assets).to.eql([{ id: tour!.id }]);
    const last = await again();
    await settled();
    expect(attachedNames(last.root)).to.eql([]);
  });

  it('drops a file that was deleted meanwhile, and says so', async () => {
    const { client, element, root } = await show(0, { assets: 6 });
    const [tour] = (await client.listAssets()).items;
    await element.attachAsset(tour!);
    await waitUntil(() => attachedNames(root).length === 1);
    const later = await again({ assets: 0 });
    await waitUntil(() => later.root.querySelector('.note.bad') !== null);
    expect(find(later.root, '.note.bad').textContent).to.contain(
      `“${tour!.name}” has been deleted from the library meanwhile`,
    );
    expect(attachedNames(later.root)).to.eql([]);
    expect(Object.keys({ ...localStorage }).join()).not.to.contain(':files');
  });

  it('shows a kept file by its name while the library cannot be reached, and does not send without it', async () => {
    const { client, element, root } = await show(0, { assets: 6 });
    await element.attachAsset((await client.listAssets()).items[0]!);
    type(root, 'Look');
    await waitUntil(() => attachedNames(root).length === 1);
    const kept = { ...localStorage } as Record<string, string>;
    const later = await stage<Composer>(
      (other: FakeClient) => {
        for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value);
        other.fail('getAsset', 'network');
        return html`<test-composer conversation-id=${other.conversationIds[0] ?? ''}></test-composer>`;
      },
      { assets: 6 },
    );
    await waitUntil(() => later.root.querySelector('[part=attached-file] .link') !== null);
    await later.element.send();
    expect(sends(later.client)).to.eql([]);
    await expect(later.element).to.be.accessible();
    later.client.fail('getAsset', null);
    find(later.root, '[part=attached-file] .link').click();
    await waitUntil(() => later.root.querySelector('[part=attached-file] .thumb') !== null);
    expect(find<HTMLButtonElement>(later.root, '[part=send]').disabled).to.eql(false);
  });

  describe('a text that waits', () => {
    const edits = (client: FakeClient) =>
      client.calls.filter(({ method }) => method === 'editMessage').map(({ args }) => args[1]);
    const openEdit = async () => {
      const at = await show(0, { assets: 6 });
      const { items } = await at.client.listAssets();
      type(at.root, 'My draft');
      await at.client.sendMessage({
        conversation_id: at.id,
        body: 'Good morning',
        media_urls: ['https://host.example/plan.png'],
        assets: [{ id: items[0]!.id }],
        send_at: new Date(Date.now() + 86_400_000).toISOString(),
      });
      await waitUntil(() => at.root.querySelector('.scheduled > button') !== null);
      find(at.root, '.scheduled > button').click();
      await waitUntil(() => at.root.querySelector('.scheduled .link') !== null);
      find(at.root, '.scheduled .link').click();
      await waitUntil(() => at.root.querySelector('[part=attached-file] .thumb') !== null);
      return { ...at, items };
    };

    it('is changed with its files: those that it has, and those that are attached', async () => {
      const { client, element, root, items } = await openEdit();
      expect(attachedNames(root)).to.eql([items[0]!.name]);
      expect(find(root, '[part=file]').textContent).to.contain('plan.png');
      await element.attachAsset(items[2]!);
      element.attach('https://host.example/second.png');
      await waitUntil(() => attachedNames(root).length === 2);
      await element.send();
      expect(edits(client)).to.eql([
        {
          body: 'Good morning',
          media_urls: ['https://host.example/plan.png', 'https://host.example/second.png'],
          assets: [{ id: items[0]!.id }, { id: items[2]!.id }],
        },
      ]);
      // the draft is there again, and has got none of them
      await waitUntil(() => find<HTMLTextAreaElement>(root, 'textarea').value === 'My draft');
      expect(attachedNames(root)).to.eql([]);
    });

    it('leaves alone what nobody has touched', async () => {
      const { client, element, root } = await openEdit();
      type(root, 'Good evening');
      await element.send();
      expect(edits(client)).to.eql([{ body: 'Good evening' }]);
    });

    it('gives the draft its own files back when it is left', async () => {
      const { client, root, element, items } = await openEdit();
      press(find(root, 'textarea'), 'Escape');
      await waitUntil(() => attachedNames(root).length === 0);
      await element.attachAsset(items[1]!);
      find(root, '.scheduled > button').click();
      await waitUntil(() => root.querySelector('.scheduled .link') !== null);
      find(root, '.scheduled .link').click();
      await waitUntil(() => attachedNames(root)[0] === items[0]!.name);
      press(find(root, 'textarea'), 'Escape');
      await waitUntil(() => attachedNames(root)[0] === items[1]!.name);
      expect(edits(client)).to.eql([]);
    });
  });
});
