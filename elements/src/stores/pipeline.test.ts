import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../client/errors.ts';
import { createFakeClient, fakeId, type FakeOptions } from '../testing/index.ts';
import { PipelineStore } from './pipeline.ts';

fc.configureGlobal({ seed: Number(process.env['PATCHBAY_SEED'] ?? 1) });

const [NEW, CONTACTED, QUALIFIED] = [0, 1, 2].map((n) => fakeId('2', 0, n)) as [string, string, string];
const JOHN = fakeId('3', 0);

async function setUp(options: FakeOptions = {}) {
  const client = createFakeClient(options);
  const waiting: (() => void)[] = [];
  const store = new PipelineStore(client, { pageSize: 10, later: (work) => void waiting.push(work) });
  client.feed.listen((signal) => signal.kind === 'event' && store.take(signal.event));
  await store.load();
  /** What the store has put off, and its answer. */
  const later = async () => {
    for (const work of waiting.splice(0)) work();
    await new Promise((done) => setTimeout(done));
  };
  return { client, store, later };
}
const column = (store: PipelineStore, id: string) => store.columns.find(({ stage }) => stage.id === id)!;
const ids = (store: PipelineStore, id: string) => column(store, id).cards.map((card) => card.id);

describe('a board', () => {
  it('shows the default pipeline, with count and sum of each stage', async () => {
    const { store } = await setUp();
    expect(store.pipeline?.name).toBe('Sales');
    expect(store.columns.map(({ stage, count }) => `${stage.name} ${count}`).slice(0, 3)).toEqual([
      'New 2',
      'Contacted 2',
      'Qualified 1',
    ]);
    expect(column(store, QUALIFIED).sums).toEqual([{ currency: 'USD', value: 42_000_000 }]);
  });

  it('loads a stage page after page, each card once, also when one moves in between', async () => {
    const { client, store, later } = await setUp({ cards: 40 });
    await store.loadMore(NEW);
    await client.moveOpportunity(fakeId('3', 1_030), { stage_id: NEW });
    await later();
    while (column(store, NEW).next) await store.loadMore(NEW);
    const shown = ids(store, NEW);
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown).toHaveLength(column(store, NEW).count);
  });

  it('can be chosen, filtered, and begun', async () => {
    const { store } = await setUp();
    await store.setFilter({ q: 'maple' });
    expect(store.columns.map(({ count }) => count)).toEqual([0, 0, 1, 0, 0]);
    await store.setFilter({});
    await store.choose(fakeId('1', 1));
    expect(store.pipeline?.name).toBe('Rentals');
    const { store: none } = await setUp({ cards: null });
    expect([none.status, none.pipeline]).toEqual(['ready', null]);
    await none.begin('Sales');
    expect(none.pipeline?.name).toBe('Sales');
  });

  it('tells why it could not be loaded, and loads again', async () => {
    const client = createFakeClient();
    client.fail('getBoard', 'network', 1);
    const store = new PipelineStore(client);
    await store.load();
    expect([store.status, store.error?.code]).toEqual(['error', 'network']);
    await store.load();
    expect(store.status).toBe('ready');
  });
});

describe('a move', () => {
  it('shows before the server has answered, with counts and sums', async () => {
    const { store } = await setUp();
    const moved = store.move(JOHN, { stageId: NEW, index: 1 });
    expect(ids(store, NEW)[1]).toBe(JOHN);
    expect([column(store, NEW).count, column(store, QUALIFIED).count]).toEqual([3, 0]);
    expect(column(store, QUALIFIED).sums).toEqual([{ currency: 'USD', value: 0 }]);
    expect((await moved)?.stage_id).toBe(NEW);
    expect(ids(store, NEW)[1]).toBe(JOHN);
  });

  it('goes back when the server cannot be reached, and says why', async () => {
    const { client, store } = await setUp();
    const before = structuredClone(store.columns);
    client.fail('moveOpportunity', 'network', 1);
    expect(await store.move(JOHN, { stageId: NEW, index: 0 })).toBeNull();
    expect(store.columns.map(({ cards }) => cards)).toEqual(before.map(({ cards }) => cards));
    expect(store.columns.map(({ count }) => count)).toEqual(before.map(({ count }) => count));
    expect(store.moveError).toMatchObject({ card: { id: JOHN }, error: { code: 'network' } });
  });

  it('of a card that was deleted takes it away', async () => {
    const { client, store } = await setUp();
    client.fail('moveOpportunity', new ApiError('not_found', 404, 'This card is gone.'), 1);
    client.fail('getBoard', 'network', 1);
    await store.move(JOHN, { stageId: NEW, index: 0 });
    expect(store.find(JOHN)).toBeUndefined();
    expect(store.moveError?.error.code).toBe('not_found');
  });

  it('of a card that somebody else was quicker with shows where it is', async () => {
    const { client, store } = await setUp();
    await client.moveOpportunity(JOHN, { stage_id: CONTACTED });
    await store.move(JOHN, { stageId: NEW, index: 0 });
    expect(store.find(JOHN)?.place.stageId).toBe(CONTACTED);
    expect(store.moveError?.error.code).toBe('edited_elsewhere');
  });

  it('is not undone on the screen by news that the server wrote before it', async () => {
    const { client, store, later } = await setUp();
    client.fail('moveOpportunity', 'hang', 1);
    void store.move(JOHN, { stageId: NEW, index: 0 });
    client.emit({ type: 'stage.entered', data: { opportunity_id: fakeId('3', 5) } });
    await later();
    expect(store.find(JOHN)?.place).toEqual({ stageId: NEW, index: 0 });
    expect(column(store, NEW).count).toBe(3);
  });

  it('by somebody else shows with the feed', async () => {
    const { client, store, later } = await setUp();
    await client.moveOpportunity(JOHN, { stage_id: CONTACTED });
    await later();
    expect(ids(store, CONTACTED)[0]).toBe(JOHN);
  });

  it('after many others ends with what the server has', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ card: fc.nat(5), stage: fc.nat(2), index: fc.nat(5), fails: fc.boolean() }), {
          maxLength: 12,
        }),
        async (moves) => {
          const { client, store } = await setUp();
          const asked = moves.map(({ card, stage, index, fails }) => {
            if (fails) client.fail('moveOpportunity', 'network', 1);
            const stageId = [NEW, CONTACTED, QUALIFIED][stage]!;
            const room = ids(store, stageId).filter((id) => id !== fakeId('3', card)).length;
            return store.move(fakeId('3', card), { stageId, index: Math.min(index, room) });
          });
          await Promise.all(asked);
          client.fail('moveOpportunity', null);
          await store.refresh();
          const { stages } = await client.getBoard(store.pipeline!.id);
          expect(store.columns.map(({ cards }) => cards.map(({ id }) => id))).toEqual(
            stages.map(({ cards }) => cards.map(({ id }) => id)),
          );
          expect(store.columns.map(({ count }) => count)).toEqual(stages.map(({ count }) => count));
        },
      ),
      { numRuns: 50 },
    );
  });
});

it('a text makes its card’s last activity newer', async () => {
  const { client, store } = await setUp();
  const message = client.receive(fakeId('a', 0), 'Hello again');
  expect(store.find(JOHN)?.card.last_activity_at).toBe(message.created_at);
});
