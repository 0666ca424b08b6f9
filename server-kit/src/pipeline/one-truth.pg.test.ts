/** Whoever writes a stage, and however many at once: the contact says what its leading card does. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { belongings } from '../belongings.ts';
import { bulkWork } from '../bulk/actions.ts';
import { createRunner, type Runner } from '../bulk/runner.ts';
import { Database } from '../db/client.ts';
import { importWork } from '../exchange/imports.ts';
import { BASE_SEED, seeded } from '../testing/campaign.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { stageKeeper } from './follow.ts';

let kit: TestKit;
let database: Database;
let runner: Runner;
beforeAll(async () => {
  kit = await getTestKit();
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 4 });
  runner = createRunner(
    { database, log: pino({ level: 'silent' }) },
    { bulk: bulkWork({ belongings, stages: stageKeeper }), import: importWork(stageKeeper) },
  );
});
afterAll(async () => {
  await runner.stop();
  await database.close();
  await kit.close();
});

const seed = BASE_SEED;

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await kit.request(method, path, { as: kit.a.manager, body, headers });
  expect([path, answer.status < 300, answer.body]).toEqual([path, true, answer.body]);
  return answer.body;
}
async function run(id: string) {
  await runner.look();
  const job = await ask('GET', `/v1/jobs/${id}`);
  expect(job).toMatchObject({ state: 'done', failed: 0 });
  return job;
}
const setStage = async (ids: string[], stage: string | null) =>
  run((await ask('POST', '/v1/jobs', { target: { ids }, action: { type: 'set_stage', stage } })).id);
async function bring(rows: { phone: string; stage: string }[]) {
  const csv = `Phone,Name,Stage\n${rows.map(({ phone, stage }) => `${phone},Ana,${stage}\n`).join('')}`;
  const { job } = await ask('POST', '/v1/imports', csv, { 'content-type': 'text/csv' });
  await ask('POST', `/v1/imports/${job.id}/start`, { mapping: ['phone', 'first_name', 'stage'] });
  return run(job.id);
}

/** Those who say one stage and stand on another. */
const liars = () =>
  kit.admin(`select c.contact_id, c.stage, l.name from contacts c left join lateral (
      select s.name from opportunities o
      join pipelines p on p.tenant_id = o.tenant_id and p.pipeline_id = o.pipeline_id and p.is_default
      join stages s on s.tenant_id = o.tenant_id and s.stage_id = o.stage_id
      where o.tenant_id = c.tenant_id and o.contact_id = c.contact_id
      order by o.entered_at desc, o.opportunity_id desc limit 1) l on true
    where c.tenant_id = 'alpha' and c.merged_into is null and c.stage is distinct from l.name`);

it(`the stage of a contact is that of its leading card, whatever has written it (seed ${seed})`, async () => {
  const { below: random } = seeded(seed);
  const { items } = await ask('GET', '/v1/pipelines');
  const [own] = items as { is_default: boolean; stages: { id: string; name: string }[] }[];
  const stages = own!.stages;
  const pick = <T>(list: T[]): T => list[random(list.length)]!;
  const typed = () => {
    const { name } = pick(stages);
    return pick([name, name.toUpperCase(), ` ${name.toLowerCase()}`]);
  };
  const number = () => `+1312555${String(1000 + random(14))}`;
  const people = async () =>
    (
      await kit.admin(
        `select contact_id as id from contacts where tenant_id = 'alpha' and merged_into is null`,
      )
    ).map(({ id }) => id as string);
  const some = async () => {
    const all = await people();
    return all.filter((_, nth) => nth === 0 || random(2) === 0);
  };
  const merges: string[] = [];
  const steps: Record<string, () => Promise<unknown>> = {
    bulk: async () => setStage(await some(), random(5) === 0 ? null : typed()),
    import: () => bring(Array.from({ length: 5 }, () => ({ phone: number(), stage: typed() }))),
    write: async () =>
      ask('PATCH', `/v1/contacts/${pick(await people())}`, { stage: random(5) === 0 ? null : typed() }),
    deal: async () =>
      ask('POST', '/v1/opportunities', {
        contact_id: pick(await people()),
        stage_id: pick(stages).id,
        ...(random(2) === 0 && { name: 'House' }),
      }),
    move: async () => {
      const cards = await kit.admin(
        `select opportunity_id as id from opportunities where tenant_id = 'alpha'`,
      );
      if (cards.length > 0)
        await ask('POST', `/v1/opportunities/${pick(cards).id}/move`, { stage_id: pick(stages).id });
    },
    merge: async () => {
      const [winner, loser] = (await people()).sort(() => random(3) - 1);
      if (loser === undefined) return;
      const merged = await ask('POST', `/v1/contacts/${winner}/merge`, { with: loser });
      merges.push(merged.id);
    },
    undo: async () => {
      const id = merges.pop();
      if (id) await kit.request('POST', `/v1/contacts/merges/${id}/undo`, { as: kit.a.manager });
    },
  };
  await steps['import']!();
  for (let step = 0; step < 45; step += 1) {
    const name = pick(Object.keys(steps));
    await steps[name]!();
    expect([step, name, await liars()]).toEqual([step, name, []]);
  }
});

it('a piece of many is placed at the end of the stage, in order, with one event each', async () => {
  const { items } = await ask('GET', '/v1/pipelines');
  const stage = items[0].stages[1].name as string;
  const rows = Array.from({ length: 400 }, (_, nth) => ({ phone: `+1415555${1000 + nth}`, stage }));
  const first = await ask('POST', '/v1/contacts', { first_name: 'First', stage });
  await bring(rows);
  const cards = await kit.admin(
    `select o.contact_id, c.first_name, c.phone from opportunities o join contacts c using (tenant_id, contact_id)
     where o.stage_id = $1 and (c.phone like '+1415555%' or c.contact_id = $2) order by o.rank collate "C"`,
    [items[0].stages[1].id, first.id],
  );
  expect(cards[0].contact_id).toBe(first.id);
  expect(cards.slice(1).map(({ phone }) => phone)).toEqual(rows.map(({ phone }) => phone));
  const ids = cards.slice(1).map(({ contact_id }) => contact_id as string);
  const job = await setStage(ids, 'won');
  expect(job.counts).toEqual({ updated: 400 });
  const events = await kit.admin(
    `select type, count(*)::int as n, count(distinct contact_id)::int as people from events
     where data->>'job_id' = $1 and contact_id is not null group by 1 order by 1`,
    [job.id],
  );
  expect(events).toEqual(
    ['contact.updated', 'opportunity.won', 'stage.entered'].map((type) => ({ type, n: 400, people: 400 })),
  );
  expect((await setStage(ids, 'WON')).counts).toEqual({ unchanged: 400 });
});
