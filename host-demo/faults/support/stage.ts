/**
 * One line to arrange a fault test: the carrier's stand-in on a port, a kit that serves its webhooks on another, a
 * tenant with numbers, and workers in processes of their own. Everything through the packages' published names.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSandbox, DEFAULT_ACCOUNT, type Sandbox, type SandboxOptions } from '@patchbay/carrier-sandbox';
import { createServerKit, type KitDatabaseOptions, type ServerKit } from '@patchbay/server-kit';
import { twilioCarrier, type TwilioOptions } from '@patchbay/server-kit/twilio';
import pg from 'pg';
import { pino } from 'pino';
import { pause } from './campaign.ts';

export const SECRET = 'a secret of the fault tests, long enough for anyone';
export const TENANT = 'acme';

export interface WorkerSetup {
  database: KitDatabaseOptions;
  publicUrl: string;
  secret: string;
  carrier: TwilioOptions;
  media: { storage: { folder: string } };
  /** Milliseconds by which a worker's clock is ahead of the machine's when it starts. Default: it has none of its own. */
  ahead?: number;
}

export interface StageOptions {
  databaseUrl: string;
  /** Numbers of the tenant. Default 1. */
  senders?: number;
  sandbox?: SandboxOptions;
  /** Milliseconds. Default: the product's. */
  carrierTimeout?: number;
  statementTimeout?: number;
  maxConnections?: number;
  keywordReplies?: 'carrier' | 'kit';
  /** What time it is in the kit, and how far its workers' clocks are ahead of the machine's. Default: the real one. */
  clock?: { date: () => Date; ahead: () => number };
}

export interface Stage {
  sandbox: Sandbox;
  kit: ServerKit;
  publicUrl: string;
  schema: string;
  setup: WorkerSetup;
  /** Numbers and their ids. */
  senders: { address: string; id: string }[];
  /** The kit's warnings. */
  logged: Record<string, unknown>[];
  /** Requests to the kit that have not been answered yet. */
  open(): number;
  token(): Promise<string>;
  /** Another kit on the same database: what a second web process would be. */
  another(): ServerKit;
  /** Asks the kit to send; resolves with the message's id once it has been acknowledged. */
  send(to: string, body: string, sender?: number, id?: string): Promise<string>;
  // the rows of a test's own question
  query<T>(sql: string, values?: unknown[]): Promise<T[]>;
  startWorker(): Promise<WorkerProcess>;
  /** A web process of its own; what it says first is its port. */
  startHost(): Promise<WorkerProcess>;
  close(): Promise<void>;
}

export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly firstWord: string;
  /** What it has said on stderr. */
  said(): string;
  /** To a worker with a clock of its own: resolves when it does so. */
  tell(what: WorkerOrder): Promise<void>;
  kill(): Promise<void>;
}

/** Phones and voices that do not keep a test waiting. */
const QUICK_CALLS = {
  cps: 0,
  pickUpMs: 20,
  voicemailMs: 30,
  detectMs: 10,
  greetingMs: 20,
  speechMs: 0,
  playMs: 20,
};

/** To rest, or to go on with a clock that is ahead by so many milliseconds. */
export type WorkerOrder = 'rest' | { ahead: number };

export async function openStage(options: StageOptions): Promise<Stage> {
  const { databaseUrl, senders: count = 1, clock } = options;
  const schema = `f${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;
  const sandbox = createSandbox({
    ...options.sandbox,
    settings: { mps: 0, sentAfterMs: 20, deliveredAfterMs: 60, ...QUICK_CALLS, ...options.sandbox?.settings },
  });
  const carrierSide = await sandbox.listen({ port: 0, host: '127.0.0.1' });
  const server = createServer();
  const port = await listening(server);
  const publicUrl = `http://127.0.0.1:${port}/crm`;
  const carrier: TwilioOptions = {
    accountSid: DEFAULT_ACCOUNT.sid,
    authToken: DEFAULT_ACCOUNT.authToken,
    baseUrl: carrierSide.url,
    callsPerSecond: 200,
    ...(options.carrierTimeout !== undefined && { timeout: options.carrierTimeout }),
  };
  const database: KitDatabaseOptions = {
    url: databaseUrl,
    schema,
    maxConnections: options.maxConnections ?? 6,
    ...(options.statementTimeout !== undefined && { statementTimeout: options.statementTimeout }),
  };
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-media-'));
  const media = { storage: { folder } };
  const setup: WorkerSetup = { database, publicUrl, secret: SECRET, carrier, media };
  const logged: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'warn' },
    { write: (line: string) => void logged.push(JSON.parse(line) as never) },
  );
  const another = () =>
    createServerKit({
      database,
      publicUrl,
      secret: SECRET,
      carrier: twilioCarrier(carrier),
      media,
      log,
      ...(clock && { clock: clock.date }),
    });
  const kit = another();
  const kits: ServerKit[] = [kit];
  await kit.migrate();
  let open = 0;
  server.on('request', (request, response) => {
    open += 1;
    response.once('close', () => (open -= 1));
    void kit.node(request, response);
  });

  await kit.tenants.upsert({ id: TENANT, name: 'Acme' });
  const senders: Stage['senders'] = [];
  for (let index = 0; index < count; index += 1) {
    const address = `+1312555${String(1000 + index)}`;
    const number = sandbox.controls.buyNumber(address);
    number.smsUrl = `${publicUrl}/twilio/sms/inbound#rc=3&rp=5xx,ct,rt`;
    number.voiceUrl = `${publicUrl}/twilio/voice/inbound#rc=3&rp=5xx,ct,rt`;
    number.statusCallback = `${publicUrl}/twilio/voice/status#rc=3&rp=5xx,ct,rt`;
    if (options.keywordReplies === 'kit') number.optOutHandling = 'off';
    const keywordReplies = options.keywordReplies ?? 'carrier';
    const id = await kit.tenants.addSender({
      tenant: TENANT,
      address,
      segmentsPerSecond: null,
      keywordReplies,
    });
    senders.push({ address, id });
  }

  const workers = new Set<WorkerProcess>();
  async function start(script: string): Promise<WorkerProcess> {
    const worker = await startProcess(script, { ...setup, ...(clock && { ahead: clock.ahead() }) });
    workers.add(worker);
    return worker;
  }
  const token = () => kit.sessionToken({ tenant: TENANT, member: { id: 'ana', name: 'Ana' }, role: 'agent' });
  return {
    sandbox,
    kit,
    publicUrl,
    schema,
    setup,
    senders,
    logged,
    open: () => open,
    token,
    another() {
      const other = another();
      kits.push(other);
      return other;
    },
    async send(to, body, sender = 0, id = randomUUID()) {
      // 503 means that nothing is known to have happened: the same message is asked for again
      for (const deadline = performance.now() + 10_000; ; await pause(100)) {
        const answer = await kit.fetch(
          new Request(`${publicUrl}/v1/messages`, {
            method: 'POST',
            headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
            body: JSON.stringify({ id, to, body, sender_id: senders[sender]!.id }),
          }),
        );
        if (answer.ok) break;
        if (answer.status !== 503 || performance.now() > deadline) {
          throw new Error(`sending was answered with ${answer.status}: ${await answer.text()}`);
        }
      }
      return id;
    },
    async query<T>(sql: string, values: unknown[] = []): Promise<T[]> {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      try {
        await client.query(`set search_path to "${schema}"`);
        return (await client.query(sql, values)).rows as T[];
      } finally {
        await client.end();
      }
    },
    startWorker: () => start('worker-process.ts'),
    startHost: () => start('host-process.ts'),
    async close() {
      await Promise.all([...workers].map((worker) => worker.kill()));
      await Promise.all(kits.map((one) => one.close()));
      server.closeAllConnections();
      server.close();
      await carrierSide.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function startProcess(script: string, setup: WorkerSetup): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], {
    env: { ...process.env, PATCHBAY_WORKER: JSON.stringify(setup) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const firstWord = await new Promise<string>((ready, failed) => {
    child.stdout!.once('data', (text: Buffer) => ready(String(text).trim()));
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`it ended with ${code} before it was ready:\n${said}`)));
  });
  return {
    child,
    firstWord,
    said: () => said,
    async tell(what) {
      const done = once(child, 'message');
      child.send(what);
      await done;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Our message id and try, as they stand in the callback address of a carrier's record. */
export function nameOf(statusCallback: string | null): { id: string; attempt: number } | undefined {
  if (statusCallback === null) return undefined;
  const query = new URL(statusCallback).searchParams;
  const id = query.get('m');
  return id === null ? undefined : { id, attempt: Number(query.get('a')) };
}
