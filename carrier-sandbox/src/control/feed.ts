/** `/sandbox/feed`: what happens, as server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';

const BEAT_MS = 15_000;

export function feedRoute(app: Hono, carrier: Carrier): void {
  app.get('/sandbox/feed', (c) => {
    const encoder = new TextEncoder();
    let stop = (): void => {};
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        const write = (text: string): void => controller.enqueue(encoder.encode(text));
        write('retry: 1000\n\n');
        const unlisten = carrier.feed.listen(({ type, data }) => {
          write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
        });
        const beat = setInterval(() => write(': still here\n\n'), BEAT_MS);
        beat.unref();
        stop = () => {
          unlisten();
          clearInterval(beat);
        };
      },
      cancel: () => stop(),
    });
    c.req.raw.signal.addEventListener('abort', () => stop());
    return c.body(stream, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
  });
}
