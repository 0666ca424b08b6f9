import { html } from 'lit';
import { expect, find, settled, stage, waitUntil, type Stage } from '../../testing/browser.ts';
import type { FakeOptions } from '../../testing/fake-client.ts';
import { ANA, fakeId } from '../../testing/people.ts';
import type { Contacts } from './contacts.ts';

const MANAGER = { member: { ...ANA, role: 'manager' as const } };

async function table(options: FakeOptions = {}, width = 1100): Promise<Stage<Contacts>> {
  const staged = await stage<Contacts>(() => html`<test-contacts></test-contacts>`, options);
  staged.element.style.cssText = `height: 600px; width: ${width}px`;
  await waitUntil(() => staged.root.querySelector('.window > .wait') === null && rows(staged).length > 0);
  await settled();
  return staged;
}
const rows = ({ root }: Pick<Stage<Contacts>, 'root'>) => [
  ...root.querySelectorAll<HTMLElement>('.window > [role=row]'),
];
const names = (staged: Stage<Contacts>) =>
  rows(staged).map((row) => row.querySelector('.name, b')?.textContent.trim() ?? '');
const grid = ({ root }: Stage<Contacts>) => find(root, '[role=grid]');
const key = (staged: Stage<Contacts>, name: string, more: KeyboardEventInit = {}) =>
  grid(staged).dispatchEvent(
    new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...more }),
  );
const chosen = (staged: Stage<Contacts>) => staged.element.list!.selection;
const button = ({ root }: Stage<Contacts>, name: string) =>
  [...root.querySelectorAll<HTMLButtonElement>('button')].find((one) => one.textContent.trim() === name)!;

describe('<contacts>', () => {
  it('can be used by everyone, with rows, columns and their number said', async () => {
    const staged = await table();
    await expect(staged.element).to.be.accessible();
    expect(grid(staged).getAttribute('aria-rowcount')).to.eql(String(rows(staged).length + 1));
    expect(rows(staged)[0]!.getAttribute('aria-rowindex')).to.eql('2');
  });

  it('draws few of many, uses their nodes again, and reaches the last of a million', async () => {
    const staged = await table({ crowd: 1_000_000 });
    const { list } = staged.element;
    // as far as a thousand people, page by page
    const scroller = grid(staged);
    const nodes = new Set(rows(staged));
    const most = nodes.size;
    for (let n = 0; n < 12; n += 1) {
      scroller.scrollTop = scroller.scrollHeight;
      await waitUntil(() => list!.length >= (n + 1) * 100);
      await settled();
      for (const row of rows(staged)) nodes.add(row);
    }
    expect(list!.length).to.be.greaterThan(1000);
    expect(rows(staged).length).to.be.lessThan(60);
    expect(nodes.size - most).to.be.lessThan(20);
    expect(list!.loaded.length).to.be.lessThan(1000);
    // back at the top, the pages that were forgotten are asked for again
    key(staged, 'Home');
    await waitUntil(() => names(staged)[0]!.includes('John Smith'));
  });

  it('fills the rows of a jump over several frames, those in view first', async () => {
    const staged = await table({ crowd: 300 });
    const { list } = staged.element;
    const scroller = grid(staged);
    scroller.scrollTop = scroller.scrollHeight;
    await waitUntil(() => list!.length >= 200 && list!.at(150) !== undefined);
    await settled();
    const empty = () => rows(staged).filter((row) => row.matches('.wait')).length;
    const shown = () => names(staged).filter((_, nth) => !rows(staged)[nth]!.matches('.wait'));
    scroller.scrollTop = 0;
    scroller.dispatchEvent(new Event('scroll'));
    expect(empty()).to.be.greaterThan(0);
    expect(shown().length).to.be.greaterThan(5);
    expect(shown()[0]!).to.contain('John Smith');
    await waitUntil(() => empty() === 0);
    expect(rows(staged)[0]!.getAttribute('aria-busy')).to.eql(null);
  });

  it('keeps the names in view while one scrolls sideways', async () => {
    const staged = await table({}, 700);
    const scroller = grid(staged);
    const left = (selector: string) =>
      Math.round(
        find(rows(staged)[1]!, selector).getBoundingClientRect().left - scroller.getBoundingClientRect().left,
      );
    expect(left('.name')).to.eql(44);
    const phone = left('.text');
    scroller.scrollLeft = 150;
    await settled();
    expect([left('.tick'), left('.name'), left('.text')]).to.eql([0, 44, phone - 150]);
  });

  it('is worked by keyboard alone', async () => {
    const staged = await table();
    let opened = '';
    staged.element.addEventListener('contact-open', (event) => (opened = event.detail.contactId));
    key(staged, 'ArrowDown');
    key(staged, 'Enter');
    expect(opened).to.eql(fakeId('c', 1));
    key(staged, ' ');
    await settled();
    key(staged, 'ArrowDown', { shiftKey: true });
    key(staged, 'ArrowDown', { shiftKey: true });
    await waitUntil(() => chosen(staged).ids.size === 3);
    key(staged, 'a', { ctrlKey: true });
    await settled();
    expect(chosen(staged).all).to.eql(true);
    await waitUntil(() => staged.root.querySelector('[part=bulk]') !== null);
    expect(find(staged.root, '[part=bulk]').textContent).to.match(/All \d+ of this view are selected/);
    key(staged, 'Escape');
    expect(chosen(staged).empty).to.eql(true);
    key(staged, 'End');
    await settled();
    expect(grid(staged).getAttribute('aria-activedescendant')).to.eql(
      `row-${staged.element.list!.length - 1}`,
    );
  });

  it('sorts by a head, and remembers it', async () => {
    const staged = await table();
    find(staged.root, '.head .sort').click();
    await waitUntil(() => names(staged)[0]!.match(/A/) !== null && staged.element.list!.view.sort === 'name');
    await waitUntil(() => staged.root.querySelector('[aria-sort=ascending]') !== null);
    expect(localStorage.getItem('pb:columns:harbor:u1:')).to.contain('"sort":"name"');
  });

  it('makes a column wider by keyboard', async () => {
    const staged = await table();
    const grip = find(staged.root, '.grip');
    const before = Number(grip.getAttribute('aria-valuenow'));
    grip.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    await settled();
    expect(Number(grip.getAttribute('aria-valuenow'))).to.eql(before + 16);
  });

  it('tags whom one has chosen, shows how far that is, and what came of it', async () => {
    const staged = await table();
    find(rows(staged)[1]!, '[data-tick]').click();
    await waitUntil(() => staged.root.querySelector('[part=bulk]') !== null);
    button(staged, 'Tag').click();
    await settled();
    find<HTMLInputElement>(staged.root, 'input[name=tags]').value = 'Spring, Spring , Hot';
    find<HTMLFormElement>(staged.root, '[part=bulk] form').requestSubmit();
    await waitUntil(() => staged.client.calls.some(({ method }) => method === 'startJob'));
    const [started] = staged.client.calls.find(({ method }) => method === 'startJob')!.args as [
      { target: object; action: object },
    ];
    expect(started.target).to.eql({ ids: [fakeId('c', 1)] });
    expect(started.action).to.eql({ type: 'add_tags', tags: ['Spring', 'Hot'] });
    await waitUntil(() => staged.root.querySelector('[part=job]')?.textContent?.includes('Done: 1 person'));
    await waitUntil(() => rows(staged)[1]!.textContent.includes('Spring'));
  });

  describe('starting a workflow for many', () => {
    const asked = async (chooseAll = true) => {
      const staged = await table({ me: MANAGER });
      if (chooseAll) key(staged, 'a', { ctrlKey: true });
      else find(rows(staged)[1]!, '[data-tick]').click();
      await waitUntil(() => button(staged, 'Start workflow…') !== undefined);
      button(staged, 'Start workflow…').click();
      await waitUntil(() => staged.root.querySelector('.counted b'));
      return staged;
    };

    it('says how many enter and why the others do not, before it starts', async () => {
      const staged = await asked();
      const total = staged.element.list!.count!;
      const counted = find(staged.root, '.counted').textContent;
      expect(counted).to.contain(`${total - 1} people enter`);
      expect(counted).to.contain('1 is in it already');
      expect(staged.client.calls.some(({ method }) => method === 'startJob')).to.eql(false);
    });

    it('counts anew for another workflow, and offers only those that are published', async () => {
      const staged = await asked(false);
      const select = find<HTMLSelectElement>(staged.root, 'select[name=workflow]');
      expect([...select.options].map(({ text }) => text.trim())).to.eql([
        'Five Days of Joy',
        'Birthday video (paused)',
      ]);
      select.value = select.options[1]!.value;
      select.dispatchEvent(new Event('change'));
      await waitUntil(() => find(staged.root, '.counted').textContent.includes('It is paused'));
    });

    it('runs as a job, and says what came of it', async () => {
      const staged = await asked();
      const total = staged.element.list!.count!;
      find(staged.root, 'dialog .primary').click();
      await waitUntil(() => staged.root.querySelector('dialog') === null);
      const { args } = staged.client.calls.find(({ method }) => method === 'startJob')!;
      const [started] = args as [{ target: object; action: { type: string } }];
      expect(started.action.type).to.eql('enroll');
      await waitUntil(() =>
        staged.root
          .querySelector('[part=job]')
          ?.textContent?.includes(`${total - 1} people entered · 1 did not`),
      );
      expect(chosen(staged).empty).to.eql(true);
    });

    it('stays open and says why when it was refused, and who was chosen stays chosen', async () => {
      const staged = await asked(false);
      staged.client.fail('startJob', 'network', 1);
      find(staged.root, 'dialog .primary').click();
      await waitUntil(() => staged.root.querySelector('dialog [role=alert]'));
      expect(chosen(staged).ids.size).to.eql(1);
    });

    it('is for managers', async () => {
      const agent = await table();
      key(agent, 'a', { ctrlKey: true });
      await waitUntil(() => agent.root.querySelector('[part=bulk]') !== null);
      expect(button(agent, 'Start workflow…')).to.eql(undefined);
    });
  });

  it('asks for the number in words before it deletes, and only managers', async () => {
    const agent = await table();
    key(agent, 'a', { ctrlKey: true });
    await waitUntil(() => agent.root.querySelector('[part=bulk]') !== null);
    expect(button(agent, 'Delete')).to.eql(undefined);
    expect(button(agent, 'Export')).to.eql(undefined);
    agent.provider.remove();

    const staged = await table({ me: MANAGER });
    key(staged, 'a', { ctrlKey: true });
    await waitUntil(() => button(staged, 'Delete') !== undefined);
    button(staged, 'Delete').click();
    await waitUntil(() => staged.root.querySelector('dialog')?.open);
    const submit = button(staged, 'Delete for ever');
    expect(submit.disabled).to.eql(true);
    const input = find<HTMLInputElement>(staged.root, 'dialog input');
    input.value = `${staged.element.list!.count} people`;
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await settled();
    expect(submit.disabled).to.eql(false);
    submit.click();
    await waitUntil(() => staged.element.list!.length === 0);
  });

  it('merges two and takes it back', async () => {
    const staged = await table({ me: MANAGER });
    const before = staged.element.list!.length;
    for (const nth of [0, 1]) {
      find(rows(staged)[nth]!, '[data-tick]').click();
      await settled();
    }
    await waitUntil(() => button(staged, 'Merge') !== undefined);
    button(staged, 'Merge').click();
    await waitUntil(() => staged.root.querySelector('dialog')?.open);
    find<HTMLFormElement>(staged.root, 'dialog form').requestSubmit();
    await waitUntil(() => staged.element.list!.length === before - 1);
    button(staged, 'Undo').click();
    await waitUntil(() => staged.element.list!.length === before);
  });

  it('is a list of cards on a phone, chosen by a long press', async () => {
    const staged = await table({}, 380);
    await waitUntil(() => staged.root.querySelector('.card') !== null);
    const second = rows(staged)[1]!;
    second.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, pointerType: 'touch' }));
    await waitUntil(() => chosen(staged).ids.size === 1);
    second.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, pointerType: 'touch' }));
    await expect(staged.element).to.be.accessible();
  });

  it('hides and moves columns', async () => {
    const staged = await table();
    button(staged, 'Columns').click();
    await waitUntil(() => staged.root.querySelector('dialog')?.open);
    const heads = () =>
      [...staged.root.querySelectorAll('.head [role=columnheader]')].map((head) => head.textContent.trim());
    expect(heads()[2]).to.eql('Phone');
    find(staged.root, '[aria-label="Move Phone down"]').click();
    await settled();
    expect(heads().slice(2, 4)).to.eql(['Email', 'Phone']);
    find(staged.root, 'dialog input[type=checkbox]').click();
    await settled();
    expect(heads()[2]).to.eql('Phone');
  });
});
