import { html } from '@open-wc/testing';
import { ApiError } from '../../client/errors.ts';
import { expect, find, settled, stage, still, waitUntil } from '../../testing/browser.ts';
import { fakeId, type FakeOptions } from '../../testing/index.ts';
import type { MediaLibrary } from '../media-library/media-library.ts';
import type { SendVideo } from './send-video.ts';

const JOHN = fakeId('a', 0);
const show = (options: FakeOptions = { assets: 6 }, attributes = {}) =>
  stage<SendVideo>(
    () => html`<test-send-video conversation-id=${JOHN} name="John Smith"></test-send-video>`,
    options,
    attributes,
  );
const opened = async (options?: FakeOptions) => {
  const all = await show(options);
  find(all.root, '[part=button]').click();
  await waitUntil(() => all.root.querySelector('dialog[part=send-video]') !== null);
  return all;
};
const way = (root: ShadowRoot, nth: number) => find(root, `.ways button:nth-child(${nth})`).click();
const file = () => new File(['\0'.repeat(1000)], 'tour.mp4', { type: 'video/mp4' });

async function chosen(all: Awaited<ReturnType<typeof opened>>) {
  way(all.root, 1);
  await waitUntil(() => all.root.querySelector('test-media-library') !== null);
  const library = find<MediaLibrary>(all.root, 'test-media-library');
  await waitUntil(() => library.shadowRoot?.querySelector('[part=asset]') !== null);
  find(library.shadowRoot!, '[part=asset] .face').click();
  await waitUntil(() => all.root.querySelector('.chosen') !== null);
}

describe('send-video', () => {
  it('can be used by everyone', async () => {
    const { element, root } = await opened();
    await still(root, 'dialog');
    await expect(element).to.be.accessible();
  });

  it('sends a video of the library with a text, and counts the link', async () => {
    const all = await opened();
    const { client, element, root } = all;
    await chosen(all);
    expect(root.textContent).to.contain('14 Maple Court, walkthrough');
    expect(root.textContent).to.contain('18.4 MB is more than carriers take');
    const before = find(root, '.foot .muted').textContent;
    const field = find<HTMLTextAreaElement>(root, 'textarea');
    field.value = 'A walkthrough';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await settled();
    expect(Number.parseInt(before, 10)).to.be.greaterThan(20);
    expect(find(root, '.foot .muted').textContent).not.to.eql(before);
    const sent: string[] = [];
    element.addEventListener('message-sent', (event) => sent.push(event.detail.message.body));
    find(root, '.foot .primary').click();
    await waitUntil(() => root.querySelector('dialog') === null);
    expect(sent).to.eql(['A walkthrough']);
    const asked = client.calls.find(({ method }) => method === 'sendMessage')?.args[0] as Record<
      string,
      unknown
    >;
    expect([asked['conversation_id'], (asked['assets'] as unknown[]).length]).to.eql([JOHN, 1]);
  });

  it('waits for what is uploading', async () => {
    const { client, element, root } = await opened();
    client.fail('sendBytes', 'network', 1);
    const input = document.createElement('input');
    const made = document.createElement.bind(document);
    // the dialog for files is the browser's: what it would have chosen is put in here
    document.createElement = (name: string) => (name === 'input' ? input : made(name));
    input.click = () => undefined;
    try {
      way(root, 3);
    } finally {
      document.createElement = made;
    }
    const data = new DataTransfer();
    data.items.add(file());
    input.files = data.files;
    input.dispatchEvent(new Event('change'));
    await waitUntil(() => root.querySelector('[part=transfer][data-state=offline]') !== null);
    expect(find<HTMLButtonElement>(root, '.foot .primary').disabled).to.eql(true);
    await expect(element).to.be.accessible();
    window.dispatchEvent(new Event('online'));
    await waitUntil(() => root.querySelector('.chosen') !== null);
    expect(find<HTMLButtonElement>(root, '.foot .primary').disabled).to.eql(false);
  });

  it('stays open and says why when it is refused', async () => {
    const all = await opened();
    all.client.fail('sendMessage', new ApiError('opted_out', 409, 'John has opted out of texts.'), 1);
    await chosen(all);
    find(all.root, '.foot .primary').click();
    await waitUntil(() => all.root.querySelector('.wrong')?.textContent?.includes('John has opted out'));
    find(all.root, '.foot .primary').click();
    await waitUntil(() => all.root.querySelector('dialog') === null);
  });

  it('is not sent twice when an answer is lost', async () => {
    const all = await opened();
    all.client.fail('sendMessage', 'network', 1);
    await chosen(all);
    find(all.root, '.foot .primary').click();
    await waitUntil(() => all.root.querySelector('.wrong') !== null);
    find(all.root, '.foot .primary').click();
    await waitUntil(() => all.root.querySelector('dialog') === null);
    const ids = all.client.calls
      .filter(({ method }) => method === 'sendMessage')
      .map(({ args }) => (args[0] as { id: string }).id);
    expect(ids).to.have.length(2);
    expect(ids[0]).to.eql(ids[1]);
  });

  it('leaves it to the host when that stops it', async () => {
    const all = await opened();
    await chosen(all);
    all.element.addEventListener('message-send', (event) => event.preventDefault());
    find(all.root, '.foot .primary').click();
    await settled();
    expect(all.client.calls.some(({ method }) => method === 'sendMessage')).to.eql(false);
  });
});
