import { html } from '@open-wc/testing';
import { expect, find, settled, stage, waitUntil } from '../../testing/browser.ts';
import { ApiError } from '../../client/errors.ts';
import { ANA, CONTACT_FIELDS, fakeId, HARBOR_BRAND, type FakeClient } from '../../testing/index.ts';
import type { ContactPanel } from './contact-panel.ts';

const show = (person = 0, attributes = {}) =>
  stage<ContactPanel>(
    () => html`<test-contact-panel contact-id=${fakeId('c', person)}></test-contact-panel>`,
    { brand: HARBOR_BRAND },
    attributes,
  ).then(async (all) => (await settled(), all));
const enter = (field: HTMLInputElement, value: string) => {
  field.value = value;
  field.dispatchEvent(new Event('change', { bubbles: true }));
  field.blur();
};

describe('contact-panel', () => {
  for (const theme of ['light', 'dark']) {
    it(`is accessible: ${theme}`, async () => {
      const { element } = await show(3, { theme });
      await expect(element).to.be.accessible();
    });
  }

  it('shows who it is, and what they agreed to', async () => {
    const { root } = await show();
    expect(find(root, 'h2').textContent).to.eql('John Smith');
    expect(find(root, '[part=fields]').textContent).to.contain('john.smith@example.com');
    expect([...root.querySelectorAll('[part=consent]')].map((chip) => chip.textContent?.trim())).to.eql([
      'Texts',
      'Calls',
      'Email not asked',
    ]);
  });

  it('breaks an address after its @ and its dots alone', async () => {
    const { client, element, root } = await show();
    element.style.setProperty('width', '240px');
    await client.updateContact(fakeId('c', 0), { email: 'marisol.trevino@realestate.example.com' });
    await waitUntil(() => root.textContent?.includes('realestate'));
    const value = root.querySelector('.value span[aria-hidden]');
    const lines = [...(value?.childNodes ?? [])].flatMap((node) => {
      if (!(node instanceof Text) || node.data === '') return [];
      const range = document.createRange();
      range.selectNode(node);
      return [range.getClientRects().length];
    });
    expect(lines).to.eql([1, 1, 1, 1, 1]);
    expect(value?.getClientRects().length ?? 0).to.be.greaterThan(1);
  });

  it('edits a field in place', async () => {
    const { client, root } = await show();
    [...root.querySelectorAll<HTMLElement>('button.value')]
      .find((value) => value.textContent?.includes('@'))
      ?.click();
    await settled();
    enter(find<HTMLInputElement>(root, 'dl .field'), 'js@example.com');
    await waitUntil(() => root.textContent?.includes('js@example.com'));
    expect(client.calls.find(({ method }) => method === 'updateContact')?.args[1]).to.eql({
      email: 'js@example.com',
    });
  });

  it('takes a refused change back and says why', async () => {
    const { client, root } = await show();
    client.fail('updateContact', 'network', 1);
    find(root, '[part=tag] button').click();
    await waitUntil(() => root.querySelector('[role=alert]') !== null);
    expect(find(root, '[part=tags]').textContent).to.contain('Qualified');
  });

  const withFields = () =>
    stage<ContactPanel>(() => html`<test-contact-panel contact-id=${fakeId('c', 0)}></test-contact-panel>`, {
      brand: HARBOR_BRAND,
      contactFields: CONTACT_FIELDS,
    }).then(async (all) => (await settled(), all));
  const lastChange = (client: FakeClient) =>
    client.calls.filter(({ method }) => method === 'updateContact').at(-1)?.args[1];

  it('shows birthday, owner, score and the account’s own fields, and stays accessible', async () => {
    const { element, root } = await withFields();
    const shown = root.textContent ?? '';
    for (const text of ['May 12', '62', 'Kind of home', 'Do not call']) expect(shown).to.contain(text);
    await expect(element).to.be.accessible();
  });

  it('saves a birthday without a year as it is typed', async () => {
    const { client, root } = await withFields();
    find(root, 'button[title="Edit Birthday"]').click();
    await settled();
    enter(find<HTMLInputElement>(root, 'input[aria-label=Birthday]'), '02-29');
    await waitUntil(() => root.textContent?.includes('February 29'));
    expect(lastChange(client)).to.eql({ birthday: '--02-29' });
  });

  it('gives every type of field the input that fits it', async () => {
    const { client, root } = await withFields();
    const pick = async (select: string, value: string) => {
      const input = find<HTMLSelectElement>(root, `select[aria-label="${select}"]`);
      input.value = value;
      input.dispatchEvent(new Event('change'));
      await settled();
    };
    await pick('Owner', ANA.id);
    expect(lastChange(client)).to.eql({ owner_id: ANA.id });
    await pick('Kind of home', 'flat');
    expect(lastChange(client)).to.eql({ fields: { Budget: '$420,000', kind: 'flat' } });
    for (const [label, type] of [
      ['Rooms', 'number'],
      ['Moves in', 'date'],
      ['Site', 'url'],
      ['Agent', 'tel'],
    ]) {
      find(root, `button[title="Edit ${label}"]`).click();
      await settled();
      const input = find<HTMLInputElement>(root, `input[aria-label="${label}"]`);
      expect(input.type).to.eql(type);
      input.blur();
      await settled();
    }
    find<HTMLInputElement>(root, '[aria-label=Wishes] input').click();
    await settled();
    expect(lastChange(client)).to.eql({ fields: { Budget: '$420,000', kind: 'flat', wishes: ['garden'] } });
    find<HTMLInputElement>(root, 'input[aria-label="Do not call"]').click();
    await settled();
    expect(lastChange(client)).to.eql({ do_not_call: true });
  });

  it('says that a contact is gone which was deleted or merged elsewhere', async () => {
    const { client, root } = await show();
    client.fail('getContact', new ApiError('contact_merged', 410, ''));
    client.emit({ type: 'contact.merged', contact_id: fakeId('c', 0) });
    await waitUntil(() => root.textContent?.includes('This contact is gone'));
    expect(root.querySelector('h2')).to.eql(null);
  });

  it('adds a tag', async () => {
    const { root } = await show();
    find(root, '[part=add-tag]').click();
    await settled();
    const field = find<HTMLInputElement>(root, '.tags .field');
    field.value = 'VIP';
    field.blur();
    await waitUntil(() => find(root, '[part=tags]').textContent?.includes('VIP'));
  });

  it('fetches the timeline when it is opened', async () => {
    const { client, root } = await show();
    expect(client.calls.some(({ method }) => method === 'getTimeline')).to.eql(false);
    find(root, '.toggle').click();
    await waitUntil(() =>
      root.querySelector('test-timeline')?.shadowRoot?.textContent?.includes('Changed: Stage and Email'),
    );
    expect(find(root, '.toggle').getAttribute('aria-expanded')).to.eql('true');
  });

  it('opens the consent record', async () => {
    const { element, root } = await show(3);
    element.showConsent();
    await settled();
    expect(find(root, '[part=records]').textContent).to.contain('STOP');
  });

  const press = async (root: ShadowRoot, label: string) => {
    [...root.querySelectorAll<HTMLElement>('.consent button')]
      .find(({ textContent }) => textContent?.trim() === label)!
      .click();
    await settled();
  };
  const labels = (root: ShadowRoot) =>
    [...root.querySelectorAll('.acts button')].map((button) => button.textContent?.trim());

  it('asks for consent where there is none in writing, and says that it waits', async () => {
    const { client, root } = await show();
    expect(labels(root)).not.to.include('Ask for consent');
    await client.recordConsent(fakeId('c', 0), { action: 'grant', kind: 'implied' });
    await waitUntil(() => labels(root).includes('Ask for consent'));
    await press(root, 'Ask for consent');
    await waitUntil(() => root.querySelector('[part=asked]') !== null);
    expect(find(root, '[part=asked]').textContent).to.contain('waiting for the answer until');
    expect(client.calls.find(({ method }) => method === 'requestConsent')?.args[1]).to.eql({ via: 'sms' });
    await press(root, 'Ask for consent');
    await waitUntil(() => root.querySelector('[role=alert]') !== null);
  });

  it('copies the preference link, or shows it where it may not', async () => {
    const { root } = await show();
    const copied: string[] = [];
    const { clipboard } = navigator;
    const write = clipboard.writeText;
    try {
      clipboard.writeText = async (text) => void copied.push(text);
      await press(root, 'Copy preference link');
      await waitUntil(() => find(root, '.consent [role=status]').textContent?.includes('copied'));
      expect(copied).to.have.length(1);
      clipboard.writeText = () => Promise.reject(new Error('not allowed'));
      await press(root, 'Copy preference link');
      await waitUntil(() => root.querySelector('.consent input[readonly]') !== null);
      expect(find<HTMLInputElement>(root, '.consent input[readonly]').value).to.eql(copied[0]);
    } finally {
      clipboard.writeText = write;
    }
  });

  it('records what was agreed to, with its kind', async () => {
    const { client, root } = await show(3);
    await press(root, 'Record consent');
    find<HTMLSelectElement>(root, 'select[name=kind]').value = 'express_written';
    find<HTMLInputElement>(root, 'input[name=wording]').value = 'Form of May 3';
    find<HTMLFormElement>(root, '.consent form').requestSubmit();
    await waitUntil(() => client.calls.some(({ method }) => method === 'recordConsent'));
    expect(client.calls.find(({ method }) => method === 'recordConsent')?.args[1]).to.eql({
      channel: 'sms',
      action: 'grant',
      kind: 'express_written',
      wording: 'Form of May 3',
    });
  });

  it('takes tasks and notes, with colleagues mentioned by choice', async () => {
    const { root, client } = await show();
    await waitUntil(() => root.querySelector('[part=notes] textarea') !== null);
    const task = find<HTMLInputElement>(root, '[part=tasks] [name=title]');
    task.value = 'Call back';
    find<HTMLFormElement>(root, '[part=tasks] form').requestSubmit();
    await waitUntil(() => root.querySelector('[part=task]') !== null);
    find<HTMLInputElement>(root, '[part=task] input').click();
    await waitUntil(() => root.querySelector('[part=task]') === null);
    const note = find<HTMLTextAreaElement>(root, '[part=notes] textarea');
    note.value = 'Ask @dan';
    note.dispatchEvent(new InputEvent('input'));
    await waitUntil(() => root.querySelector('.colleagues button') !== null);
    find(root, '.colleagues button').click();
    await settled();
    find<HTMLFormElement>(root, '[part=notes] form').requestSubmit();
    await waitUntil(() => root.querySelector('[part=note]') !== null);
    expect(find(root, '[part=note] .text').textContent).to.contain('Ask @Dana Fox');
    const added = client.calls.find(({ method }) => method === 'addNote');
    expect(added?.args[1]).to.eql({ text: 'Ask <@u2>' });
  });
});
