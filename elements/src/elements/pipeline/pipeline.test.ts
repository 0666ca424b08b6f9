import { html } from '@open-wc/testing';
import { expect, find, settled, stage, waitUntil } from '../../testing/browser.ts';
import { ApiError } from '../../client/errors.ts';
import { fakeId, type FakeClient, type FakeOptions } from '../../testing/index.ts';
import type { Pipeline } from './pipeline.ts';

const JOHN = fakeId('3', 0);
const [NEW, QUALIFIED] = [fakeId('2', 0, 0), fakeId('2', 0, 2)];

async function show(
  options: FakeOptions = {},
  { width = 1200, ...attributes }: { theme?: string; locale?: string; width?: number } = {},
  before: (client: FakeClient) => unknown = () => undefined,
) {
  const all = await stage<Pipeline>(
    (client) => {
      before(client);
      return html`<test-pipeline style="display: block; height: 600px; width: ${width}px"></test-pipeline>`;
    },
    options,
    attributes,
  );
  await waitUntil(() => all.root.querySelector('[part=loading]') === null);
  await settled();
  return all;
}
const ids = (root: ShadowRoot, stageId: string) =>
  [...root.querySelectorAll<HTMLElement>(`[data-stage="${stageId}"] .card`)].map(
    ({ dataset }) => dataset['id'],
  );
const cardOf = (root: ShadowRoot, id: string) => find(root, `.column [data-id="${id}"]`);
const said = (root: ShadowRoot) => find(root, '[aria-live]').textContent;
async function key(root: ShadowRoot, name: string): Promise<void> {
  const target = root.activeElement ?? cardOf(root, JOHN);
  target.dispatchEvent(
    new KeyboardEvent('keydown', { key: name, bubbles: true, composed: true, cancelable: true }),
  );
  await settled();
}
const centre = (element: Element) => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { clientX: left + width / 2, clientY: top + height / 2 };
};
const pointer = (type: string, at: object, more: object = {}) =>
  new PointerEvent(type, { bubbles: true, composed: true, isPrimary: true, button: 0, ...at, ...more });

describe('pipeline', () => {
  for (const theme of ['light', 'dark']) {
    it(`is accessible: ${theme}`, async () => {
      const { element } = await show({}, { theme });
      await expect(element).to.be.accessible();
    });
  }

  it('moves a card by keys, tells each step, and keeps the focus on it', async () => {
    const { root, client } = await show();
    cardOf(root, JOHN).focus();
    await key(root, ' ');
    expect(said(root)).to.contain('14 Maple Court lifted. Qualified, place 1 of 1');
    await key(root, 'ArrowLeft');
    await key(root, 'ArrowLeft');
    await key(root, 'ArrowDown');
    expect(said(root)).to.contain('New, place 2 of 3');
    await key(root, ' ');
    await settled();
    expect(ids(root, NEW)[1]).to.eql(JOHN);
    expect((root.activeElement as HTMLElement | null)?.dataset['id']).to.eql(JOHN);
    expect(client.calls.at(-1)?.args[1]).to.contain({ from: QUALIFIED, stage_id: NEW });
  });

  it('puts a lifted card back at Escape, and asks the server nothing', async () => {
    const { root, client } = await show();
    cardOf(root, JOHN).focus();
    for (const name of [' ', 'ArrowLeft', 'Escape']) await key(root, name);
    expect(said(root)).to.contain('back where it was');
    expect(ids(root, QUALIFIED)).to.eql([JOHN]);
    expect(client.calls.some(({ method }) => method === 'moveOpportunity')).to.eql(false);
  });

  it('turns left and right around with the writing', async () => {
    const { root } = await show({}, { locale: 'ar' });
    await waitUntil(() => find(root, '.root').dir === 'rtl');
    cardOf(root, JOHN).focus();
    for (const name of [' ', 'ArrowRight', ' ']) await key(root, name);
    expect(ids(root, fakeId('2', 0, 1))[0]).to.eql(JOHN);
  });

  it('is dragged with a mouse, and shows where the card would land', async () => {
    const { root, element } = await show();
    let moved: unknown;
    element.addEventListener('card-moved', (event) => (moved = event.detail.fromStageId));
    const card = cardOf(root, JOHN);
    card.dispatchEvent(pointer('pointerdown', centre(card)));
    const target = cardOf(root, ids(root, NEW)[1] as string);
    const { clientX } = centre(target);
    const clientY = target.getBoundingClientRect().bottom + 30;
    window.dispatchEvent(pointer('pointermove', { clientX, clientY }));
    await settled();
    expect(find(root, `[data-stage="${NEW}"] .marker`).checkVisibility()).to.eql(true);
    expect(find(root, '.drag-ghost').checkVisibility()).to.eql(true);
    window.dispatchEvent(pointer('pointerup', { clientX, clientY }));
    await settled();
    expect(ids(root, NEW)[2]).to.eql(JOHN);
    await waitUntil(() => moved === QUALIFIED);
  });

  it('is scrolled, not dragged, by a finger that moves at once', async () => {
    const { root } = await show();
    const card = cardOf(root, JOHN);
    const at = centre(card);
    card.dispatchEvent(pointer('pointerdown', at, { pointerType: 'touch' }));
    window.dispatchEvent(
      pointer('pointermove', { ...at, clientY: at.clientY + 40 }, { pointerType: 'touch' }),
    );
    await settled();
    expect(root.querySelector('.drag-ghost')).to.eql(null);
  });

  it('is dragged by a finger that rests', async () => {
    const { root } = await show();
    const card = cardOf(root, JOHN);
    card.dispatchEvent(pointer('pointerdown', centre(card), { pointerType: 'touch' }));
    await waitUntil(() => root.querySelector('.drag-ghost') !== null);
    window.dispatchEvent(
      pointer('pointermove', centre(cardOf(root, ids(root, NEW)[0] as string)), { pointerType: 'touch' }),
    );
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    await settled();
    expect(ids(root, QUALIFIED)).to.eql([JOHN]);
    expect(root.querySelector('.drag-ghost')).to.eql(null);
  });

  it('goes back with words when the server refuses', async () => {
    const { root } = await show({}, {}, (client) =>
      client.fail(
        'moveOpportunity',
        new ApiError('not_found', 404, 'This card is gone: someone else has deleted it.'),
      ),
    );
    cardOf(root, JOHN).focus();
    for (const name of [' ', 'ArrowLeft', ' ']) await key(root, name);
    await waitUntil(() => root.querySelector('[role=alert]') !== null);
    expect(find(root, '[role=alert]').textContent).to.contain(
      '14 Maple Court was not moved. This card is gone',
    );
  });

  it('tells the host to call, to write and to open, once each', async () => {
    const { element, root } = await show();
    const told: string[] = [];
    for (const name of ['call-start', 'message-start', 'contact-open'] as const) {
      element.addEventListener(name, (event) => {
        event.preventDefault();
        told.push(`${name} ${event.detail.contactId === fakeId('c', 0)}`);
      });
    }
    const card = cardOf(root, JOHN);
    for (const part of ['call', 'text', 'card-name']) find(card, `[part=${part}]`).click();
    card.focus();
    await key(root, 'Enter');
    expect(told).to.eql(['call-start true', 'message-start true', 'contact-open true', 'contact-open true']);
  });

  it('offers no call to who does not want one', async () => {
    const { root } = await show();
    const call = find<HTMLButtonElement>(cardOf(root, fakeId('3', 3)), '[part=call]');
    expect([call.disabled, call.title.includes('does not want to be called')]).to.eql([true, true]);
  });

  it('loads a stage on as it is scrolled', async () => {
    const { root } = await show({ cards: 60 });
    const list = find(root, `[data-stage="${NEW}"] .cards`);
    expect(ids(root, NEW).length).to.eql(25);
    list.scrollTop = list.scrollHeight;
    await waitUntil(() => ids(root, NEW).length === 50);
  });

  it('shows one stage at a time where there is room for one, with a way to each', async () => {
    const { root } = await show({}, { width: 390 });
    const board = find(root, '.board');
    await waitUntil(() => find(root, '.column').clientWidth === board.clientWidth);
    const [, second] = root.querySelectorAll<HTMLElement>('.stages button');
    second?.click();
    await waitUntil(() => Math.round(board.scrollLeft) === board.clientWidth);
    expect(second?.getAttribute('aria-current')).to.eql('true');
  });

  it('cannot be changed when it is only to be read', async () => {
    const { element, root } = await show();
    element.readOnly = true;
    await settled();
    cardOf(root, JOHN).focus();
    await key(root, ' ');
    expect(root.querySelector('.lifted')).to.eql(null);
  });
});
