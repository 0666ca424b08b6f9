import { describe, expect, it } from 'vitest';
import { createFakeClient, fakeId } from '../testing/index.ts';
import { TimelineStore } from './timeline.ts';

const JOHN = fakeId('c', 0);
const CONVERSATION = fakeId('a', 0);
const soon = () => new Date(Date.now() + 3_600_000).toISOString();

async function setUp(options: { longThread?: number; kind?: 'message' | 'consent' } = {}) {
  const client = createFakeClient({ longThread: options.longThread ?? 0 });
  const store = new TimelineStore(client, JOHN, options.kind ?? null, 20);
  client.feed.listen((signal) => signal.kind === 'event' && store.take(signal.event));
  await store.load();
  return { client, store };
}
const newestText = ({ items }: TimelineStore) => items[0]?.message?.body;

describe('a timeline', () => {
  it('loads page after page, each entry once, newest first', async () => {
    const { store } = await setUp({ longThread: 90 });
    while (store.hasOlder) await store.loadOlder();
    expect(new Set(store.items.map(({ id }) => id)).size).toBe(store.items.length);
    const times = store.items.map(({ at }) => at);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(store.items.at(-1)?.type).toBe('contact.created');
  });

  it('tells of a stage that was written into the contact once, live and read from the server', async () => {
    const { client, store } = await setUp();
    const count = store.items.length;
    const at = new Date().toISOString();
    const write = (changed: string[], when: string, name: string) => {
      client.emit({ type: 'contact.updated', contact_id: JOHN, at: when, data: { changed } });
      client.emit({ type: 'stage.entered', contact_id: JOHN, at: when, data: { to: { name } } });
    };
    write(['stage'], at, 'Qualified');
    expect(store.items.slice(0, store.items.length - count).map(({ type }) => type)).toEqual([
      'stage.entered',
    ]);
    const later = new Date(Date.parse(at) + 1_000).toISOString();
    write(['stage', 'email'], later, 'Won');
    const fresh = () =>
      store.items.filter((entry) => entry.at >= at).map(({ type, data }) => data['changed'] ?? type);
    expect(fresh()).toEqual(['stage.entered', ['email'], 'stage.entered']);
    await store.reload();
    expect(fresh().toSorted()).toEqual([['email'], 'stage.entered', 'stage.entered'].toSorted());
    // another time, another change
    client.emit({
      type: 'contact.updated',
      contact_id: JOHN,
      at: new Date(Date.parse(at) + 2_000).toISOString(),
      data: { changed: ['stage'] },
    });
    expect(store.items[0]?.data['changed']).toEqual(['stage']);
  });

  it('has one entry for a message, however often its status changes', async () => {
    const { client, store } = await setUp();
    const { id } = await client.sendMessage({ conversation_id: CONVERSATION, body: 'On my way' });
    const count = store.items.length;
    expect(newestText(store)).toBe('On my way');
    for (const status of ['sent', 'delivered', 'read', 'sent'] as const) client.report(id, status);
    expect(store.items).toHaveLength(count);
    expect(store.items[0]?.message?.status).toBe('read');
  });

  it('keeps what is coming apart, soonest first, and moves it when it leaves', async () => {
    const { client, store } = await setUp();
    const later = new Date(Date.now() + 7_200_000).toISOString();
    for (const [body, send_at] of [
      ['Second', later],
      ['First', soon()],
    ])
      await client.sendMessage({ conversation_id: CONVERSATION, body, send_at });
    expect(store.upcoming.map(({ body }) => body)).toEqual(['First', 'Second']);
    expect(newestText(store)).not.toBe('Second');
    expect(await store.sendNow(store.upcoming[1]?.id as string)).toBe(true);
    expect(store.upcoming.map(({ body }) => body)).toEqual(['First']);
    expect(newestText(store)).toBe('Second');
  });

  it('says why a change was refused and leaves things as they are', async () => {
    const { client, store } = await setUp();
    await client.sendMessage({ conversation_id: CONVERSATION, body: 'Later', send_at: soon() });
    client.fail('cancelMessage', 'network', 1);
    expect(await store.cancel(store.upcoming[0]?.id as string)).toBe(false);
    expect(store.changeError?.code).toBe('network');
    expect(store.upcoming).toHaveLength(1);
  });

  it('of one kind takes only that kind', async () => {
    const { client, store } = await setUp({ kind: 'consent' });
    client.receive(CONVERSATION, 'Hello');
    expect(store.items.every(({ kind }) => kind === 'consent')).toBe(true);
    await client.recordConsent(JOHN, { action: 'withdraw' });
    expect(store.items[0]?.type).toBe('consent.withdrawn');
  });

  it('leaves out what concerns somebody else, and what nobody wants to know', async () => {
    const { client, store } = await setUp();
    const count = store.items.length;
    client.receive(fakeId('a', 1), 'Not for this one');
    client.emit({ type: 'conversation.updated', contact_id: JOHN, data: { unread: 0 } });
    expect(store.items).toHaveLength(count);
  });

  it('takes up what happened in a gap, and keeps the older pages', async () => {
    const { client, store } = await setUp({ longThread: 60 });
    await store.loadOlder();
    const count = store.items.length;
    client.receive(CONVERSATION, 'While you were away');
    await store.reload();
    expect(store.items).toHaveLength(count + 1);
    await store.loadOlder();
    expect(new Set(store.items.map(({ id }) => id)).size).toBe(store.items.length);
  });

  it('tries again after a failed load', async () => {
    const client = createFakeClient();
    const store = new TimelineStore(client, JOHN);
    client.fail('getTimeline', 'network', 1);
    await store.load();
    expect([store.status, store.error?.code]).toEqual(['error', 'network']);
    await store.reload();
    expect(store.status).toBe('ready');
  });
});
