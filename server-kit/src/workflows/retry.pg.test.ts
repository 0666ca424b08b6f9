import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineKind, stepSchema } from '../contract/workflow/kind.ts';
import { newId } from '../ids.ts';
import { campaign, CAMPAIGN_TIMEOUT, forEachSeed, seeded } from '../testing/campaign.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { endRuns, pauseEnrollments, withRetries } from './engine/control.ts';
import { enrollmentById } from './enrollments.ts';
import { countFailures, listFailures } from './failures.ts';
import { failStep } from './requests/rows.ts';
import { retryFailures } from './retry.ts';
import { STEP_RUNNERS } from './steps/index.ts';
import { defineStep } from './steps/step.ts';
import { definitionOf, World } from './testing/world.ts';
import { stopForOptOut } from './triggers/stops.ts';

const ADA = { id: 'ada', name: 'Ada' };
const LATER = '2026-03-02T18:00:00.000Z';

/** Does something that can be counted: one point more. Or fails, while `broken`. */
let broken: string | null = null;
const ring = defineStep(
  defineKind({
    kind: 'ring',
    title: 'Ring',
    icon: 'bell',
    group: 'team',
    schema: stepSchema('ring', { hard: z.boolean().default(false) }),
    words: () => 'Ring the bell',
  }),
  ({ runs, effects, step }) =>
    runs.map(({ contact }) => {
      if (broken !== null && step.hard) throw new Error(broken);
      if (broken !== null) return { fail: broken };
      effects.score(contact.id, 1);
      return { done: true };
    }),
);

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
  const tenant = `r${(tenants += 1)}`;
  await kit.kit.tenants.upsert({ id: tenant, name: 'Firm', timeZone: 'America/Chicago' });
  await kit.admin(
    `insert into senders (tenant_id, sender_id, channel, address, account_sid, is_default)
     values ($1, $2, 'sms', $3, 'AC1', true)`,
    [tenant, newId(), `+1312777${String(tenants).padStart(4, '0')}`],
  );
  const made = new World(kit, { tenant, runners: [...STEP_RUNNERS, ring] });
  worlds.push(made);
  broken = 'The bell is broken';
  return made;
}

const month = { id: 'month', kind: 'wait', for: '30 days' };
const tag = (id: string) => ({ id, kind: 'add_tag', tags: [id] });

/** Somebody whose bell did not ring, and who waits for the next step. */
async function failed(w: World, more: { settings?: object; steps?: object[]; count?: number } = {}) {
  const { settings = {}, steps = [{ id: 'ring', kind: 'ring' }, month, tag('end')], count = 1 } = more;
  const workflow = await w.publish(
    definitionOf({ settings: settings as never, steps: steps as Record<string, unknown>[] }),
  );
  const people = await w.people(count);
  const ids = await w.enroll('test', people);
  await w.settle();
  broken = null;
  return { workflow, people, ids, id: ids[0]!, person: people[0]! };
}

const open = (w: World) => w.tx((tx) => listFailures(tx, { limit: 100 }, null));
const retry = (w: World, which: Parameters<typeof retryFailures>[1], at_once = 100) =>
  w.tx((tx) => retryFailures(tx, which, ADA, { at_once }));
const trace = async (w: World, id: string) => (await w.tx((tx) => enrollmentById(tx, id))).trace;
const score = async (w: World, person: string) => {
  const [row] = await w.tx(
    async ({ sql, tenant }) => sql<{ lead_score: number | null }[]>`
      select lead_score from contacts where tenant_id = ${tenant} and contact_id = ${person}`,
  );
  return row!.lead_score ?? 0;
};
const optOut = (w: World, person: string) =>
  w.tx(async (tx) => {
    const { sql, tenant } = tx;
    const [made] = await sql<{ address: string }[]>`
      insert into suppressions (tenant_id, channel, address, source)
      select tenant_id, 'sms', phone, 'keyword' from contacts where tenant_id = ${tenant} and contact_id = ${person}
      on conflict do nothing returning address`;
    if (made) await stopForOptOut(tx, [{ channel: 'sms', address: made.address }]);
  });
const optIn = (w: World) =>
  w.tx(({ sql, tenant }) => sql`delete from suppressions where tenant_id = ${tenant}`);
const workflowIs = (w: World, id: string, state: string) =>
  w.tx(
    ({ sql, tenant }) =>
      sql`update workflows set state = ${state} where tenant_id = ${tenant} and workflow_id = ${id}`,
  );

describe('a step that failed while its run went on', () => {
  it('is listed with its reason until it is tried again, and counted', async () => {
    const w = await world();
    const { workflow, id } = await failed(w);
    expect(await open(w)).toMatchObject([
      { enrollment_id: id, step: 'ring', reason: 'The bell is broken', goes_on: false, barred: null },
    ]);
    expect(await w.tx((tx) => countFailures(tx, workflow, null))).toMatchObject({
      total: 1,
      items: [{ step: 'ring', reason: 'The bell is broken', count: 1 }],
    });
    await retry(w, { workflowId: workflow });
    expect(await open(w)).toEqual([]);
  });

  it('is done once more and by itself, and the trace says who wanted it', async () => {
    const w = await world();
    const { id, person, workflow } = await failed(w);
    w.now = new Date(LATER);
    expect(await retry(w, { workflowId: workflow })).toEqual({ retried: 1, skipped: 0, left: 0 });
    await w.settle();
    expect(await score(w, person)).toBe(1);
    expect(await w.run(id)).toMatchObject({ state: 'active', step: 'month' });
    expect(await trace(w, id)).toMatchObject([
      {
        step: 'ring',
        outcome: 'failed',
        retried: { by: ADA, at: LATER, says: 'Tried again by Ada on 2 March, 12:00' },
      },
      { step: 'ring', outcome: 'done', retried: null },
    ]);
  });

  it('is done once more for a run that is over, and ends it no second time', async () => {
    const w = await world();
    const { id, person } = await failed(w, { steps: [{ id: 'ring', kind: 'ring' }, tag('end')] });
    expect(await w.run(id)).toMatchObject({ state: 'completed' });
    const [failure] = await open(w);
    await retry(w, { failures: [failure!] });
    await w.settle();
    expect(await score(w, person)).toBe(1);
    const told = await kit.admin(
      `select type from events where contact_id = $1 and type = 'enrollment.completed'`,
      [person],
    );
    expect(told).toHaveLength(1);
  });

  it('that fails again is a failure anew', async () => {
    const w = await world();
    const { id, person } = await failed(w);
    broken = 'Still broken';
    await retry(w, { failures: await open(w) });
    await w.settle();
    const [again, ...more] = await open(w);
    expect(more).toEqual([]);
    expect(again).toMatchObject({ reason: 'Still broken', step: 'ring' });
    broken = null;
    await retry(w, { failures: [again!] });
    await w.settle();
    expect(await score(w, person)).toBe(1);
    expect((await trace(w, id)).map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'done']);
  });

  it('that a crash ended anew goes on with it alone', async () => {
    const w = await world();
    const steps = [{ id: 'ring', kind: 'ring', hard: true }, month];
    const { person } = await failed(w, { steps });
    expect(await open(w)).toMatchObject([{ goes_on: true }]);
    await retry(w, { failures: await open(w) });
    await w.settle();
    expect(await score(w, person)).toBe(1);
    expect(await open(w)).toEqual([]);
  });

  it('counts as no enrollment: neither in lists and counts nor against coming in again', async () => {
    const w = await world();
    const { person, workflow } = await failed(w, {
      settings: { re_entry: { at_most: 2 } },
      steps: [{ id: 'ring', kind: 'ring' }, tag('end')],
    });
    await retry(w, { failures: await open(w) });
    await w.settle();
    const [sums] = await kit.admin(
      `select sum(count) filter (where what = 'completed')::integer as completed,
        sum(count) filter (where what = 'step_done' and step = 'ring')::integer as rung
       from workflow_counts where workflow_id = $1`,
      [workflow],
    );
    expect(sums).toEqual({ completed: 1, rung: 1 });
    expect(await w.enroll('test', [person])).toHaveLength(1);
    expect(await w.enroll('test', [person])).toHaveLength(0);
  });
});

describe('trying again', () => {
  it('of a run that ended with the step lets it go on from there', async () => {
    const w = await world();
    const { id, person } = await failed(w, { steps: [{ id: 'ring', kind: 'ring', hard: true }, tag('end')] });
    expect(await w.run(id)).toMatchObject({ state: 'failed' });
    const [failure] = await open(w);
    expect(failure).toMatchObject({ goes_on: true, barred: null });
    expect(await retry(w, { failures: [failure!] })).toMatchObject({ retried: 1 });
    await w.settle();
    expect(await w.trace(id)).toBe('ring failed, ring done, end done');
    expect(await score(w, person)).toBe(1);
    // whoever still has the old list on the screen
    expect(await retry(w, { failures: [failure!] })).toMatchObject({ retried: 0 });
  });

  it('waits for the window as it is now', async () => {
    const w = await world();
    const settings = { window: { from: '09:00', to: '10:00' }, zone: 'tenant' };
    const steps = [{ id: 'say', kind: 'send_sms', body: 'Hi' }, month];
    const { id, ids } = await failed(w, { settings, steps });
    const said = (await w.steps(id))[0]!;
    await kit.admin(`update messages set status = 'undelivered', due_at = null where message_id = $1`, [
      said.detail?.['message_id'],
    ]);
    await w.tx((tx) => failStep(tx, [{ enrollmentId: ids[0]!, ordinal: 0, reason: 'Blocked' }]));
    w.now = new Date(LATER);
    await retry(w, { failures: await open(w) });
    await w.settle();
    const [entry, ...more] = await trace(w, id);
    expect(more).toEqual([]);
    expect(entry!.retried!.says).toBe(
      'Tried again by Ada on 2 March, 12:00. Waiting until 3 March, 09:00 America/Chicago because of the window',
    );
    await w.at('2026-03-03T15:30:00.000Z');
    expect((await trace(w, id)).map(({ outcome }) => outcome)).toEqual(['failed', 'done']);
  });

  it('leaves alone a text that has been sent again in the conversation', async () => {
    const w = await world();
    const { id } = await failed(w, { steps: [{ id: 'say', kind: 'send_sms', body: 'Hi' }, month] });
    await w.tx((tx) => failStep(tx, [{ enrollmentId: id, ordinal: 0, reason: 'Blocked' }]));
    // it is queued still, as somebody pressed Retry there
    expect(await open(w)).toMatchObject([{ barred: 'sent_since' }]);
    expect(await retry(w, { failures: await open(w) })).toEqual({ retried: 0, skipped: 1, left: 0 });
  });

  it('of all alike takes those of the step and the reason, so many at a time', async () => {
    const w = await world();
    const { workflow, people } = await failed(w, { count: 5 });
    broken = 'Out of order';
    await w.enroll('test', await w.people(2));
    await w.settle();
    broken = null;
    const which = { workflowId: workflow, step: 'ring', reason: 'The bell is broken' };
    expect(await retry(w, which, 3)).toEqual({ retried: 3, skipped: 0, left: 2 });
    expect(await retry(w, which, 3)).toEqual({ retried: 2, skipped: 0, left: 0 });
    await w.settle();
    for (const person of people) expect(await score(w, person)).toBe(1);
    expect((await open(w)).map(({ reason }) => reason)).toEqual(['Out of order', 'Out of order']);
  });

  it('pages through what failed without losing or repeating any', async () => {
    const w = await world();
    await failed(w, { count: 7 });
    const seen: string[] = [];
    let after: Parameters<typeof listFailures>[2] = null;
    for (;;) {
      const page = await w.tx((tx) => listFailures(tx, { limit: 3 }, after));
      seen.push(...page.slice(0, 3).map((one) => one.id));
      if (page.length <= 3) break;
      after = page[2]!;
    }
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
  });

  it('ends with the run when somebody ends that', async () => {
    const w = await world();
    const { id, person, workflow } = await failed(w);
    await workflowIs(w, workflow, 'paused');
    await retry(w, { failures: await open(w) });
    await w.tx((tx) => pauseEnrollments(tx, [id], ADA));
    await w.tx((tx) => endRuns(tx, withRetries(tx, [id]), 'member', ADA));
    await workflowIs(w, workflow, 'active');
    await w.settle();
    expect(await score(w, person)).toBe(0);
    expect((await trace(w, id))[0]!.retried!.says).toMatch(/Ended by a member$/);
  });
});

describe('after a STOP', () => {
  it('no step of a run that it ended is tried again, not even when they come back', async () => {
    const w = await world();
    const { person } = await failed(w);
    await optOut(w, person);
    expect(await open(w)).toMatchObject([{ barred: 'opted_out' }]);
    await optIn(w);
    expect(await open(w)).toMatchObject([{ barred: 'opted_out' }]);
    expect(await retry(w, { failures: await open(w) })).toMatchObject({ retried: 0, skipped: 1 });
  });

  it('nor one of a run that was over by then', async () => {
    const w = await world();
    const { person } = await failed(w, { steps: [{ id: 'ring', kind: 'ring' }] });
    await optOut(w, person);
    expect(await retry(w, { failures: await open(w) })).toMatchObject({ retried: 0 });
  });

  it('nothing happens of what was asked for before it', async () => {
    const w = await world();
    const { person, id } = await failed(w, { steps: [{ id: 'ring', kind: 'ring' }] });
    await retry(w, { failures: await open(w) });
    // as if its statement had not seen the retry, which was not committed yet
    await w.tx(
      ({ sql, tenant }) => sql`
        insert into suppressions (tenant_id, channel, address, source)
        select tenant_id, 'sms', phone, 'keyword' from contacts where tenant_id = ${tenant} and contact_id = ${person}`,
    );
    await w.settle();
    expect(await score(w, person)).toBe(0);
    expect((await trace(w, id))[0]!.retried!.says).toMatch(/Ended: they opted out$/);
  });
});

it(
  'whoever clicks how often at once: each failure is tried again once, and nothing after a STOP',
  async () => {
    // one at a time: what is broken is so for all
    await forEachSeed(campaign(25, 1_000), 1, async (seed) => {
      const random = seeded(seed);
      const w = await world();
      const hard = random.chance(0.4);
      const { people, workflow } = await failed(w, {
        count: 3,
        steps: [{ id: 'ring', kind: 'ring', hard }, month, tag('end')],
      });
      const stopped = new Map<string, number>();
      for (let turn = 0; turn < 12; turn += 1) {
        broken = random.chance(0.4) ? 'Broken' : null;
        const failures = await open(w);
        const who = random.pick(people);
        switch (random.below(5)) {
          case 0:
          case 1: {
            // the same by several at once, while the engine runs
            const clicks = Array.from({ length: 1 + random.below(4) }, () =>
              random.chance(0.5) && failures.length > 0
                ? retry(w, { failures: [random.pick(failures)] })
                : retry(w, { workflowId: workflow }, 1 + random.below(3)),
            );
            await Promise.all([...clicks, w.settle()]);
            break;
          }
          case 2:
            await w.settle();
            break;
          case 3:
            await workflowIs(w, workflow, random.chance(0.5) ? 'paused' : 'active');
            break;
          case 4:
            if (turn < 6 || stopped.has(who)) break;
            await optOut(w, who);
            stopped.set(who, await score(w, who));
        }
      }
      broken = null;
      await workflowIs(w, workflow, 'active');
      await retry(w, { workflowId: workflow });
      await w.settle();
      for (const person of people) {
        const points = await score(w, person);
        if (stopped.has(person)) expect(points).toBe(stopped.get(person));
        else expect(points).toBe(1);
      }
      const twice = await kit.admin(
        `select 1 from enrollments where workflow_id = $1 and retry_of is not null group by source_key having count(*) > 1`,
        [workflow],
      );
      expect(twice).toEqual([]);
    });
  },
  CAMPAIGN_TIMEOUT,
);
