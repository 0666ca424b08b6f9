/** Appends a pattern to an upload, for as long as it lives: `node append-process.ts <folder> <place> <received>`. */
import { setImmediate as turn } from 'node:timers/promises';
import { localMedia } from '../storage/local.ts';
import { pattern } from './pattern.ts';

const [, , folder, place, received] = process.argv;

async function* endless(from: number): AsyncGenerator<Uint8Array> {
  for (let at = from; ; at += 10_007) {
    yield pattern(at, 10_007);
    await turn();
  }
}

await localMedia({ folder: folder! }).append(
  'videos/acme/1.mp4',
  JSON.parse(place!) as Record<string, unknown>,
  Number(received),
  endless(Number(received)),
);
