import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunner, type Runner } from '../bulk/runner.ts';
import { Database, type Tx } from '../db/client.ts';
import { stageKeeper } from '../pipeline/follow.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { exportWork } from './exports.ts';
import { importWork } from './imports.ts';
import { BASE_SEED } from '../testing/campaign.ts';

let kit: TestKit;
let now = new Date();
let database: Database;
let runner: Runner;
beforeAll(async () => {
  kit = await getTestKit({ clock: () => now });
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 4 });
  runner = createRunner(
    { database, log: pino({ level: 'silent' }) },
    { import: importWork(stageKeeper), export: exportWork },
  );
});
afterAll(async () => {
  await runner.stop();
  await database.close();
  await kit.close();
});

const ask = (method: string, path: string, body?: unknown, as = kit.a.manager) =>
  kit.request(method, path, { as, body });

async function take(settings: object, as = kit.a.manager) {
  const made = await ask('POST', '/v1/exports', settings, as);
  expect([made.status, made.body]).toEqual([202, made.body]);
  await runner.look();
  const { body: job } = await ask('GET', `/v1/jobs/${made.body.id}`, undefined, as);
  expect(job).toMatchObject({ state: 'done', kind: 'export' });
  const file = await open(job.download);
  expect(file.status).toBe(200);
  return { job, text: file.body as string, headers: file.headers };
}
/** As a browser's own download does. */
const open = (link: string) => kit.request('GET', link.replace('/crm', ''), { as: null });
const table = (text: string) => parse<Record<string, string>>(text, { bom: true, columns: true });

describe('an export', () => {
  it('of contacts is a CSV file that a spreadsheet opens without harm', async () => {
    await ask('POST', '/v1/contacts', {
      first_name: '=HYPERLINK("http://evil.example")',
      phone: '+13125550111',
      tags: ['vip', 'a;b'],
      fields: { note: 'x,y\nz' },
      addresses: [{ kind: 'phone', address: '+13125550112' }],
    });
    const { job, text, headers } = await take({ subject: 'contacts', format: 'csv' });
    expect(job).toMatchObject({
      total: 1,
      done: 1,
      name: expect.stringMatching(/^contacts-\d{4}-\d\d-\d\d\.csv$/),
    });
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${job.name}"`);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(table(text)).toMatchObject([
      {
        first_name: `'=HYPERLINK("http://evil.example")`,
        phone: `'+13125550111`,
        further_phones: `'+13125550112`,
        tags: 'vip; a\\;b',
        'fields.note': 'x,y\nz',
        sms_consent: 'unknown',
      },
    ]);
  });

  it('as JSON Lines holds what the API shows, untouched', async () => {
    const { text } = await take({ subject: 'contacts', format: 'jsonl', target: { q: '=HYPER' } });
    const [{ items }, lines] = [(await ask('GET', '/v1/contacts?q=%3DHYPER')).body, text.trim().split('\n')];
    expect(lines.map((line) => JSON.parse(line))).toEqual(items);
  });

  it('goes batch by batch through thousands of messages, each once', async () => {
    const { contactId, conversationId } = await kit.receive(kit.a, { from: '+13125550155', body: '=1+1' });
    await kit.admin(
      `insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status, origin,
         body, from_address, to_address, segments)
       select 'alpha', gen_random_uuid(), $1, $2, $3, 'sms', 'inbound', 'received', 'contact', 'n' || n, '+13125550155', '+1', 1
       from generate_series(1, 2499) n`,
      [conversationId, contactId, kit.a.senderId],
    );
    const all = table((await take({ subject: 'messages' })).text);
    expect(new Set(all.map((row) => row['id'])).size).toBe(2_500);
    expect(all).toHaveLength(2_500);
    const { job, text } = await take({ subject: 'messages', target: { ids: [contactId] }, bom: false });
    expect(table(text)).toHaveLength(2_500);
    expect(job).toMatchObject({ total: 2_500, done: 2_500 });
    expect(text).toContain(`,'=1+1,`);
    const none = await take({ subject: 'messages', to: '2020-01-01T00:00:00Z' });
    expect(table(none.text)).toEqual([]);
  });

  it('knows consent, the log, and what there is of calls', async () => {
    await kit.receive(kit.a, { from: '+13125550156', body: 'STOP' });
    expect(table((await take({ subject: 'consent' })).text)).toMatchObject([
      { address: `'+13125550156`, action: 'withdraw', source: 'keyword' },
    ]);
    const log = table((await take({ subject: 'audit' })).text);
    expect(log.map((row) => row['type'])).toContain('consent.withdrawn');
    await kit.admin(
      `insert into events (tenant_id, event_id, type, data, only_for)
       values ('alpha', gen_random_uuid(), 'notification.added', '{"body": "for Ana alone"}', 'ana')`,
    );
    expect((await take({ subject: 'audit' })).text).not.toContain('for Ana alone');
    expect((await take({ subject: 'calls', format: 'jsonl' })).text).toBe('');
    await kit.admin(
      `insert into events (tenant_id, event_id, type, data) values ('alpha', gen_random_uuid(), 'call.ended', '{"seconds": 9}')`,
    );
    expect(JSON.parse((await take({ subject: 'calls', format: 'jsonl' })).text)).toMatchObject({
      type: 'call.ended',
      data: { seconds: 9 },
    });
  });

  it('of the log misses nothing that was committed, whatever else still runs, and takes nothing that was not', async () => {
    const { promise: asked, resolve: end } = Promise.withResolvers<void>();
    const { promise: begun, resolve: running } = Promise.withResolvers<void>();
    const write = ({ sql, tenant }: Tx, type: string) =>
      sql`insert into events (tenant_id, event_id, type, data) values (${tenant}, gen_random_uuid(), ${type}, '{}')`;
    const other = database.transaction('alpha', async (tx) => {
      await write(tx, 'call.running');
      running();
      await asked;
    });
    await begun;
    await database.transaction('alpha', (tx) => write(tx, 'call.committed'));
    const { text } = await take({ subject: 'calls', format: 'jsonl' }).finally(end);
    await other;
    expect(text).toContain('call.committed');
    expect(text).not.toContain('call.running');
  });

  it('is for managers, of its own tenant', async () => {
    const agent = await ask('POST', '/v1/exports', { subject: 'contacts' }, kit.a.agent);
    expect([agent.status, agent.body.code]).toEqual([403, 'forbidden']);
    const { job } = await take({ subject: 'contacts' });
    expect((await ask('GET', `/v1/jobs/${job.id}`, undefined, kit.a.agent)).body.download).toBeNull();
    const file = `/v1/jobs/${job.id}/file`;
    expect((await ask('GET', file)).status).toBe(200);
    expect((await ask('GET', file, undefined, kit.a.agent)).status).toBe(403);
    expect((await ask('GET', file, undefined, kit.b.manager)).status).toBe(404);
  });

  it('is downloaded by a link of its own, without a token, which ends within the hour', async () => {
    const { job } = await take({ subject: 'contacts' });
    const { job: other } = await take({ subject: 'contacts' });
    const link: string = job.download;
    expect(link).toMatch(/^\/crm\/v1\/files\/[0-9a-f-]{36}\?t=alpha&e=\d+&s=[\w-]{32}$/);
    const signature = (text: string) => /s=(.*)$/.exec(text)![1]!;
    const changed = [
      link.replace('t=alpha', 't=beta'),
      link.replace(job.id, other.id),
      link.replace(/e=\d+/, 'e=9999999999'),
      link.replace(signature(link), signature(other.download)),
      link.replace(signature(link), 'x'.repeat(32)),
    ];
    for (const address of changed) expect([address, (await open(address)).status]).toEqual([address, 404]);
    const before = now;
    try {
      now = new Date(before.getTime() + 59 * 60_000);
      expect((await open(link)).status).toBe(200);
      now = new Date(before.getTime() + 3600_000);
      expect((await open(link)).status).toBe(404);
    } finally {
      now = before;
    }
  });
});

describe('what is exported and imported elsewhere', () => {
  it('is the same people, whatever they are called', async () => {
    const text = fc
      .oneof(
        fc.string({ maxLength: 40 }),
        fc.string({
          maxLength: 20,
          unit: fc.constantFrom(
            '=',
            "'",
            '"',
            ',',
            ';',
            '\\',
            '|',
            '\n',
            '\r',
            '\t',
            '+',
            '@',
            'é',
            '😀',
            '\ufeff',
          ),
        }),
      )
      .map((one) => one.replaceAll('\0', '').toWellFormed().trim());
    const some = text.filter((one) => one !== '');
    let serial = 1000;
    const person = fc.record({
      first_name: some,
      last_name: text,
      city: text,
      street: text,
      tags: fc.uniqueArray(some, { maxLength: 3 }),
      fields: fc.record({ note: some }),
      birthday: fc.constantFrom('1990-04-23', '--02-29', null),
      lead_score: fc.option(fc.integer({ min: -1000, max: 1000 })),
      do_not_call: fc.boolean(),
      further: fc.boolean(),
    });
    const seed = BASE_SEED;
    console.log(`seed ${seed}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(person, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(true, false),
        async (people, bom) => {
          await kit.admin('delete from contacts');
          for (const { further, ...one } of people) {
            const phone = `+1415555${(serial += 1)}`;
            const addresses = further
              ? [
                  { kind: 'phone', address: phone.replace('+1415', '+1628') },
                  { kind: 'email', address: `p${serial}@x.example` },
                ]
              : [];
            const answer = await ask('POST', '/v1/contacts', { ...one, phone, addresses });
            expect([answer.status, answer.body]).toEqual([201, answer.body]);
          }
          const { text: csv } = await take({ subject: 'contacts', bom });
          const upload = await kit.kit.fetch(
            new Request('https://portal.example.com/crm/v1/imports', {
              method: 'POST',
              headers: { authorization: `Bearer ${kit.b.manager}`, 'content-type': 'text/csv' },
              body: csv,
            }),
          );
          const details = (await upload.json()) as {
            job: { id: string };
            columns: { proposed: string | null }[];
          };
          const mapping = details.columns.map((column) => column.proposed);
          await ask('POST', `/v1/imports/${details.job.id}/start`, { mapping }, kit.b.manager);
          await runner.look();
          const job = (await ask('GET', `/v1/jobs/${details.job.id}`, undefined, kit.b.manager)).body;
          expect(job).toMatchObject({ state: 'done', failed: 0, counts: { created: people.length } });
          const of = async (as: string) =>
            (await ask('GET', '/v1/contacts?limit=100', undefined, as)).body.items
              .map(({ id: _, created_at: __, updated_at: ___, ...rest }: Record<string, unknown>) => rest)
              .sort((one: { phone: string }, other: { phone: string }) => (one.phone < other.phone ? -1 : 1));
          expect(await of(kit.b.manager)).toEqual(await of(kit.a.manager));
        },
      ),
      { numRuns: 25, seed },
    );
  }, 60_000);
});
