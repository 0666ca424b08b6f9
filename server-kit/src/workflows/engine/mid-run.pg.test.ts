/** What is taken away while somebody is in the middle. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pdf } from '../../media/testing/sending.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { definitionOf, World } from '../testing/world.ts';

let kit: TestKit;
let w: World;
beforeAll(async () => {
  kit = await getTestKit();
  w = new World(kit);
});
afterAll(async () => {
  await w.close();
  await kit.close();
});

it('a file that is deleted between two steps is passed over, and the run goes on and says why', async () => {
  const upload = await kit.request('POST', '/v1/media/upload?name=guide.pdf&key=guide', {
    as: kit.a.manager,
    body: pdf(2_000).toString('latin1'),
    headers: { 'content-type': 'application/pdf' },
  });
  await w.publish(
    definitionOf({
      steps: [
        { id: 'first', kind: 'send_pdf', pdf: 'guide', body: 'Read this' },
        { id: 'a-day', kind: 'wait', for: '1 day' },
        { id: 'again', kind: 'send_pdf', pdf: 'guide', body: 'Read this again' },
        { id: 'marked', kind: 'add_tag', tags: ['Read'] },
      ],
    }),
  );
  const [id] = await w.enroll('test', await w.people(1));
  await w.settle();
  const gone = await kit.request('DELETE', `/v1/assets/${upload.body.id}?force=true`, { as: kit.a.manager });
  expect(gone.status).toBe(204);
  await w.at('2026-03-03T15:00:00.000Z');
  expect(await w.steps(id!)).toMatchObject([
    { step: 'first', outcome: 'done' },
    { step: 'a-day', outcome: 'done' },
    { step: 'again', outcome: 'skipped', detail: { reason: 'asset_deleted', asset: 'guide' } },
    { step: 'marked', outcome: 'done' },
  ]);
  expect(await w.run(id!)).toMatchObject({ state: 'completed', end_reason: 'finished' });
});

it('a contact who is deleted takes the steps along, also one that is being written', async () => {
  await w.publish(
    definitionOf({
      key: 'short',
      steps: [
        { id: 'x', kind: 'add_tag', tags: ['x'] },
        { id: 'a-day', kind: 'wait', for: '1 day' },
      ],
    }),
  );
  const [before, during, other] = (await w.people(3)) as [string, string, string];
  const runs = await w.enroll('short', [before, during, other]);
  await w.settle();
  const stepsOf = async () =>
    (
      await w.tx(
        ({ sql, tenant }) => sql<{ id: string }[]>`
          select enrollment_id as id from step_runs where tenant_id = ${tenant}
            and enrollment_id = any(${runs}::uuid[]) order by array_position(${runs}::uuid[], enrollment_id)`,
      )
    ).map(({ id }) => id);
  const remove = (contact: string) =>
    w.tx(
      ({ sql, tenant }) => sql`delete from contacts where tenant_id = ${tenant} and contact_id = ${contact}`,
    );
  expect(await stepsOf()).toEqual(runs);
  await remove(before);
  expect(await stepsOf()).toEqual(runs.slice(1));

  // nothing but the lock of its enrollment, which a batch holds, keeps a step from being left behind
  let removal: Promise<unknown> = Promise.resolve();
  await w.tx(async ({ sql, tenant }) => {
    await sql`select 1 from enrollments where tenant_id = ${tenant} and enrollment_id = ${runs[1]!} for no key update`;
    removal = remove(during);
    await expect
      .poll(
        () =>
          kit.admin(
            `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%delete from contacts%'`,
          ),
        { timeout: 20_000 },
      )
      .toHaveLength(1);
    await sql`insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome)
      values (${tenant}, ${runs[1]!}, 50, 'late', 'done')`;
  });
  await removal;
  expect(await stepsOf()).toEqual(runs.slice(2));
});
