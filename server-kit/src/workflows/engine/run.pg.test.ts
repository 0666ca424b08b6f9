import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepSchema } from '../../contract/workflow/index.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { STEP_RUNNERS } from '../steps/index.ts';
import { defineStep, type StepRunner } from '../steps/step.ts';
import { definitionOf, World } from '../testing/world.ts';
import { runDue } from './run.ts';

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

async function world(options: ConstructorParameters<typeof World>[1] = {}): Promise<World> {
  const tenant = `t${(tenants += 1)}`;
  await kit.kit.tenants.upsert({ id: tenant, name: 'Firm', timeZone: 'America/Chicago' });
  await kit.kit.tenants.addSender({
    tenant,
    address: `+1312556${String(1000 + tenants)}`,
    segmentsPerSecond: null,
  });
  const made = new World(kit, { tenant, ...options });
  worlds.push(made);
  return made;
}

const text = (id: string, more = {}) => ({ id, kind: 'send_sms', body: `Hello from ${id}`, ...more });
const tag = (id: string, name = id) => ({ id, kind: 'add_tag', tags: [name] });
const pause = (id: string, span = '1 day') => ({ id, kind: 'wait', for: span });
const isVip = { field: 'tags', op: 'has_any', value: ['vip'] };

const sent = (w: World) =>
  w.tx(async ({ sql, tenant }) =>
    (
      await sql<
        { body: string }[]
      >`select body from messages where tenant_id = ${tenant} order by created_at, body`
    ).map(({ body }) => body),
  );
const events = (w: World, like: string) =>
  w.tx(async ({ sql, tenant }) =>
    (
      await sql<
        { type: string }[]
      >`select type from events where tenant_id = ${tenant} and type like ${like} order by position`
    ).map(({ type }) => type),
  );

describe('a run', () => {
  it('takes every step it can, then waits, and ends with a reason', async () => {
    const w = await world();
    await w.publish(definitionOf({ steps: [text('hello'), tag('greeted'), pause('a-day'), text('again')] }));
    const [id] = await w.enroll('test', await w.people(1));
    await w.settle();
    expect(await w.trace(id!)).toBe('hello done, greeted done');
    expect(await w.run(id!)).toMatchObject({
      state: 'active',
      step: 'a-day',
      due_at: '2026-03-03T15:00:00.000Z',
    });
    await w.at('2026-03-03T14:59:59.000Z');
    expect(await sent(w)).toEqual(['Hello from hello']);
    await w.at('2026-03-03T15:00:00.000Z');
    expect(await w.trace(id!)).toBe('hello done, greeted done, a-day done, again done');
    expect(await w.run(id!)).toMatchObject({
      state: 'completed',
      end_reason: 'finished',
      step: null,
      due_at: null,
    });
    expect(await sent(w)).toEqual(['Hello from hello', 'Hello from again']);
    expect(await events(w, 'enrollment.%')).toEqual([
      'enrollment.started',
      'enrollment.moved',
      'enrollment.completed',
    ]);
  });

  it('finds what an earlier step of the same look has written', async () => {
    const w = await world();
    await w.publish(
      definitionOf({
        steps: [
          tag('vip'),
          { id: 'is-vip', kind: 'condition', branches: [{ when: isVip, to: 'yes' }], else: 'no' },
          tag('no'),
          tag('yes'),
        ],
      }),
    );
    const [id] = await w.enroll('test', await w.people(1));
    await w.settle();
    expect(await w.trace(id!)).toBe('vip done, is-vip done, yes done');
  });

  it('leaves when the goal is reached, whether before it came or through a step', async () => {
    const w = await world();
    await w.publish(
      definitionOf({ settings: { goal: isVip }, steps: [tag('first'), tag('vip'), tag('never')] }),
    );
    const [there] = await w.enroll('test', await w.people(1, { tags: ['vip'] }));
    const [later] = await w.enroll('test', await w.people(1));
    await w.settle();
    expect(await w.trace(there!)).toBe('');
    expect(await w.trace(later!)).toBe('first done, vip done');
    for (const id of [there!, later!])
      expect(await w.run(id)).toMatchObject({ state: 'completed', end_reason: 'goal' });
  });

  it('stays on its version when another is published, and new ones take the new one', async () => {
    const w = await world();
    await w.publish(definitionOf({ steps: [pause('a-day'), tag('old')] }));
    const [early] = await w.enroll('test', await w.people(1));
    await w.settle();
    await w.publish(definitionOf({ steps: [pause('a-day'), tag('new')] }));
    const [late] = await w.enroll('test', await w.people(1));
    await w.at('2026-03-03T15:00:00.000Z');
    expect([await w.trace(early!), await w.trace(late!)]).toEqual(['a-day done, old done', '']);
    await w.at('2026-03-04T15:00:00.000Z');
    expect(await w.trace(late!)).toBe('a-day done, new done');
  });

  it('that goes round without waiting lets others have their turn, and is ended after 10,000 steps', async () => {
    const w = await world();
    await w.publish(
      definitionOf({
        steps: [
          { id: 'round', kind: 'go_to', step: 'again' },
          { id: 'again', kind: 'go_to', step: 'round' },
        ],
      }),
    );
    const [id] = await w.enroll('test', await w.people(1));
    await w.settle();
    expect(await w.run(id!)).toMatchObject({
      state: 'failed',
      end_reason: 'too_many_steps',
      ordinal: 10_000,
    });
  });

  it('whose way leads to a step that its version lacks ends and says so', async () => {
    const w = await world();
    await w.publish(definitionOf({ steps: [{ id: 'away', kind: 'go_to', step: 'nowhere' }] }));
    const [id] = await w.enroll('test', await w.people(1));
    await w.settle();
    expect(await w.run(id!)).toMatchObject({ state: 'failed', end_reason: 'step_missing', step: 'nowhere' });
  });

  it('of a contact who was merged into another ends, and one of a deleted contact is gone', async () => {
    const w = await world();
    await w.publish(definitionOf({ steps: [pause('a-day'), tag('x')] }));
    const [winner, loser, gone] = await w.people(3);
    const [merged] = await w.enroll('test', [loser!]);
    const [deleted] = await w.enroll('test', [gone!]);
    await w.settle();
    await w.tx(async ({ sql, tenant }) => {
      await sql`update contacts set merged_into = ${winner!} where tenant_id = ${tenant} and contact_id = ${loser!}`;
      await sql`delete from contacts where tenant_id = ${tenant} and contact_id = ${gone!}`;
    });
    await w.at('2026-03-03T15:00:00.000Z');
    expect(await w.run(merged!)).toMatchObject({ state: 'canceled', end_reason: 'contact_merged' });
    expect(await w.run(deleted!)).toBeUndefined();
  });

  it('does nothing twice when the clock jumps back, and loses nothing', async () => {
    const w = await world();
    await w.publish(definitionOf({ steps: [text('one'), pause('a-day'), text('two')] }));
    const [id] = await w.enroll('test', await w.people(1));
    await w.settle();
    const back = async () => {
      w.now = new Date('2026-03-01T00:00:00.000Z');
      expect(await runDue(w.engine, w.tenant)).toMatchObject({ runs: 0, more: false });
    };
    await back();
    await w.at('2026-03-03T14:00:00.000Z');
    await back();
    await w.at('2026-03-03T15:00:00.000Z');
    await back();
    await w.at('2026-03-09T00:00:00.000Z');
    expect(await w.trace(id!)).toBe('one done, a-day done, two done');
    expect(await sent(w)).toEqual(['Hello from one', 'Hello from two']);
  });
});

describe('a step that sends', () => {
  const window = { from: '10:00', to: '18:00' };
  it('waits for the window in the contact’s own time', async () => {
    const w = await world({ now: '2026-03-08T02:00:00.000Z' });
    await w.publish(definitionOf({ settings: { window }, steps: [tag('at-once'), text('hello')] }));
    const [toronto] = await w.enroll('test', await w.people(1, { time_zone: 'America/Toronto' }));
    const [nowhere] = await w.enroll('test', await w.people(1, { time_zone: 'Mars/Base' }));
    await w.settle();
    // the clocks go forward that night
    expect(await w.run(toronto!)).toMatchObject({
      step: 'hello',
      due_at: '2026-03-08T14:00:00.000Z',
      waiting: { reason: 'window', until: '2026-03-08T14:00:00.000Z', zone: 'America/Toronto' },
    });
    expect((await w.run(nowhere!)).waiting).toMatchObject({
      until: '2026-03-08T15:00:00.000Z',
      zone: 'America/Chicago',
      instead_of: 'Mars/Base',
    });
    await w.at('2026-03-08T14:00:00.000Z');
    expect(await w.trace(toronto!)).toBe('at-once done, hello done');
    expect((await w.steps(toronto!))[1]!.detail).toMatchObject({ held: { reason: 'window' } });
    expect(await w.trace(nowhere!)).toBe('at-once done');
  });

  const optOut = (w: World, contact: string) =>
    w.tx(
      async ({ sql, tenant }) => sql`insert into suppressions (tenant_id, channel, address, source)
        select tenant_id, 'sms', phone, 'keyword' from contacts where tenant_id = ${tenant} and contact_id = ${contact}`,
    );
  it('ends the run of whoever has opted out', async () => {
    const w = await world();
    await w.publish(definitionOf({ steps: [tag('x'), text('hello')] }));
    const [who, other] = await w.people(2);
    await optOut(w, who!);
    const [id, fine] = await w.enroll('test', [who!, other!]);
    await w.settle();
    expect(await w.trace(id!)).toBe('x done');
    expect(await w.run(id!)).toMatchObject({ state: 'canceled', end_reason: 'opted_out' });
    expect(await w.trace(fine!)).toBe('x done, hello done');
    expect(await sent(w)).toHaveLength(1);
  });
  it('is passed over, with the day of the opt-out, where the settings say so', async () => {
    const w = await world();
    await w.publish(
      definitionOf({ settings: { on_opt_out: 'skip_channel' }, steps: [text('hello'), tag('x')] }),
    );
    const [who] = await w.people(1);
    await optOut(w, who!);
    const [id] = await w.enroll('test', [who!]);
    await w.settle();
    expect(await w.trace(id!)).toBe('hello skipped, x done');
    expect((await w.steps(id!))[0]!.detail).toEqual({
      reason: 'opted_out',
      channel: 'sms',
      since: '2026-03-02T15:00:00.000Z',
    });
    expect(await sent(w)).toEqual([]);
  });

  it('keeps to so many messages a day over all workflows, the more important one first', async () => {
    const w = await world({ now: '2026-03-02T15:00:00.000Z' });
    const limit = { max_messages_per_day: 2 };
    await w.publish(
      definitionOf({ key: 'low', settings: { ...limit, priority: 1 }, steps: [text('l1'), text('l2')] }),
    );
    await w.publish(definitionOf({ key: 'high', settings: { ...limit, priority: 9 }, steps: [text('h1')] }));
    const [who] = await w.people(1);
    const [low] = await w.enroll('low', [who!]);
    await w.enroll('high', [who!]);
    await w.settle();
    expect((await sent(w)).sort()).toEqual(['Hello from h1', 'Hello from l1']);
    expect(await w.run(low!)).toMatchObject({
      step: 'l2',
      waiting: { reason: 'daily_limit', until: '2026-03-03T06:00:00.000Z', zone: 'America/Chicago' },
    });
    await w.at('2026-03-03T06:00:00.000Z');
    expect(await sent(w)).toHaveLength(3);
  });
});

describe('a step that fails', () => {
  const moody = (answers: ('retry' | 'fail' | 'throw' | 'done')[]): StepRunner =>
    defineStep(
      {
        kind: 'moody',
        title: 'Moody',
        icon: 'x',
        group: 'flow',
        schema: stepSchema('moody', {}) as never,
        words: () => 'Moody',
      },
      ({ runs }) =>
        runs.map(({ contact }) => {
          const answer = contact.last_name === 'Poison' ? 'throw' : (answers.shift() ?? 'done');
          if (answer === 'throw') throw new Error('it fell over');
          if (answer === 'retry') return { retry: 'the other side was busy' };
          return answer === 'fail' ? { fail: 'no such thing' } : { done: true };
        }),
    );
  const steps = [{ id: 'moody', kind: 'moody' }, tag('after')];

  it('for the moment is tried after 5, 30 and 120 minutes, then given up; the run goes on', async () => {
    const w = await world({ runners: [...STEP_RUNNERS, moody(['retry', 'retry', 'retry', 'retry'])] });
    await w.publish(definitionOf({ steps }));
    const [id] = await w.enroll('test', await w.people(1));
    const dues: (string | null)[] = [];
    for (const time of ['15:00', '15:05', '15:35', '17:35']) {
      await w.at(`2026-03-02T${time}:00.000Z`);
      dues.push((await w.run(id!)).due_at);
    }
    expect(dues).toEqual([
      '2026-03-02T15:05:00.000Z',
      '2026-03-02T15:35:00.000Z',
      '2026-03-02T17:35:00.000Z',
      null,
    ]);
    expect(await w.trace(id!)).toBe('moody failed, after done');
    expect((await w.steps(id!))[0]!.detail).toMatchObject({ reason: 'the other side was busy', attempts: 4 });
    expect(await events(w, 'enrollment.step%')).toEqual(['enrollment.step_failed']);
  });

  it('for good is told, and the run goes on', async () => {
    const w = await world({ runners: [...STEP_RUNNERS, moody(['fail'])] });
    await w.publish(definitionOf({ steps }));
    const [id] = await w.enroll('test', await w.people(1));
    await w.settle();
    expect(await w.trace(id!)).toBe('moody failed, after done');
  });

  it('by crashing takes only its own run out; all others of the batch go on', async () => {
    const w = await world({ runners: [...STEP_RUNNERS, moody([])], batch: 64 });
    await w.publish(definitionOf({ steps: [tag('before'), ...steps] }));
    const fine = await w.enroll('test', await w.people(40));
    const poisoned = await w.enroll('test', await w.people(2, { last_name: 'Poison' }));
    const more = await w.enroll('test', await w.people(20));
    await w.settle();
    for (const id of [...fine, ...more])
      expect(await w.trace(id)).toBe('before done, moody done, after done');
    for (const id of poisoned) {
      expect(await w.run(id)).toMatchObject({ state: 'failed', end_reason: 'step_crashed' });
      // the batch was undone as a whole: what it had done before did not happen
      expect(await w.trace(id)).toBe('before failed');
      expect((await w.steps(id))[0]!.detail).toEqual({ reason: 'it fell over' });
    }
  });
});

describe('steps', () => {
  it('change a contact in the order in which they stand', async () => {
    const w = await world();
    await w.publish(
      definitionOf({
        steps: [
          tag('a'),
          { id: 'off', kind: 'remove_tag', tags: ['a'] },
          tag('b'),
          { id: 'more', kind: 'score', by: 5 },
          { id: 'less', kind: 'score', by: -2 },
          { id: 'city', kind: 'set_field', field: 'city', value: 'Toronto' },
          { id: 'own', kind: 'set_field', field: 'fields.level', value: 'gold' },
          { id: 'stage', kind: 'move_stage', stage: 'Warm' },
        ],
      }),
    );
    const [who] = await w.people(1);
    const [id] = await w.enroll('test', [who!]);
    await w.settle();
    const [row] = await w.tx(
      async ({ sql, tenant }) => sql`select tags, lead_score, city, fields, stage from contacts
        where tenant_id = ${tenant} and contact_id = ${who!}`,
    );
    expect(row).toEqual({
      tags: ['b'],
      lead_score: 3,
      city: 'Toronto',
      fields: { level: 'gold' },
      stage: 'Warm',
    });
    expect((await w.run(id!)).end_reason).toBe('finished');
  });

  it('that split take the same person the same way every time, and all of them by their weights', async () => {
    const w = await world();
    const ways = [
      { label: 'A', weight: 3, to: 'a' },
      { label: 'B', weight: 1, to: 'b' },
    ];
    const steps = [{ id: 'split', kind: 'split', ways }, tag('a'), { id: 'end', kind: 'end' }, tag('b')];
    await w.publish(definitionOf({ settings: { re_entry: 'always' }, steps }));
    const people = await w.people(400);
    const first = await w.enroll('test', people);
    await w.settle();
    const second = await w.enroll('test', people);
    await w.settle();
    const taken = async (ids: string[]) => {
      const rows = await w.tx(
        async ({ sql, tenant }) => sql<{ enrollment_id: string; branch: string }[]>`
          select enrollment_id, detail ->> 'branch' as branch from step_runs
          where tenant_id = ${tenant} and ordinal = 0`,
      );
      const ways = new Map(rows.map(({ enrollment_id, branch }) => [enrollment_id, branch]));
      return ids.map((id) => ways.get(id));
    };
    const ways1 = await taken(first);
    expect(await taken(second)).toEqual(ways1);
    const share = ways1.filter((one) => one === 'A').length / 400;
    expect(share).toBeGreaterThan(0.65);
    expect(share).toBeLessThan(0.85);
  });

  it('enroll in another workflow, and take out of it', async () => {
    const w = await world();
    await w.publish(definitionOf({ key: 'other', steps: [pause('a-day')] }));
    await w.publish(definitionOf({ key: 'in', steps: [{ id: 'in', kind: 'enroll', workflow: 'other' }] }));
    await w.publish(
      definitionOf({ key: 'out', steps: [{ id: 'out', kind: 'leave', workflow: 'all' }, tag('x')] }),
    );
    const [who] = await w.people(1);
    await w.enroll('in', [who!]);
    await w.settle();
    const others = () =>
      w.tx(async ({ sql, tenant }) => [
        ...(await sql`select e.state, e.end_reason, e.source ->> 'on' as "on" from enrollments e
          join workflows w using (tenant_id, workflow_id) where e.tenant_id = ${tenant} and w.key = 'other'`),
      ]);
    expect(await others()).toEqual([{ state: 'active', end_reason: null, on: 'workflow' }]);
    const [out] = await w.enroll('out', [who!]);
    await w.settle();
    expect(await others()).toEqual([{ state: 'canceled', end_reason: 'left_by_workflow', on: 'workflow' }]);
    expect(await w.run(out!)).toMatchObject({ state: 'completed', end_reason: 'finished' });
  });
});

describe('a wait', () => {
  const waiting = async (w: World, step: Record<string, unknown>, contact = {}, variables = {}) => {
    await w.publish(definitionOf({ steps: [{ id: 'wait', kind: 'wait', ...step }, tag('after')] }));
    const [id] = await w.enroll('test', await w.people(1, { time_zone: 'America/New_York', ...contact }), {
      variables,
    });
    await w.settle();
    return id!;
  };
  it.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>, string | null]>(
    [
      ['2 days', { for: '2 days' }, {}, {}, '2026-03-09T14:00:00.000Z'],
      ['a day and time', { until_day: { day: 3, at: '10:00' } }, {}, {}, '2026-03-10T14:00:00.000Z'],
      ['a date', { until: { date: '2026-04-01' } }, {}, {}, '2026-04-01T14:00:00.000Z'],
      [
        'a birthday',
        { until: { field: 'birthday', offset_days: -1 } },
        { birth_month: 3, birth_day: 20 },
        {},
        '2026-03-19T14:00:00.000Z',
      ],
      [
        'a field',
        { until: { field: 'fields.visit', at: '09:00' } },
        { fields: { visit: '2026-03-20' } },
        {},
        '2026-03-20T13:00:00.000Z',
      ],
      [
        'an hour before a time',
        { until: { field: 'vars.at', offset_minutes: -60 } },
        {},
        { at: '2026-03-20T15:30:00Z' },
        '2026-03-20T14:30:00.000Z',
      ],
      ['what has passed', { until: { date: '2026-01-01' } }, {}, {}, null],
      ['what is not known', { until: { field: 'fields.none' } }, {}, {}, null],
    ],
  )('for %s', async (_name, step, contact, variables, due) => {
    const w = await world({ now: '2026-03-07T15:00:00.000Z' });
    const id = await waiting(w, step, contact, variables);
    expect((await w.run(id)).due_at).toBe(due);
    if (due === null) expect((await w.run(id)).state).toBe('completed');
  });
});
