import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record } from '../../events/record.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { definitionOf, World } from '../testing/world.ts';
import { dueOf } from '../enrollments.ts';
import { moveAll, moveEnrollment } from '../move.ts';
import { pauseWorkflow, resumeWorkflow } from '../store.ts';
import { skipDue } from '../resume.ts';
import {
  endRuns,
  pauseEnrollments,
  resumeEnrollments,
  retryFailed,
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
  it('does nothing when its time has come, and does the step once when it is resumed', async () => {
    const w = await world();
    const { id } = await waiting(w);
    expect(await w.tx((tx) => pauseEnrollments(tx, [id], ANA))).toBe(1);
    expect(await w.tx((tx) => pauseEnrollments(tx, [id], ANA))).toBe(0);
    await w.at(NEXT_DAY);
    expect(await w.trace(id)).toBe('a done');
    await w.tx((tx) => resumeEnrollments(tx, [id], ANA));
    await w.settle();
    expect(await w.trace(id)).toBe('a done, wait done, b done');
  });

  it('passes over what came due meanwhile when that was the choice', async () => {
    const w = await world();
    const steps = [tag('a'), day('wait'), tag('b'), day('later'), tag('c')];
    const { workflow, ids } = await waiting(w, 2, steps);
    const [id, other] = ids as [string, string];
    await w.tx((tx) => pauseEnrollments(tx, [id], ANA));
    await w.at(NEXT_DAY);
    await w.tx(async (tx) => {
      await resumeEnrollments(tx, [id], ANA);
      await skipDue(tx, workflow, [id]);
    });
    await w.settle();
    expect(await w.trace(id)).toBe('a done, wait skipped, b skipped');
    expect((await w.steps(id))[1]!.detail).toEqual({ reason: 'due_while_paused' });
    expect(await w.trace(other)).toBe('a done, wait done, b done');
  });
});

it('nothing of a paused workflow is taken, and it goes on as whoever resumes it chooses', async () => {
  const w = await world();
  const { workflow, ids } = await waiting(w, 2);
  await w.tx((tx) => pauseWorkflow(tx, workflow, null, ANA));
  expect(await w.at(NEXT_DAY)).toBe(0);
  expect(await w.tx((tx) => dueOf(tx, workflow, null))).toMatchObject({
    count: 2,
    steps: [{ step: 'wait', count: 2 }],
  });
  await w.tx((tx) => resumeWorkflow(tx, workflow, 'run', null, ANA));
  await w.settle();
  for (const id of ids) expect(await w.trace(id)).toBe('a done, wait done, b done');
});

describe('a canceled run', () => {
  it('is over at once with its reason, whoever asks twice', async () => {
    const w = await world();
    const { people, id } = await waiting(w);
    const cancel = () =>
      w.tx((tx) => endRuns(tx, tx.sql`e.contact_id = any(${people}::uuid[])`, 'opted_out'));
    expect(await cancel()).toHaveLength(1);
    expect(await cancel()).toEqual([]);
    await w.at(NEXT_DAY);
    expect(await w.trace(id)).toBe('a done');
    expect(await w.run(id)).toMatchObject({
      state: 'canceled',
      end_reason: 'opted_out',
      step: null,
      due_at: null,
    });
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
  await w.tx((tx) => moveEnrollment(tx, first!, { version: 2 }, ANA));
  await w.settle();
  expect(await w.trace(first!)).toBe('away done, gone done');
});

describe('moved to another version', () => {
  it('a run goes on where it stood, or where it is told to; one that would stand nowhere stays', async () => {
    const w = await world();
    const { workflow, ids } = await waiting(w, 3);
    const next = [tag('a'), day('pause'), tag('c')];
    await w.publish(definitionOf({ steps: next }));
    expect(await w.tx((tx) => moveAll(tx, workflow, {}, ANA))).toEqual({
      moved: 0,
      left: [{ version: 1, step: 'wait', count: 3 }],
    });
    await w.tx((tx) => pauseEnrollments(tx, [ids[2]!], ANA));
    expect(await w.tx((tx) => moveAll(tx, workflow, { steps: { wait: 'pause' } }, ANA))).toEqual({
      moved: 3,
      left: [],
    });
    await w.at('2026-03-05T15:00:00.000Z');
    await w.at('2026-03-06T15:00:00.000Z');
    expect(await w.trace(ids[0]!)).toBe('a done, pause done, c done');
    expect(await w.run(ids[2]!)).toMatchObject({ state: 'paused', step: 'pause' });
  });

  it('a run that stands at the same step keeps its wait', async () => {
    const w = await world();
    const { workflow, id } = await waiting(w);
    const { due_at } = await w.run(id);
    await w.publish(definitionOf({ steps: [tag('a'), day('wait'), tag('c')] }));
    w.now = new Date('2026-03-02T20:00:00.000Z');
    expect(await w.tx((tx) => moveAll(tx, workflow, { from: 1 }, ANA))).toMatchObject({ moved: 1 });
    expect(await w.run(id)).toMatchObject({ due_at, version: 2 });
    await w.at(NEXT_DAY);
    expect(await w.trace(id)).toBe('a done, wait done, c done');
  });

  it('is refused for a step that the version has not, before anybody is moved', async () => {
    const w = await world();
    const { workflow } = await waiting(w);
    await w.publish(definitionOf({ steps: [tag('a'), day('pause')] }));
    const move = w.tx((tx) => moveAll(tx, workflow, { steps: { wait: 'gone' } }, ANA));
    await expect(move).rejects.toMatchObject({ code: 'invalid_request', field: 'steps.wait' });
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
