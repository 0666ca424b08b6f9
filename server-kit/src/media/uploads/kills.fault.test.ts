/**
 * A server that is killed (kill -9) at random points of an upload: between bytes, while it stores how far it is, while it looks at
 * what has come, and between the file's place and its row. Its successor goes on, and what is stored is what was sent.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { campaign, CAMPAIGN_TIMEOUT, forEachSeed, seeded, type Random } from '../../testing/campaign.ts';
import { getTestKit, TEST_SECRET, TEST_URL, type TestKit } from '../../testing/kit.ts';
import { createMediaKeeper } from '../keeper.ts';
import { checkedMedia } from '../options.ts';
import { localMedia } from '../storage/local.ts';
import { begin, pdf, sha256 } from '../testing/sending.ts';
import type { UploadHostSetup } from '../testing/upload-host.ts';

const HOST = fileURLToPath(new URL('../testing/upload-host.ts', import.meta.url));
const DAY = 24 * 3_600_000;

let kit: TestKit;
const hosts = new Set<ChildProcess>();
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(async () => {
  for (const host of hosts) host.kill('SIGKILL');
  await kit.close();
});

interface Host {
  base: string;
  kill(): Promise<void>;
}

async function startHost(): Promise<Host> {
  const setup: UploadHostSetup = {
    url: kit.url,
    schema: kit.schema,
    folder: kit.folder,
    secret: TEST_SECRET,
    publicUrl: TEST_URL,
  };
  const child = spawn(process.execPath, [HOST], {
    env: { ...process.env, PATCHBAY_UPLOAD_HOST: JSON.stringify(setup) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  hosts.add(child);
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    base: `http://127.0.0.1:${port}${new URL(TEST_URL).pathname}/v1/media/uploads`,
    async kill() {
      hosts.delete(child);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

interface Life {
  /** Dies after it was sent so many bytes; null: lives. */
  bytes: number | null;
  /** And so many milliseconds. */
  ms: number;
}

/** One process's part of an upload. Returns what it has promised: the highest offset that it answered. */
async function live(id: string, bytes: Buffer, life: Life, random: Random): Promise<number> {
  const host = await startHost();
  const headers = { authorization: `Bearer ${kit.a.agent}`, 'tus-resumable': '1.0.0' };
  let promised = 0;
  let dying: Promise<void> | undefined;
  const die = () => {
    dying ??= new Promise<void>((resolve) => setTimeout(resolve, life.ms)).then(() => host.kill());
  };
  try {
    if (life.bytes === 0) die();
    const asked = await fetch(`${host.base}/${id}`, { method: 'HEAD', headers });
    expect(asked.status).toBe(200);
    promised = Number(asked.headers.get('upload-offset'));
    let at = promised;
    while (at < bytes.length) {
      const end = random.chance(0.5)
        ? bytes.length
        : Math.min(bytes.length, at + 1 + random.below(6_000_000));
      const answer = await fetch(`${host.base}/${id}`, {
        method: 'PATCH',
        headers: {
          ...headers,
          'upload-offset': String(at),
          'content-type': 'application/offset+octet-stream',
          'content-length': String(end - at),
        },
        body: piecesOf(bytes, at, end, random, (sent) => {
          if (life.bytes !== null && sent >= life.bytes) die();
        }),
        duplex: 'half',
      } as RequestInit);
      if (answer.status !== 204) throw new Error(`${answer.status}: ${await answer.text()}`);
      at = Number(answer.headers.get('upload-offset'));
      promised = at;
    }
  } catch (error) {
    if (!dying) throw error;
  } finally {
    await (dying ?? host.kill());
  }
  return promised;
}

function piecesOf(
  bytes: Buffer,
  from: number,
  to: number,
  random: Random,
  sent: (at: number) => void,
): ReadableStream<Uint8Array> {
  let at = from;
  return new ReadableStream({
    async pull(controller) {
      const end = Math.min(to, at + 1 + random.below(400_000));
      controller.enqueue(bytes.subarray(at, end));
      at = end;
      sent(at);
      if (at === to) controller.close();
      else await new Promise(setImmediate);
    },
  });
}

async function run(seed: number): Promise<number> {
  const random = seeded(seed);
  const bytes = pdf(2_000_000 + random.below(24_000_000), seed);
  const { body } = await begin(kit, { name: `kill-${seed}.pdf`, size: bytes.length, sha256: sha256(bytes) });
  const id = body.id as string;
  const kills = 1 + random.below(3);
  let promised = 0;
  for (let life = 0; ; life += 1) {
    const lastLife = life === kills;
    // a third of them in the end, where it is looked at and put in its place
    const at = random.chance(0.33) ? bytes.length : random.below(bytes.length);
    const part = await live(
      id,
      bytes,
      { bytes: lastLife ? null : at, ms: random.below(random.chance(0.5) ? 8 : 120) },
      random,
    );
    expect(part === 0 || part >= promised, `${part} after ${promised} were promised`).toBe(true);
    promised = Math.max(promised, part);
    if (lastLife) break;
    // as if its lease had ended, which takes five seconds
    await kit.admin(`update uploads set lease_until = now() where upload_id = $1 and writer is not null`, [
      id,
    ]);
  }
  const { body: upload } = await kit.request('GET', `/v1/media/uploads/${id}/state`);
  expect(upload).toMatchObject({ state: 'done', asset: { sha256: sha256(bytes), size: bytes.length } });
  const file = await kit.kit.fetch(new Request(`https://portal.example.com${upload.asset.file_url}`));
  expect(sha256(Buffer.from(await file.arrayBuffer()))).toBe(sha256(bytes));
  return kills;
}

it(
  'loses nothing that it has answered for, keeps no half file, and stores what was sent',
  { timeout: CAMPAIGN_TIMEOUT },
  async () => {
    let kills = 0;
    await forEachSeed(campaign(4, 100), 2, async (seed) => {
      // not `+= await`, which would forget what the other lane adds meanwhile
      const these = await run(seed);
      kills += these;
    });
    console.log(`      ${kills} kills`);

    // bytes and rows agree, once what was left has been collected
    const clock = () => new Date(Date.now() + DAY + 60_000);
    const storage = localMedia({ folder: kit.folder });
    const log = pino({ level: 'silent' });
    const keeper = createMediaKeeper({
      database: kit.database,
      clock,
      log,
      media: { storage, options: checkedMedia() },
    });
    expect((await keeper.collect()).missing).toEqual([]);
    const keys: string[] = [];
    for (const folder of ['files', 'videos'])
      for await (const { key } of storage.list(folder)) keys.push(key);
    const rows = await kit.admin('select storage_key from files order by 1');
    expect(keys.sort()).toEqual(rows.map((row) => row.storage_key));
    expect(await kit.admin(`select 1 from uploads where state <> 'done'`)).toEqual([]);
    await storage.close();
  },
);
