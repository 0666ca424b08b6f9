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
    await waitUntil(() => root.querySelector('.grant') !== null);
    find<HTMLSelectElement>(root, 'select[name=kind]').value = 'express_written';
    find<HTMLInputElement>(root, 'input[name=wording]').value = 'Form of May 3';
    find<HTMLFormElement>(root, '.grant').requestSubmit();
    await waitUntil(() => client.calls.some(({ method }) => method === 'recordConsent'));
    expect(client.calls.find(({ method }) => method === 'recordConsent')?.args[1]).to.eql({
      channel: 'sms',
      action: 'grant',
      kind: 'express_written',
      wording: 'Form of May 3',
    });
    await waitUntil(() => root.querySelector('.grant') === null);
  });

  it('keeps what was typed about a consent that the server refuses, and says why', async () => {
    const { client, element, root } = await show(3);
    const why = 'What was said by mouth is not written. Record it as express.';
    client.fail('recordConsent', new ApiError('invalid_consent', 422, why), 1);
    await press(root, 'Record consent');
    await waitUntil(() => root.querySelector('.grant') !== null);
    const type = (name: string, value: string) => {
      find<HTMLInputElement>(root, `.grant [name=${name}]`).value = value;
    };
    type('source', 'verbal');
    type('wording', 'On the phone');
    type('proof', 'https://files.example.com/call.mp3');
    type('given', '2026-01-03');
    type('expires', '2099-01-03');
    await expect(element).to.be.accessible();
    find<HTMLFormElement>(root, '.grant').requestSubmit();
    await waitUntil(() => root.querySelector('.grant [role=alert]')?.textContent?.includes(why));
    expect(find<HTMLInputElement>(root, '.grant [name=wording]').value).to.eql('On the phone');
    expect(root.querySelectorAll('[role=alert]')).to.have.length(1);
    find<HTMLFormElement>(root, '.grant').requestSubmit();
    await waitUntil(() => root.querySelector('.grant') === null);
    const sent = client.calls.filter(({ method }) => method === 'recordConsent').at(-1)?.args[1];
    const { occurred_at, expires_at, proof, source } = sent as Record<string, string>;
    expect([source, proof]).to.eql(['verbal', { reference: 'https://files.example.com/call.mp3' }]);
    // by the account's clock, in Chicago; the whole of the last day counts
    expect([occurred_at, expires_at]).to.eql(['2026-01-03T18:00:00.000Z', '2099-01-04T05:59:00.000Z']);
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

  /** By what it is called; waits until it is there. */
  const button = async (root: ShadowRoot, label: string): Promise<HTMLElement> => {
    const named = () =>
      [...root.querySelectorAll<HTMLElement>('button')].find((one) =>
        [one.textContent?.trim(), one.getAttribute('aria-label'), one.title].includes(label),
      );
    await waitUntil(() => named() !== undefined, `no button "${label}"`);
    return named()!;
  };
  const open = async (root: ShadowRoot, label: string) => {
    (await button(root, label)).click();
    await settled();
  };
  const typeAddress = (root: ShadowRoot, address: string, label = '') => {
    const field = find<HTMLInputElement>(root, '.address [name=address]');
    field.value = address;
    field.dispatchEvent(new InputEvent('input'));
    find<HTMLInputElement>(root, '.address [name=label]').value = label;
    find<HTMLFormElement>(root, 'form.address').requestSubmit();
  };

  it('adds, changes, makes first and removes further numbers, one list at a time', async () => {
    const { client, element, root } = await show();
    await open(root, 'Add number');
    await expect(element).to.be.accessible();
    typeAddress(root, '+13125550999', 'work');
    await waitUntil(() => root.querySelector('form.address') === null);
    const work = { kind: 'phone', address: '+13125550999', label: 'work' };
    expect(lastChange(client)).to.eql({ addresses: [work] });
    await open(root, 'Edit (312) 555-0999');
    await open(root, 'Make first');
    await waitUntil(() => root.querySelector('form.address') === null);
    const before = { kind: 'phone', address: '+13125551234', label: null };
    expect(lastChange(client)).to.eql({ phone: '+13125550999', addresses: [before] });
    await open(root, 'Edit (312) 555-1234');
    [...root.querySelectorAll<HTMLElement>('.address button')]
      .find(({ textContent }) => textContent?.trim() === 'Remove')
      ?.click();
    await waitUntil(() => root.querySelector('form.address') === null);
    expect(lastChange(client)).to.eql({ addresses: [] });
  });

  it('says at the row whose number it is already, and opens that one', async () => {
    const { client, element, root } = await show();
    const opened: string[] = [];
    element.addEventListener('contact-open', (event) => opened.push(event.detail.contactId));
    const { phone } = await client.getContact(fakeId('c', 1));
    await open(root, 'Add number');
    typeAddress(root, phone ?? '');
    await waitUntil(() => root.querySelector('.address [role=alert]') !== null);
    expect(find(root, '.address [role=alert]').textContent).to.contain('Another contact has this number');
    expect(root.querySelectorAll('[role=alert]')).to.have.length(1);
    await open(root, 'Open that one');
    await waitUntil(() => find(root, 'h2').textContent === 'Sarah Jones');
    expect(opened).to.eql([fakeId('c', 1)]);
    await open(root, 'Back to John Smith');
    await waitUntil(() => find(root, 'h2').textContent === 'John Smith');
  });

  it('leaves it to a host that shows others itself', async () => {
    const { client, element, root } = await show();
    element.addEventListener('contact-open', (event) => event.preventDefault());
    await client.updateContact(fakeId('c', 1), { email: 'john.smith@example.com' });
    element.contactId = fakeId('c', 0);
    client.emit({ type: 'contact.updated', contact_id: fakeId('c', 0) });
    await client.updateContact(fakeId('c', 0), { stage: 'Seen' });
    await open(root, 'Open Sarah Jones');
    expect(find(root, 'h2').textContent).to.eql('John Smith');
  });

  const withTwin = async () => {
    const all = await stage<ContactPanel>(
      (client) => {
        void client.updateContact(fakeId('c', 1), { email: 'john.smith@example.com' });
        return html`<test-contact-panel contact-id=${fakeId('c', 0)}></test-contact-panel>`;
      },
      { me: { member: { ...ANA, role: 'manager' } } },
    );
    await waitUntil(() => all.root.querySelector('[part=duplicates]') !== null);
    return all;
  };

  it('names who may be the same person, merges the two as it is told, and undoes it', async () => {
    const { client, element, root } = await withTwin();
    expect(find(root, '[part=duplicates]').textContent?.replace(/\s+/g, ' ')).to.contain(
      'Sarah Jonessame email',
    );
    await expect(element).to.be.accessible();
    await open(root, 'Merge with Sarah Jones');
    const [, sarah] = root.querySelectorAll<HTMLInputElement>('dialog input[name=stays]');
    sarah?.click();
    await settled();
    expect(find(root, 'dialog').textContent).to.contain('John Smith becomes part of Sarah Jones');
    await expect(element).to.be.accessible();
    find<HTMLFormElement>(root, 'dialog form').requestSubmit();
    await waitUntil(() => root.querySelector('[part=merged]') !== null);
    expect(client.calls.find(({ method }) => method === 'mergeContacts')?.args).to.eql([
      fakeId('c', 1),
      fakeId('c', 0),
    ]);
    await waitUntil(() => find(root, 'h2').textContent === 'Sarah Jones');
    await open(root, 'Undo');
    await waitUntil(() => root.textContent?.includes('They are two again.'));
    await waitUntil(() => root.querySelector('[part=duplicates]') !== null);
  });

  it('says why two were not merged', async () => {
    const { client, root } = await withTwin();
    client.fail('mergeContacts', new ApiError('invalid_merge', 422, 'They are one already.'));
    await open(root, 'Merge with Sarah Jones');
    find<HTMLFormElement>(root, 'dialog form').requestSubmit();
    await waitUntil(() => root.querySelector('[role=alert]') !== null);
    expect(find(root, '[role=alert]').textContent).to.contain('could not be merged. They are one already.');
  });

  it('deletes for managers only, once the name was typed', async () => {
    const { root: agents } = await show();
    await button(agents, 'Add number');
    expect(agents.querySelector('.remove')).to.eql(null);
    const { client, element, root } = await withTwin();
    const deleted: string[] = [];
    element.addEventListener('contact-delete', (event) => deleted.push(event.detail.contactId));
    await open(root, 'Delete contact');
    const dialog = find(root, 'dialog[part=confirm-delete]');
    expect(dialog.textContent).to.contain('an opt-out is kept');
    find<HTMLFormElement>(dialog, 'form').requestSubmit();
    await settled();
    expect(client.calls.some(({ method }) => method === 'deleteContact')).to.eql(false);
    const field = find<HTMLInputElement>(root, 'dialog input[name=words]');
    field.value = 'john smith';
    field.dispatchEvent(new InputEvent('input'));
    await settled();
    await expect(element).to.be.accessible();
    find<HTMLFormElement>(root, 'dialog form').requestSubmit();
    await waitUntil(() => root.textContent?.includes('This contact is gone'));
    await waitUntil(() => deleted.length === 1);
  });

  it('shows the questionnaire as questions and answers', async () => {
    const { client, root } = await show();
    await client.updateContact(fakeId('c', 0), {
      profile: { 'What worries you most?': 'The schools', home_feeling: ['calm', 'light'], pets: true },
    });
    await waitUntil(() => root.querySelector('[part=profile]') !== null);
    expect([...root.querySelectorAll('[part=profile] dl > *')].map((one) => one.textContent)).to.eql([
      'What worries you most?',
      'The schools',
      'Home feeling',
      'calm, light',
      'Pets',
      'Yes',
    ]);
  });

  it('sends a video to the contact', async () => {
    const { root } = await show();
    find(root, '.top [part=video]').click();
    await waitUntil(() => root.querySelectorAll('.ways button').length === 3);
    expect(find(root, 'dialog h2').textContent).to.contain('Send a video to John Smith');
  });
});
