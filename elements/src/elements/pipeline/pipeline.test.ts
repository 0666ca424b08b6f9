import { html } from '@open-wc/testing';
import { expect, find, settled, stage, waitUntil } from '../../testing/browser.ts';
import { ApiError } from '../../client/errors.ts';
import { ANA, fakeId, type FakeClient, type FakeOptions } from '../../testing/index.ts';
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

  const MANAGER: FakeOptions = { me: { member: { ...ANA, role: 'manager' } } };
  const [CONTACTED, WON, LOST] = [fakeId('2', 0, 1), fakeId('2', 0, 3), fakeId('2', 0, 4)];
  const press = async (root: ParentNode, label: string): Promise<void> => {
    const named = () =>
      [...root.querySelectorAll<HTMLElement>('button')].find((one) =>
        [one.getAttribute('aria-label'), one.textContent?.trim()].includes(label),
      );
    await waitUntil(() => named() !== undefined, `no button "${label}"`);
    named()!.click();
    await settled();
  };
  const dialog = async (root: ShadowRoot): Promise<HTMLDialogElement> => {
    await waitUntil(() => root.querySelector('dialog')?.open);
    return find<HTMLDialogElement>(root, 'dialog');
  };
  const fill = (root: ParentNode, name: string, value: string) => {
    const field = find<HTMLInputElement>(root, `[name=${name}]`);
    field.value = value;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  };
  const lastOf = (client: FakeClient, name: string) =>
    client.calls.filter(({ method }) => method === name).at(-1)?.args;
  const gone = (root: ShadowRoot) => waitUntil(() => root.querySelector('dialog') === null);

  it('adds a card for a person who was looked for, with what it is worth in cents', async () => {
    const { client, element, root } = await show();
    await press(root, 'Add a card to Contacted');
    const form = await dialog(root);
    find<HTMLFormElement>(form, 'form').requestSubmit();
    await waitUntil(() => form.textContent?.includes('Choose a person first.'));
    fill(form, 'contact', 'nora');
    await waitUntil(() => form.querySelector('.found .item') !== null);
    await expect(element).to.be.accessible();
    find(form, '.found .item').click();
    await settled();
    fill(form, 'name', 'Cottage');
    fill(form, 'value', '1.15');
    find<HTMLSelectElement>(form, '[name=owner]').value = ANA.id;
    fill(form, 'closes', '2027-01-31');
    find<HTMLFormElement>(form, 'form').requestSubmit();
    await gone(root);
    const [sent] = lastOf(client, 'createOpportunity') as [Record<string, unknown>];
    expect({ ...sent, id: null, contact_id: null }).to.eql({
      id: null,
      contact_id: null,
      stage_id: CONTACTED,
      name: 'Cottage',
      value: 115,
      currency: 'USD',
      owner_id: ANA.id,
      expected_close: '2027-01-31',
    });
    await waitUntil(() => root.textContent?.includes('Cottage'));
    expect(said(root)).to.contain('Cottage added.');
  });

  it('edits a card, and says when somebody else was faster', async () => {
    const { client, element, root } = await show();
    await press(cardOf(root, JOHN), 'Edit 14 Maple Court');
    const form = await dialog(root);
    await expect(element).to.be.accessible();
    expect(find<HTMLInputElement>(form, '[name=value]').value).to.eql('420000');
    client.fail('updateOpportunity', new ApiError('edited_elsewhere', 412, 'Someone was faster.'), 1);
    fill(form, 'name', '15 Maple Court');
    fill(form, 'value', '');
    find<HTMLFormElement>(form, 'form').requestSubmit();
    await waitUntil(() => form.textContent?.includes('The card was not saved. Someone was faster.'));
    expect(find<HTMLInputElement>(form, '[name=name]').value).to.eql('15 Maple Court');
    find<HTMLFormElement>(form, 'form').requestSubmit();
    await gone(root);
    const [, patch, version] = lastOf(client, 'updateOpportunity') as [string, object, number];
    expect(patch).to.contain({ name: '15 Maple Court', value: null, currency: null });
    expect(version).to.eql(1);
    await waitUntil(() => cardOf(root, JOHN).textContent?.includes('15 Maple Court'));
  });

  it('wins and loses a card with one press, and tells the host', async () => {
    const { element, root } = await show();
    const moved: string[] = [];
    element.addEventListener('card-moved', (event) => moved.push(event.detail.opportunity.stage_id));
    await press(cardOf(root, JOHN), '14 Maple Court is won');
    await waitUntil(() => ids(root, WON)[0] === JOHN);
    await waitUntil(() => moved.length === 1);
    await press(cardOf(root, JOHN), '14 Maple Court is lost');
    await waitUntil(() => ids(root, LOST)[0] === JOHN && moved.length === 2);
    expect(moved).to.eql([WON, LOST]);
    expect(cardOf(root, JOHN).textContent).not.to.contain('is lost');
  });

  it('deletes a card after it was asked twice', async () => {
    const { client, root } = await show();
    await press(cardOf(root, JOHN), 'Edit 14 Maple Court');
    const form = await dialog(root);
    await press(form, 'Delete card');
    expect(lastOf(client, 'deleteOpportunity')).to.eql(undefined);
    await press(form, 'Delete for good; the person stays');
    await gone(root);
    await waitUntil(() => ids(root, QUALIFIED).length === 0);
  });

  it('offers stages and pipelines to managers only, and nothing to who may only read', async () => {
    const { element, root } = await show();
    const labels = () => [...root.querySelectorAll('button')].map((one) => one.getAttribute('aria-label'));
    expect(labels()).not.to.include('Edit stages');
    element.readOnly = true;
    await settled();
    expect([root.querySelector('.quick'), root.querySelector('.bar .primary')]).to.eql([null, null]);
  });

  it('changes all stages at once, and asks where the cards of one go that is removed', async () => {
    const { client, element, root } = await show(MANAGER);
    await press(root, 'Edit stages');
    const form = await dialog(root);
    await press(form, 'Move Qualified up');
    await press(form, 'Remove New');
    expect(form.textContent).to.contain('Where do the cards of “New” go?');
    await press(form, 'Add stage');
    await expect(element).to.be.accessible();
    const titles = form.querySelectorAll<HTMLInputElement>('.title.field');
    titles[2]!.value = 'Offer';
    titles[2]!.dispatchEvent(new InputEvent('input'));
    find<HTMLFormElement>(form, 'form').requestSubmit();
    await gone(root);
    const [, patch, version] = lastOf(client, 'updatePipeline') as [
      string,
      { stages: { name: string }[]; move_cards: object },
      number,
    ];
    expect(patch.stages.map(({ name }) => name)).to.eql(['Qualified', 'Contacted', 'Offer', 'Won', 'Lost']);
    expect([patch.move_cards, version]).to.eql([{ [NEW]: QUALIFIED }, 1]);
    await waitUntil(() => ids(root, QUALIFIED).length === 3);
  });

  it('sends cards elsewhere when the stage goes too that they were to go to', async () => {
    const { client, root } = await show(MANAGER);
    await press(root, 'Edit stages');
    const form = await dialog(root);
    await press(form, 'Remove New');
    await press(form, 'Remove Contacted');
    find<HTMLFormElement>(form, 'form').requestSubmit();
    await gone(root);
    const [, patch] = lastOf(client, 'updatePipeline') as [string, { move_cards: object }];
    expect(patch.move_cards).to.eql({ [NEW]: QUALIFIED, [CONTACTED]: QUALIFIED });
  });

  it('makes another pipeline, shows it, and deletes it', async () => {
    const { client, root } = await show(MANAGER);
    await press(root, 'New pipeline');
    const form = await dialog(root);
    fill(form, 'name', 'Holiday homes');
    find<HTMLFormElement>(form, 'form').requestSubmit();
    await waitUntil(
      () => find<HTMLSelectElement>(root, '.pick').selectedOptions[0]?.text === 'Holiday homes',
    );
    await press(root, 'Edit stages');
    const edit = await dialog(root);
    await press(edit, 'Delete pipeline');
    await press(edit, 'Delete it for good');
    await waitUntil(
      () => root.querySelector('dialog') === null && root.textContent?.includes('14 Maple Court'),
    );
    expect(lastOf(client, 'deletePipeline')).not.to.eql(undefined);
  });
});
