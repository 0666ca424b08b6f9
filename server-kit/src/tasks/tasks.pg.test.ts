import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../db/client.ts';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { remind } from './reminders.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-10T15:00:00Z');
let now = START;
let kit: TestKit;
let database: Database;
const clock = () => new Date(now);

beforeAll(async () => {
  kit = await getTestKit({ clock });
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 4, clock });
  for (const id of Object.keys(NAMES)) await ask('GET', '/me', undefined, id);
});
afterAll(async () => {
  await database.close();
  await kit.close();
});
beforeEach(async () => {
  now = START;
  await kit.admin('delete from tasks');
  await kit.admin('delete from notifications');
});

const NAMES: Record<string, string> = {
  'alpha-agent': 'agent of alpha',
  'alpha-manager': 'Boss',
  bea: 'Bea',
};
/** A token of this moment: they end while the tests' clock goes on. */
const tokenOf = (id: string) =>
  kit.token('alpha', id === 'alpha-manager' ? 'manager' : 'agent', { id, name: NAMES[id]! });
const ask = async (method: string, path: string, body?: unknown, as = 'alpha-agent') =>
  kit.request(method, `/v1${path}`, { as: await tokenOf(as), body });
const at = (ms: number) => new Date(START + ms).toISOString();
const told = async (as = 'alpha-agent') =>
  (await ask('GET', '/notifications', undefined, as)).body.items.map(
    ({ kind, words }: { kind: string; words: string }) => `${kind}: ${words}`,
  );

async function task(more: object = {}): Promise<string> {
  const { status, body } = await ask('POST', '/tasks', { title: 'Call back', ...more });
  expect(status).toBe(201);
  return body.id;
}

describe('a task', () => {
  it('is one’s own unless given to somebody, who is told', async () => {
    expect((await ask('POST', '/tasks', { title: 'x' })).body.assignee.id).toBe('alpha-agent');
    await task({ assignee_id: 'bea' });
    expect(await told()).toEqual([]);
    expect(await told('bea')).toEqual(['task_assigned: Call back']);
  });

  it('due on a day is due at nine in the morning of the contact’s zone, and overdue when the day is over', async () => {
    const contact = await ask('POST', '/contacts', { first_name: 'Ana', time_zone: 'Pacific/Honolulu' });
    const { body } = await ask('POST', '/tasks', {
      title: 'x',
      contact_id: contact.body.id,
      due: { on: '2026-03-11' },
    });
    expect(body).toMatchObject({
      due_on: '2026-03-11',
      time_zone: 'Pacific/Honolulu',
      due_at: '2026-03-11T19:00:00.000Z',
      overdue_at: '2026-03-12T10:00:00.000Z',
    });
    // the clock goes forward that night in Chicago: the day still ends at its midnight
    const spring = await ask('POST', '/tasks', {
      title: 'x',
      due: { on: '2026-03-08', time_zone: 'America/Chicago' },
    });
    expect(spring.body).toMatchObject({
      due_at: '2026-03-08T14:00:00.000Z',
      overdue_at: '2026-03-09T05:00:00.000Z',
    });
    expect(
      (await ask('POST', '/tasks', { title: 'x', due: { on: '2026-03-08', time_zone: 'Moon' } })).body.code,
    ).toBe('invalid_time_zone');
  });

  it('stands in the lists that it belongs to, soonest first, page by page', async () => {
    const [late, soon, never] = [
      await task({ title: 'late', due: { at: at(HOUR) } }),
      await task({ title: 'soon', due: { at: at(-HOUR) } }),
      await task({ title: 'never' }),
    ];
    await task({ title: 'hers', assignee_id: 'bea' });
    const list = async (query: string) => (await ask('GET', `/tasks?${query}`)).body;
    const titles = async (query: string) =>
      (await list(query)).items.map((one: { title: string }) => one.title);
    expect(await titles('assignee=me')).toEqual(['soon', 'late', 'never']);
    expect(await titles('state=overdue')).toEqual(['soon']);
    const first = await list('assignee=me&limit=2');
    expect((await list(`assignee=me&limit=2&after=${first.next}`)).items).toMatchObject([{ id: never }]);
    for (const id of [soon, late]) {
      now += 1_000;
      await ask('PATCH', `/tasks/${id}`, { done: true });
    }
    expect(await titles('state=done')).toEqual(['late', 'soon']);
    expect(await titles('assignee=me')).toEqual(['never']);
  });

  it('tells the contact’s log what happens to it, and waits in what is coming', async () => {
    const contact_id = (await ask('POST', '/contacts', { first_name: 'Ana' })).body.id;
    const id = await task({ contact_id, due: { at: at(HOUR) } });
    const timeline = async () => (await ask('GET', `/contacts/${contact_id}/timeline?kind=task`)).body;
    expect((await timeline()).tasks).toMatchObject([{ id, due_at: at(HOUR) }]);
    await ask('PATCH', `/tasks/${id}`, { due: { at: at(2 * HOUR) } });
    await ask('PATCH', `/tasks/${id}`, { done: true });
    const after = await timeline();
    expect(after.tasks).toEqual([]);
    expect(after.items.map(({ type }: { type: string }) => type)).toEqual([
      'task.completed',
      'task.updated',
      'task.created',
    ]);
  });
});

describe('a reminder', () => {
  it('goes to the assignee when the task is due, once, however many workers look', async () => {
    await task({ due: { at: at(HOUR) } });
    expect(await remind(database, 'alpha')).toBe(0);
    now += HOUR;
    const counts = await Promise.all(Array.from({ length: 6 }, () => remind(database, 'alpha')));
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(await remind(database, 'alpha')).toBe(0);
    expect(await told()).toEqual(['task_due: Call back']);
  });

  it('comes again for a new time, and not for what is done, deleted or nobody’s', async () => {
    const id = await task({ due: { at: at(HOUR) } });
    const done = await task({ title: 'done', due: { at: at(HOUR) } });
    const deleted = await task({ title: 'deleted', due: { at: at(HOUR) } });
    await task({ title: 'nobody’s', assignee_id: null, due: { at: at(HOUR) } });
    await ask('PATCH', `/tasks/${done}`, { done: true });
    await ask('DELETE', `/tasks/${deleted}`);
    now += HOUR;
    await remind(database, 'alpha');
    await ask('PATCH', `/tasks/${id}`, { due: { at: at(3 * HOUR) } });
    await remind(database, 'alpha');
    expect(await told()).toEqual(['task_due: Call back']);
    now += 2 * HOUR;
    await remind(database, 'alpha');
    expect(await told()).toEqual(['task_due: Call back', 'task_due: Call back']);
  });

  it('whose transaction dies halfway is neither told nor lost', async () => {
    await task({ due: { at: at(0) } });
    await kit.admin(
      `create function fail() returns trigger language plpgsql as $$ begin raise 'killed'; end $$`,
    );
    await kit.admin('create trigger fail before insert on notifications execute function fail()');
    await expect(remind(database, 'alpha')).rejects.toThrow('killed');
    expect(await told()).toEqual([]);
    await kit.admin('drop trigger fail on notifications');
    expect(await remind(database, 'alpha')).toBe(1);
    expect(await told()).toEqual(['task_due: Call back']);
  });
});

describe('notifications', () => {
  it('are one member’s: listed, counted and read by nobody else', async () => {
    await task({ assignee_id: 'bea' });
    const [{ id }] = (await ask('GET', '/notifications', undefined, 'bea')).body.items;
    expect((await ask('POST', '/notifications/read', { ids: [id] })).body).toEqual({ unread: 0 });
    expect((await ask('GET', '/notifications', undefined, 'bea')).body).toMatchObject({
      unread: 1,
      items: [{ read_at: null, actor: { id: 'alpha-agent' } }],
    });
    expect((await ask('POST', '/notifications/read', { ids: [id] }, 'bea')).body).toEqual({ unread: 0 });
    expect((await ask('GET', '/notifications?unread=true', undefined, 'bea')).body.items).toEqual([]);
  });

  it('tell of mentions, once a person, and of a conversation that one is given', async () => {
    const { contactId, conversationId } = await kit.receive(kit.a, {});
    const { body } = await ask('POST', `/contacts/${contactId}/notes`, {
      text: 'Ask <@bea>, <@bea>, <@ghost>',
    });
    expect(body.mentions).toEqual([{ id: 'bea', name: 'Bea' }]);
    expect(await told('bea')).toEqual(['mention: Ask @Bea, @Bea, <@ghost>']);
    await ask('PATCH', `/notes/${body.id}`, { text: 'Ask <@bea> soon' });
    expect(await told('bea')).toHaveLength(1);
    await ask('PATCH', `/conversations/${conversationId}`, { assignee_id: 'bea' });
    expect((await told('bea'))[0]).toBe('conversation_assigned: ');
  });

  it('come live to that member alone', async () => {
    const heard = new Map<string, string>();
    const ended = new AbortController();
    const listen = async (id: string) => {
      const answer = await kit.kit.fetch(
        new Request('https://portal.example.com/crm/v1/feed', {
          headers: { authorization: `Bearer ${await tokenOf(id)}` },
          signal: ended.signal,
        }),
      );
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      heard.set(id, '');
      return async (until: string) => {
        while (!heard.get(id)!.includes(until)) {
          const { value, done } = await reader.read();
          if (done) throw new Error('the feed ended');
          heard.set(id, heard.get(id)! + value);
        }
      };
    };
    const [hers, theirs] = [await listen('bea'), await listen('alpha-agent')];
    await Promise.all([hers('event: ready'), theirs('event: ready')]);
    await task({ title: 'for her', assignee_id: 'bea' });
    await task({ title: 'the last one' });
    await Promise.all([hers('the last one'), theirs('the last one')]);
    expect(heard.get('bea')).toContain('notification.added');
    expect(heard.get('alpha-agent')).not.toContain('notification.added');
    // nor to who comes later and catches up
    const [cursor] = /(?<=^id: )\S+/m.exec(heard.get('alpha-agent')!)!;
    const late = await kit.kit.fetch(
      new Request('https://portal.example.com/crm/v1/feed', {
        headers: { authorization: `Bearer ${await tokenOf('alpha-agent')}`, 'last-event-id': cursor },
      }),
    );
    const reader = late.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('event: ready')) text += (await reader.read()).value ?? '';
    expect(text).toContain('the last one');
    expect(text).not.toContain('notification.added');
    await reader.cancel();
  });
});

describe('notes', () => {
  it('are changed and deleted by their author or a manager, and the log keeps what they said', async () => {
    const contact_id = (await ask('POST', '/contacts', { first_name: 'Ana' })).body.id;
    const { body } = await ask('POST', `/contacts/${contact_id}/notes`, { id: newId(), text: 'one' });
    expect((await ask('PATCH', `/notes/${body.id}`, { text: 'hers' }, 'bea')).body.code).toBe('forbidden');
    expect((await ask('DELETE', `/notes/${body.id}`, undefined, 'bea')).body.code).toBe('forbidden');
    expect((await ask('PATCH', `/notes/${body.id}`, { text: 'two' })).body).toMatchObject({
      text: 'two',
      version: 2,
    });
    expect((await ask('DELETE', `/notes/${body.id}`, undefined, 'alpha-manager')).status).toBe(204);
    expect((await ask('GET', `/contacts/${contact_id}/notes`)).body.items).toEqual([]);
    const log = await kit.admin(
      `select type, data->>'text' as text, data->>'before' as before from events
       where contact_id = $1 and type like 'note.%' order by position`,
      [contact_id],
    );
    expect(log).toEqual([
      { type: 'note.added', text: 'one', before: null },
      { type: 'note.edited', text: 'two', before: 'one' },
      { type: 'note.deleted', text: null, before: 'two' },
    ]);
  });

  it('come newest first, page by page', async () => {
    const contact_id = (await ask('POST', '/contacts', { first_name: 'Ana' })).body.id;
    for (const text of ['one', 'two', 'three']) {
      now += 1_000;
      await ask('POST', `/contacts/${contact_id}/notes`, { text });
    }
    const first = (await ask('GET', `/contacts/${contact_id}/notes?limit=2`)).body;
    const rest = (await ask('GET', `/contacts/${contact_id}/notes?after=${first.next}`)).body;
    expect([...first.items, ...rest.items].map(({ text }) => text)).toEqual(['three', 'two', 'one']);
  });
});
