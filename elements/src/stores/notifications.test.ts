import { describe, expect, it, vi } from 'vitest';
import { createFakeClient } from '../testing/index.ts';
import { notificationsOf } from './notifications.ts';
import { safeStorage } from './storage.ts';
import { Stores } from './stores.ts';
import { holdAnswer } from './testing.ts';

async function setUp(notifications: number) {
  const client = createFakeClient({ notifications });
  const stores = new Stores(
    client,
    safeStorage(() => undefined),
  );
  stores.retain();
  const store = notificationsOf(stores);
  await store.load();
  return { client, store };
}
const unreadIn = (items: readonly { read_at: string | null }[]) =>
  items.filter(({ read_at }) => read_at === null).length;

describe('what a member is told', () => {
  it('comes live, newest first, and is counted', async () => {
    const { client, store } = await setUp(3);
    expect([store.items.length, store.unread]).toEqual([3, 3]);
    client.notify({ kind: 'task_due', words: 'Call Ben' });
    await vi.waitFor(() => expect(store.items[0]?.words).toBe('Call Ben'));
    expect(store.unread).toBe(4);
  });

  it('is read at once, one or all, and taken back when the server refuses', async () => {
    const { client, store } = await setUp(6);
    const reading = store.read(store.items[0]!.id);
    expect([unreadIn(store.items), store.unread]).toEqual([3, 3]);
    await reading;
    client.fail('readNotifications', 'network', 1);
    const all = store.read();
    expect(store.unread).toBe(0);
    expect(await all).toBe(false);
    expect([unreadIn(store.items), store.unread, store.readError?.code]).toEqual([3, 3, 'network']);
    expect(await store.read()).toBe(true);
    expect([unreadIn(store.items), store.unread]).toEqual([0, 0]);
  });

  it('stays read although an older answer arrives after it', async () => {
    const { client, store } = await setUp(2);
    const held = holdAnswer(client, 'listNotifications');
    void store.refresh();
    await held.read;
    await store.read();
    held.pass();
    await vi.waitFor(() => expect(store.unread).toBe(0));
    expect(unreadIn(store.items)).toBe(0);
  });

  it('pages on without doubling, and keeps its pages when something new comes', async () => {
    const { client, store } = await setUp(70);
    await store.loadMore();
    expect([store.items.length, store.hasMore]).toEqual([60, true]);
    client.notify({ words: 'New' });
    await vi.waitFor(() => expect(store.items[0]?.words).toBe('New'));
    expect(store.items).toHaveLength(61);
    await store.loadMore();
    expect(new Set(store.items.map(({ id }) => id)).size).toBe(71);
    expect(store.hasMore).toBe(false);
  });

  it('says why it could not load, and loads when the server is back', async () => {
    const client = createFakeClient({ notifications: 1 });
    client.fail('listNotifications', 'network', 1);
    const stores = new Stores(
      client,
      safeStorage(() => undefined),
    );
    stores.retain();
    const store = notificationsOf(stores);
    await store.load();
    expect([store.status, store.error?.code, store.unread]).toEqual(['error', 'network', null]);
    client.setFeed('live');
    await vi.waitFor(() => expect(store.status).toBe('ready'));
  });
});
