/** What it costs to receive a file: resumable, checked, looked at and safe on the disk, beside writing a body to a file. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sessionToken, startKit, type KitProcess } from '../harness/environment.ts';
import { paired, type Bench, type Figure } from '../harness/figure.ts';

const MIB = 1024 ** 2;
const SIZE = Number(process.env['PATCHBAY_BENCH_UPLOAD_MB'] ?? 1024) * MIB;
/** Node takes as much for its buffers before it first collects them, also in the bare server. */
const WARM_UP = 128 * MIB;
const PIECE = 256 * 1024;

const film = readFileSync(
  fileURLToPath(new URL('../../server-kit/src/media/testing/fixtures/h264.mp4', import.meta.url)),
);
let made = 0;

/** A video that plays two seconds and has room for what nobody looks at: a box `free` to its end. */
function* video(): Generator<Buffer> {
  const box = Buffer.alloc(8);
  box.writeUInt32BE(SIZE - film.length);
  box.write('free', 4, 'latin1');
  const mark = Buffer.alloc(16);
  mark.writeUInt32BE((made += 1));
  yield Buffer.concat([film, box, mark]);
  const piece = Buffer.alloc(PIECE, 'not much happens here. ');
  for (let left = SIZE - film.length - 24; left > 0; left -= PIECE) yield piece.subarray(0, left);
}

/** Resolves with the seconds from the first byte to the answer. */
async function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  sent: (bytes: number) => void = () => undefined,
): Promise<number> {
  const from = performance.now();
  const out = request(url, { method, headers: { ...headers, 'content-length': String(SIZE) } });
  const answered = once(out, 'response');
  let total = 0;
  for (const piece of video()) {
    if (!out.write(piece)) await once(out, 'drain');
    sent((total += piece.length));
  }
  out.end();
  const [answer] = (await answered) as [import('node:http').IncomingMessage];
  const body = await answer.toArray();
  if (answer.statusCode! >= 300) throw new Error(`${answer.statusCode}: ${Buffer.concat(body).toString()}`);
  return (performance.now() - from) / 1000;
}

interface Scene {
  kit: KitProcess;
  /** Megabytes a second. */
  upload(sent?: (bytes: number) => void): Promise<number>;
}

async function scene<T>(work: (scene: Scene, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-bench-media-'));
  const kit = await startKit({ folder });
  const authorization = `Bearer ${await sessionToken('agent')}`;
  const upload: Scene['upload'] = async (sent) => {
    const begun = await fetch(`${kit.publicUrl}/v1/media/uploads`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'film.mp4', size: SIZE }),
    });
    const { id } = (await begun.json()) as { id: string };
    const tus = {
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    };
    const seconds = await send(
      `${kit.publicUrl}/v1/media/uploads/${id}`,
      'PATCH',
      { authorization, ...tus },
      sent,
    );
    await rm(join(folder, 'videos'), { recursive: true });
    return SIZE / MIB / seconds;
  };
  try {
    return await work({ kit, upload }, folder);
  } finally {
    await kit.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export const mediaUpload: Figure = {
  name: 'media-upload',
  title: `MB/s of a video of ${SIZE / MIB} MB by tus, to its asset ÷ a bare node:http server that writes the body to a file`,
  unit: 'x',
  goal: { atLeast: 0.5 },
  measure: (bench: Bench) =>
    scene(async ({ upload }, folder) => {
      const bare = fork(fileURLToPath(new URL('../harness/bare-files.ts', import.meta.url)), [folder]);
      try {
        const [{ port }] = (await once(bare, 'message')) as [{ port: number }];
        return await paired(
          bench,
          () => upload(),
          async () => SIZE / MIB / (await send(`http://127.0.0.1:${port}/`, 'POST', {})),
        );
      } finally {
        bare.kill();
      }
    }),
};

export const mediaUploadMemory: Figure = {
  name: 'media-upload-memory',
  title: `MB that the server’s memory grows by while it receives ${SIZE / MIB} MB, after the first ${WARM_UP / MIB}`,
  unit: 'MB',
  goal: { atMost: 50 },
  measure: async (bench: Bench) => {
    const grown: number[] = [];
    for (let round = 0; round < bench.rounds; round += 1) {
      await scene(async ({ kit, upload }) => {
        let from = 0;
        let most = 0;
        let next = WARM_UP;
        let asking: Promise<void> = Promise.resolve();
        await upload((bytes) => {
          if (bytes < next) return;
          next += 16 * MIB;
          asking = asking.then(async () => {
            const now = (await kit.ask<number>('memory')) / MIB;
            from ||= now;
            most = Math.max(most, now);
          });
        });
        await asking;
        grown.push(most - from);
      });
    }
    return grown;
  },
};
