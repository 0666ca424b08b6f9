/**
 * Bytes straight into Node's own answer, where there is one. By a web Response they pass through three more hands, and headers
 * and body leave in two writings: a third fewer ranges a second.
 */
import type { ServerResponse } from 'node:http';
import type { Served } from './serve.ts';

/** Ends when all is written, or the viewer has gone. What it returns tells the adapter that nothing is left to send. */
export async function writeOut({ status, headers, body }: Served, to: ServerResponse): Promise<Response> {
  to.writeHead(status, headers);
  if (body) await pour(body, to);
  else to.end();
  return new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
}

async function pour(body: ReadableStream<Uint8Array>, to: ServerResponse): Promise<void> {
  const reader = body.getReader();
  const gone = () => void reader.cancel().catch(() => undefined);
  to.once('close', gone);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || to.destroyed) break;
      if (!to.write(value) && !to.destroyed) await drained(to);
    }
    to.end();
  } catch (error) {
    // too late for a status: a length that is not reached tells the viewer
    to.destroy(error as Error);
  } finally {
    to.off('close', gone);
  }
}

function drained(to: ServerResponse): Promise<void> {
  return new Promise((go) => {
    const on = () => {
      to.off('drain', on);
      to.off('close', on);
      go();
    };
    to.on('drain', on);
    to.on('close', on);
  });
}
