/**
 * Uploads under random schedules: several servers on one folder and one database, each of which may die or stand still between any
 * two of its steps, for longer than its lease; several who send at once, each other bytes; lines that are cut anywhere.
 * Against a model that knows only what was answered: what was acknowledged is there at the end, as its sender sent it, and
 * what stands between is one sender's alone.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { campaign, CAMPAIGN_TIMEOUT, forEachSeed, seeded, type Random } from '../../testing/campaign.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { checkedMedia } from '../options.ts';
import { localMedia } from '../storage/local.ts';
import { begin, sha256 } from '../testing/sending.ts';
import { finishUpload } from './finish.ts';
import { tusUploads, type UploadContext } from './tus.ts';

const HEAD = '%PDF-1.7\n';
const TAIL = '\nstartxref\n0\n%%EOF\n';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

/** A sender's file: every other letter is theirs, the others say where they stand. */
function fileOf(sender: number, size: number): Buffer {
  const middle = Array.from(
    { length: size - HEAD.length - TAIL.length },
    (_, at) => LETTERS[(at % 2 === 0 ? sender : at >> 1) % LETTERS.length],
  );
  return Buffer.from(HEAD + middle.join('') + TAIL);
}

/** Who waits for leave to take a step. */
class Gates {
  readonly waiting: { server: Server; go: () => void; fail: (error: Error) => void }[] = [];
  open = false;

  async pass(server: Server): Promise<void> {
    if (server.dead) throw new Error('this server is dead');
    if (this.open) return;
    await new Promise<void>((go, fail) => this.waiting.push({ server, go, fail }));
    if (server.dead) throw new Error('this server is dead');
  }

  step(random: Random): void {
    if (this.waiting.length > 0) this.waiting.splice(random.below(this.waiting.length), 1)[0]!.go();
  }

  kill(server: Server): void {
    server.dead = true;
    for (const { server: whose, fail } of this.waiting) if (whose === server) fail(new Error('killed'));
    const left = this.waiting.filter((each) => each.server !== server);
    this.waiting.splice(0, Infinity, ...left);
  }

  openAll(): void {
    this.open = true;
    for (const { go } of this.waiting.splice(0)) go();
  }
}

interface Server {
  gates: Gates;
  dead: boolean;
  context: UploadContext;
  uploads: ReturnType<typeof tusUploads>;
  close(): Promise<void>;
}

/** Each call of the database and of the storage is two steps: one before it, and one before its answer is heard. */
function startServer(gates: Gates): Server {
  const gated = <T extends object>(of: T, names: (keyof T)[]): T =>
    new Proxy(of, {
      get(target, name) {
        const own = target[name as keyof T];
        if (typeof own !== 'function') return own;
        if (!names.includes(name as keyof T)) return own.bind(target);
        return async (...given: unknown[]) => {
          await gates.pass(server);
          const answer: unknown = await own.apply(target, given);
          await gates.pass(server);
          return answer;
        };
      },
    });
  const storage = localMedia({ folder: kit.folder });
  const server = { gates, dead: false, close: () => storage.close() } as Server;
  server.context = {
    database: gated(kit.database, ['pipeline', 'transaction']),
    media: {
      storage: gated(storage, ['begin', 'append', 'takeOver', 'received', 'finish', 'abandon', 'remove']),
      options: checkedMedia({ ffmpeg: false }),
    },
    log: pino({ level: 'silent' }),
  };
  server.uploads = tusUploads(server.context);
  return server;
}

/** What somebody was told: these bytes are safe. */
interface Told {
  sender: number;
  from: number;
  to: number;
}

async function run(seed: number): Promise<{ deaths: number; told: number }> {
  const random = seeded(seed);
  const size = HEAD.length + TAIL.length + 20 + random.below(400);
  const { body } = await begin(kit, { name: `schedule ${seed}.pdf`, size });
  const id = body.id as string;
  const who = { tenant: 'alpha', member: 'alpha-agent' };
  const gates = new Gates();
  let servers = [startServer(gates), startServer(gates)];
  const all = [...servers];
  const told: Told[] = [];
  /** Where each began: another's bytes may follow there and nowhere else. */
  const begun: { sender: number; from: number }[] = [];
  let safe = 0;
  let senders = 0;
  let deaths = 0;
  const sending: Promise<void>[] = [];

  async function ask(
    server: Server,
    method: string,
    headers: object = {},
    bytes?: AsyncIterable<Uint8Array>,
  ) {
    const request = new Request('http://kit/', { method, headers: { 'tus-resumable': '1.0.0', ...headers } });
    const answer = await server.uploads.handle(request, who, id, bytes);
    const offset = answer.headers.get('upload-offset');
    // busy, or out of reach: nothing is said of how far it is
    if (offset === null) throw new Error(`${method} was answered ${answer.status}`);
    return Number(offset);
  }

  /** Asks where it goes on, then sends; the line may be cut, and the answer lost with its server. */
  async function send(server: Server, cut: number): Promise<void> {
    const sender = senders++;
    const known = safe;
    const from = await ask(server, 'HEAD');
    expect(from, 'an offset behind what was acknowledged').toBeGreaterThanOrEqual(known);
    safe = Math.max(safe, from);
    if (from === size) return;
    begun.push({ sender, from });
    async function* pieces() {
      const bytes = fileOf(sender, size);
      for (let at = from; at < size;) {
        await server.gates.pass(server);
        if (at - from >= cut) throw new Error('the line was cut');
        const end = Math.min(size, at + 1 + random.below(60));
        yield bytes.subarray(at, end);
        at = end;
      }
    }
    const headers = { 'upload-offset': String(from), 'content-type': 'application/offset+octet-stream' };
    const to = await ask(server, 'PATCH', headers, pieces());
    if (server.dead) return;
    told.push({ sender, from, to });
    safe = Math.max(safe, to);
  }

  for (let turn = 0; turn < 150; turn += 1) {
    const choice = random.next();
    if (choice < 0.06 && senders < 20) {
      const cut = random.chance(0.4) ? random.below(size) : Infinity;
      // refused or killed, it knows nothing; what it was told wrongly fails
      const one = send(random.pick(servers), cut).catch((error: Error) => {
        if (error.name === 'AssertionError') throw error;
      });
      one.catch(() => undefined);
      sending.push(one);
    } else if (choice < 0.08) {
      const dying = random.pick(servers);
      gates.kill(dying);
      deaths += 1;
      const next = startServer(gates);
      all.push(next);
      servers = servers.map((each) => (each === dying ? next : each));
    } else if (choice < 0.12) {
      // whoever writes has stood still for longer than its lease, or is dead
      await kit.admin(`update uploads set lease_until = now() where upload_id = $1 and writer is not null`, [
        id,
      ]);
    } else {
      // it goes on to its next step, as far as it can
      gates.step(random);
      await new Promise((go) => setTimeout(go, random.below(3)));
    }
  }

  // somebody brings it to its end, while those that stand still do so
  const free = new Gates();
  free.openAll();
  const last = startServer(free);
  all.push(last);
  for (let tries = 0; (await stateOf(id)).state !== 'done'; tries += 1) {
    expect(tries, 'it does not come to its end').toBeLessThan(5);
    await kit.admin(`update uploads set lease_until = now() where upload_id = $1 and writer is not null`, [
      id,
    ]);
    await send(last, Infinity);
  }
  await check('at its end');
  // and now they go on where they stood
  gates.openAll();
  await Promise.all(sending);
  expect(await Promise.all(all.map((server) => finishAgain(server)))).toEqual(all.map(() => null));
  await check('after all who stood still went on');
  await Promise.all(all.map((server) => server.close()));
  return { deaths, told: told.length };

  async function finishAgain(server: Server) {
    return server.dead ? null : finishUpload(server.context, 'alpha', id);
  }

  async function check(when: string): Promise<void> {
    const rows = await kit.admin(
      `select f.storage_key, f.size::int, encode(f.sha256, 'hex') as sha256 from uploads u
       join assets a on a.asset_id = u.asset_id join files f on f.file_id = a.file_id where u.upload_id = $1`,
      [id],
    );
    expect(rows, when).toHaveLength(1);
    const bytes = await readFile(join(kit.folder, rows[0].storage_key));
    for (const { sender, from, to } of told) {
      const sent = String(fileOf(sender, size).subarray(from, to));
      expect(String(bytes.subarray(from, to)), `${when}: acknowledged from ${from} to ${to}`).toBe(sent);
    }
    expect(isOneAfterAnother(bytes), `${when}: one sender's bytes after another's`).toBe(true);
    expect(rows[0], when).toMatchObject({ size: bytes.length, sha256: sha256(bytes) });
  }

  /** Each goes on exactly where one before it ended. */
  function isOneAfterAnother(bytes: Buffer): boolean {
    const reached = new Set([0]);
    for (const { sender, from } of [...begun].sort((one, two) => one.from - two.from)) {
      if (!reached.has(from)) continue;
      const sent = fileOf(sender, size);
      for (let at = from; at < size && bytes[at] === sent[at]; at += 1) reached.add(at + 1);
    }
    return bytes.length === size && reached.has(size);
  }
}

async function stateOf(id: string): Promise<{ state: string }> {
  return (await kit.request('GET', `/v1/media/uploads/${id}/state`)).body;
}

it(
  'keeps what it has acknowledged, never mixes two senders, and ends once, whoever dies or stands still',
  { timeout: CAMPAIGN_TIMEOUT },
  async () => {
    const total = { deaths: 0, told: 0 };
    await forEachSeed(campaign(60, 500), 2, async (seed) => {
      const { deaths, told } = await run(seed);
      total.deaths += deaths;
      total.told += told;
    });
    console.log(`      ${total.deaths} deaths, ${total.told} answers`);
  },
);
