import { html, oneEvent } from '@open-wc/testing';
import { expect, find, settled, stage, still, waitUntil } from '../../testing/browser.ts';
import { fakeMe, HARBOR_BRAND, type FakeOptions } from '../../testing/index.ts';
import type { ConversationList } from './conversation-list.ts';

const show = (options: FakeOptions = {}, attributes = {}) =>
  stage<ConversationList>(
    () => html`<test-conversation-list id="list"></test-conversation-list>`,
    options,
    attributes,
  ).then((all) => {
    all.element.style.setProperty('height', '600px');
    all.element.style.setProperty('width', '328px');
    return all;
  });
const names = (root: ShadowRoot) => [...root.querySelectorAll('.name')].map((name) => name.textContent);

describe('conversation-list', () => {
  for (const theme of ['light', 'dark']) {
    for (const brand of [undefined, HARBOR_BRAND]) {
      it(`is accessible: ${theme}, ${brand?.name ?? 'own colours'}`, async () => {
        const { element } = await show(brand ? { brand } : {}, { theme });
        await settled();
        await expect(element).to.be.accessible();
      });
    }
  }

  it('shows people, newest first, with what matters about each', async () => {
    const { root } = await show();
    expect(names(root).slice(0, 4)).to.eql(['John Smith', 'Sarah Jones', '(312) 555-0177', 'Mike Wilson']);
    expect(find(root, '[part~="blocked"]').textContent).to.eql('Opted out');
    expect(root.textContent).to.contain('✕ Not delivered: landline');
    expect(root.querySelectorAll('.unread')).to.have.length(2);
  });

  it('asks the host before it opens', async () => {
    const { element, root, client } = await show();
    setTimeout(() => find(root, '.entry').click());
    const event = await oneEvent(element, 'conversation-open');
    expect(event.detail.conversationId).to.eql(client.conversationIds[0]);
    expect([event.composed, event.bubbles, event.cancelable]).to.eql([true, true, true]);
    element.addEventListener('conversation-open', (again) => again.preventDefault(), { once: true });
    root.querySelectorAll<HTMLElement>('.entry')[1]?.click();
    expect(element.selectedId).to.eql(client.conversationIds[0]);
  });

  it('draws a screenful of 100,000', async () => {
    const { root, element } = await show({ crowd: 100_000 });
    await settled();
    expect(root.querySelectorAll('.entry').length).to.be.within(9, 60);
    const scroller = find(root, '.scroller');
    for (let i = 0; i < 5; i += 1) {
      scroller.scrollTop = scroller.scrollHeight;
      await settled();
    }
    expect(element.list?.ids.length).to.be.greaterThan(60);
    expect(root.querySelectorAll('.entry').length).to.be.within(9, 60);
  });

  it('filters, searches, and says when nothing is found', async () => {
    const { root } = await show();
    find(root, '.filter').click();
    await waitUntil(() => root.querySelector('.pop') !== null);
    [...root.querySelectorAll<HTMLElement>('[role=menuitemradio]')]
      .find((item) => item.textContent?.includes('Mine'))
      ?.click();
    await waitUntil(() => names(root).length === 2);
    const field = find<HTMLInputElement>(root, 'input[type=search]');
    field.value = 'nobody has this name';
    field.dispatchEvent(new InputEvent('input'));
    await waitUntil(() => root.textContent?.includes('Nothing found for “nobody has this name”'));
  });

  it('asks for segments when the menu is opened, and shows who is in one', async () => {
    const { client, element, root } = await show();
    const asked = () => client.calls.filter(({ method }) => method === 'listSegments').length;
    expect(asked()).to.eql(0);
    find(root, '.filter').click();
    const buyers = () =>
      [...root.querySelectorAll<HTMLElement>('[role=menuitemradio]')].find((item) =>
        item.textContent?.includes('Buyers'),
      );
    await waitUntil(() => buyers() !== undefined);
    expect(root.querySelector('.pop')?.textContent).not.to.contain('Channels');
    await still(root, '.pop');
    await expect(element).to.be.accessible();
    buyers()?.click();
    await waitUntil(() => find(root, '.filter').textContent?.includes('Buyers'));
    await waitUntil(() => names(root).length > 0 && names(root).length < 9);
    const segment = element.list?.filter.segment;
    expect(client.calls.filter(({ method }) => method === 'conversationCounts').at(-1)?.args[0]).to.eql({
      segment,
    });
    expect(asked()).to.eql(1);
  });

  it('offers channels where the account has more than one', async () => {
    const { senders } = fakeMe(0);
    const { root } = await show({
      me: { senders: [...senders, { ...senders[0]!, id: 'wa', channel: 'whatsapp' }] },
    });
    find(root, '.filter').click();
    await waitUntil(() => root.querySelector('.pop')?.textContent?.includes('Channels'));
    [...root.querySelectorAll<HTMLElement>('[role=menuitemradio]')]
      .find((item) => item.textContent?.includes('WhatsApp'))
      ?.click();
    await waitUntil(() => find(root, '.filter').textContent?.includes('WhatsApp'));
    expect(names(root)).to.eql([]);
  });

  it('says what happened and loads again', async () => {
    const { client, element, root } = await show();
    client.fail('listConversations', 'network', 1);
    await element.list?.load();
    await settled();
    expect(find(root, '[role=alert]').textContent).to.contain('There is no connection to the server');
    find(root, '[role=alert] button').click();
    await waitUntil(() => names(root).length === 9);
  });

  it('says that it is reconnecting', async () => {
    const { client, root } = await show();
    client.setFeed('reconnecting');
    await settled();
    expect(find(root, '[part=notice]').textContent).to.contain('Reconnecting');
  });
});
