/**
 * One line to arrange a test against a real Postgres: a kit on a schema of its own, with two tenants that know nothing
 * of each other. `await kit.close()` drops the schema again.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { inject } from 'vitest';
import type { VoiceCarrier } from '../carriers/voice.ts';
import type { Role } from '../contract/index.ts';
import { Database, quoteName, type Tx } from '../db/client.ts';
import { newId } from '../ids.ts';
import { createServerKit, type ServerKit, type ServerKitOptions } from '../kit.ts';
import { fakeCarrier, GOOD_SIGNATURE, TEST_ACCOUNT, type FakeCarrier } from './carrier.ts';

export interface TestTenant {
  id: string;
  /** The number that it sends from. */
  address: string;
  senderId: string;
  /** Tokens. */
  agent: string;
  manager: string;
}

export interface TestRequest {
  /** A token, or null for none. Default: the first tenant's agent. */
  as?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestAnswer {
  status: number;
  // any: tests read what they expect, and fail where it is not there
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  headers: Headers;
}

export interface TestKit {
  kit: ServerKit;
  carrier: FakeCarrier;
  /** A second, own way to the same schema, as the app role. */
  database: Database;
  url: string;
  schema: string;
  a: TestTenant;
  b: TestTenant;
  /** Where its files are, unless `media` says otherwise. */
  folder: string;
  /** What the kit has logged, as pino's objects. */
  logged: Record<string, unknown>[];
  token(tenant: string, role?: Role, member?: { id: string; name: string }): Promise<string>;
  /** Asks the kit, as a bare fetch. `path` is without the mount path. */
  request(method: string, path: string, request?: TestRequest): Promise<TestAnswer>;
  /** Runs one statement as the superuser, across tenants. */
  // oxlint-disable-next-line typescript/no-explicit-any
  admin(statement: string, values?: unknown[]): Promise<any[]>;
  /** A text arrives at a tenant's number. Returns its conversation's and message's ids. */
  receive(
    tenant: TestTenant,
    text: Partial<Received>,
  ): Promise<{ conversationId: string; contactId: string; messageId: string }>;
  /** Rows of a tenant. */
  rows<T>(tenant: TestTenant, build: (tx: Tx) => ReturnType<Tx['sql']>): Promise<T[]>;
  close(): Promise<void>;
}

export interface Received {
  from: string;
  body: string;
  sid: string;
  media: { url: string; type: string }[];
}

export const TEST_SECRET = 'a secret of the tests, long enough for anyone';
export const TEST_URL = 'https://portal.example.com/crm';

export interface TestKitOptions extends Partial<Omit<ServerKitOptions, 'database' | 'carrier'>> {
  /** Superuser address of the server. Default: the one that the test project started. */
  url?: string;
  /** What carries calls. Default: nothing does. */
  voice?: VoiceCarrier;
}

const asBody = (body: unknown) =>
  typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body);

export async function getTestKit({ url: given, voice, ...options }: TestKitOptions = {}): Promise<TestKit> {
  const url = given ?? process.env['PATCHBAY_TEST_DATABASE_URL'] ?? inject('databaseUrl');
  const schema = `t${Date.now().toString(36)}${randomBytes(4).toString('hex')}`;
  const carrier = fakeCarrier();
  if (voice) Object.assign(carrier, { voice });
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-media-'));
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const kit = createServerKit({
    publicUrl: TEST_URL,
    secret: TEST_SECRET,
    log,
    media: { storage: { folder } },
    ...options,
    carrier,
    database: { url, schema, maxConnections: 4 },
  });
  await kit.migrate();
  const database = new Database({ url, schema, maxConnections: 2 });
  const token = (
    tenant: string,
    role: Role = 'agent',
    member = { id: `${tenant}-${role}`, name: `${role} of ${tenant}` },
  ) => kit.sessionToken({ tenant, member, role });

  async function seed(id: string, address: string): Promise<TestTenant> {
    await kit.tenants.upsert({ id, name: `Firm ${id}`, timeZone: 'America/Chicago' });
    const senderId = await kit.tenants.addSender({
      tenant: id,
      address,
      name: 'Main',
      segmentsPerSecond: null,
    });
    return { id, address, senderId, agent: await token(id), manager: await token(id, 'manager') };
  }

  async function admin(statement: string, values: unknown[] = []) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(`set search_path to ${quoteName(schema)}`);
      return (await client.query(statement, values)).rows;
    } finally {
      await client.end();
    }
  }

  const a = await seed('alpha', '+13125550100');
  const b = await seed('beta', '+13125550200');
  const base = new URL(options.publicUrl ?? TEST_URL);

  const testKit: TestKit = {
    kit,
    carrier,
    database,
    url,
    schema,
    folder,
    a,
    b,
    logged,
    token,
    admin,
    async request(method, path, { as = a.agent, body, headers = {} } = {}) {
      const answer = await kit.fetch(
        new Request(`${base.origin}${base.pathname.replace(/\/$/, '')}${path}`, {
          method,
          headers: {
            ...(as === null ? {} : { authorization: `Bearer ${as}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: asBody(body) }),
        }),
      );
      const text = await answer.text();
      // an answer to HEAD has headers only
      const isJson = text !== '' && /[/+]json/.test(answer.headers.get('content-type') ?? '');
      return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
    },
    async receive(
      tenant,
      { from = '+13125550177', body = 'Hello', sid = `SM${newId().replaceAll('-', '')}`, media = [] },
    ) {
      const form = new URLSearchParams({
        AccountSid: TEST_ACCOUNT,
        MessageSid: sid,
        From: from,
        To: tenant.address,
        Body: body,
        NumMedia: String(media.length),
      });
      media.forEach((file, index) => {
        form.set(`MediaUrl${index}`, file.url);
        form.set(`MediaContentType${index}`, file.type);
      });
      const answer = await kit.fetch(
        new Request(`${TEST_URL}/twilio/sms/inbound`, {
          method: 'POST',
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            'x-twilio-signature': GOOD_SIGNATURE,
          },
          body: form.toString(),
        }),
      );
      if (answer.status !== 200)
        throw new Error(`the webhook answered ${answer.status}: ${await answer.text()}`);
      const [row] = await admin('select * from messages where tenant_id = $1 and carrier_sid = $2', [
        tenant.id,
        sid,
      ]);
      return { conversationId: row.conversation_id, contactId: row.contact_id, messageId: row.message_id };
    },
    async rows<T>(tenant: TestTenant, build: (tx: Tx) => ReturnType<Tx['sql']>) {
      const [found] = await database.pipeline(tenant.id, (tx) => [build(tx)]);
      return [...found] as T[];
    },
    async close() {
      await kit.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
      for (const name of [schema, `${schema}_worker`])
        await admin(`drop schema if exists ${quoteName(name)} cascade`);
      await admin(`drop owned by ${quoteName(`${schema}_app`)}`);
      await admin(`drop role ${quoteName(`${schema}_app`)}`);
    },
  };
  return testKit;
}
