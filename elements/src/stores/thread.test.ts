import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '../client/errors.ts';
import { createFakeClient, fakeId, type FakeOptions } from '../testing/index.ts';
import { holdAnswer } from './testing.ts';
import { newer } from './message-order.ts';
import { contactOf, threadOf } from './opened.ts';
import { safeStorage } from './storage.ts';
import { Stores } from './stores.ts';

const NOW = Date.parse('2026-11-20T18:00:00Z');

function setUp(options: FakeOptions = {}) {
  const client = createFakeClient({ now: () => NOW, ...options });
  const stores = new Stores(
    client,
    safeStorage(() => undefined),
  );
  const release = stores.retain();
  const id = client.conversationIds[0] as string;
  return { client, stores, release, id, thread: threadOf(stores, id) };
}
const settled = () => new Promise((done) => setTimeout(done));

describe('a thread', () => {
  it('shows a text the moment it is sent, under the id that the server will know it by', async () => {
    const { client, thread } = setUp();
    await thread.load();
    const sending = thread.send({ body: 'Hello' });
    const shown = thread.items.at(-1);
    expect(shown).toMatchObject({ kind: 'message', message: { body: 'Hello', status: 'queued' } });
    await sending;
    expect(client.calls.find(({ method }) => method === 'sendMessage')?.args[0]).toMatchObject({
      id: shown?.key,
    });
    expect(thread.items.filter(({ key }) => key === shown?.key)).toHaveLength(1);
  });

  it('keeps a text that arrives while the page, read before it, is still on its way', async () => {
    const { client, thread, id } = setUp();
    const held = holdAnswer(client, 'listMessages');
    const loading = thread.load();
    await held.read;
    const { id: early } = client.receive(id, 'Faster than the page');
    held.pass();
    await loading;
    expect(thread.message(early)).toMatchObject({ body: 'Faster than the page' });
  });

  it('keeps what arrives while the newest page is loaded anew after a gap', async () => {
    const { client, thread, id } = setUp();
    await thread.load();
    const held = holdAnswer(client, 'listMessages');
    const loading = thread.reload();
    await held.read;
    const { id: early } = client.receive(id, 'Faster than the page');
    held.pass();
    await loading;
    expect(thread.items.filter(({ key }) => key === early)).toHaveLength(1);
  });

  it('keeps one row through a failure and a retry that sends again', async () => {
    const { client, thread } = setUp();
    await thread.load();
    client.fail('sendMessage', 'network', 1);
    const { id } = await thread.send({ body: 'Hello' });
    expect(thread.message(id)).toMatchObject({
      status: 'failed',
      error: { code: 'network', retryable: true },
    });
    await thread.retry(id);
    expect(thread.message(id)).toMatchObject({ status: 'queued', error: null });
    expect(thread.items.filter(({ key }) => key === id)).toHaveLength(1);
    expect(client.calls.filter(({ method }) => method === 'sendMessage')).toHaveLength(2);
  });

  it('asks the server to retry what the carrier gave back', async () => {
    const { client, stores } = setUp();
    const thread = threadOf(stores, client.conversationIds[3] as string);
    await thread.load();
    const failed = thread.items.find(
      (item) => item.kind === 'message' && item.message.status === 'undelivered',
    );
    await thread.retry(failed?.key ?? '');
    expect(thread.message(failed?.key ?? '')).toMatchObject({ status: 'queued', attempt: 2, error: null });
    expect(client.calls.map(({ method }) => method)).toContain('retryMessage');
  });

  it('puts a refused retry back to the failure that it was', async () => {
    const { client, stores } = setUp();
    const thread = threadOf(stores, client.conversationIds[7] as string);
    await thread.load();
    client.fail('retryMessage', new ApiError('opted_out', 409, 'They have opted out.'));
    const id = thread.items[0]?.key ?? '';
    await thread.retry(id);
    expect(thread.message(id)).toMatchObject({
      status: 'undelivered',
      attempt: 1,
      error: { reason: 'They have opted out.' },
    });
  });

  it('never lets a late status overwrite a later one', async () => {
    const { client, thread } = setUp();
    await thread.load();
    const { id } = await thread.send({ body: 'Hello' });
    client.report(id, 'delivered');
    client.report(id, 'sent');
    expect(thread.message(id)?.status).toBe('delivered');
  });

  it('shows the same inbound text once, however often it arrives', async () => {
    const { client, thread, id } = setUp();
    await thread.load();
    const message = client.receive(id, 'Hi');
    client.emit({ type: 'message.received', message });
    expect(thread.items.filter(({ key }) => key === message.id)).toHaveLength(1);
  });

  it('keeps a live answer although the response was lost', async () => {
    const { client, thread, id } = setUp();
    await thread.load();
    client.fail('sendMessage', 'hang', 1);
    void thread.send({ body: 'Hello' });
    const own = thread.items.at(-1);
    if (own?.kind !== 'message') throw new Error('no row');
    client.emit({ type: 'message.sent', message: { ...own.message, status: 'sent', conversation_id: id } });
    expect(thread.message(own.key)?.status).toBe('sent');
    expect(thread.items.filter(({ key }) => key === own.key)).toHaveLength(1);
  });

  it('pages to the beginning, each message once and in order', async () => {
    const { thread } = setUp({ longThread: 180 });
    await thread.load();
    while (thread.hasOlder) await thread.loadOlder();
    const keys = thread.items.filter(({ kind }) => kind === 'message').map(({ key }) => key);
    expect(keys).toHaveLength(188);
    expect(new Set(keys).size).toBe(188);
    expect(thread.items.map(({ at }) => at)).toEqual(thread.items.map(({ at }) => at).toSorted());
  });

  it('jumps to a hit far up, and pages down from there', async () => {
    const { thread } = setUp({ longThread: 400 });
    await thread.load();
    const [hit] = await thread.find('(17)');
    await thread.jump(hit?.id ?? '');
    expect(thread.message(hit?.id ?? '')).toBeDefined();
    expect(thread.atEnd).toBe(false);
    await thread.loadNewer();
    expect(thread.items.length).toBeGreaterThan(50);
    await thread.jumpToEnd();
    expect(thread.atEnd).toBe(true);
  });

  it('does not append a live text to an old page', async () => {
    const { client, thread, id } = setUp({ longThread: 400 });
    await thread.load();
    const [hit] = await thread.find('(17)');
    await thread.jump(hit?.id ?? '');
    const { length } = thread.items;
    client.receive(id, 'New');
    expect(thread.items).toHaveLength(length);
  });

  it('catches up after a gap in the feed', async () => {
    const { client, thread, id } = setUp();
    await thread.load();
    const listeners = client.listeners;
    expect(listeners).toBe(1);
    const before = thread.items.length;
    const { message } = { message: client.receive(id, 'while away') };
    client.reset();
    await settled();
    expect(thread.items.filter(({ key }) => key === message.id)).toHaveLength(1);
    expect(thread.items).toHaveLength(before + 1);
  });

  it('appends to 50,000 messages in no time', async () => {
    const { client, thread, id } = setUp({ longThread: 50_000 });
    await thread.load();
    while (thread.items.length < 5_000) await thread.loadOlder();
    const start = performance.now();
    for (let i = 0; i < 100; i += 1) client.receive(id, `Text ${i}`);
    expect((performance.now() - start) / 100).toBeLessThan(2);
  });
});

describe('a scheduled text', () => {
  it('is listed apart, can be changed, and leaves the list when it is canceled', async () => {
    const { thread } = setUp();
    await thread.load();
    const { length } = thread.items;
    const send_at = new Date(Date.now() + 3_600_000).toISOString();
    vi.useFakeTimers({ now: NOW });
    const { id } = await thread.send({ body: 'Later', send_at });
    vi.useRealTimers();
    expect(thread.scheduled.map((message) => message.id)).toEqual([id]);
    expect(thread.items).toHaveLength(length);
    await thread.edit(id, { body: 'Even later' });
    expect(thread.scheduled[0]?.body).toBe('Even later');
    await thread.cancel(id);
    expect(thread.scheduled).toEqual([]);
  });
});

describe('a load that failed because the server was away', () => {
  const away = () => {
    const client = createFakeClient({ now: () => NOW });
    client.fail('*', 'network');
    const stores = new Stores(
      client,
      safeStorage(() => undefined),
    );
    stores.retain();
    const id = client.conversationIds[0] as string;
    return { client, stores, id, thread: threadOf(stores, id), contact: contactOf(stores, fakeId('c', 0)) };
  };

  it('is made again when the feed goes live, and later messages show', async () => {
    const { client, stores, id, thread, contact } = away();
    const { conversations, session, unread, cache } = stores;
    await Promise.allSettled([
      thread.load(),
      contact.load(),
      conversations.load(),
      conversations.loadCounts(),
      unread.load(),
      cache.ensure(id),
      settled(),
    ]);
    expect([thread, contact, conversations, session].map(({ status }) => status)).toEqual(
      Array(4).fill('error'),
    );
    client.fail('*', null);
    client.setFeed('live');
    await vi.waitFor(() =>
      expect([thread, contact, conversations, session].map(({ status }) => status)).toEqual(
        Array(4).fill('ready'),
      ),
    );
    expect([unread.count, conversations.counts?.unread, cache.get(id)?.id]).toEqual([2, 2, id]);
    const { id: fresh } = client.receive(id, 'Are you there?');
    expect(thread.message(fresh)?.body).toBe('Are you there?');
  });

  it('keeps what was written meanwhile', async () => {
    const { client, thread } = away();
    const loading = thread.load();
    const { id } = await thread.send({ body: 'Hello' });
    await loading;
    client.fail('*', null);
    client.setFeed('live');
    await vi.waitFor(() => expect(thread.status).toBe('ready'));
    expect(thread.message(id)?.status).toBe('failed');
    expect(thread.items.length).toBeGreaterThan(1);
  });

  it('is made again although something was shown: after a reset, the gap must close', async () => {
    const { client, id, thread } = setUp();
    await thread.load();
    client.fail('listMessages', 'network', 1);
    client.reset();
    client.emit({ type: 'consent.granted' });
    await vi.waitFor(() => expect(thread.error?.code).toBe('network'));
    client.calls.length = 0;
    client.setFeed('live');
    await vi.waitFor(() => expect(thread.error).toBeNull());
    expect(client.calls.filter(({ args }) => args[0] === id).map(({ method }) => method)).toEqual([
      'listMessages',
    ]);
  });
});

describe('a text that was never confirmed', () => {
  it('comes back after a reload as not sent, and goes out as the same message', async () => {
    let clock = NOW;
    const client = createFakeClient({ now: () => clock });
    const storage = safeStorage(() => undefined);
    const first = new Stores(client, storage);
    first.retain();
    await first.session.load();
    await settled();
    const id = client.conversationIds[0] as string;
    vi.useFakeTimers({ now: clock });
    client.fail('sendMessage', 'hang', 1);
    void threadOf(first, id).send({ body: 'Do not lose me' });
    clock += 60_000;
    vi.setSystemTime(clock);
    vi.useRealTimers();
    const second = new Stores(client, storage);
    second.retain();
    await second.session.load();
    await settled();
    const thread = threadOf(second, id);
    await thread.load();
    const row = thread.items.find(
      (item) => item.kind === 'message' && item.message.body === 'Do not lose me',
    );
    expect(row).toMatchObject({ message: { status: 'failed' } });
    await thread.retry(row?.key ?? '');
    expect(thread.message(row?.key ?? '')?.status).toBe('queued');
  });
});

describe('newer', () => {
  const message = {
    status: 'undelivered',
    attempt: 1,
    error: { code: '30006', reason: 'landline', retryable: false },
  };
  it('keeps the reason of a failure when a bare one follows', () => {
    const next = newer(message as never, { ...message, error: null } as never);
    expect(next.error?.reason).toBe('landline');
  });
  it('lets a new attempt begin from the start', () => {
    expect(newer(message as never, { status: 'queued', attempt: 2 } as never).status).toBe('queued');
  });
});
