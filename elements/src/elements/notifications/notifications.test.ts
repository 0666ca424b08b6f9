import { html } from '@open-wc/testing';
import { expect, find, settled, stage, still, waitUntil } from '../../testing/browser.ts';
import { fakeId, HARBOR_BRAND, type FakeOptions } from '../../testing/index.ts';
import type { Notifications } from './notifications.ts';

const show = (options: FakeOptions = { notifications: 6 }, attributes = {}) =>
  stage<Notifications>(() => html`<test-notifications></test-notifications>`, options, attributes);
const opened = async (options?: FakeOptions, attributes = {}) => {
  const all = await show(options, attributes);
  find(all.root, '.bell').click();
  await waitUntil(() => all.root.querySelector('.pop') !== null);
  return all;
};
const badge = (root: ShadowRoot) => root.querySelector('.badge')?.textContent ?? '';
const rows = (root: ShadowRoot) => [...root.querySelectorAll<HTMLElement>('[part=notification]')];

describe('notifications', () => {
  for (const theme of ['light', 'dark']) {
    for (const brand of [undefined, HARBOR_BRAND]) {
      it(`is accessible: ${theme}, ${brand?.name ?? 'own colours'}`, async () => {
        const { element } = await opened({ notifications: 6, ...(brand && { brand }) }, { theme });
        await waitUntil(() => rows(element.shadowRoot!).length === 6);
        await still(element.shadowRoot!, '.pop');
        await expect(element).to.be.accessible();
      });
    }
  }

  it('counts live what is unread, and tells the host', async () => {
    const { client, element, root } = await show();
    expect([badge(root), find(root, '.bell').getAttribute('aria-label')]).to.eql([
      '4',
      '4 unread notifications',
    ]);
    const told: number[] = [];
    element.addEventListener('notifications-change', (event) => told.push(event.detail.count));
    client.notify({ kind: 'task_due', words: 'Call Ben' });
    await waitUntil(() => badge(root) === '5');
    expect(told).to.eql([5]);
  });

  it('says who, what, about whom and when', async () => {
    const { root } = await opened();
    const [mention, task, due, conversation] = rows(root).map((row) => row.textContent?.replace(/\s+/g, ' '));
    expect(mention).to.contain('Dana Fox mentioned you');
    expect(mention).to.contain('@Ana Ruiz can you look at the offer before noon?');
    expect(mention).to.contain('about Sarah Jones');
    expect(task).to.contain('Dana Fox gave you a task');
    expect(due).to.contain('A task is due');
    expect(conversation).to.contain('Dana Fox gave you a conversation');
  });

  it('opens the contact or the conversation, marks it read, and closes', async () => {
    const { element, root, client } = await opened();
    const went: string[] = [];
    element.addEventListener('contact-open', (event) => went.push(event.detail.contactId));
    element.addEventListener('conversation-open', (event) => went.push(event.detail.conversationId));
    find(rows(root)[0]!, '.one').click();
    await waitUntil(() => root.querySelector('.pop') === null && badge(root) === '3');
    find(root, '.bell').click();
    await waitUntil(() => rows(root).length === 6);
    find(rows(root)[3]!, '.one').click();
    await waitUntil(() => badge(root) === '2');
    expect(went).to.eql([fakeId('c', 1), client.conversationIds[0]]);
  });

  it('marks one and all as read without opening', async () => {
    const { root } = await opened();
    find(rows(root)[1]!, '.tool').click();
    await waitUntil(() => badge(root) === '3');
    find(root, '.pop header .link').click();
    await waitUntil(() => badge(root) === '');
    expect(root.querySelector('.pop header .link')).to.eql(null);
  });

  it('takes it back and says why when it cannot be marked', async () => {
    const { client, root } = await opened();
    client.fail('readNotifications', 'network');
    find(root, '.pop header .link').click();
    await waitUntil(() =>
      root.querySelector('[role=alert]')?.textContent?.includes('There is no connection'),
    );
    expect(badge(root)).to.eql('4');
  });

  it('closes at Escape and gives the focus back to the bell', async () => {
    const { root } = await opened();
    find(rows(root)[0]!, '.one').focus();
    const key = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true });
    root.activeElement?.dispatchEvent(key);
    await settled();
    expect([root.querySelector('.pop'), root.activeElement === find(root, '.bell')]).to.eql([null, true]);
  });
});
