import { describe, expect, it, vi } from 'vitest';
import { createFeed } from './feed.ts';
import { createClient } from './http.ts';
import { sseParser, type SseFrame } from './sse.ts';
import { tokenSource } from './token.ts';
import type { FeedSignal } from './types.ts';

const jwt = (exp: number) => `x.${btoa(JSON.stringify({ exp }))}.y`;

describe('a request', () => {
  it('carries the token, the query without holes, and If-Match', async () => {
    const fetch = vi.fn(async (..._: Parameters<typeof globalThis.fetch>) =>
      Response.json({ items: [], next: null }),
    );
    const client = createClient({ baseUrl: '/crm/', token: 'opaque', fetch });
    await client.listConversations({ state: 'inbox', q: '' });
    await client.updateContact('a b', { stage: null }, 3);
    const [[url, init], [second, patch]] = fetch.mock.calls as [[string, RequestInit], [string, RequestInit]];
    expect(url).toBe('/crm/v1/conversations?state=inbox');
    expect(new Headers(init.headers).get('authorization')).toBe('Bearer opaque');
    expect(second).toBe('/crm/v1/contacts/a%20b');
    expect(new Headers(patch.headers).get('if-match')).toBe('"3"');
  });

  it('rejects with the problem that the server described', async () => {
    const problem = {
      code: 'invalid_phone',
      detail: 'Write it as (312) 555-0177.',
      field: 'to',
      status: 422,
    };
    const client = createClient({
      baseUrl: '/crm',
      fetch: async () => Response.json(problem, { status: 422 }),
    });
    await expect(client.sendMessage({ to: 'x' })).rejects.toMatchObject(problem);
  });

  it('rejects with `network` when there is no answer', async () => {
    const client = createClient({ baseUrl: '/crm', fetch: () => Promise.reject(new TypeError('failed')) });
    await expect(client.me()).rejects.toMatchObject({ code: 'network', status: 0 });
  });

  it('asks for one new token after a 401, for all that were refused, and tries again', async () => {
    const getToken = vi.fn(async (reason: string) => (reason === 'refused' ? 'new' : 'old'));
    const fetch = async (_: unknown, init?: RequestInit) =>
      new Headers(init?.headers).get('authorization') === 'Bearer new'
        ? Response.json({ items: [] })
        : Response.json({ code: 'token_expired' }, { status: 401 });
    const client = createClient({ baseUrl: '', getToken, fetch });
    await Promise.all([client.listQuickReplies(), client.listQuickReplies()]);
    expect(getToken.mock.calls.map(([reason]) => reason)).toEqual(['first', 'refused']);
  });
});

describe('a token', () => {
  it('is replaced a minute before it ends', async () => {
    let now = 0;
    const reasons: string[] = [];
    const source = tokenSource(
      (reason) => (reasons.push(reason), jwt(reasons.length * 600)),
      () => now,
    );
    await source.current();
    now = 500_000;
    await source.current();
    now = 545_000;
    await source.current();
    expect(reasons).toEqual(['first', 'expiring']);
  });
});

describe('the stream of events', () => {
  it('is read wherever the chunks are cut', () => {
    const frames: SseFrame[] = [];
    const feed = sseParser((frame) => frames.push(frame));
    for (const chunk of [': hi\n\nid: 7\nda', 'ta: {"a"\ndata: :1}\r', '\n\r\nevent: ready\ndata:\n\n'])
      feed(chunk);
    expect(frames).toEqual([
      { event: 'message', data: '{"a"\n:1}', id: '7' },
      { event: 'ready', data: '', id: undefined },
    ]);
  });

  it('resumes after the last event, drops repeats, and says where it stands', async () => {
    const places: (string | null)[] = [];
    const event = (id: string) => `id: p-${id}\ndata: ${JSON.stringify({ id, type: 'message.sent' })}\n\n`;
    const bodies = [
      `event: ready\ndata:\n\n${event('1')}`,
      `${event('1')}${event('2')}event: ready\ndata:\n\n`,
    ];
    const feed = createFeed({
      random: () => 0,
      open: async (place, signal) => {
        places.push(place);
        const text = bodies.shift();
        if (text !== undefined) return new Response(text);
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('left'))));
      },
    });
    const heard: FeedSignal[] = [];
    const leave = feed.listen((signal) => heard.push(signal));
    await vi.waitFor(() => expect(places).toHaveLength(3), { timeout: 3_000 });
    leave();
    expect(places).toEqual([null, 'p-1', 'p-2']);
    expect(heard.flatMap((signal) => (signal.kind === 'event' ? [signal.event.id] : []))).toEqual(['1', '2']);
    expect(heard.flatMap((signal) => (signal.kind === 'state' ? [signal.state] : []))).toEqual([
      'connecting',
      'live',
      'reconnecting',
      'live',
      'reconnecting',
    ]);
    expect(feed.state).toBe('idle');
    // what was loaded before the first "ready" may have been read before it; with a place to resume from there is no gap
    expect(heard.filter(({ kind }) => kind === 'reset')).toHaveLength(1);
  });
});
