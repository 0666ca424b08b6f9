import { html, oneEvent } from '@open-wc/testing';
import { expect, find, settled, shadow, stage, waitUntil } from '../../testing/browser.ts';
import { HARBOR_BRAND, type FakeClient, type FakeOptions } from '../../testing/index.ts';
import { I18n } from '../../words/i18n.ts';
import { eventText } from './message.ts';
import type { Thread } from './thread.ts';

async function show(person = 0, options: FakeOptions = {}, attributes = {}) {
  const all = await stage<Thread>(
    (client: FakeClient) =>
      html`<test-thread conversation-id=${client.conversationIds[person] ?? ''}></test-thread>`,
    options,
    attributes,
  );
  all.element.style.setProperty('height', '600px');
  await settled();
  await settled();
  const scroller = find(all.root, '.scroller');
  return { ...all, scroller, id: all.client.conversationIds[person] as string };
}
const bottomGap = (scroller: Element) => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
const lines = (root: ShadowRoot) => [...root.querySelectorAll<HTMLElement>('.line')];

const asked = (client: FakeClient, name: string) =>
  client.calls.filter(({ method }) => method === name).map(({ args }) => args);

describe('thread', () => {
  describe('what runs by itself', () => {
    const running = async (options: FakeOptions = {}) => {
      const all = await show(0, options);
      await waitUntil(() => all.root.querySelector('[part=automation]'));
      return all;
    };
    const says = (root: ShadowRoot) => find(root, '[part=automation] [role=status]').textContent;
    const button = (root: ShadowRoot) => find(root, '[part=automation] button');

    it('is said in the header with when it goes on, for one request', async () => {
      const { client, root } = await running();
      expect(says(root)).to.match(/^1 workflow running · next .+ \(Toronto\)/);
      expect(asked(client, 'listContactEnrollments').length).to.eql(1);
    });

    it('is paused and resumed with one press each, over all workflows, and stays under the finger', async () => {
      const { client, root } = await running();
      const [, birthday] = await client.listWorkflows();
      const contact = (root.host as Thread).conversation?.contact.id ?? '';
      await client.enroll(birthday!.id, contact);
      button(root).focus();
      button(root).click();
      await waitUntil(() => says(root)?.startsWith('Automation paused (2 workflows)'));
      await waitUntil(() => root.activeElement === button(root));
      button(root).click();
      await waitUntil(() => says(root)?.includes('running'));
      expect(asked(client, 'pauseContact').length).to.eql(1);
      expect(asked(client, 'resumeContact').map(([, due]) => due)).to.eql(['run']);
    });

    it('asks what becomes of what came due before it resumes', async () => {
      const { client, root } = await running({ cameDue: true });
      button(root).click();
      await waitUntil(() => root.querySelector('dialog')?.open);
      expect(find(root, 'dialog').textContent).to.contain('Five Days of Joy');
      find(root, '.choice button').click();
      await waitUntil(() => says(root)?.includes('running'));
      expect(asked(client, 'resumeContact').map(([, due]) => due)).to.eql(['skip']);
    });

    it('follows what happens elsewhere', async () => {
      const { client, root } = await running();
      const { items } = await client.listContactEnrollments(
        asked(client, 'listContactEnrollments')[0]![0] as string,
      );
      await client.controlEnrollment(items[0]!.id, 'cancel');
      await waitUntil(() => !root.querySelector('[part=automation]'));
    });

    it('says why it was not paused', async () => {
      const { client, root } = await running();
      client.fail('pauseContact', 'network', 1);
      button(root).click();
      await waitUntil(() => says(root)?.includes('That was not done.'));
    });

    it('is not spoken of where nothing runs', async () => {
      const { client, root } = await show(1);
      await waitUntil(() => asked(client, 'listContactEnrollments').length === 1);
      await settled();
      expect(root.querySelector('[part=automation]')).to.eql(null);
    });
  });

  for (const theme of ['light', 'dark']) {
    for (const brand of [undefined, HARBOR_BRAND]) {
      it(`is accessible: ${theme}, ${brand?.name ?? 'own colours'}`, async () => {
        const { element } = await show(3, brand ? { brand } : {}, { theme });
        await expect(element).to.be.accessible();
      });
    }
  }

  it('opens a thread of 50,000 at its end, with few rows', async () => {
    const { root, scroller } = await show(0, { longThread: 50_000 });
    expect(bottomGap(scroller)).to.be.lessThan(2);
    expect(lines(root).length).to.be.within(8, 150);
    expect(root.textContent).to.contain('Saturday at 10 works on my side');
  });

  it('pages upward without moving what is read', async () => {
    const { root, scroller, element } = await show(0, { longThread: 50_000 });
    const loaded = element.thread?.items.length ?? 0;
    let worst = 0;
    for (let i = 0; i < 40; i += 1) {
      const edge = scroller.getBoundingClientRect().top;
      const row = lines(root).find((line) => line.getBoundingClientRect().bottom > edge + 200) as HTMLElement;
      const before = row.getBoundingClientRect().top;
      scroller.scrollTop -= 150;
      await settled();
      const same = lines(root).find((line) => line.dataset['key'] === row.dataset['key']);
      worst = Math.max(worst, Math.abs((same?.getBoundingClientRect().top ?? Infinity) - before - 150));
    }
    expect(worst).to.be.lessThan(2);
    expect(element.thread?.items.length).to.be.greaterThan(loaded);
    expect(lines(root).length).to.be.lessThan(150);
  });

  it('follows new messages at the end, and counts them elsewhere', async () => {
    const { client, id, root, scroller } = await show(0, { longThread: 200 });
    client.receive(id, 'One');
    await settled();
    expect(bottomGap(scroller)).to.be.lessThan(2);
    scroller.scrollTop -= 900;
    await settled();
    const top = scroller.scrollTop;
    client.receive(id, 'Two');
    client.receive(id, 'Three');
    await settled();
    expect(scroller.scrollTop).to.eql(top);
    expect(find(root, '[part=newer]').textContent).to.contain('2 new');
    find(root, '[part=newer]').click();
    await waitUntil(() => bottomGap(scroller) < 2);
  });

  it('says new messages to a screen reader, and no history', async () => {
    const { client, id, root } = await show();
    const log = find(root, '[role=log]');
    expect(log.textContent?.trim()).to.eql('');
    client.receive(id, 'Are you there?');
    await settled();
    expect(log.textContent?.trim()).to.eql('John Smith: Are you there?');
  });

  it('shows a failure in plain words and retries in the same row', async () => {
    const { client, root } = await show(3);
    const failed = find(root, '.failed');
    expect(failed.textContent).to.contain('Not delivered: the phone is switched off or out of reach');
    const key = failed.dataset['id'];
    find(failed, '[part=retry]').click();
    await settled();
    expect(root.querySelectorAll(`[data-id="${key}"]`)).to.have.length(1);
    expect(root.querySelector('.failed')).to.eql(null);
    expect(client.calls.map(({ method }) => method)).to.include('retryMessage');
  });

  it('says why a text was taken back, and offers no retry', async () => {
    const { client, id, root } = await show();
    const text = await client.sendMessage({ conversation_id: id, body: 'Still looking?' });
    const reason = 'Not sent: this person had answered before it left.';
    client.report(text.id, 'canceled', { code: 'replied', reason, retryable: false });
    await settled();
    const canceled = find(root, '.canceled');
    expect(canceled.textContent).to.contain(reason);
    expect(canceled.querySelector('[part=retry]')).to.eql(null);
  });

  it('makes links of http, mail and phone alone, and asks the host first', async () => {
    const { client, element, id, root } = await show();
    client.receive(id, 'javascript:alert(1) https://a.test/x. or b@c.test or (312) 555-0100 <b>x</b>');
    await settled();
    const links = [...(lines(root).at(-1)?.querySelectorAll('a') ?? [])];
    expect(links.map((link) => link.getAttribute('href'))).to.eql([
      'https://a.test/x',
      'mailto:b@c.test',
      'tel:3125550100',
    ]);
    expect(links.every((link) => link.rel.includes('noopener'))).to.eql(true);
    element.addEventListener('link-open', (event) => event.preventDefault());
    setTimeout(() => links[0]?.click());
    expect((await oneEvent(element, 'link-open')).detail.url).to.eql('https://a.test/x');
  });

  it('says who took a conversation, and who gave it to whom', () => {
    const say = (assignee: object | null) =>
      eventText(
        {
          id: 'e',
          type: 'conversation.updated',
          at: '2026-11-20T18:00:00Z',
          actor: { id: 'u1', name: 'Dana Reyes' },
          data: { assignee },
        },
        new I18n(),
      );
    expect(say({ id: 'u1', name: 'Dana Reyes' })).to.eql('Dana Reyes took this conversation');
    expect(say({ id: 'u2', name: 'Kim' })).to.eql('Assigned to Kim · Dana Reyes');
    expect(say(null)).to.eql('Unassigned · Dana Reyes');
  });

  it('shows each number of its header whole, or not at all', async () => {
    const { element, root } = await show();
    const line = find(root, '[part=number]');
    const seen = () => {
      const { top, bottom, right } = line.getBoundingClientRect();
      return [...line.querySelectorAll('span')].map((part) => {
        const box = part.getBoundingClientRect();
        if (box.top >= bottom - 1 || box.bottom <= top + 1) return 'gone';
        return box.right <= right + 1 ? 'whole' : 'cut';
      });
    };
    const found = new Set<string>();
    for (let width = 900; width >= 300; width -= 20) {
      element.style.setProperty('width', `${width}px`);
      found.add(seen().join());
    }
    expect([...found]).to.eql(['whole,whole', 'gone,whole', 'gone,gone']);
  });

  it('asks about a possible opt-out', async () => {
    const { client, id, root } = await show();
    client.change(id, { possible_opt_out: { message_id: 'm', text: 'please stop texting me' } });
    await settled();
    const banner = find(root, '[part=opt-out-banner]');
    expect(banner.textContent).to.contain('please stop texting me');
    find(banner, 'button').click();
    await waitUntil(() => root.querySelector('[part=opt-out-banner]') === null);
    expect(client.calls.find(({ method }) => method === 'recordConsent')?.args[1]).to.include({
      action: 'withdraw',
    });
  });

  it('finds a word far up and goes there', async () => {
    const { element, root } = await show(0, { longThread: 3_000 });
    await element.openSearch();
    const field = find<HTMLInputElement>(root, '.find input');
    field.value = '(77)';
    field.dispatchEvent(new InputEvent('input'));
    await waitUntil(() => root.querySelector('.found') !== null, 'no hit', { timeout: 4_000 });
    expect(find(root, '.found').textContent).to.contain('(77)');
  });

  it('closes, and says so when that was not allowed', async () => {
    const { client, root } = await show();
    client.fail('updateConversation', 'network', 1);
    find(root, '[part=close]').click();
    await waitUntil(() => root.querySelector('[role=alert]') !== null);
    expect(find(root, '[part=close]').textContent).to.contain('Close');
    find(root, '[part=close]').click();
    await settled();
    expect(find(root, '[part=close]').textContent).to.contain('Reopen');
  });

  it('shows pictures, files and a photo without words', async () => {
    const { root } = await show(8);
    expect(find<HTMLImageElement>(root, '.media img').src).to.contain('/fixtures/photo.svg');
    const { root: other } = await show(1);
    expect(find(other, '.file').textContent).to.contain('Floor plan, 9 Maple Court.pdf');
  });

  it('stands alone with a client of its own', async () => {
    const { client } = await show();
    const own = document.createElement('test-thread') as Thread;
    own.client = client;
    own.conversationId = client.conversationIds[2] as string;
    document.body.append(own);
    await waitUntil(() => shadow(own).textContent?.includes('open house'));
    own.remove();
  });

  it('shows what a message carries, and says what is gone', async () => {
    const { client, element, id, root } = await show();
    const VIDEO = {
      url: '/fixtures/clip.webm',
      content_type: 'video/mp4',
      poster_url: '/fixtures/photo.svg',
    };
    client.receive(id, '', [
      { ...VIDEO, name: 'Walkthrough', duration_ms: 124_000, asset_id: id, sent_as: 'link' },
      { url: '/fixtures/plan.pdf', content_type: 'application/pdf', name: 'Floor plan', size: 900_000 },
      { url: '/fixtures/voice.mp3', content_type: 'audio/mpeg', name: null },
      { url: '/fixtures/lost.jpg', content_type: 'image/jpeg', name: null, gone: true },
      {
        url: '/fixtures/x.svg',
        content_type: 'image/svg+xml',
        name: 'x',
        not_shown: 'This type is not shown.',
      },
    ]);
    await waitUntil(() => root.querySelector('figure video') !== null);
    const shown = find(root, '.message:has(figure)');
    for (const words of ['Walkthrough', '2:04 · sent as a link', 'Floor plan', '900 kB'])
      expect(shown.textContent).to.contain(words);
    expect([...shown.querySelectorAll('.gone')].map((each) => each.textContent?.trim())).to.eql([
      'PhotoNo longer at the carrier',
      'xThis type is not shown.',
    ]);
    // nothing of a video is loaded before somebody plays it
    expect(find<HTMLVideoElement>(shown, 'video').preload).to.eql('none');
    await expect(element).to.be.accessible();
  });

  it('says what is still arriving, and shows it when it is there', async () => {
    const { client, element, id, root } = await show();
    const file = { url: '/fixtures/photo.svg', content_type: 'image/jpeg', name: null };
    const message = client.receive(id, '', [{ ...file, arriving: true }]);
    await waitUntil(() => root.querySelector('.arriving') !== null);
    expect(find(root, '.arriving').textContent?.trim()).to.eql('PhotoStill arriving …');
    expect(root.querySelector('.arriving a, .arriving img')).to.eql(null);
    await expect(element).to.be.accessible();
    client.arrive(message.id, [{ ...file, content_type: 'image/svg+xml', width: 320, height: 240 }]);
    await waitUntil(() => root.querySelector(`[data-id="${message.id}"] img, .message img`) !== null);
    expect(root.querySelector('.arriving')).to.eql(null);
  });

  it('sends a video from its header', async () => {
    const { root } = await show(0, { assets: 2 });
    find(root, '.head [part=video]').click();
    await waitUntil(() => root.querySelectorAll('.ways button').length === 3);
    expect(find(root, 'dialog h2').textContent).to.contain('Send a video to John Smith');
  });
});
