import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TimelineEntry, TimelinePage } from '../contract/index.ts';
import { Database } from '../db/client.ts';
import { eventsOfContact } from '../events/log.ts';
import { newId } from '../ids.ts';
import { claimDue } from '../messaging/claim.ts';
import { messagesWaitingFor } from '../messaging/index.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
let later: Database;
let now = new Date();

beforeAll(async () => {
  kit = await getTestKit();
  later = new Database({ url: kit.url, schema: kit.schema, clock: () => now });
});
afterAll(async () => {
  await later.close();
  await kit.close();
});

async function timeline(contactId: string, query = ''): Promise<TimelinePage> {
  const answer = await kit.request('GET', `/v1/contacts/${contactId}/timeline${query}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

const send = async (body: object) => (await kit.request('POST', '/v1/messages', { body })).body;
const words = ({ type, message }: TimelineEntry) => message?.body ?? type;
let people = 0;
const someone = () => {
  people += 1;
  return `+1312556${String(people).padStart(4, '0')}`;
};
const newContact = async () =>
  (await kit.request('POST', '/v1/contacts', { body: { first_name: 'Someone', phone: someone() } })).body
    .id as string;

/** Appends events as a later domain would. */
const happens = (contactId: string, events: { type: string; at?: string; data?: object }[]) =>
  kit.admin(
    `insert into events (tenant_id, event_id, type, contact_id, data, occurred_at)
     select $1, gen_random_uuid(), e.type, $2, coalesce(e.data, '{}'), coalesce(e.at, moment())
     from jsonb_to_recordset($3) as e (type text, at timestamptz, data jsonb)`,
    [kit.a.id, contactId, JSON.stringify(events)],
  );

describe('the timeline of a contact', () => {
  it('has each message once, as it is now, and what else happened around it', async () => {
    const { conversationId, contactId } = await kit.receive(kit.a, { from: someone(), body: 'Hello' });
    const { id } = await send({ conversation_id: conversationId, body: 'Hi there' });
    await kit.admin(`update messages set status = 'delivered', due_at = null where message_id = $1`, [id]);
    const reports = ['message.sent', 'message.delivered'].map((type) => ({ type }));
    await happens(contactId, reports);
    await kit.request('PATCH', `/v1/conversations/${conversationId}`, { body: { state: 'closed' } });
    await kit.request('PATCH', `/v1/conversations/${conversationId}`, { body: { unread: true } });
    await kit.request('PATCH', `/v1/contacts/${contactId}`, { body: { stage: 'Touring' } });
    await kit.request('POST', `/v1/contacts/${contactId}/consent`, { body: { action: 'withdraw' } });

    const { items, before, after, upcoming } = await timeline(contactId);
    expect(items.map(words)).toEqual([
      'consent.withdrawn',
      'contact.updated',
      'conversation.updated',
      'Hi there',
      'Hello',
      'contact.created',
    ]);
    expect(items.map(({ kind }) => kind)).toEqual([
      'consent',
      'contact',
      'conversation',
      'message',
      'message',
      'contact',
    ]);
    expect(items[3]).toMatchObject({ type: 'message.queued', message: { id, status: 'delivered' } });
    expect(items[1]).toMatchObject({ actor: { id: 'alpha-agent' }, data: { changed: ['stage'] } });
    expect({ before, after, upcoming }).toEqual({ before: null, after: null, upcoming: [] });
  });

  it('says of a stage that was written into the contact and of the move that follows the same instant', async () => {
    const { contactId } = await kit.receive(kit.a, { from: someone(), body: 'Hello' });
    await kit.request('GET', '/v1/pipelines');
    await kit.request('PATCH', `/v1/contacts/${contactId}`, { body: { stage: 'contacted' } });
    const { items } = await timeline(contactId);
    const both = items.filter(({ type }) => type === 'contact.updated' || type === 'stage.entered');
    expect(both).toHaveLength(2);
    // the elements tell of it once by that: elements/src/stores/timeline.ts
    expect(both[0]!.at).toBe(both[1]!.at);
  });

  it('holds what happened with those who were merged into the person, until they are separated', async () => {
    const kept = await kit.receive(kit.a, { from: someone(), body: 'From the one' });
    const other = await kit.receive(kit.a, { from: someone(), body: 'From the other' });
    const merge = await kit.request('POST', `/v1/contacts/${kept.contactId}/merge`, {
      body: { with: other.contactId },
    });
    expect(merge.status).toBeLessThan(300);
    const said = (await timeline(kept.contactId, '?kind=message')).items.map(words);
    expect(said).toEqual(['From the other', 'From the one']);
    await kit.request('POST', `/v1/contacts/merges/${merge.body.id}/undo`);
    expect((await timeline(kept.contactId, '?kind=message')).items.map(words)).toEqual(['From the one']);
    expect((await timeline(other.contactId, '?kind=message')).items.map(words)).toEqual(['From the other']);
  });

  it('shows a message that was sent again in its one place', async () => {
    const contactId = await newContact();
    const { id } = await send({ contact_id: contactId, body: 'Twice' });
    await kit.admin(`update messages set status = 'failed', due_at = null where message_id = $1`, [id]);
    expect((await kit.request('POST', `/v1/messages/${id}/retry`)).status).toBe(200);
    expect((await timeline(contactId)).items.map(words)).toEqual(['Twice', 'contact.created']);
  });

  it('keeps events of one moment in the order in which they were recorded', async () => {
    const contactId = await newContact();
    const at = '2026-01-05T10:00:00.000Z';
    const types = ['tag.added', 'stage.entered', 'workflow.joined', 'note.added', 'task.added'];
    await happens(
      contactId,
      types.map((type) => ({ type, at })),
    );
    const first = await timeline(contactId, '?limit=3');
    expect(first.items.map(words)).toEqual(['contact.created', 'task.added', 'note.added']);
    const second = await timeline(contactId, `?limit=3&before=${first.before}`);
    expect(second.items.map(words)).toEqual(['workflow.joined', 'stage.entered', 'tag.added']);
  });

  it('names the workflow of what happened to a run, and leaves its single steps to the trace', async () => {
    const contactId = await newContact();
    const source =
      'version: 1\nkey: hello\nname: Say hello\nsteps:\n  - { id: night, kind: wait, for: 1 day }\n';
    const as = kit.a.manager;
    const { body: workflow } = await kit.request('POST', '/v1/workflows', { as, body: { source } });
    await kit.request('POST', `/v1/workflows/${workflow.id}/publish`, { as });
    const run = await kit.request('POST', `/v1/workflows/${workflow.id}/enrollments`, {
      as,
      body: { contact_id: contactId },
    });
    expect(run.status, JSON.stringify(run.body)).toBeLessThan(300);
    const data = { workflow_id: workflow.id };
    await happens(contactId, [
      { type: 'enrollment.moved', data },
      { type: 'enrollment.step_skipped', data },
    ]);
    const { items } = await timeline(contactId);
    expect(items.map(words)).toEqual(['enrollment.started', 'contact.created']);
    expect(items[0]!.data).toMatchObject({ ...data, name: 'Say hello' });
  });

  it.each([
    ['message', ['Hello']],
    ['call', ['voicemail.left', 'call.ended']],
    ['consent', ['consent.granted']],
    ['contact', ['weather.changed', 'stage.entered', 'tag.added', 'contact.created']],
    ['conversation', ['conversation.updated']],
    ['workflow', ['enrollment.finished', 'workflow.joined']],
    ['note', ['note.added']],
    ['task', ['task.done']],
  ])('can be narrowed to %s', async (kind, expected) => {
    const { contactId } = await kit.receive(kit.a, { from: someone(), body: 'Hello' });
    const types = [
      'tag.added',
      'stage.entered',
      'call.ended',
      'voicemail.left',
      'workflow.joined',
      'enrollment.finished',
      'note.added',
      'task.done',
      'consent.granted',
      'weather.changed',
    ];
    await happens(contactId, [
      ...types.map((type) => ({ type })),
      { type: 'conversation.updated', data: { state: 'closed' } },
      { type: 'conversation.updated', data: { unread: 0 } },
    ]);
    const { items } = await timeline(contactId, `?kind=${kind}`);
    expect(items.map(words)).toEqual(expected);
    expect(new Set(items.map((item) => item.kind))).toEqual(new Set([kind]));
  });
});

describe('what is coming', () => {
  const sendAt = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const due = (page: TimelinePage) => page.upcoming.map(({ body }) => body);

  it('stands apart with its hour until it leaves, and then where it left', async () => {
    const from = someone();
    const { conversationId, contactId } = await kit.receive(kit.a, { from, body: 'Hello' });
    await send({ conversation_id: conversationId, body: 'Next week', send_at: sendAt(170) });
    await send({ conversation_id: conversationId, body: 'Soon', send_at: sendAt(1) });
    let page = await timeline(contactId);
    expect(due(page)).toEqual(['Soon', 'Next week']);
    expect(page.upcoming[0]?.hold?.reason).toBe('scheduled');
    expect(page.items.map(words)).toEqual(['Hello', 'contact.created']);
    expect(due(await timeline(contactId, '?kind=message'))).toEqual(['Soon', 'Next week']);
    expect(due(await timeline(contactId, '?kind=note'))).toEqual([]);

    await kit.receive(kit.a, { from, body: 'Still there?' });
    now = new Date(Date.now() + 3_601_000);
    await later.transaction(kit.a.id, async (tx) => [...(await claimDue(tx, kit.a.senderId, 20, 25_000))]);
    page = await timeline(contactId);
    expect(due(page)).toEqual(['Next week']);
    expect(page.items.map(words)).toEqual(['Soon', 'Still there?', 'Hello', 'contact.created']);
    expect(page.items[0]).toMatchObject({ type: 'message.released', at: now.toISOString() });
  });

  it('stands where it was sent when somebody did not want to wait', async () => {
    const from = someone();
    const { conversationId, contactId } = await kit.receive(kit.a, { from, body: 'Hello' });
    const { id } = await send({ conversation_id: conversationId, body: 'Early', send_at: sendAt(1) });
    await kit.receive(kit.a, { from, body: 'Well?' });
    await kit.request('PATCH', `/v1/messages/${id}`, { body: { send_at: null } });
    const page = await timeline(contactId);
    expect(due(page)).toEqual([]);
    expect(page.items.map(words)).toEqual(['Early', 'Well?', 'Hello', 'contact.created']);
  });

  it('is in neither place twice after it was taken back', async () => {
    const { conversationId, contactId } = await kit.receive(kit.a, { from: someone(), body: 'Hello' });
    const { id } = await send({ conversation_id: conversationId, body: 'No', send_at: sendAt(1) });
    await kit.request('POST', `/v1/messages/${id}/cancel`);
    const page = await timeline(contactId);
    expect(due(page)).toEqual([]);
    expect(page.items.map(words)).toEqual(['No', 'Hello', 'contact.created']);
    expect(page.items[0]?.message?.status).toBe('canceled');
  });
});

it('reads its pages and what is coming from their indexes, so long as the conditions are the same', async () => {
  const query = { kind: null, before: null, after: null, limit: 51 };
  const plans = await kit.database.transaction(kit.a.id, async (tx) => {
    await tx.sql`set local enable_seqscan = off`;
    const id = newId();
    return [
      await tx.sql`explain ${eventsOfContact(tx, [id], query)}`,
      await tx.sql`explain ${messagesWaitingFor(tx, id, 100)}`,
    ].map((rows) => rows.map((row) => row['QUERY PLAN']).join('\n'));
  });
  // each person's page comes in the index's order; only the pages of merged people are sorted together
  const page = plans[0]!.slice(plans[0]!.lastIndexOf('Limit'));
  expect(page).toContain('events_in_timeline');
  expect(page).not.toContain('Sort');
  expect(plans[1]).toContain('messages_waiting');
});

describe('a place in the timeline', () => {
  it('is refused clearly when it is not known', async () => {
    const contactId = await newContact();
    for (const field of ['before', 'after']) {
      for (const cursor of ['nonsense', 'x'.repeat(201), Buffer.from('zzz.').toString('base64url')]) {
        const answer = await kit.request('GET', `/v1/contacts/${contactId}/timeline?${field}=${cursor}`);
        expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_cursor', field } });
      }
    }
  });

  it('is refused with a kind that does not exist', async () => {
    const answer = await kit.request('GET', `/v1/contacts/${await newContact()}/timeline?kind=weather`);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request', field: 'kind' } });
  });

  it('of another tenant’s contact is not found', async () => {
    const { contactId } = await kit.receive(kit.b, { from: someone() });
    const answer = await kit.request('GET', `/v1/contacts/${contactId}/timeline`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await kit.request('GET', `/v1/contacts/${newId()}/timeline`)).status).toBe(404);
  });

  it('loses and doubles nothing, whatever the pages, the times and the messages that wait', async () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 10, minute)).toISOString();
    const event = fc.record({
      type: fc.constantFrom('tag.added', 'note.added', 'message.sent', 'conversation.updated', 'text'),
      minute: fc.nat(4),
    });
    const property = fc.asyncProperty(
      fc.array(event, { maxLength: 25 }),
      fc.integer({ min: 1, max: 7 }),
      async (events, limit) => {
        const contactId = await newContact();
        const expected = [{ id: 'contact.created', at: '9' }];
        for (const [nth, { type, minute }] of events.entries()) {
          const word = `${type} ${nth}`;
          if (type !== 'text') await happens(contactId, [{ type, at: at(minute), data: { word } }]);
          else {
            // one that waits leaves a hole in the log that a page has to read over
            const waits = minute === 0 ? { send_at: new Date(Date.now() + 3_600_000).toISOString() } : {};
            const { id } = await send({ contact_id: contactId, body: word, ...waits });
            for (const [table, column] of [
              ['messages', 'created_at'],
              ['events', 'occurred_at'],
            ])
              await kit.admin(`update ${table} set ${column} = $1 where message_id = $2`, [at(minute), id]);
            if (minute === 0) continue;
          }
          if (type !== 'message.sent' && type !== 'conversation.updated')
            expected.push({ id: word, at: at(minute) });
        }
        const order = expected
          .toReversed()
          .sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1))
          .map(({ id }) => id);
        const name = ({ data, message, type }: TimelineEntry) => message?.body ?? data['word'] ?? type;
        const read: unknown[] = [];
        let page = await timeline(contactId, `?limit=${limit}`);
        for (;;) {
          read.push(...page.items.map(name));
          if (page.before === null) break;
          page = await timeline(contactId, `?limit=${limit}&before=${page.before}`);
        }
        expect(read).toEqual(order);
        // and back again, from the last page to the newest
        let back = page.items.map(name);
        while (page.after !== null) {
          page = await timeline(contactId, `?limit=${limit}&after=${page.after}`);
          back = [...page.items.map(name), ...back];
        }
        expect(back).toEqual(order);
      },
    );
    await fc.assert(property, { seed: 20261122, numRuns: 12 });
  }, 60_000);
});
