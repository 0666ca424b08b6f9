/** What a run has asked for and is over before it leaves. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../ids.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { queueCalls } from '../../voice/outbox.ts';
import { definitionOf, World } from '../testing/world.ts';
import { readLog } from '../triggers/log.ts';
import { syncTriggers } from '../triggers/sync.ts';
import { engineContext } from '../testing/context.ts';

let kit: TestKit;
let w: World;
const MORNING = '2026-03-02T15:00:00.000Z';
const NEXT_MORNING = '2026-03-03T15:00:00.000Z';
beforeAll(async () => {
  kit = await getTestKit({ clock: () => w?.now ?? new Date(MORNING) });
  w = new World(kit);
});
afterAll(async () => {
  await w.close();
  await kit.close();
});

interface Left {
  id: string;
  key: string;
  contact: string;
  phone: string;
  workflow: string;
}

/** A run that has written a text and wants somebody called; neither has left. A day later it writes again. */
async function underWay(settings: Record<string, unknown> = {}): Promise<Left> {
  w.now = new Date(MORNING);
  const key = `w-${newId()}`;
  const definition = definitionOf({
    key,
    settings,
    steps: [
      { id: 'hello', kind: 'send_sms', body: 'Hello' },
      { id: 'ring', kind: 'add_tag', tags: ['rung'] },
      { id: 'night', kind: 'wait', for: '1 day' },
      { id: 'again', kind: 'send_sms', body: 'Still there?' },
    ],
  });
  const workflow = await w.publish(definition);
  await w.tx((tx) => syncTriggers(tx, workflow, definition));
  const [contact] = (await w.people(1)) as [string];
  const [id] = (await w.enroll(key, [contact])) as [string];
  await w.settle();
  await w.tx(async (tx) => {
    const what = { kind: 'call', member: 'mira', whisper: null } as const;
    await tx.sql`insert into members (tenant_id, member_id, name, role, phone)
      values (${tx.tenant}, 'mira', 'Mira', 'agent', '+13125550111') on conflict do nothing`;
    const wish = {
      enrollmentId: id,
      contactId: contact,
      ordinal: 1,
      purpose: 'conversation',
      window: null,
    } as const;
    const [placed] = await queueCalls(tx, { plays: new Set() }, [{ ...wish, what }]);
    await tx.sql`update step_runs set detail = ${tx.sql.json(placed as never)}::jsonb - 'callId'
        || jsonb_build_object('call_id', ${(placed as { callId: string }).callId}::text)
      where tenant_id = ${tx.tenant} and enrollment_id = ${id} and ordinal = 1`;
  });
  const [row] = await kit.admin('select phone from contacts where contact_id = $1', [contact]);
  return { id, key, contact, phone: row.phone, workflow };
}

const ask = (method: string, path: string, body?: unknown) =>
  kit.request(method, path, { as: kit.a.manager, body });

async function readAll(): Promise<void> {
  const { log } = engineContext(w.database);
  await vi.waitFor(async () => {
    const { more, ahead } = await readLog({ database: w.database, log }, kit.a.id);
    expect({ more, ahead }).toEqual({ more: false, ahead: false });
  });
}

const leaving = async ({ contact }: Left) => [
  ...(await kit.admin(
    `select status, error_reason from messages where contact_id = $1 and direction = 'outbound' order by created_at`,
    [contact],
  )),
  ...(await kit.admin('select status, error_reason from calls where contact_id = $1', [contact])),
];
const told = async ({ contact }: Left) =>
  (
    await kit.admin(
      `select type from events where contact_id = $1 and type in ('message.canceled', 'call.canceled') order by type`,
      [contact],
    )
  ).map(({ type }) => type);

const ENDS: [string, Record<string, unknown>, (run: Left) => Promise<unknown>, string][] = [
  [
    'a member',
    {},
    ({ id }) => ask('POST', `/v1/enrollments/${id}/cancel`),
    'a member had ended its workflow',
  ],
  [
    'a reply',
    { stop_on_reply: true },
    async ({ phone }) => {
      w.now = new Date(Date.parse(MORNING) + 60_000);
      await kit.receive(kit.a, { from: phone, body: 'Who is this?' });
      await readAll();
    },
    'this person had answered',
  ],
  [
    'a reply that the run itself finds first',
    { stop_on_reply: true },
    async ({ phone }) => {
      w.now = new Date(Date.parse(MORNING) + 60_000);
      await kit.receive(kit.a, { from: phone, body: 'Who is this?' });
      await w.at(NEXT_MORNING);
    },
    'this person had answered',
  ],
  [
    'its goal',
    { goal: { field: 'stage', op: 'is', value: 'won' } },
    async ({ contact }) => {
      await ask('PATCH', `/v1/contacts/${contact}`, { stage: 'won' });
      await w.at(NEXT_MORNING);
    },
    'its workflow had reached its goal',
  ],
  [
    'a STOP',
    {},
    ({ phone }) => kit.receive(kit.a, { from: phone, body: 'STOP' }),
    'this person had opted out',
  ],
  [
    'the archive',
    {},
    ({ workflow }) => ask('DELETE', `/v1/workflows/${workflow}`),
    'its workflow was archived',
  ],
  [
    'another workflow',
    {},
    async ({ key, contact }) => {
      const other = `o-${newId()}`;
      await w.publish(definitionOf({ key: other, steps: [{ id: 'out', kind: 'leave', workflow: key }] }));
      await w.enroll(other, [contact]);
      await w.settle();
    },
    'another workflow had ended this one',
  ],
];

describe('a run that is ended by', () => {
  it.each(ENDS)('%s takes back its text and its call', async (_, settings, end, why) => {
    const run = await underWay(settings);
    expect((await leaving(run)).map(({ status }) => status)).toEqual(['queued', 'queued']);
    await end(run);
    expect((await w.run(run.id)).end_reason).not.toBeNull();
    expect(await leaving(run)).toEqual([
      { status: 'canceled', error_reason: `Not sent: ${why} before it left.` },
      { status: 'canceled', error_reason: `Not called: ${why} before it left.` },
    ]);
    const skipped = { outcome: 'skipped', detail: { reason: 'taken_back' } };
    expect((await w.steps(run.id)).slice(0, 2)).toMatchObject([skipped, skipped]);
    expect(await told(run)).toEqual(['call.canceled', 'message.canceled']);
  });
});

it('a run that is finished leaves its texts to leave', async () => {
  const run = await underWay();
  await w.at(NEXT_MORNING);
  expect((await w.run(run.id)).end_reason).toBe('finished');
  expect((await leaving(run)).map(({ status }) => status)).toEqual(['queued', 'queued', 'queued']);
});

it('what has left, what others wrote and what other runs wrote stays as it is', async () => {
  const [run, other] = [await underWay(), await underWay()];
  await kit.admin(`update messages set status = 'sent', due_at = null where contact_id = $1`, [run.contact]);
  const byHand = await ask('POST', '/v1/messages', { contact_id: run.contact, body: 'By hand' });
  expect(byHand.status).toBe(201);
  await ask('POST', `/v1/enrollments/${run.id}/cancel`);
  expect((await leaving(run)).map(({ status }) => status)).toEqual(['sent', 'queued', 'canceled']);
  expect((await leaving(other)).map(({ status }) => status)).toEqual(['queued', 'queued']);
  expect((await w.steps(run.id)).map(({ outcome }) => outcome)).toEqual(['done', 'skipped']);
});

it('what the carrier has refused for the moment is not tried again', async () => {
  const run = await underWay();
  await kit.admin(
    `update messages set status = 'undelivered', error_code = '30003', error_reason = 'Switched off.', due_at = $2
     where contact_id = $1`,
    [run.contact, new Date(Date.parse(MORNING) + 1_800_000)],
  );
  await ask('POST', `/v1/enrollments/${run.id}/cancel`);
  const [text] = await kit.admin('select status, due_at, error_reason from messages where contact_id = $1', [
    run.contact,
  ]);
  expect(text).toEqual({ status: 'undelivered', due_at: null, error_reason: 'Switched off.' });
  expect((await w.steps(run.id))[0]).toMatchObject({ outcome: 'skipped', detail: { reason: 'taken_back' } });
});
