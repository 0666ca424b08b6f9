/**
 * Workers killed with SIGKILL while they tag, import and export: each job goes on where its last piece was committed,
 * and everybody is seen to exactly once.
 */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { campaign, chance, pause, SEED, TIMEOUT, until } from './support/campaign.ts';
import { openStage, TENANT, type Stage } from './support/stage.ts';

let stage: Stage;
afterEach(() => stage.close());

/** Far more than a worker does between two kills, in pieces of 2,500 and 1,000. */
const PEOPLE = 12_000;
const ROWS = 6_000;

// tests read what they expect
// oxlint-disable-next-line typescript/no-explicit-any
async function ask(method: string, path: string, body?: unknown, type = 'application/json'): Promise<any> {
  const member = { id: 'mia', name: 'Mia' };
  const token = await stage.kit.sessionToken({ tenant: TENANT, member, role: 'manager' });
  const answer = await stage.kit.fetch(
    new Request(`${stage.publicUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`);
  return answer.headers.get('content-type')?.includes('/json') ? JSON.parse(text) : text;
}

describe('workers that are killed', () => {
  it(
    'leave bulk actions, imports and exports that others finish, each contact once',
    async () => {
      stage = await openStage({ databaseUrl: inject('databaseUrl') });
      await stage.query(
        `insert into contacts (tenant_id, contact_id, first_name, phone, tags)
         select $1, gen_random_uuid(), 'Person ' || n, '+1415' || (2000000 + n), '{old}' from generate_series(1, ${PEOPLE}) n`,
        [TENANT],
      );
      const lines = Array.from({ length: ROWS }, (_, n) =>
        n % 100 === 0 ? `Nobody,${n % 10}\n` : `New ${n},+1415${3_000_000 + n}\n`,
      );
      const upload = await ask('POST', '/v1/imports', `First Name,Phone\n${lines.join('')}`, 'text/csv');
      const target = { filter: { field: 'tags', op: 'has_any', value: ['old'] } };
      const tagging = await ask('POST', '/v1/jobs', { target, action: { type: 'add_tags', tags: ['seen'] } });
      const emptying = await ask('POST', '/v1/jobs', {
        target,
        action: { type: 'remove_tags', tags: ['old'] },
      });
      await ask('POST', `/v1/imports/${upload.job.id}/start`, {
        mapping: ['first_name', 'phone'],
        tags: ['list'],
      });
      const taking = await ask('POST', '/v1/exports', { subject: 'audit', format: 'jsonl' });
      const ids = [tagging.id, emptying.id, upload.job.id, taking.id];

      const random = chance(SEED * 77);
      const open = async () =>
        (await Promise.all(ids.map((id) => ask('GET', `/v1/jobs/${id}`)))).filter(
          ({ state }) => state !== 'done',
        );
      const most = campaign(6, 60);
      let kills = 0;
      for (; kills < most && (await open()).length > 0; kills += 1) {
        const worker = await stage.startWorker();
        await pause(200 + random.below(900));
        await worker.kill();
      }
      const killedAt = performance.now();
      const left = await open();
      await stage.startWorker();
      await until('every job is done', async () => (await open()).length === 0, 90_000);
      const seconds = ((performance.now() - killedAt) / 1000).toFixed(1);
      console.log(`${kills} kills, ${left.length} jobs were left, all done after ${seconds} s; seed ${SEED}`);

      const jobs = await Promise.all(ids.map((id) => ask('GET', `/v1/jobs/${id}`)));
      // whoever was emptied first was not found by the other, and that is all that may differ
      expect(jobs[0]).toMatchObject({ failed: 0, done: jobs[0].total, counts: { updated: jobs[0].total } });
      expect(jobs[1]).toMatchObject({ failed: 0, done: PEOPLE, total: PEOPLE, counts: { updated: PEOPLE } });
      expect(jobs[2]).toMatchObject({
        done: ROWS,
        total: ROWS,
        failed: ROWS / 100,
        counts: { created: ROWS - ROWS / 100 },
      });

      const told = await stage.query<{ job: string; people: number; events: number }>(
        `select data->>'job_id' as job, count(distinct contact_id)::int as people, count(*)::int as events from events
         where contact_id is not null group by 1`,
      );
      const events = Object.fromEntries(told.map(({ job, people, events: all }) => [job, [people, all]]));
      expect(events).toEqual({
        [tagging.id]: [jobs[0].total, jobs[0].total],
        [emptying.id]: [PEOPLE, PEOPLE],
        [upload.job.id]: [ROWS - ROWS / 100, ROWS - ROWS / 100],
      });
      const [old] = await stage.query<{ versions: number }>(
        `select sum(version - 1)::int as versions from contacts where first_name like 'Person%'`,
      );
      expect(old!.versions).toBe(jobs[0].total + PEOPLE);
      const problems: string = await ask('GET', `/v1/imports/${upload.job.id}/problems.csv`);
      expect(problems.trim().split('\r\n')).toHaveLength(1 + ROWS / 100);
      const log: string = await ask('GET', `/v1/jobs/${jobs[3].id}/file`);
      const exported = log
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id as string);
      expect(new Set(exported).size).toBe(exported.length);
      expect(exported).toHaveLength(jobs[3].done);
    },
    TIMEOUT,
  );

  it(
    'leave a job that another takes up within ten seconds or so',
    async () => {
      stage = await openStage({ databaseUrl: inject('databaseUrl') });
      await stage.query(
        `insert into contacts (tenant_id, contact_id, tags) select $1, gen_random_uuid(), '{old}' from generate_series(1, 40000)`,
        [TENANT],
      );
      const { id } = await ask('POST', '/v1/jobs', {
        target: {},
        action: { type: 'add_tags', tags: ['seen'] },
      });
      const first = await stage.startWorker();
      const state = () => ask('GET', `/v1/jobs/${id}`);
      const { done } = await until('it is under way', async () => {
        const now = await state();
        return now.done > 0 && now;
      });
      await first.kill();
      const killedAt = performance.now();
      const atDeath = (await state()).done as number;
      await stage.startWorker();
      await until('it goes on', async () => (await state()).done > atDeath, 30_000);
      const seconds = (performance.now() - killedAt) / 1000;
      console.log(`killed at ${atDeath} (seen at ${done}) of 40000, went on after ${seconds.toFixed(1)} s`);
      expect(seconds).toBeLessThan(20);
      await until('it is done', async () => (await state()).state === 'done', 60_000);
      expect(await state()).toMatchObject({ total: 40_000, done: 40_000, counts: { updated: 40_000 } });
    },
    TIMEOUT,
  );
});
