import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { BASE_SEED } from '../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const post = (path: string, body?: unknown) => kit.request('POST', `/v1/contacts${path}`, { body });
const get = (path: string) => kit.request('GET', `/v1/contacts${path}`);
const merge = (id: string, other: string) => post(`/${id}/merge`, { with: other });
const undo = (id: string) => post(`/merges/${id}/undo`);

let last = 3_000;
const newPhone = () => `+1312555${(last += 1)}`;

async function person(fields: object = {}): Promise<string> {
  const { body } = await post('', { phone: newPhone(), ...fields });
  return body.id;
}

/** Whatever is kept of some people: rows of every kind, without what counts changes. */
async function everything(ids: string[]): Promise<Record<string, unknown>> {
  const of = (statement: string) => kit.admin(statement, [ids]);
  return {
    contacts: await of(
      `select to_jsonb(c) - 'version' - 'updated_at' as row from contacts c where contact_id = any($1) order by contact_id`,
    ),
    addresses: await of(`select * from contact_addresses where contact_id = any($1) order by kind, address`),
    conversations: await of(
      `select * from conversations where contact_id = any($1) order by conversation_id`,
    ),
    messages: await of(`select * from messages where contact_id = any($1) order by message_id`),
    cards: await of(`select * from opportunities where contact_id = any($1) order by opportunity_id`),
    tasks: await of(`select * from tasks where contact_id = any($1) order by task_id`),
    notes: await of(`select * from notes where contact_id = any($1) order by note_id`),
    notifications: await of(
      `select * from notifications where contact_id = any($1) order by notification_id`,
    ),
  };
}

/** A card, a task and a note, and what a member is told of them. */
async function busy(id: string, stage: string): Promise<void> {
  const ask = (path: string, body: object) => kit.request('POST', `/v1${path}`, { as: kit.a.manager, body });
  await kit.request('PATCH', `/v1/contacts/${id}`, { body: { stage } });
  const answers = [
    await ask('/opportunities', { contact_id: id, name: 'Roof', value: 1, currency: 'USD' }),
    await ask('/tasks', { contact_id: id, title: 'Call', assignee_id: 'alpha-agent' }),
    await ask(`/contacts/${id}/notes`, { text: 'Ask <@alpha-agent>' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
}

describe('duplicates', () => {
  it('are who has the same e-mail address in any form, or name and birthday, with the reason', async () => {
    const id = await person({
      first_name: 'Ana',
      last_name: 'Lopez',
      birthday: '1990-04-23',
      email: 'Ana@Example.com',
      addresses: [{ kind: 'email', address: 'ana@work.example' }],
    });
    const byEmail = await person({ email: 'ANA@WORK.example' });
    const byName = await person({ first_name: 'ana', last_name: 'LOPEZ', birthday: '--04-23' });
    const byBoth = await person({
      first_name: 'Ana',
      last_name: 'Lopez',
      birthday: '1990-04-23',
      email: 'ana@example.com',
    });
    await person({ first_name: 'Ana', last_name: 'Lopez', birthday: '1991-04-23' });
    const { items } = (await get(`/${id}/duplicates`)).body;
    expect(
      Object.fromEntries(
        items.map(({ contact, reasons }: { contact: { id: string }; reasons: string[] }) => [
          contact.id,
          reasons,
        ]),
      ),
    ).toEqual({
      [byEmail]: ['email'],
      [byName]: ['name_and_birthday'],
      [byBoth]: ['email', 'name_and_birthday'],
    });
  });

  it('are also who has the number as a further one, when a text was quicker than the rule against it', async () => {
    const phone = newPhone();
    const id = await person({ addresses: [{ kind: 'phone', address: phone }] });
    const other = await person();
    await kit.admin('update contacts set phone = $1 where contact_id = $2', [phone, other]);
    expect((await get(`/${id}/duplicates`)).body.items).toMatchObject([
      { contact: { id: other }, reasons: ['phone'] },
    ]);
  });
});

describe('a merge', () => {
  it('fills what was empty, unites tags and addresses, and keeps what was there', async () => {
    const [mine, theirs] = [newPhone(), newPhone()];
    const winner = await person({ first_name: 'Ana', phone: mine, tags: ['a', 'b'], fields: { x: '1' } });
    const loser = await person({
      first_name: 'Anna',
      last_name: 'Lopez',
      phone: theirs,
      email: 'Ana@example.net',
      birthday: '--02-29',
      tags: ['b', 'c'],
      fields: { x: '2', y: '3' },
      state: 'Hawaii',
      do_not_call: true,
    });
    const { status, body } = await merge(winner, loser);
    expect(status).toBe(200);
    expect(body.contact).toMatchObject({
      id: winner,
      name: 'Ana Lopez',
      phone: mine,
      email: 'Ana@example.net',
      addresses: [{ kind: 'phone', address: theirs, label: null }],
      birthday: '--02-29',
      tags: ['a', 'b', 'c'],
      fields: { x: '1', y: '3' },
      do_not_call: true,
      zone: { name: 'Pacific/Honolulu', source: 'address' },
    });
  });

  it('hides the other one, and says where it went', async () => {
    const [winner, loser] = [await person(), await person({ first_name: 'Zacharias' })];
    await merge(winner, loser);
    expect(await get(`/${loser}`)).toMatchObject({
      status: 410,
      body: { code: 'contact_merged', detail: expect.stringContaining(winner) },
    });
    const changed = await kit.request('PATCH', `/v1/contacts/${loser}`, { body: { stage: 'x' } });
    expect(changed.body.code).toBe('contact_merged');
    const found = (await get('?q=zacharias')).body.items.map(({ id }: { id: string }) => id);
    expect(found).toEqual([winner]);
  });

  it('makes one conversation of two, with every message and event in it', async () => {
    const [a, b] = [newPhone(), newPhone()];
    const first = await kit.receive(kit.a, { from: a, body: 'one' });
    const second = await kit.receive(kit.a, { from: b, body: 'two' });
    await kit.request('PATCH', `/v1/conversations/${second.conversationId}`, { body: { state: 'waiting' } });
    await merge(first.contactId, second.contactId);
    const { body } = await kit.request('GET', `/v1/conversations/${first.conversationId}/messages`);
    expect(body.items.map((item: { body: string }) => item.body)).toEqual(['one', 'two']);
    expect(body.events).toMatchObject([{ type: 'conversation.updated', data: { state: 'waiting' } }]);
    const list = (await kit.request('GET', '/v1/conversations?limit=1')).body.items;
    expect(list).toMatchObject([
      { id: first.conversationId, unread: 2, state: 'inbox', preview: { text: 'two' } },
    ]);
    const again = await kit.receive(kit.a, { from: b, body: 'three' });
    expect(again).toMatchObject({ conversationId: first.conversationId, contactId: first.contactId });
  });

  it('leaves consent where it belongs, with the address', async () => {
    const [a, b] = [newPhone(), newPhone()];
    const first = await kit.receive(kit.a, { from: a, body: 'hello' });
    const second = await kit.receive(kit.a, { from: b, body: 'STOP' });
    await merge(first.contactId, second.contactId);
    const blocked = await kit.admin('select address from suppressions where address = any($1)', [[a, b]]);
    expect(blocked).toEqual([{ address: b }]);
    expect((await get(`/${first.contactId}/consent`)).body.items).toMatchObject([
      { address: b, action: 'withdraw' },
    ]);
  });

  it('is refused with oneself, with nobody, and with what is merged already', async () => {
    const [a, b, c] = [await person(), await person(), await person()];
    expect(await merge(a, a)).toMatchObject({ status: 422, body: { code: 'invalid_merge', field: 'with' } });
    expect((await merge(a, newId())).body.code).toBe('not_found');
    await merge(a, b);
    expect((await merge(c, b)).body.code).toBe('contact_merged');
    expect((await merge(b, c)).body.code).toBe('contact_merged');
  });

  it('happens once when two ask for it at once, in whichever direction', async () => {
    for (const direction of [(a: string, b: string) => merge(a, b), (a: string, b: string) => merge(b, a)]) {
      const [a, b] = [await person(), await person()];
      const answers = await Promise.all([merge(a, b), direction(a, b)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    }
  });
});

describe('undoing', () => {
  it('brings both back as they were', async () => {
    const [a, b] = [newPhone(), newPhone()];
    const first = await kit.receive(kit.a, { from: a, body: 'one' });
    const second = await kit.receive(kit.a, { from: b, body: 'two' });
    const ids = [first.contactId, second.contactId];
    await kit.request('PATCH', `/v1/contacts/${ids[1]}`, {
      body: {
        first_name: 'Ana',
        email: 'a@b.example',
        tags: ['x'],
        addresses: [{ kind: 'phone', address: newPhone() }],
      },
    });
    const before = await everything(ids);
    const { body } = await merge(ids[0]!, ids[1]!);
    const answer = await undo(body.id);
    expect(answer.body.contacts.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(await everything(ids)).toEqual(before);
    expect((await undo(body.id)).body.code).toBe('not_undoable');
  });

  it('keeps what was changed since, and gives each the texts of their own number', async () => {
    const [a, b] = [newPhone(), newPhone()];
    const first = await kit.receive(kit.a, { from: a, body: 'one' });
    const second = await kit.receive(kit.a, { from: b, body: 'two' });
    await kit.request('PATCH', `/v1/contacts/${second.contactId}`, { body: { stage: 'new', tags: ['x'] } });
    const { body } = await merge(first.contactId, second.contactId);
    await kit.request('PATCH', `/v1/contacts/${first.contactId}`, {
      body: { last_name: 'Late', tags: ['x', 'y'] },
    });
    await kit.receive(kit.a, { from: b, body: 'three' });
    await kit.receive(kit.a, { from: a, body: 'four' });
    const { contacts } = (await undo(body.id)).body;
    expect(contacts[0]).toMatchObject({ last_name: 'Late', stage: null, tags: ['y'] });
    expect(contacts[1]).toMatchObject({ phone: b, stage: 'new', tags: ['x'] });
    const texts = async (id: string) =>
      (await kit.request('GET', `/v1/conversations/${id}/messages`)).body.items.map(
        (item: { body: string }) => item.body,
      );
    expect(await texts(first.conversationId)).toEqual(['one', 'four']);
    expect(await texts(second.conversationId)).toEqual(['two', 'three']);
  });

  it('goes newest first', async () => {
    const [a, b, c] = [await person(), await person(), await person()];
    const older = (await merge(b, c)).body.id;
    const newer = (await merge(a, b)).body.id;
    expect((await undo(older)).body.code).toBe('not_undoable');
    expect((await undo(newer)).status).toBe(200);
    expect((await undo(older)).status).toBe(200);
  });

  it('is refused when the number belongs to a third contact now', async () => {
    const phone = newPhone();
    const [a, b] = [await person(), await person({ phone })];
    const { id } = (await merge(a, b)).body;
    await kit.request('PATCH', `/v1/contacts/${a}`, { body: { addresses: [] } });
    const third = await person({ phone });
    expect((await undo(id)).body.code).toBe('not_undoable');
    expect((await get(`/${third}`)).body.phone).toBe(phone);
  });
});

it('random merges and undos lose no message and no event, and all undone leave everything as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.record({ do: fc.constant('merge' as const), a: fc.nat(3), b: fc.nat(3) }),
          fc.record({ do: fc.constant('undo' as const), nth: fc.nat(9) }),
        ),
        { minLength: 1, maxLength: 8 },
      ),
      async (steps) => {
        const ids: string[] = [];
        for (const body of ['one', 'two', 'three']) {
          ids.push((await kit.receive(kit.a, { from: newPhone(), body })).contactId);
        }
        ids.push(await person({ tags: ['lonely'], email: `${newId()}@x.example` }));
        await busy(ids[0]!, 'New');
        await busy(ids[1]!, 'Qualified');
        const before = await everything(ids);
        const kept = () =>
          kit.admin(
            `select opportunity_id as id from opportunities where contact_id = any($1)
             union all select task_id from tasks where contact_id = any($1)
             union all select note_id from notes where contact_id = any($1)
             union all select notification_id from notifications where contact_id = any($1) order by 1`,
            [ids],
          );
        const had = await kept();
        expect(had).toHaveLength(2 * 6);
        const messages = () =>
          kit.admin('select message_id, body from messages where contact_id = any($1) order by 1', [ids]);
        const events = () =>
          kit.admin(
            `select event_id from events where contact_id = any($1) and type not like 'contact.%merged' order by 1`,
            [ids],
          );
        const [sent, told] = [await messages(), await events()];
        const merges: string[] = [];
        for (const step of steps) {
          const answer =
            step.do === 'merge'
              ? await merge(ids[step.a]!, ids[step.b]!)
              : await undo(merges[step.nth % Math.max(1, merges.length)] ?? newId());
          expect([200, 404, 409, 410, 422]).toContain(answer.status);
          if (step.do === 'merge' && answer.status === 200) merges.push(answer.body.id);
          expect(await messages()).toEqual(sent);
          expect(await events()).toEqual(told);
          expect(await kept()).toEqual(had);
        }
        // whatever is still merged, newest first
        for (const id of merges.toReversed()) {
          const { status, body } = await undo(id);
          expect([status, body.detail]).toSatisfy(
            ([code, detail]) => code === 200 || String(detail).includes('already'),
          );
        }
        expect(await everything(ids)).toEqual(before);
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);

describe('a text that comes while people are merged', () => {
  it('is stored once, with whoever the number belongs to then', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b] = [newPhone(), newPhone()];
      const first = await kit.receive(kit.a, { from: a });
      const second = await kit.receive(kit.a, { from: b });
      const [merged, ...texts] = await Promise.all([
        merge(first.contactId, second.contactId),
        ...Array.from({ length: 6 }, (_, n) =>
          kit.receive(kit.a, { from: n % 2 ? a : b, body: `text ${n}` }),
        ),
      ]);
      expect(merged.status).toBe(200);
      expect(texts).toHaveLength(6);
      const rows = await kit.admin(
        `select distinct m.conversation_id from messages m where m.from_address = any($1)`,
        [[a, b]],
      );
      expect(rows).toEqual([{ conversation_id: first.conversationId }]);
    }
  });
});

describe('deleting', () => {
  const remove = (id: string) => kit.request('DELETE', `/v1/contacts/${id}`, { as: kit.a.manager });

  it('takes conversations and messages along, and leaves opt-outs', async () => {
    const phone = newPhone();
    const { contactId, conversationId } = await kit.receive(kit.a, { from: phone, body: 'STOP' });
    expect((await remove(contactId)).status).toBe(204);
    expect((await get(`/${contactId}`)).status).toBe(404);
    expect((await kit.request('GET', `/v1/conversations/${conversationId}`)).status).toBe(404);
    expect(
      (await kit.request('POST', '/v1/messages', { body: { conversation_id: conversationId, body: 'x' } }))
        .body.code,
    ).toBe('not_found');
    expect(await kit.admin('select 1 from messages where contact_id = $1', [contactId])).toEqual([]);
    expect(await kit.admin('select 1 from suppressions where address = $1', [phone])).toHaveLength(1);
    expect(await kit.admin('select 1 from consent_records where address = $1', [phone])).toHaveLength(1);
    const [event] = await kit.admin(
      `select data from events where contact_id = $1 and type = 'contact.deleted'`,
      [contactId],
    );
    expect(event.data).toEqual({ conversation_ids: [conversationId] });
  });

  it('is a manager’s', async () => {
    const answer = await kit.request('DELETE', `/v1/contacts/${await person()}`);
    expect(answer.body.code).toBe('forbidden');
  });

  it('takes along who was merged into them', async () => {
    const [a, b] = [await person(), await person()];
    await merge(a, b);
    await remove(a);
    expect((await get(`/${b}`)).status).toBe(404);
  });

  it('while they are writing loses no text: it makes them anew, or goes with them', async () => {
    for (let round = 0; round < 5; round += 1) {
      const phone = newPhone();
      const { contactId } = await kit.receive(kit.a, { from: phone });
      const [gone] = await Promise.all([
        remove(contactId),
        ...['x', 'y'].map((body) => kit.receive(kit.a, { from: phone, body }).catch(() => undefined)),
      ]);
      expect(gone.status).toBe(204);
      const after = await kit.receive(kit.a, { from: phone, body: 'z' });
      expect(after.contactId).not.toBe(contactId);
    }
  });
});
