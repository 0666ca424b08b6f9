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
