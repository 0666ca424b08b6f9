import { html } from '@open-wc/testing';
import { expect, find, settled, stage, waitUntil } from '../../testing/browser.ts';
import { fakeId, type FakeClient, type FakeOptions } from '../../testing/index.ts';
import { I18n } from '../../words/i18n.ts';
import { says } from './says.ts';
import type { Timeline } from './timeline.ts';

const JOHN = fakeId('c', 0);
const CONVERSATION = fakeId('a', 0);
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

async function show(
  options: FakeOptions = {},
  before: (client: FakeClient) => unknown = () => undefined,
  { order = 'newest', ...attributes }: { order?: string; theme?: string; locale?: string } = {},
) {
  const all = await stage<Timeline>(
    (client) => {
      before(client);
      return html`<test-timeline
        style="display: block; height: 500px"
        contact-id=${JOHN}
        order=${order}
      ></test-timeline>`;
    },
    options,
    attributes,
  );
  await waitUntil(() => all.root.querySelector('[part=loading]') === null);
  await settled();
  return all;
}
const words = (root: ShadowRoot) =>
  [...root.querySelectorAll('.entry .words')].map((line) => line.textContent?.trim());
const filter = (root: ShadowRoot, name: string) =>
  [...root.querySelectorAll<HTMLElement>('[part=filter]')]
    .find((chip) => chip.textContent?.trim() === name)
    ?.click();
const press = (root: ShadowRoot, name: string) =>
  [...root.querySelectorAll<HTMLElement>('button')]
    .find((button) => button.textContent?.trim() === name)
    ?.click();
const later = (client: FakeClient) =>
  void client.sendMessage({ conversation_id: CONVERSATION, body: 'See you tomorrow', send_at: inHours(20) });

describe('timeline', () => {
  for (const theme of ['light', 'dark']) {
    it(`is accessible: ${theme}`, async () => {
      const { element } = await show({}, later, { theme });
      await expect(element).to.be.accessible();
    });
  }

  it('tells what happened in plain words, newest first, under its days', async () => {
    const { element, root } = await show();
    const said = words(root);
    expect(said[0]).to.contain('two-minute walkthrough');
    expect(said).to.include('Changed: Stage and Email');
    expect(said).to.include('Tag added: Webinar');
    expect(said).to.include('Agreed to texts');
    expect(element.store?.items.at(-1)?.type).to.eql('contact.created');
    expect(find(root, '[part=day]').textContent).to.match(/Today|Yesterday/);
    expect(find(root, '.entry .by').textContent).to.contain('Dana Fox · Read');
  });

  it('tells who watched a film, and whether to its end', async () => {
    const { element } = await show();
    const some = element.store!.items.at(-1)!;
    const told = (kind: string, share: number) =>
      says(
        { ...some, type: 'asset.viewed', kind: 'message', data: { name: 'Tour', kind, share } },
        new I18n(),
      );
    expect(told('video', 0.2).text).to.eql('Began to watch “Tour”');
    expect(told('video', 0.97).text).to.eql('Watched “Tour” to the end');
    expect(told('document', 1)).to.include({ text: 'Opened “Tour”', icon: 'play' });
  });

  it('tells what the host has told of', async () => {
    const { element } = await show();
    const some = element.store!.items.at(-1)!;
    const told = (type: string, data: object) => says({ ...some, type, data: { ...data } }, new I18n()).text;
    expect(told('form.submitted', { name: 'Home value' })).to.eql('Sent the form Home value');
    expect(told('qr.scanned', {})).to.eql('Scanned the code');
    expect(told('segment.left', { segment_name: 'Buyers' })).to.eql('No longer in segment Buyers');
    expect(told('call.completed', { disposition: 'Left a message' })).to.eql('Call: Left a message');
    expect(told('call.completed', { missed: true })).to.eql('Missed call');
    expect(told('call.completed', {})).to.eql('Call');
    expect(told('call.completed', { disposition: 'no_answer' })).to.eql('Call, no answer');
    expect(told('call.canceled', { reason: 'do_not_call' })).to.eql('Call not made');
  });

  it('tells of workflows by name, and of their own doings without saying it twice', async () => {
    const { element, root, client } = await show();
    const some = element.store!.items.at(-1)!;
    const told = (type: string, actor: string) => {
      const { text, by } = says(
        { ...some, type, kind: 'workflow', data: { name: 'Joy' }, actor: { id: 'x', name: actor } },
        new I18n(),
      );
      return [text, by];
    };
    expect(told('enrollment.started', 'Dana Fox')).to.eql(['Joined workflow Joy', 'Dana Fox']);
    expect(told('enrollment.completed', 'Joy')).to.eql(['Finished workflow Joy', '']);
    const before = words(root)[0];
    client.emit({ type: 'enrollment.moved', contact_id: JOHN, data: { name: 'Joy' } });
    client.emit({ type: 'enrollment.canceled', contact_id: JOHN, data: { name: 'Joy' } });
    await waitUntil(() => words(root)[0] === 'Left workflow Joy');
    expect(words(root)[1]).to.eql(before);
  });

  it('shows one kind, and everything again', async () => {
    const { root, client } = await show();
    filter(root, 'Notes');
    await waitUntil(() => words(root).length === 1);
    expect(words(root)).to.eql(['Wants a garage. Bring the HOA papers.']);
    expect(client.calls.at(-1)?.args[1]).to.eql({ kind: 'note', limit: 50 });
    filter(root, 'Calls');
    await waitUntil(() => words(root)[0]?.startsWith('Outgoing call'));
    filter(root, 'All');
    await waitUntil(() => words(root).length > 10);
  });

  it('lives: a text that comes in, its report, and a change', async () => {
    const { root, client } = await show();
    const text = client.receive(CONVERSATION, 'Just one more thing');
    await waitUntil(() => words(root)[0] === 'Just one more thing');
    expect(find(root, '[part=list]').scrollTop).to.eql(0);
    client.emit({ type: 'contact.updated', contact_id: JOHN, data: { changed: ['stage'] } });
    await waitUntil(() => words(root)[0] === 'Changed: Stage');
    expect(words(root)[1]).to.eql(text.body);
    expect(find(root, '[role=status].hidden').textContent).to.contain('Changed: Stage');
  });

  it('leaves the reader where they are when something new comes', async () => {
    const { root, client } = await show({ longThread: 400 });
    const list = find(root, '[part=list]');
    list.scrollTop = 900;
    await settled();
    const seen = () =>
      [...root.querySelectorAll<HTMLElement>('.line')].find(
        (line) => line.getBoundingClientRect().top > list.getBoundingClientRect().top,
      );
    const [key, top] = [seen()?.dataset['key'], seen()?.getBoundingClientRect().top ?? 0];
    client.receive(CONVERSATION, 'Not now');
    await settled();
    expect(seen()?.dataset['key']).to.eql(key);
    expect(Math.abs((seen()?.getBoundingClientRect().top ?? 0) - top)).to.be.lessThan(2);
  });

  it('loads what was earlier while one scrolls, and draws only what can be seen', async () => {
    const { element, root } = await show({ longThread: 400 });
    expect(element.store?.items).to.have.length(50);
    const list = find(root, '[part=list]');
    list.scrollTop = list.scrollHeight;
    await waitUntil(() => (element.store?.items.length ?? 0) >= 100);
    while (element.store?.hasOlder) {
      list.scrollTop = list.scrollHeight;
      await settled();
    }
    await settled();
    expect(root.querySelectorAll('.line').length).to.be.lessThan(121);
    expect(root.textContent).to.contain('This is where it began');
  });

  it('can begin with the oldest, and then stands at the newest', async () => {
    const { root } = await show({}, later, { order: 'oldest' });
    await waitUntil(() => find(root, '[part=list]').scrollTop > 0);
    expect(words(root).at(-1)).to.contain('two-minute walkthrough');
  });

  it('says again why what was earlier did not come, and tries again', async () => {
    const { element, root, client } = await show({ longThread: 200 });
    client.fail('getTimeline', 'network', 1);
    const list = find(root, '[part=list]');
    list.scrollTop = list.scrollHeight;
    await waitUntil(() => root.textContent?.includes('could not be loaded'));
    press(root, 'Try again');
    await waitUntil(() => (element.store?.items.length ?? 0) > 50);
  });
});

describe('what is coming', () => {
  it('is seen the moment it is planned', async () => {
    const { root, client } = await show();
    later(client);
    await waitUntil(() => root.querySelector('[part=upcoming]') !== null);
    await settled();
    expect(find(root, '[part=list]').scrollTop).to.eql(0);
  });

  it('is sent at once when somebody says so', async () => {
    const { root, client } = await show({}, later);
    await waitUntil(() => root.querySelector('[part=upcoming]')?.textContent?.includes('See you tomorrow'));
    press(root, 'Send now');
    await waitUntil(() => words(root)[0] === 'See you tomorrow');
    expect(root.querySelector('[part=upcoming]')).to.eql(null);
    expect(client.calls.find(({ method }) => method === 'editMessage')?.args[1]).to.eql({ send_at: null });
  });

  it('gets another time, and none that has passed', async () => {
    const { root, client } = await show({}, later);
    await waitUntil(() => root.querySelector('[part=upcoming]') !== null);
    press(root, 'Reschedule');
    await settled();
    const field = find<HTMLInputElement>(root, 'input[type=datetime-local]');
    field.value = '2020-01-01T10:00';
    press(root, 'Schedule');
    expect(field.validationMessage).to.contain('has passed');
    field.dispatchEvent(new Event('input'));
    field.value = '2099-01-01T10:00';
    press(root, 'Schedule');
    await waitUntil(() => root.querySelector('input[type=datetime-local]') === null);
    const edit = client.calls.find(({ method }) => method === 'editMessage')?.args[1] as { send_at: string };
    expect(edit.send_at).to.contain('2099-01-0');
  });

  it('is taken back, and a refusal is said', async () => {
    const { root, client } = await show({}, later);
    await waitUntil(() => root.querySelector('[part=upcoming]') !== null);
    client.fail('cancelMessage', 'network', 1);
    press(root, 'Do not send');
    await waitUntil(() =>
      root.querySelector('[part=upcoming] [role=alert]')?.textContent?.includes('was not changed'),
    );
    press(root, 'Do not send');
    await waitUntil(() => root.querySelector('[part=upcoming]') === null);
    expect(find(root, '.entry .by').textContent).to.contain('Canceled');
  });
});
