import { html } from '@open-wc/testing';
import { define } from '../../define.ts';
import { expect, find, settled, shadow, stage, waitUntil } from '../../testing/browser.ts';
import { createFakeClient, HARBOR_BRAND, type FakeOptions } from '../../testing/index.ts';
import type { Inbox } from './inbox.ts';

async function show(width: number, options: FakeOptions = {}, attributes = {}) {
  const all = await stage<Inbox>(() => html`<test-inbox></test-inbox>`, options, attributes);
  all.element.style.setProperty('width', `${width}px`);
  all.element.style.setProperty('height', '700px');
  await settled();
  const open = async (person: number) => {
    all.element.conversationId = all.client.conversationIds[person] as string;
    await settled();
    await settled();
  };
  return { ...all, open, part: (name: string) => shadow(all.element, `test-${name}`) };
}
const shown = (root: ShadowRoot, selector: string) =>
  root.querySelector(selector)?.checkVisibility() ?? false;
const press = (key: string) =>
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true }));

describe('inbox', () => {
  for (const [theme, locale] of [
    ['light', 'en'],
    ['dark', 'en'],
    ['light', 'ar'],
  ] as const) {
    it(`is accessible: ${theme}, ${locale}`, async () => {
      const { element, open } = await show(1200, { brand: HARBOR_BRAND }, { theme, locale });
      await open(0);
      await expect(element).to.be.accessible();
    });
  }

  it('has three columns, two, or one, by its own width', async () => {
    const { root, element, open } = await show(1200);
    await open(0);
    expect(['.list', '.middle', '.panel'].map((each) => shown(root, each))).to.eql([true, true, true]);
    element.style.setProperty('width', '800px');
    await settled();
    expect(['.list', '.middle', '.panel'].map((each) => shown(root, each))).to.eql([true, true, false]);
    element.style.setProperty('width', '390px');
    await settled();
    expect(['.list', '.middle', '.panel'].map((each) => shown(root, each))).to.eql([false, true, false]);
  });

  for (const display of ['block', 'flex', 'grid']) {
    it(`keeps everything inside where a page says display: ${display}`, async () => {
      const style = document.createElement('style');
      style.textContent = `test-inbox { display: ${display}; height: 600px; width: 1200px }`;
      document.head.append(style);
      const { client, element, root } = await stage<Inbox>(() => html`<test-inbox></test-inbox>`);
      element.conversationId = client.conversationIds[0] as string;
      await waitUntil(() => root.querySelector('.composer')?.shadowRoot?.querySelector('textarea'));
      await settled();
      const host = element.getBoundingClientRect();
      const box = find(root, '.composer').getBoundingClientRect();
      expect(Math.round(host.height)).to.eql(600);
      expect(Math.round(box.bottom)).to.eql(Math.round(host.bottom));
      expect(Math.round(find(root, '.root').getBoundingClientRect().width)).to.eql(1200);
      style.remove();
    });
  }

  it('goes from the list to a thread and back on one column', async () => {
    const { root, part } = await show(390);
    expect(shown(root, '.middle')).to.eql(false);
    find(part('conversation-list'), '.entry').click();
    await waitUntil(() => shown(root, '.middle'));
    await settled();
    find(part('thread'), '[part=back]').click();
    await waitUntil(() => shown(root, '.list'));
  });

  it('answers a text end to end', async () => {
    const { client, part, open } = await show(1200);
    await open(1);
    const field = find<HTMLTextAreaElement>(part('composer'), 'textarea');
    field.value = '$240 a month';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    await settled();
    expect(part('thread').textContent).to.contain('$240 a month');
    expect(find(part('conversation-list'), '.entry').textContent).to.contain('$240 a month');
    client.report(
      client.calls.flatMap(({ method, args }) =>
        method === 'sendMessage' ? [(args[0] as { id: string }).id] : [],
      )[0] ?? '',
      'delivered',
    );
    await settled();
    expect(part('thread').querySelectorAll('[part~="tick-delivered"]').length).to.be.greaterThan(0);
  });

  it('writes to a number that nobody has written to', async () => {
    const { client, element, root, part } = await show(1200);
    await element.compose();
    const to = find<HTMLInputElement>(root, '#to');
    to.value = '(312) 555-0199';
    to.dispatchEvent(new InputEvent('input'));
    await settled();
    const field = find<HTMLTextAreaElement>(part('composer'), 'textarea');
    field.value = 'Hello';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    await waitUntil(() => element.conversationId !== null);
    expect(client.calls.find(({ method }) => method === 'sendMessage')?.args[0]).to.include({
      to: '+13125550199',
    });
  });

  it('is driven by the keyboard', async () => {
    const { client, element, root, part } = await show(1200);
    press('j');
    await waitUntil(() => element.conversationId === client.conversationIds[0]);
    press('j');
    await waitUntil(() => element.conversationId === client.conversationIds[1]);
    press('k');
    await waitUntil(() => element.conversationId === client.conversationIds[0]);
    await settled();
    press('/');
    expect(part('conversation-list').activeElement?.getAttribute('type')).to.eql('search');
    (part('conversation-list').activeElement as HTMLElement).blur();
    press('?');
    await waitUntil(() => root.querySelector('dialog')?.open);
    find<HTMLDialogElement>(root, 'dialog').close();
    await settled();
    press('e');
    await waitUntil(() =>
      client.calls.some(
        ({ method, args }) =>
          method === 'updateConversation' && (args[1] as { state?: string }).state === 'closed',
      ),
    );
  });

  it('leaves no trace of another name under a prefix of the host', async () => {
    define({ prefix: 'acme' });
    const inbox = document.createElement('acme-inbox') as Inbox;
    inbox.client = createFakeClient();
    document.body.append(inbox);
    inbox.conversationId = (inbox.client as ReturnType<typeof createFakeClient>).conversationIds[0] as string;
    await inbox.updateComplete;
    await settled();
    const seen: string[] = [];
    const walk = (root: ParentNode) => {
      for (const element of root.querySelectorAll('*')) {
        seen.push(element.localName, ...[...element.attributes].map(({ name, value }) => `${name}=${value}`));
        if (element.shadowRoot) walk(element.shadowRoot);
      }
    };
    walk(inbox.shadowRoot as ShadowRoot);
    expect(seen).to.include('acme-thread');
    expect(seen.filter((text) => /patchbay/i.test(text))).to.eql([]);
    inbox.remove();
  });
});
