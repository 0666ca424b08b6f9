/** Somebody who watches: asks for the next piece at a steady pace, whether or not the last one has come whole. */
import { connect, type Socket } from 'node:net';

export interface ViewerOptions {
  port: number;
  path: string;
  /** Bytes of the whole file. */
  size: number;
  /** Bytes that are asked for each second. */
  piece: number;
  seconds: number;
  /** Milliseconds before the first request. */
  delay: number;
}

/** Milliseconds to the first byte of each piece. */
export async function watch({ port, path, size, piece, seconds, delay }: ViewerOptions): Promise<number[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((ready) => socket.once('connect', ready));
  const firsts: number[] = [];
  const started = performance.now() + delay;
  let from = Math.floor(Math.random() * (size - piece * (seconds + 1)));
  for (let second = 0; second < seconds; second += 1) {
    const due = started + second * 1000 - performance.now();
    if (due > 0) await new Promise((tick) => setTimeout(tick, due));
    firsts.push(await ask(socket, path, from, piece));
    from += piece;
  }
  socket.destroy();
  return firsts;
}

function ask(socket: Socket, path: string, from: number, length: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = performance.now();
    let first: number | undefined;
    let left = Infinity;
    let head = '';
    const onData = (data: Buffer) => {
      first ??= performance.now() - asked;
      let body = data.length;
      if (left === Infinity) {
        head += data.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!head.startsWith('HTTP/1.1 206')) {
          reject(new Error(`The server answered ${head.slice(0, 40)}.`));
          return;
        }
        left = length;
        body = head.length - end - 4;
      }
      left -= body;
      if (left > 0) return;
      socket.off('data', onData);
      resolve(first);
    };
    socket.on('data', onData);
    socket.once('error', reject);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: bench\r\nrange: bytes=${from}-${from + length - 1}\r\n\r\n`);
  });
}
