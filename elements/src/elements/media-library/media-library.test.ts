import { html } from '@open-wc/testing';
import { ApiError } from '../../client/errors.ts';
import { expect, find, settled, stage, still, waitUntil } from '../../testing/browser.ts';
import { HARBOR_BRAND, type FakeOptions } from '../../testing/index.ts';
import type { MediaLibrary } from './media-library.ts';

const show = async (options: FakeOptions = { assets: 6 }, attributes = {}) => {
  const all = await stage<MediaLibrary>(
    () => html`<test-media-library></test-media-library>`,
    options,
    attributes,
  );
  await waitUntil(() => all.root.querySelector('[part=asset], [part=empty]'));
  return all;
};
const cards = (root: ShadowRoot) => [...root.querySelectorAll<HTMLElement>('[part=asset]')];
const names = (root: ShadowRoot) => cards(root).map((each) => each.querySelector('b')?.textContent);
const video = (name = 'tour.mp4', text = '\0') =>
  new File([text.padEnd(1000, '\0')], name, { type: 'video/mp4' });
const says = (root: ShadowRoot) => root.querySelector('[part=transfer] .says')?.textContent ?? '';

async function menuOf(root: ShadowRoot, index: number, item: string): Promise<void> {
  find(cards(root)[index]!, '.menu .tool').click();
  await waitUntil(() => root.querySelector('.asset-menu') !== null);
  [...root.querySelectorAll<HTMLElement>('.asset-menu .item')]
    .find((each) => each.textContent?.trim() === item)!
    .click();
}

describe('media-library', () => {
  for (const theme of ['light', 'dark']) {
    for (const brand of [undefined, HARBOR_BRAND]) {
      it(`is accessible: ${theme}, ${brand?.name ?? 'own colours'}`, async () => {
        const { element } = await show({ assets: 6, ...(brand && { brand }) }, { theme });
        await expect(element).to.be.accessible();
      });
    }
  }

  it('finds by name and by kind', async () => {
    const { root, client } = await show();
    expect(cards(root)).to.have.length(6);
    find(root, '[part=kind]:nth-child(2)').click();
    await waitUntil(() => cards(root).length === 3);
    const field = find<HTMLInputElement>(root, 'input[type=search]');
    field.value = 'birthday';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await waitUntil(() => cards(root).length === 1);
    expect(client.calls.filter(({ method }) => method === 'listAssets').at(-1)?.args[0]).to.eql({
      limit: 30,
      q: 'birthday',
      kind: 'video',
    });
  });

  it('uploads what is dropped, and shows it', async () => {
    const { root } = await show({ assets: 1 });
    const transfer = new DataTransfer();
    transfer.items.add(video());
    const over = { bubbles: true, composed: true, cancelable: true, dataTransfer: transfer };
    find(root, '.root').dispatchEvent(new DragEvent('dragover', over));
    await waitUntil(() => root.querySelector('[part=drop]') !== null);
    find(root, '.root').dispatchEvent(new DragEvent('drop', over));
    await waitUntil(() => names(root)[0] === 'tour');
    expect(root.querySelector('[part=drop]')).to.eql(null);
    expect(says(root)).to.contain('Ready');
  });

  it('says how far an upload is, stops it and goes on', async () => {
    const { element, root, client } = await show();
    client.fail('sendBytes', 'hang', 1);
    await element.upload([video()]);
    await waitUntil(() => says(root).includes('400 byte of 1 kB'));
    find(root, '[aria-label="Pause tour.mp4"]').click();
    await waitUntil(() => says(root).includes('Paused at'));
    await expect(element).to.be.accessible();
    find(root, '[aria-label="Go on with tour.mp4"]').click();
    await waitUntil(() => says(root).includes('Ready'));
  });

  it('says why a file is refused', async () => {
    const { element, root } = await show();
    await element.upload([video('page.mp4', '<html>')]);
    await waitUntil(() => says(root).includes('This is a web page, whatever its name says.'));
    expect(root.querySelector('[part=transfer] [role=alert]') === null).to.eql(false);
  });

  it('renames in place, and takes it back when that is refused', async () => {
    const { root, client } = await show();
    await menuOf(root, 0, 'Rename');
    await waitUntil(() => root.querySelector('.field[name=name]') !== null);
    const field = find<HTMLInputElement>(root, '.field[name=name]');
    field.value = 'Maple Court';
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await waitUntil(() => names(root)[0] === 'Maple Court');
    client.fail('updateAsset', new ApiError('edited_elsewhere', 412, 'Somebody else was faster.'));
    await menuOf(root, 0, 'Rename');
    await waitUntil(() => root.querySelector('.field[name=name]') !== null);
    const second = find<HTMLInputElement>(root, '.field[name=name]');
    second.value = 'Other';
    second.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await waitUntil(() =>
      root.querySelector('[role=alert]')?.textContent?.includes('Somebody else was faster.'),
    );
    expect(names(root)[0]).to.eql('Maple Court');
  });

  it('shows the details, and keeps what is typed when the key is taken', async () => {
    const { element, root } = await show();
    find(cards(root)[0]!, '.face').click();
    await waitUntil(() => root.querySelector('dialog[part=details]') !== null);
    await waitUntil(() => root.querySelectorAll('[part=viewer]').length === 4);
    await still(root, 'dialog');
    await expect(element).to.be.accessible();
    const dialog = find(root, 'dialog');
    expect(dialog.textContent).to.contain('Sent 214 times in 3 workflows');
    find<HTMLInputElement>(dialog, '[name=key]').value = 'birthday';
    find(dialog, 'form .primary').click();
    await waitUntil(() =>
      dialog.querySelector('.wrong')?.textContent?.includes('Another file has this key.'),
    );
    expect(find<HTMLInputElement>(dialog, '[name=key]').value).to.eql('birthday');
  });

  for (const role of ['agent', 'manager'] as const) {
    it(`asks before a file in use is deleted: ${role}`, async () => {
      const me = { member: { id: 'm', name: 'Ana Ruiz', role } };
      const { root } = await show({ assets: 6, me });
      await menuOf(root, 0, 'Delete');
      await waitUntil(() => root.querySelector('dialog[part=confirm-delete]') !== null);
      const dialog = find(root, 'dialog');
      expect(dialog.textContent).to.contain('Sent 214 times in 3 workflows');
      if (role === 'agent') {
        expect(dialog.textContent).to.contain('only a manager may delete it');
        expect(dialog.querySelector('.danger')).to.eql(null);
      } else {
        find(dialog, '.danger').click();
        await waitUntil(() => cards(root).length === 5);
      }
    });
  }

  it('hands a chosen file to the host instead of opening it', async () => {
    const { element, root } = await show();
    element.selectable = true;
    await settled();
    await waitUntil(() => cards(root).length === 6);
    const chosen: string[] = [];
    element.addEventListener('asset-select', (event) => chosen.push(event.detail.asset.name));
    find(cards(root)[2]!, '.face').click();
    expect(chosen).to.eql(['Welcome packet']);
    expect(root.querySelector('.menu')).to.eql(null);
  });

  it('shows what others add and delete', async () => {
    const { root, client } = await show({ assets: 2 });
    const { items } = await client.listAssets();
    await client.deleteAsset(items[0]!.id, true);
    await waitUntil(() => cards(root).length === 1);
  });
});
