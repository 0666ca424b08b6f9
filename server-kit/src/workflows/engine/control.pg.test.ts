import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record } from '../../events/record.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { definitionOf, World } from '../testing/world.ts';
import {
  cancelEnrollments,
  dueWhilePaused,
  moveToVersion,
  pauseEnrollments,
  resumeEnrollments,
  retryFailed,
  settleDueWhilePaused,
  skipStep,
  wakeOnEvent,
} from './control.ts';

const ANA = { id: 'ana', name: 'Ana' };
const NEXT_DAY = '2026-03-03T15:00:00.000Z';
let kit: TestKit;
let tenants = 0;
const worlds: World[] = [];

beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(async () => {
  for (const world of worlds) await world.close();
  await kit.close();
});

async function world(): Promise<World> {
  const tenant = `c${(tenants += 1)}`;
  await kit.kit.tenants.upsert({ id: tenant, name: 'Firm', timeZone: 'America/Chicago' });
  const made = new World(kit, { tenant });
  worlds.push(made);
  return made;
}

const tag = (id: string) => ({ id, kind: 'add_tag', tags: [id] });
const day = (id: string) => ({ id, kind: 'wait', for: '1 day' });
const reply = (more = {}) => ({
  id: 'reply',
  kind: 'wait',
  for_event: { type: 'message.received', timeout: '2 days', on_timeout: 'late', ...more },
});

async function waiting(
  w: World,
  count = 1,
  steps: Record<string, unknown>[] = [tag('a'), day('wait'), tag('b')],
) {
  const workflow = await w.publish(definitionOf({ steps }));
  const people = await w.people(count);
  const ids = await w.enroll('test', people);
  await w.settle();
  return { workflow, people, ids, id: ids[0]! };
}

describe('a paused run', () => {
  it('does nothing, is listed when its time has come, and does the step once when it is resumed', async () => {
    const w = await world();
    const { workflow, id } = await waiting(w);
    expect(await w.tx((tx) => pauseEnrollments(tx, [id], ANA))).toBe(1);
    expect(await w.tx((tx) => pauseEnrollments(tx, [id], ANA))).toBe(0);
    expect(await w.tx((tx) => dueWhilePaused(tx, workflow))).toMatchObject({ total: 0 });
    await w.at(NEXT_DAY);
    expect(await w.trace(id)).toBe('a done');
    expect(await w.tx((tx) => dueWhilePaused(tx, workflow))).toMatchObject({
      total: 1,
      enrollments: [{ enrollment_id: id, step: 'wait' }],
    });
    await w.tx((tx) => resumeEnrollments(tx, [id], ANA));
    await w.settle();
    expect(await w.trace(id)).toBe('a done, wait done, b done');
  });

  it('passes over what came due meanwhile when that was the choice', async () => {
    const w = await world();
    const { id } = await waiting(w, 1, [tag('a'), day('wait'), tag('b')]);
    await w.tx((tx) => pauseEnrollments(tx, [id], ANA));
    await w.at(NEXT_DAY);
    await w.tx((tx) => resumeEnrollments(tx, [id], ANA, 'skip'));
    await w.settle();
    expect(await w.trace(id)).toBe('a done, wait skipped, b done');
    expect((await w.steps(id))[1]!.detail).toEqual({ reason: 'due_while_paused' });
  });
});

it('nothing of a paused workflow is taken, and it goes on as whoever resumes it chooses', async () => {
  const w = await world();
  const { workflow, ids } = await waiting(w, 2);
  const setState = (state: string) =>
    w.tx(
      async ({ sql, tenant }) =>
        sql`update workflows set state = ${state} where tenant_id = ${tenant} and workflow_id = ${workflow}`,
    );
  await setState('paused');
  expect(await w.at(NEXT_DAY)).toBe(0);
  expect(await w.tx((tx) => dueWhilePaused(tx, workflow))).toMatchObject({ total: 2 });
  await w.tx((tx) => settleDueWhilePaused(tx, workflow, 'run'));
  await setState('active');
  await w.settle();
  for (const id of ids) expect(await w.trace(id)).toBe('a done, wait done, b done');
});

describe('a canceled run', () => {
  it('is over at once with its reason, whoever asks twice', async () => {
    const w = await world();
    const { people, id } = await waiting(w);
    expect(await w.tx((tx) => cancelEnrollments(tx, { contactIds: people }, 'opted_out', null))).toHaveLength(
      1,
    );
    expect(await w.tx((tx) => cancelEnrollments(tx, { contactIds: people }, 'opted_out', null))).toEqual([]);
    await w.at(NEXT_DAY);
    expect(await w.trace(id)).toBe('a done');
    expect(await w.run(id)).toMatchObject({
      state: 'canceled',
      end_reason: 'opted_out',
      step: null,
      due_at: null,
    });
  });
  it('of nobody in particular is nobody', async () => {
    const w = await world();
    await waiting(w);
    expect(await w.tx((tx) => cancelEnrollments(tx, {}, 'member', ANA))).toEqual([]);
  });
  it('is only one whose workflow stops on a reply, where that is the reason', async () => {
    const w = await world();
    const { people } = await waiting(w);
    await w.publish(
      definitionOf({ key: 'stops', settings: { stop_on_reply: true }, steps: [day('wait'), tag('x')] }),
    );
    const [stops] = await w.enroll('stops', people);
    await w.settle();
    const canceled = await w.tx((tx) =>
      cancelEnrollments(tx, { contactIds: people, whose: 'stop_on_reply' }, 'replied', null),
    );
    expect(canceled.map(({ enrollment_id }) => enrollment_id)).toEqual([stops]);
  });
});

it('a member passes over the step where a run stands, and the rest goes on', async () => {
  const w = await world();
  const { id } = await waiting(w);
  await w.tx((tx) => skipStep(tx, [id], ANA));
  await w.settle();
  expect(await w.trace(id)).toBe('a done, wait skipped, b done');
});

it('a run that failed is taken up where it stood, unless the contact is in again', async () => {
  const w = await world();
  await w.publish(
    definitionOf({ settings: { re_entry: 'always' }, steps: [{ id: 'away', kind: 'go_to', step: 'gone' }] }),
  );
  const [who, other] = await w.people(2);
  const [first] = await w.enroll('test', [who!]);
  const [second] = await w.enroll('test', [other!]);
  await w.settle();
  expect((await w.run(first!)).end_reason).toBe('step_missing');
  await w.publish(definitionOf({ settings: { re_entry: 'always' }, steps: [day('away'), tag('gone')] }));
  await w.enroll('test', [other!]);
  expect(await w.tx((tx) => retryFailed(tx, [first!, second!], ANA))).toBe(1);
  // its own version lacks the step still; the new one has it
  expect(await w.tx((tx) => moveToVersion(tx, [first!], 2, {}, ANA))).toBe(1);
  await w.settle();
  expect(await w.trace(first!)).toBe('away done, gone done');
});

describe('moved to another version', () => {
  it('a run goes on where it stood, or where it is told to; one that would stand nowhere stays', async () => {
    const w = await world();
    const { ids } = await waiting(w, 3);
    await w.publish(definitionOf({ steps: [tag('a'), day('pause'), tag('c')] }));
    expect(await w.tx((tx) => moveToVersion(tx, ids, 2, {}, ANA))).toBe(0);
    expect(await w.tx((tx) => moveToVersion(tx, ids.slice(0, 2), 2, { wait: 'pause' }, ANA))).toBe(2);
    await w.at('2026-03-05T15:00:00.000Z');
    await w.at('2026-03-06T15:00:00.000Z');
    expect(await w.trace(ids[0]!)).toBe('a done, pause done, c done');
    expect(await w.trace(ids[2]!)).toBe('a done, wait done, b done');
  });
});

describe('a wait for an event', () => {
  const happens = (w: World, contactId: string, data = {}) =>
    w.tx((tx) => wakeOnEvent(tx, [{ id: 'e1', type: 'message.received', contactId, data }]));
  const steps = [reply(), tag('answered'), { id: 'end', kind: 'end' }, tag('late')];
  it('ends when it happens to this contact', async () => {
    const w = await world();
    const { people, ids } = await waiting(w, 2, steps);
    expect(await happens(w, people[0]!)).toBe(1);
    expect(await happens(w, people[0]!)).toBe(0);
    await w.settle();
    expect(await w.trace(ids[0]!)).toBe('reply done, answered done, end done');
    expect(await w.trace(ids[1]!)).toBe('');
  });
  it('ends when its time is over', async () => {
    const w = await world();
    const { id } = await waiting(w, 1, steps);
    await w.at('2026-03-04T15:00:00.000Z');
    expect(await w.trace(id)).toBe('reply done, late done');
  });
  it('ends well, though late, when the bell rang before anybody could hear it', async () => {
    const w = await world();
    const { people, id } = await waiting(w, 1, steps);
    w.now = new Date('2026-03-02T16:00:00.000Z');
    await w.tx(async (tx) => {
      await record(tx, [{ type: 'message.received', contactId: people[0]! }]);
    });
    await w.at('2026-03-04T15:00:00.000Z');
    expect(await w.trace(id)).toBe('reply done, answered done, end done');
  });
  it('goes on when it was about somebody of whom the filter is not true, to the same time', async () => {
    const w = await world();
    const where = { field: 'tags', op: 'has_any', value: ['vip'] };
    const { people, id } = await waiting(w, 1, [
      reply({ where }),
      tag('answered'),
      { id: 'end', kind: 'end' },
      tag('late'),
    ]);
    w.now = new Date('2026-03-03T15:00:00.000Z');
    await happens(w, people[0]!);
    await w.settle();
    expect(await w.run(id)).toMatchObject({
      step: 'reply',
      due_at: '2026-03-04T15:00:00.000Z',
      wakes_on: 'message.received',
    });
    await w.tx(
      async ({ sql, tenant }) => sql`update contacts set tags = '{vip}' where tenant_id = ${tenant}`,
    );
    await happens(w, people[0]!);
    await w.settle();
    expect(await w.trace(id)).toBe('reply done, answered done, end done');
  });
});
