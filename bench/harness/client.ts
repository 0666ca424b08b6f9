/**
 * A load generator that costs little: prepared requests on raw keep-alive sockets. Node's own HTTP client would take as
 * much of the two cores as the server it is to measure.
 */
import { connect, type Socket } from 'node:net';

export interface LoadResult {
  perSecond: number;
  seconds: number;
  statuses: Map<number, number>;
  /** Milliseconds of each answer. */
  latencies: number[];
}

/** Sends every request once over `connections` sockets, one at a time on each, and waits for all answers. */
export async function blast(port: number, requests: Buffer[], connections: number): Promise<LoadResult> {
  const statuses = new Map<number, number>();
  const latencies: number[] = [];
  let next = 0;
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const started = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      const answers = reader(socket);
      while (next < requests.length) {
        const request = requests[next]!;
        next += 1;
        const sent = performance.now();
        socket.write(request);
        const status = await answers();
        latencies.push(performance.now() - sent);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  for (const socket of sockets) socket.destroy();
  return { perSecond: requests.length / seconds, seconds, statuses, latencies };
}

export function post(path: string, body: string, headers: Record<string, string>): Buffer {
  const lines = Object.entries({
    host: 'bench',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  });
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Reads one response after the other: a head, then `content-length` bytes or chunks up to the empty one. */
function reader(socket: Socket): () => Promise<number> {
  let buffered = Buffer.alloc(0);
  let settle: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  socket.on('data', (data) => {
    buffered = buffered.length === 0 ? data : Buffer.concat([buffered, data]);
    const end = buffered.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = buffered.toString('latin1', 0, end).toLowerCase();
    const length = /content-length: (\d+)/.exec(head)?.[1];
    const finish =
      length !== undefined
        ? end + 4 + Number(length)
        : head.includes('chunked')
          ? buffered.indexOf('0\r\n\r\n', end) + 5
          : end + 4;
    if (finish === 4 || buffered.length < finish) return;
    const status = Number(head.slice(9, 12));
    buffered = buffered.subarray(finish);
    settle?.resolve(status);
  });
  socket.on('error', (error) => settle?.reject(error));
  return () => new Promise((resolve, reject) => (settle = { resolve, reject }));
}
