/** What it costs to hand out a video: ranges, and how long a viewer waits for the first byte of one. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blast } from '../harness/client.ts';
import { sessionToken, startKit, superuser, TENANT } from '../harness/environment.ts';
import { median, paired, percentile, tidy, type Figure } from '../harness/figure.ts';
import { watch } from '../harness/viewer.ts';

const SIZE = 100 * 1024 ** 2;
const RANGE = 64 * 1024;
const MIB = 1024 ** 2;
const A_ROUND = 4_000;

interface Film {
  port: number;
  /** Below the origin, of a link's bytes. */
  path: string;
  file: string;
}

/** A kit with a video of 100 MB behind a link. */
async function withFilm<T>(measure: (film: Film) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-bench-media-'));
  const key = `videos/${TENANT}/film.mp4`;
  const file = join(folder, key);
  mkdirSync(dirname(file), { recursive: true });
  const bytes = randomBytes(SIZE);
  writeFileSync(file, bytes);
  const kit = await startKit({ folder });
  const sql = await superuser(kit.schema);
  try {
    const [fileId, assetId] = [randomUUID(), randomUUID()];
    const hash = createHash('sha256').update(bytes).digest();
    await sql`insert into files (tenant_id, file_id, sha256, size, content_type, storage_key)
      values (${TENANT}, ${fileId}, ${hash}, ${SIZE}, 'video/mp4', ${key})`;
    await sql`insert into assets (tenant_id, asset_id, kind, name, file_id)
      values (${TENANT}, ${assetId}, 'video', 'Film', ${fileId})`;
    const answer = await fetch(`${kit.publicUrl}/v1/assets/${assetId}/links`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await sessionToken('agent')}`,
        'content-type': 'application/json',
      },
      body: '{}',
    });
    const { url } = (await answer.json()) as { url: string };
    return await measure({ port: kit.port, path: `${new URL(url).pathname}/file`, file });
  } finally {
    await sql.end();
    await kit.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function ranges(path: string, count: number): Buffer[] {
  return Array.from({ length: count }, () => {
    const from = Math.floor(Math.random() * (SIZE - RANGE));
    return Buffer.from(
      `GET ${path} HTTP/1.1\r\nhost: bench\r\nrange: bytes=${from}-${from + RANGE - 1}\r\n\r\n`,
    );
  });
}

/** A bare server of the same file, in a process of its own. */
async function withBare<T>(file: string, measure: (port: number) => Promise<T>): Promise<T> {
  const bare = fork(fileURLToPath(new URL('../harness/bare-files-process.ts', import.meta.url)), [file], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [ready] = (await once(bare, 'message')) as [{ port: number }];
  try {
    return await measure(ready.port);
  } finally {
    bare.send('stop');
    await once(bare, 'exit');
  }
}

export const mediaRanges: Figure = {
  name: 'media-ranges',
  title:
    'ranges/s of 64 KiB from a video of 100 MB at 10 connections ÷ those of a bare createReadStream server',
  unit: 'ratio',
  goal: { atLeast: 0.7 },
  measure: (bench) =>
    withFilm(({ port, path, file }) =>
      withBare(file, async (barePort) => {
        const rate = (from: number, what: string) => async () => {
          const result = await blast(from, ranges(what, A_ROUND), 10);
          if (result.statuses.get(206) !== A_ROUND) {
            throw new Error(`Not all were answered 206: ${JSON.stringify([...result.statuses])}`);
          }
          return result.perSecond;
        };
        const [subject, floor] = [rate(port, path), rate(barePort, '/')];
        for (const warm of [subject, floor]) await warm();
        return paired(bench, subject, floor);
      }),
    ),
};

export const mediaViewers: Figure = {
  name: 'media-viewers',
  title: 'milliseconds to the first byte of a piece, p95, while 50 people watch at 1 MiB/s each',
  unit: 'ms',
  goal: { atMost: 20 },
  measure: (bench) =>
    withFilm(({ port, path, file }) =>
      withBare(file, async (barePort) => {
        const party = async (at: number, what: string, seconds: number) => {
          const viewers = Array.from({ length: 50 }, (_, viewer) =>
            watch({ port: at, path: what, size: SIZE, piece: MIB, seconds, delay: viewer * 20 }),
          );
          return percentile((await Promise.all(viewers)).flat(), 0.95);
        };
        await party(port, path, 3);
        const [ours, theirs]: [number[], number[]] = [[], []];
        for (let round = 0; round < Math.min(3, bench.rounds); round += 1) {
          ours.push(await party(port, path, 6));
          theirs.push(await party(barePort, '/', 6));
        }
        // on a machine that others use, this tells which part of it is theirs
        bench.note(`a bare createReadStream server beside it ${tidy(median(theirs))} ms`);
        return ours;
      }),
    ),
};
