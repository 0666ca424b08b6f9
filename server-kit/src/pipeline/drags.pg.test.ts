/** Many drag at once: no card is lost, doubled, or on one place with another. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from '../db/client.ts';
import { retryCollisions } from '../db/retry.ts';
import { newId } from '../ids.ts';
import { BASE_SEED, seeded } from '../testing/campaign.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { createCard, deleteCard, moveCard } from './cards.ts';
import { pipelinesOf } from './pipelines.ts';

let kit: TestKit;
let database: Database;
const ANA = { id: 'ana', name: 'Ana' };

beforeAll(async () => {
  kit = await getTestKit();
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 8 });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});

const seed = BASE_SEED;
const inTenant = <T>(work: Parameters<typeof database.transaction<T>>[1]) =>
  retryCollisions(() => database.transaction('alpha', work));

async function board(people: number): Promise<{ stages: string[]; cards: string[] }> {
  const [own] = await inTenant((tx) => pipelinesOf(tx, ANA));
  const stages = own!.stages.map(({ id }) => id);
  const cards: string[] = [];
  for (let nth = 0; nth < people; nth += 1) {
    const { body } = await kit.request('POST', '/v1/contacts', { body: { first_name: `P${nth}` } });
    const id = await inTenant((tx) => createCard(tx, { contactId: body.id, stageId: stages[nth % 3] }, ANA));
    cards.push(id);
  }
  return { stages, cards };
}

const rows = (cards: string[]) =>
  kit.admin(
    `select opportunity_id as id, stage_id, rank from opportunities where opportunity_id = any($1)
     order by stage_id, rank collate "C"`,
    [cards],
  );

it(`one drag after another ends as a list would have it (seed ${seed})`, async () => {
  const { below: random } = seeded(seed);
  const { stages, cards } = await board(9);
  const model = new Map(stages.map((id) => [id, [] as string[]]));
  for (const { id, stage_id } of await rows(cards)) model.get(stage_id)!.push(id);
  for (let step = 0; step < 60; step += 1) {
    const card = cards[random(cards.length)]!;
    const to = stages[random(3)]!;
    const beside = cards[random(cards.length)]!;
    const side = (['after', 'before', 'neither'] as const)[random(3)]!;
    await inTenant((tx) => moveCard(tx, card, { stage_id: to, [side]: beside }, ANA));
    for (const [id, list] of model)
      model.set(
        id,
        list.filter((one) => one !== card),
      );
    const list = model.get(to)!;
    const found = side === 'neither' ? -1 : list.indexOf(beside);
    list.splice(found < 0 ? 0 : side === 'after' ? found + 1 : found, 0, card);
  }
  const now = new Map(stages.map((id) => [id, [] as string[]]));
  for (const { id, stage_id } of await rows(cards)) now.get(stage_id)!.push(id);
  expect(now).toEqual(model);
}, 60_000);

it(`eight who drag at once lose, double and equal nothing, and the contact's stage is the card's (seed ${seed})`, async () => {
  const { below: random } = seeded(seed + 1);
  const { stages, cards } = await board(12);
  const gone = new Set<string>();
  const drag = async () => {
    for (let step = 0; step < 25; step += 1) {
      const card = cards[random(cards.length)]!;
      const [after, before] = [cards[random(cards.length)]!, cards[random(cards.length)]!];
      const stage_id = stages[random(3)]!;
      try {
        if (random(40) === 0) {
          await inTenant((tx) => deleteCard(tx, card, ANA));
          gone.add(card);
        } else await inTenant((tx) => moveCard(tx, card, { stage_id, after, before }, ANA));
      } catch (error) {
        // deleted by another one
        expect((error as { code: string }).code).toBe('not_found');
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, drag));
  const left = await rows(cards);
  expect(left.map(({ id }) => id).sort()).toEqual(cards.filter((id) => !gone.has(id)).sort());
  expect(new Set(left.map(({ stage_id, rank }) => `${stage_id} ${rank}`)).size).toBe(left.length);
  const torn = await kit.admin(
    `select c.contact_id from contacts c join opportunities o on o.contact_id = c.contact_id and o.tenant_id = c.tenant_id
     join stages s on s.stage_id = o.stage_id where o.opportunity_id = any($1) and c.stage is distinct from s.name`,
    [cards],
  );
  expect(torn).toEqual([]);
  // each move is told once: whoever follows the events ends where the card is
  const told = await kit.admin(
    `select distinct on (data->>'opportunity_id') data->>'opportunity_id' as id, data->'to'->>'id' as stage_id from events
     where type = 'stage.entered' and data->>'opportunity_id' = any($1)
     order by data->>'opportunity_id', position desc`,
    [left.map(({ id }) => id)],
  );
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  expect(told.sort(byId)).toEqual(left.map(({ id, stage_id }) => ({ id, stage_id })).sort(byId));
}, 60_000);

it('stages written into contacts while their cards are dragged stay the cards’ own', async () => {
  const { stages, cards } = await board(4);
  const names = ['New', 'Contacted', 'Qualified'];
  const people = await kit.admin('select contact_id from opportunities where opportunity_id = any($1)', [
    cards,
  ]);
  await Promise.all(
    Array.from({ length: 6 }, async (_, who) => {
      for (let step = 0; step < 8; step += 1) {
        const nth = (who + step) % 4;
        if (who % 2 === 0) {
          await inTenant((tx) => moveCard(tx, cards[nth]!, { stage_id: stages[(who + step) % 3]! }, ANA));
        } else {
          const { status } = await kit.request('PATCH', `/v1/contacts/${people[nth].contact_id}`, {
            body: { stage: names[step % 3] },
            headers: { 'idempotency-key': newId() },
          });
          expect(status).toBe(200);
        }
      }
    }),
  );
  const torn = await kit.admin(
    `select 1 from contacts c join opportunities o on o.contact_id = c.contact_id join stages s on s.stage_id = o.stage_id
     where o.opportunity_id = any($1) and c.stage is distinct from s.name`,
    [cards],
  );
  expect(torn).toEqual([]);
  const count = await kit.admin(
    'select count(*)::integer as n from opportunities where contact_id = any($1)',
    [people.map((row) => row.contact_id)],
  );
  expect(count).toEqual([{ n: 4 }]);
}, 60_000);
