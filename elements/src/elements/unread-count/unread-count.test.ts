import { html, oneEvent } from '@open-wc/testing';
import { expect, settled, stage } from '../../testing/browser.ts';
import type { UnreadCount } from './unread-count.ts';

describe('unread-count', () => {
  it('shows the number and tells of it', async () => {
    const { client, element, root } = await stage<UnreadCount>(
      () => html`<test-unread-count></test-unread-count>`,
    );
    expect(root.textContent?.trim()).to.eql('2');
    setTimeout(() => client.receive(client.conversationIds[5] as string, 'Hello'));
    const event = await oneEvent(element, 'unread-change');
    expect(event.detail).to.eql({ count: 3 });
  });

  it('is not there at none', async () => {
    const { element, root } = await stage<UnreadCount>(() => html`<test-unread-count></test-unread-count>`, {
      empty: true,
    });
    expect(element.empty).to.eql(true);
    expect(getComputedStyle(element).display).to.eql('none');
    expect(root.querySelector('.badge')).to.eql(null);
  });

  it('says 99+ beyond', async () => {
    const { root } = await stage<UnreadCount>(() => html`<test-unread-count></test-unread-count>`, {
      crowd: 2_000,
    });
    await settled();
    expect(root.textContent?.trim()).to.eql('99+');
  });
});
