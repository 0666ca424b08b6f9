/** A line between browser and demo that can be cut, in the middle of an event if need be. */
import { connect, createServer, type Socket } from 'node:net';

/** Between two pieces of what goes up on a line that will be cut, in ms. */
const SLOW = 150;

export interface Line {
  url: string;
  /** Lets half of the next event of a live feed through, then cuts that connection. Resolves when it has. */
  cutNextEvent(): Promise<void>;
  /** Cuts everything once so many more bytes have gone up, and lets nobody through until it is mended. */
  cutAfter(bytes: number): Promise<void>;
  mend(): void;
  close(): Promise<void>;
}

export async function lineTo(target: string): Promise<Line> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let whenCut: (() => void) | undefined;
  let upTo: { left: number; done: () => void } | undefined;
  let down = false;

  const server = createServer((near) => {
    if (down) return near.destroy();
    const far = connect(Number(port), hostname);
    let isFeed = false;
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    near.pipe(far);
    near.on('data', ({ length }: Buffer) => {
      if (!upTo) return;
      if ((upTo.left -= length) > 0) {
        // as slow as a phone's line, or all of it is gone before anybody has read a byte
        near.pause();
        setTimeout(() => near.resume(), SLOW);
        return;
      }
      down = true;
      for (const socket of sockets) socket.destroy();
      upTo.done();
      upTo = undefined;
    });
    far.on('data', (chunk: Buffer) => {
      isFeed ||= chunk.includes('text/event-stream');
      if (whenCut && isFeed && chunk.includes('"message.received"')) {
        near.write(chunk.subarray(0, Math.floor(chunk.length / 2)), end);
        whenCut();
        whenCut = undefined;
      } else {
        near.write(chunk);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The line has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    cutNextEvent: () => new Promise((resolve) => (whenCut = resolve)),
    cutAfter: (left) => new Promise((done) => (upTo = { left, done })),
    mend() {
      down = false;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
