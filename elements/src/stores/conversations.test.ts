import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../client/errors.ts';
import { createFakeClient, type FakeOptions } from '../testing/index.ts';
import { holdAnswer } from './testing.ts';
import { safeStorage } from './storage.ts';
import './messaging.ts';
import { Stores } from './stores.ts';

async function setUp(options: FakeOptions = {}) {
  const client = createFakeClient(options);
  const stores = new Stores(
    client,
    safeStorage(() => undefined),
  );
  stores.retain();
  await stores.session.load();
  await stores.conversations.load();
  await stores.conversations.loadCounts();
  return { client, stores, list: stores.conversations, ids: client.conversationIds };
}

afterEach(() => vi.useRealTimers());

describe('the list of conversations', () => {
  it('is most recent first', async () => {
    const { list, ids } = await setUp();
    expect(list.ids).toEqual(ids.slice(0, 9));
    expect(list.counts).toMatchObject({ inbox: 9, waiting: 1, closed: 1, unread: 2 });
  });

  it('asks anew, once for a burst, when somebody writes who may be in the segment that is shown', async () => {
    vi.useFakeTimers();
    const { client, list, ids } = await setUp({ crowd: 60 });
    const buyers = (await client.listSegments()).find(({ name }) => name === 'Buyers')!;
    list.setFilter({ segment: buyers.id });
    await vi.waitFor(() => expect(list.status).toBe('ready'));
    await list.loadMore();
    const before = list.ids.length;
    expect(before).toBeGreaterThan(30);
    const asked = () => client.calls.filter(({ method }) => method === 'listConversations').length;
    const asks = asked();
    await vi.advanceTimersByTimeAsync(5_000);
    // a further page is not news: the list stays as long as it is
    expect([asked(), list.ids.length]).toEqual([asks, before]);
    const others = ids.filter((id) => !list.ids.includes(id));
    for (const id of others) client.receive(id, 'Hello');
    await vi.advanceTimersByTimeAsync(1_500);
    expect(asked()).toBe(asks + 1);
  });

  it('moves a conversation up when a text arrives', async () => {
    const { client, list, ids } = await setUp();
    client.receive(ids[6] as string, 'Hello again');
    expect(list.ids[0]).toBe(ids[6]);
    expect(list.ids).toHaveLength(9);
  });

  it('is right when a text arrives while the page, read before it, is still on its way', async () => {
    const { client, list, ids, stores } = await setUp();
    const held = holdAnswer(client, 'listConversations');
    void list.load();
    await held.read;
    client.receive(ids[6] as string, 'Faster than the page');
    held.pass();
    await vi.waitFor(() => expect(list.ids[0]).toBe(ids[6]));
    expect(stores.cache.get(ids[6] as string)?.preview?.text).toBe('Faster than the page');
  });

  it('takes a closed conversation out at once, and puts it back when the server refuses', async () => {
    const { client, stores, list, ids } = await setUp();
    client.fail('updateConversation', new ApiError('forbidden', 403, 'No.'));
    const change = stores.cache.update(ids[0] as string, { state: 'closed' });
    expect(list.ids).not.toContain(ids[0]);
    expect(list.counts).toMatchObject({ inbox: 8, closed: 2 });
    await expect(change).rejects.toMatchObject({ code: 'forbidden' });
    expect(list.ids[0]).toBe(ids[0]);
    expect(list.counts).toMatchObject({ inbox: 9, closed: 1 });
  });

  it('keeps an optimistic change although an older event arrives in between', async () => {
    const { client, stores, ids } = await setUp();
    client.fail('updateConversation', 'hang', 1);
    void stores.cache.update(ids[0] as string, { assignee_id: 'u2' });
    client.receive(ids[0] as string, 'Meanwhile');
    expect(stores.cache.get(ids[0] as string)?.assignee).toEqual({ id: 'u2', name: 'Dana Fox' });
  });

  it('filters by what the server is asked and by what happens live', async () => {
    const { client, list, ids } = await setUp();
    list.setFilter({ assignee: 'me' });
    await vi.waitFor(() => expect(list.status).toBe('ready'));
    expect(list.ids).toEqual([ids[0], ids[5]]);
    client.change(ids[5] as string, { assignee: null });
    expect(list.ids).toEqual([ids[0]]);
  });

  it('leaves the open conversation in the unread filter after it was read', async () => {
    const { stores, list, ids } = await setUp();
    list.setFilter({ unread: true });
    await vi.waitFor(() => expect(list.ids).toHaveLength(2));
    list.select(ids[1] as string);
    await stores.cache.update(ids[1] as string, { unread: false });
    expect(list.ids).toContain(ids[1]);
  });

  it('asks once for a word typed fast, and looks in all sections', async () => {
    const { client, list, ids } = await setUp();
    client.calls.length = 0;
    for (const q of ['P', 'Pr', 'Pri', 'Priya']) list.search(q);
    await vi.waitFor(() => expect(list.ids).toEqual([ids[9]]));
    expect(client.calls.filter(({ method }) => method === 'listConversations')).toHaveLength(1);
    expect(client.calls[0]?.args[0]).not.toHaveProperty('state');
  });

  it('pages on without doubling anybody', async () => {
    const { list } = await setUp({ crowd: 300 });
    while (list.hasMore) await list.loadMore();
    expect(new Set(list.ids).size).toBe(list.ids.length);
    expect(list.ids.length).toBe(249);
  });

  it('says why it could not load, and loads when asked again', async () => {
    const { client, list } = await setUp();
    client.fail('listConversations', 'network', 1);
    await list.load();
    expect(list.status).toBe('error');
    expect(list.error?.code).toBe('network');
    await list.load();
    expect(list.status).toBe('ready');
  });

  it('knows the neighbours of the open conversation', async () => {
    const { list, ids } = await setUp();
    expect(list.neighbour(1)).toBe(ids[0]);
    list.select(ids[0] as string);
    expect(list.neighbour(1)).toBe(ids[1]);
    expect(list.neighbour(-1)).toBeUndefined();
  });
});

describe('the number of unread conversations', () => {
  it('falls at once when one is read, and rises with a live text', async () => {
    const { client, stores, ids } = await setUp();
    await stores.unread.load();
    expect(stores.unread.count).toBe(2);
    await stores.cache.update(ids[1] as string, { unread: false });
    expect(stores.unread.count).toBe(1);
    client.receive(ids[5] as string, 'Hello');
    expect(stores.unread.count).toBe(2);
  });
});

describe('the stores of one client', () => {
  it('listen once, and not at all after the last has let go', () => {
    const client = createFakeClient();
    const stores = new Stores(
      client,
      safeStorage(() => undefined),
    );
    const [first, second] = [stores.retain(), stores.retain()];
    expect(client.listeners).toBe(1);
    first();
    first();
    expect(client.listeners).toBe(1);
    second();
    expect(client.listeners).toBe(0);
  });
});
