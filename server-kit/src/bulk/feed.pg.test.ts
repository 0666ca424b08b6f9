/** What browsers hear of a job, and what stays in the log for whoever follows from it. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { belongings } from '../belongings.ts';
import { Database } from '../db/client.ts';
import { FeedHub } from '../events/hub.ts';
import { importWork } from '../exchange/imports.ts';
import { feedEnricher } from '../messaging/feed.ts';
import { stageKeeper } from '../pipeline/follow.ts';
import { getTestKit, TEST_SECRET, type TestKit } from '../testing/kit.ts';
import { bulkWork } from './actions.ts';
import { createRunner, type Runner } from './runner.ts';

let kit: TestKit;
let database: Database;
let runner: Runner;
let hub: FeedHub;
beforeAll(async () => {
  kit = await getTestKit();
  const log = pino({ level: 'silent' });
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 4 });
  const works = {
    bulk: bulkWork({ belongings, stages: stageKeeper }),
    import: importWork(stageKeeper),
  };
  runner = createRunner({ database, log }, works);
  hub = new FeedHub(
    database,
    log,
    feedEnricher({ secret: TEST_SECRET, mountPath: '', clock: () => new Date() }),
  );
});
afterAll(async () => {
  await hub.close();
  await runner.stop();
  await database.close();
  await kit.close();
});

const ask = async (path: string, body: unknown, headers = {}) =>
  (await kit.request('POST', path, { as: kit.a.manager, body, headers })).body;

it('is the job: not the thousands whom it changes', async () => {
  await kit.request('GET', '/v1/pipelines');
  const heard: { type: string; data: Record<string, unknown> }[] = [];
  const { stop, cursor } = await hub.subscribe(kit.a.id, (frames) => {
    for (const { json } of frames) heard.push(JSON.parse(json));
  });
  const csv = `Phone,Stage\n+13125550181,New\n+13125550182,Won\n`;
  const upload = await ask('/v1/imports', csv, { 'content-type': 'text/csv' });
  await ask(`/v1/imports/${upload.job.id}/start`, {
    mapping: ['phone', 'stage'],
    consent: { channel: 'sms', kind: 'express_written', wording: 'I agree' },
  });
  await runner.look();
  const list = await ask('/v1/segments', { name: 'List', kind: 'static' });
  const target = { filter: { all: [] } };
  const jobs: string[] = [upload.job.id];
  for (const action of [
    { type: 'add_tags', tags: ['x'] },
    { type: 'set_stage', stage: 'won' },
    { type: 'set_stage', stage: null },
    { type: 'add_to_segment', segment_id: list.id },
    { type: 'delete' },
  ]) {
    const job = await ask('/v1/jobs', { target, action });
    jobs.push(job.id);
    await runner.look();
  }
  const last = await ask('/v1/contacts', { first_name: 'After' });
  await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ contact_id: last.id }), 20_000);
  stop();
  const live = heard.filter(({ data }) => data['job_id'] !== undefined);
  expect(live.map(({ type }) => type)).toEqual(jobs.flatMap(() => Array(3).fill('job.updated')));
  const late: typeof heard = [];
  for await (const page of (await hub.since(kit.a.id, cursor))!)
    late.push(...page.map(({ json }) => JSON.parse(json)));
  expect(late.map(({ type }) => type)).toEqual(heard.map(({ type }) => type));
  expect(heard.filter(({ type }) => /^(contact|consent|stage|segment|opportunity)/.test(type))).toHaveLength(
    1,
  );
  const logged = await kit.admin(
    `select type, count(*)::int as n from events where contact_id is not null and data ? 'job_id' group by 1 order by 1`,
  );
  expect(Object.fromEntries(logged.map(({ type, n }) => [type, n]))).toMatchObject({
    'consent.granted': 2,
    'contact.created': 2,
    'contact.deleted': 2,
    'contact.updated': 5,
    'opportunity.deleted': 2,
    'segment.entered': 2,
    'stage.entered': 3,
  });
});
