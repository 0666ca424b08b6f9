import { Hono } from 'hono';
import type { KitContext } from '../context.ts';
import type { Session } from '../tenancy/tokens.ts';
import type { Frame } from './hub.ts';

/** Between two signs of life; proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** A client that is further behind than this is cut; it comes back and catches up from the log. */
const MAX_QUEUED = 20_000;

/** `GET /feed`: Server-Sent Events, read with fetch so that the token travels in a header. */
export function feedRoutes({ feed, clock }: KitContext): Hono<{ Variables: { session: Session } }> {
  const app = new Hono<{ Variables: { session: Session } }>();

  app.get('/feed', async (context) => {
    const session = context.get('session');
    const { tenant } = session;
    const resumeFrom = context.req.header('last-event-id');
    const encoder = new TextEncoder();
    const queue: string[] = [];
    let wake: () => void = () => undefined;
    let closed = false;

    /** A reader serves all members of a tenant; what is for another one goes no further than here. */
    const mine = (frames: Frame[]) =>
      frames.filter(({ onlyFor }) => onlyFor === null || onlyFor === session.member.id);
    const push = (text: string) => {
      queue.push(text);
      if (queue.length > MAX_QUEUED) closed = true;
      wake();
    };
    const close = () => {
      closed = true;
      wake();
    };
    // live events wait here until the catch-up has been written
    let waiting: Frame[] | null = [];
    const { cursor, stop } = await feed.subscribe(tenant, (all) => {
      const frames = mine(all);
      if (waiting) waiting.push(...frames);
      else for (const frame of frames) push(render(frame));
    });
    const heartbeat = setInterval(() => push(': still here\n\n'), HEARTBEAT_MS);
    const expiry = setTimeout(
      () => {
        push('event: bye\ndata: {"reason":"token_expired"}\n\n');
        close();
      },
      Math.min(Math.max(0, session.expiresAt.getTime() - clock().getTime()), 2 ** 31 - 1),
    );

    void catchUp().catch(close);

    async function catchUp(): Promise<void> {
      const written = new Set<string>();
      if (resumeFrom !== undefined) {
        const pages = await feed.since(tenant, resumeFrom);
        if (pages === null) {
          push('event: reset\ndata: {"reason":"unknown_cursor"}\n\n');
        } else {
          for await (const page of pages) {
            if (closed) return;
            for (const frame of mine(page)) {
              written.add(frame.eventId);
              push(render(frame));
            }
          }
        }
      }
      const live = waiting ?? [];
      waiting = null;
      push(`event: ready\n${resumeFrom === undefined ? `id: ${cursor}\n` : ''}data: {}\n\n`);
      for (const frame of live) if (!written.has(frame.eventId)) push(render(frame));
    }

    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        while (queue.length === 0 && !closed) await new Promise<void>((done) => (wake = done));
        if (queue.length > 0) controller.enqueue(encoder.encode(queue.splice(0, 200).join('')));
        else finish(controller);
      },
      cancel: cleanUp,
    });

    function finish(controller: ReadableStreamDefaultController): void {
      cleanUp();
      controller.close();
    }

    function cleanUp(): void {
      closed = true;
      clearInterval(heartbeat);
      clearTimeout(expiry);
      stop();
      wake();
    }

    return new Response(body, {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        // nginx would hold events back to fill its buffer
        'x-accel-buffering': 'no',
      },
    });
  });

  return app;
}

function render(frame: Frame): string {
  return `id: ${frame.cursor}\ndata: ${frame.json}\n\n`;
}
