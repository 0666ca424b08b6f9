import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRunner, type Runner } from '../bulk/runner.ts';
import { Database } from '../db/client.ts';
import { newId } from '../ids.ts';
import { stageKeeper } from '../pipeline/follow.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { importWork } from './imports.ts';

const DAY = 86_400_000;
let now = Date.parse('2026-03-10T15:00:00Z');
const clock = () => new Date(now);

let kit: TestKit;
let database: Database;
let runner: Runner;
beforeAll(async () => {
  kit = await getTestKit({ clock });
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 4, clock });
  runner = createRunner({ database, log: pino({ level: 'silent' }) }, { import: importWork(stageKeeper) });
});
afterAll(async () => {
  await runner.stop();
  await database.close();
  await kit.close();
});
let serial = 100;
let tag: string;
beforeEach(() => {
  tag = newId();
});
/** A number that no other test has. */
const number = () => `+1312555${String((serial += 1)).padStart(4, '0')}`;

async function ask(method: string, path: string, body?: unknown, role: 'agent' | 'manager' = 'manager') {
  return kit.request(method, path, { as: await kit.token('alpha', role), body });
}
async function upload(file: string | Buffer, query = '') {
  const answer = await kit.kit.fetch(
    new Request(`https://portal.example.com/crm/v1/imports${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await kit.token('alpha', 'manager')}`, 'content-type': 'text/csv' },
      body: file as never,
    }),
  );
  return {
    status: answer.status,
    body: (await answer.json()) as { columns: { proposed: string | null }[]; job: { id: string } },
  };
}
const proposed = ({ columns }: { columns: { proposed: string | null }[] }) =>
  columns.map((column) => column.proposed);
/** Uploads, starts with what is proposed, and runs it to its end. */
async function bring(file: string | Buffer, more: object = {}) {
  const { status, body } = await upload(file);
  expect([status, body]).toEqual([201, body]);
  const { id } = body.job;
  const start = await ask('POST', `/v1/imports/${id}/start`, {
    mapping: proposed(body),
    tags: [tag],
    ...more,
  });
  expect([start.status, start.body]).toEqual([202, start.body]);
  await runner.look();
  const { body: job } = await ask('GET', `/v1/jobs/${id}`);
  return job;
}
async function people(): Promise<Record<string, unknown>[]> {
  const { body } = await ask('POST', '/v1/contacts/search', {
    filter: { field: 'tags', op: 'has_any', value: [tag] },
    limit: 100,
  });
  return body.items.sort((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1));
}
const problemsOf = async (id: string) => (await ask('GET', `/v1/imports/${id}/problems.csv`)).body as string;

describe('an upload', () => {
  it('may be a form with the file in it, however the form falls into pieces', async () => {
    const token = await kit.token('alpha', 'manager');
    const send = async (body: unknown, headers = {}) => {
      const answer = await kit.kit.fetch(
        new Request('https://portal.example.com/crm/v1/imports', {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, ...headers },
          body: body as FormData,
          duplex: 'half',
        } as RequestInit),
      );
      return { status: answer.status, body: (await answer.json()) as { code?: string } };
    };
    const form = new FormData();
    form.set('note', 'not the file');
    form.set('file', new File([`Phone,Name\n${number()},Ana\n`], 'people.csv', { type: 'text/csv' }));
    const made = await send(form);
    expect([made.status, made.body]).toMatchObject([
      201,
      { job: { name: 'people.csv', total: 1 }, columns: [{ name: 'Phone' }, { name: 'Name' }] },
    ]);
    const empty = new FormData();
    empty.set('note', 'x');
    expect(await send(empty)).toMatchObject({ status: 422, body: { code: 'invalid_file' } });
    const cut = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\nPhone,Name\n1,2\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    expect(await send(cut, headers)).toMatchObject({ status: 422, body: { code: 'invalid_file' } });
  });

  it('is looked at: encoding, delimiter, columns and what they may mean', async () => {
    const { status, body } = await upload(
      'First Name;Surname;Mobile;E-mail;Birth date;Shoe size\nAna;Rivera;312 555 0101;ana@example.com;4/23/1990;38\n',
      '?name=leads.csv',
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      job: { state: 'waiting', kind: 'import', name: 'leads.csv', total: 1 },
      encoding: 'utf-8',
      delimiter: ';',
      rows: [['Ana', 'Rivera', '312 555 0101', 'ana@example.com', '4/23/1990', '38']],
      settings: null,
    });
    expect(proposed(body)).toEqual(['first_name', 'last_name', 'phone', 'email', 'birthday', null]);
    expect((await ask('GET', `/v1/imports/${body.job.id}`)).body).toEqual(body);
  });

  it.each([
    ['utf-8', Buffer.from('\ufeffName\nJosé\n')],
    ['utf-16le', Buffer.from('\ufeffName\nJosé\n', 'utf16le')],
    ['utf-16be', Buffer.from('\ufeffName\nJosé\n', 'utf16le').swap16()],
    ['windows-1252', Buffer.from('Name\nJos\u00e9\n', 'latin1')],
  ])('in %s is read as it was written', async (encoding, file) => {
    const { body } = await upload(file);
    expect(body).toMatchObject({ encoding, rows: [['José']], columns: [{ name: 'Name' }] });
    await bring(file);
    expect(await people()).toMatchObject([{ first_name: 'José' }]);
  });

  it.each([
    ['', 'is empty'],
    ['\n\n', 'is empty'],
    ['a,b\n', 'no lines after it'],
    [Buffer.from('PK\x03\x04rest'), 'Excel workbook'],
    [Array.from({ length: 5_000 }, (_, index) => `c${index}`).join(',') + '\n1\n', '5000 columns'],
    ['"a,b\n1,2\n', 'line 1'],
  ])('that cannot be used is refused with words: %#', async (file, words) => {
    const { status, body } = await upload(file);
    expect([status, body]).toMatchObject([
      422,
      { code: 'invalid_file', detail: expect.stringContaining(words) },
    ]);
    expect(await kit.admin(`select 1 from bulk_jobs where state = 'uploading'`)).toEqual([]);
  });

  it('of more than 200 MB is refused', async () => {
    const answer = await kit.request('POST', '/v1/imports', {
      body: 'a\n1\n',
      headers: { 'content-type': 'text/csv', 'content-length': String(201 * 1024 * 1024) },
    });
    expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
  });

  it('with an id is one import, however often it is sent', async () => {
    const id = newId();
    const first = await upload('Name\nAna\n', `?id=${id}`);
    const again = await upload('Name\nAna\n', `?id=${id}`);
    expect(again).toEqual(first);
    expect(
      await kit.admin(
        `select count(distinct file_id)::int as files from bulk_files f
      where exists (select from bulk_jobs j where j.file_id = f.file_id and j.job_id = $1)`,
        [id],
      ),
    ).toEqual([{ files: 1 }]);
  });

  it('that nobody starts is gone after a week', async () => {
    const { body } = await upload('Name\nAna\n');
    now += 8 * DAY;
    for (let looks = 0; looks < 20; looks += 1) await runner.look();
    expect((await ask('GET', `/v1/imports/${body.job.id}`)).status).toBe(404);
  });
});

describe('an import', () => {
  it('makes people of its rows, with zones, events and their tags', async () => {
    const [a, b] = [number(), number()];
    const job = await bring(
      `Name,Phone,Email,DOB,Zip,Tags\n"Rivera, Ana",${a},ANA@example.com,4/23/1990,90001,"vip; west\\,coast"\nBen Q. Ortiz,${b},,--04-01,,\n`,
    );
    expect(job).toMatchObject({
      state: 'done',
      total: 2,
      done: 2,
      failed: 0,
      counts: { created: 2 },
      download: null,
    });
    expect(await people()).toMatchObject([
      {
        first_name: 'Ana',
        last_name: 'Rivera',
        phone: a,
        birthday: '1990-04-23',
        tags: [tag, 'vip', 'west,coast'],
        zone: { name: 'America/Los_Angeles', source: 'address' },
        version: 1,
      },
      {
        first_name: 'Ben Q.',
        last_name: 'Ortiz',
        phone: b,
        birthday: '--04-01',
        zone: { name: 'America/Chicago' },
      },
    ]);
    const events = await kit.admin(
      `select type, contact_id is null as of_nobody from events where data->>'job_id' = $1 order by position`,
      [job.id],
    );
    expect(events.map((row) => row.type)).toEqual([
      'job.updated',
      'job.updated',
      'contact.created',
      'contact.created',
      'job.updated',
    ]);
  });

  it('names line, column and reason of what it refuses, and gives the rows back', async () => {
    const good = number();
    const job = await bring(
      `Name,Phone,Country,Notes\n"A\nB",12,US,=1+1\nBen,${good},US,ok\nCleo,,Nowhere,x\n,,,only a note\nDan,${good.slice(2)},US,same number\n"Eve,${number()},US,x\nFay,,US,y,z\n`,
    );
    expect(job).toMatchObject({ total: 7, done: 7, failed: 5, counts: { created: 1, updated: 1 } });
    expect(job.download).toMatch(new RegExp(`^/crm/v1/files/${job.id}\\?t=alpha&e=`));
    const linked = await kit.request('GET', job.download.replace('/crm', ''), { as: null });
    expect(linked.headers.get('content-disposition')).toBe('attachment; filename="refused-rows.csv"');
    expect(linked.body).toBe(await problemsOf(job.id));
    const lines = (await problemsOf(job.id)).split('\r\n');
    expect(lines[0]).toBe('Name,Phone,Country,Notes,line,problem');
    expect(lines[1]).toMatch(/^"A\nB",12,US,'=1\+1,2,"?Phone: ""12"" is not a phone number/);
    expect(lines[2]).toMatch(/^Cleo,,Nowhere,x,5,"Country: .*two letters/);
    expect(lines[3]).toMatch(/^,,,only a note,6,/);
    expect(lines[4]).toMatch(/^"""Eve,.*,,,,8,"A quote \(""\) that opens in line 8/);
    expect(lines[5]).toMatch(/^Fay,,US,y,9,.*5 cells/);
  });

  it.each([
    ['update', { first_name: 'New', city: 'Reno', source: 'list' }],
    ['fill_empty', { first_name: 'Old', city: 'Reno', source: 'list' }],
    ['skip', { first_name: 'Old', city: null, source: null }],
  ] as const)('with %s treats whoever is there already so', async (mode, expected) => {
    const phone = number();
    const made = await ask('POST', '/v1/contacts', { phone, first_name: 'Old', tags: [tag] });
    const job = await bring(`Phone,First Name,City,Source\n${phone},New,Reno,list\n`, {
      dedupe: { by: 'phone', mode },
    });
    expect(job.counts).toEqual(mode === 'skip' ? { skipped: 1 } : { updated: 1 });
    expect((await ask('GET', `/v1/contacts/${made.body.id}`)).body).toMatchObject({
      ...expected,
      version: mode === 'skip' ? 1 : 2,
    });
  });

  it('changes nothing, and records nothing, about somebody who is so already', async () => {
    const file = `Phone,First Name\n${number()},Ana\n`;
    await bring(file);
    expect((await bring(file)).counts).toEqual({ unchanged: 1 });
    expect(await people()).toMatchObject([{ version: 1 }]);
  });

  it('knows people by a further number, an e-mail address, or the id of another system', async () => {
    const [first, further] = [number(), number()];
    const addresses = [{ kind: 'phone', address: further }];
    await ask('POST', '/v1/contacts', {
      phone: first,
      email: `${tag}@example.com`,
      addresses,
      fields: { crm: tag },
    });
    const by = async (header: string, row: string, by: string) =>
      (
        await bring(`${header},City\n${row},Reno ${by}\n`, {
          dedupe: { by, mode: 'update' },
          mapping: [header, 'city'],
        })
      ).counts;
    expect(await by('phone', further, 'phone')).toEqual({ updated: 1 });
    expect(await by('email', `${tag.toUpperCase()}@example.com`, 'email')).toEqual({ updated: 1 });
    expect(await by('fields.crm', tag, 'fields.crm')).toEqual({});
  });

  it('sees the same person twice in one file as one', async () => {
    const phone = number();
    const job = await bring(`Phone,First Name,City\n${phone},Ana,\n${phone},Anna,Reno\n`);
    expect(job.counts).toEqual({ created: 1, updated: 1 });
    expect(await people()).toMatchObject([{ first_name: 'Anna', city: 'Reno', version: 1 }]);
  });

  it('gives nobody a number that belongs to another', async () => {
    const [mine, theirs] = [number(), number()];
    await ask('POST', '/v1/contacts', { phone: theirs });
    await ask('POST', '/v1/contacts', { phone: mine, email: `${tag}@example.com` });
    const job = await bring(`Phone,Email\n${theirs},${tag}@example.com\n`, {
      dedupe: { by: 'email', mode: 'update' },
    });
    expect(job).toMatchObject({ failed: 1 });
    expect(await problemsOf(job.id)).toContain('belongs to another contact');
  });

  it('records consent with its wording, and never lifts a STOP', async () => {
    const [free, stopped] = [number(), number()];
    await kit.receive(kit.a, { from: stopped, body: 'STOP' });
    const consent = { channel: 'sms', wording: 'Signed at the open house' };
    const job = await bring(`Phone,First Name\n${free},Ana\n${stopped},Ben\n`, { consent });
    expect(job.counts).toEqual({ created: 1, updated: 1, consented: 1 });
    const states = (await people()).map((one) => [
      one['phone'],
      (one['consent'] as { state: string }[])[0]!.state,
    ]);
    expect(Object.fromEntries(states)).toEqual({ [free]: 'granted', [stopped]: 'withdrawn' });
    const ledger = await kit.admin('select action, source, wording from consent_records where address = $1', [
      free,
    ]);
    expect(ledger).toEqual([{ action: 'grant', source: 'import', wording: 'Signed at the open house' }]);
    expect(await kit.admin('select source from suppressions where address = $1', [stopped])).toEqual([
      { source: 'keyword' },
    ]);
  });

  it('records how, where and when everybody agreed, and where the proof is', async () => {
    const [dated, undated, ahead] = [number(), number(), number()];
    const consent = {
      channel: 'sms',
      kind: 'express_written',
      source: 'paper',
      wording: 'Sign-in sheet of the fair',
      proof: { reference: 'https://files.example.com/sheet.pdf' },
      occurred_at: '2026-01-05T10:00:00Z',
      occurred_at_column: 1,
    };
    const job = await bring(`Phone,Signed\n${dated},03/15/2026\n${undated},\n${ahead},2999-01-01\n`, {
      mapping: ['phone', null],
      consent,
    });
    expect(job).toMatchObject({ failed: 1, counts: { created: 2, consented: 2 } });
    expect(await problemsOf(job.id)).toContain('Signed: 2999-01-01 has not come yet.');
    const ledger = await kit.admin(
      `select address, kind, source, proof, to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD') as day
       from consent_records where address = any($1::text[])`,
      [[dated, undated, ahead]],
    );
    const said = { kind: 'express_written', source: 'paper', proof: consent.proof.reference };
    expect(ledger).toHaveLength(2);
    expect(ledger).toEqual(
      expect.arrayContaining([
        { address: dated, ...said, day: '2026-03-15' },
        { address: undated, ...said, day: '2026-01-05' },
      ]),
    );
  });

  it('withdraws whoever has opted out, grants nothing by a no, and tells how many', async () => {
    const [out, inside, skipped, further] = [number(), number(), number(), number()];
    await ask('POST', '/v1/contacts', { phone: skipped, first_name: 'There' });
    const file = `Phone,First Name,Opted Out,Other Phones\n${out},Ana,yes,${further}\n${inside},Ben,no,\n${skipped},Cleo,x,\n,Dan,yes,\n`;
    const consent = { channel: 'sms', wording: 'Signed at the open house' };
    const job = await bring(file, { consent, dedupe: { by: 'phone', mode: 'skip' } });
    expect(job).toMatchObject({
      failed: 1,
      counts: { created: 2, skipped: 1, opted_out: 3, consented: 1 },
    });
    expect(await problemsOf(job.id)).toContain('has no number of theirs');
    const ledger = await kit.admin(
      'select address, action, source from consent_records where address = any($1) order by address',
      [[out, inside, skipped, further]],
    );
    expect(ledger).toEqual(
      [
        { address: out, action: 'withdraw', source: 'import' },
        { address: inside, action: 'grant', source: 'import' },
        { address: skipped, action: 'withdraw', source: 'import' },
        { address: further, action: 'withdraw', source: 'import' },
      ].sort((one, other) => (one.address < other.address ? -1 : 1)),
    );
    expect((await bring(`Phone,Opted Out\n${out},yes\n`)).counts).toEqual({ unchanged: 1 });
    expect((await bring(`Phone,Opted Out\n${out},no\n`)).counts).toEqual({ unchanged: 1 });
    expect(await kit.admin('select withdrawn from suppressions where address = $1', [out])).toEqual([
      { withdrawn: true },
    ]);
  });

  it('brings further numbers and addresses, each to one person', async () => {
    const [first, second, third, theirs] = [number(), number(), number(), number()];
    await ask('POST', '/v1/contacts', {
      first_name: 'Other',
      addresses: [{ kind: 'phone', address: theirs }],
    });
    const header = 'First Name,Phone,Other Phones,Other Emails';
    const rows = `Ana,${first},${second}; ${first},A@x.example; ${tag}@x.example\nBen,${number()},${theirs},\nCleo,${number()},${second},\n`;
    const job = await bring(`${header}\n${rows}`);
    expect(job).toMatchObject({ counts: { created: 1 }, failed: 2 });
    expect((await people())[0]!['addresses']).toMatchObject([
      { kind: 'phone', address: second },
      { kind: 'email', address: 'a@x.example' },
      { kind: 'email', address: `${tag}@x.example` },
    ]);
    const again = `${header}\nAna,${first},${second},\nAna,${first},${third},a@x.example\n`;
    expect((await bring(again)).counts).toEqual({ unchanged: 1, updated: 1 });
    expect((await people())[0]!['addresses']).toMatchObject([
      { address: second },
      { address: 'a@x.example' },
      { address: `${tag}@x.example` },
      { address: third },
    ]);
  });

  it('opts people in for managers only', async () => {
    const { body } = await upload(`Phone\n${number()}\n`);
    const settings = { mapping: ['phone'], consent: { channel: 'sms', wording: 'x' } };
    const answer = await ask('POST', `/v1/imports/${body.job.id}/start`, settings, 'agent');
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
  });

  it('is previewed without writing', async () => {
    const phone = number();
    const made = await ask('POST', '/v1/contacts', { phone, first_name: 'Old' });
    const { body } = await upload(`Phone,First Name\n${phone},New\n${number()},Ana\n12,Ben\n`);
    const { items } = (await ask('POST', `/v1/imports/${body.job.id}/preview`, { mapping: proposed(body) }))
      .body;
    expect(items).toMatchObject([
      { line: 2, outcome: 'updated', contact_id: made.body.id, values: { first_name: 'New' } },
      { line: 3, outcome: 'created', contact_id: null },
      { line: 4, outcome: 'refused', problem: expect.stringContaining('Phone: "12"') },
    ]);
    expect((await ask('GET', `/v1/contacts/${made.body.id}`)).body.first_name).toBe('Old');
    expect((await ask('GET', `/v1/jobs/${body.job.id}`)).body.state).toBe('waiting');
  });

  it.each([
    [{ mapping: ['phone'] }, 'mapping'],
    [{ mapping: ['phone', 'shoe_size'] }, 'mapping'],
    [{ mapping: ['phone', 'phone'] }, 'mapping'],
    [{ mapping: [null, null] }, 'mapping'],
    [{ mapping: ['phone', null], defaults: { shoe_size: '1' } }, 'defaults'],
    [{ mapping: ['phone', null], dedupe: { by: 'fields.crm', mode: 'update' } }, 'dedupe.by'],
    [{ mapping: ['first_name', null], consent: { channel: 'sms', wording: 'x' } }, 'consent'],
  ])('is not started with settings that cannot be meant: %j', async (settings, field) => {
    const { body } = await upload('Phone,Phone\n1,2\n');
    const answer = await ask('POST', `/v1/imports/${body.job.id}/start`, settings);
    expect(answer.body).toMatchObject({ code: 'invalid_request', field });
  });

  it('is started once', async () => {
    const { body } = await upload('Name\nAna\n');
    const start = () => ask('POST', `/v1/imports/${body.job.id}/start`, { mapping: ['name'] });
    expect((await start()).status).toBe(202);
    expect((await start()).body.code).toBe('job_not_startable');
    await runner.look();
  });

  it('goes on at the last piece that was written when its process is lost', async () => {
    const count = 2_500;
    const file = ['Phone,First Name'];
    for (let index = 0; index < count; index += 1)
      file.push(`+1415555${String(index).padStart(4, '0')},Person ${index}`);
    const { body } = await upload(`${file.join('\n')}\n`);
    await ask('POST', `/v1/imports/${body.job.id}/start`, { mapping: ['phone', 'first_name'], tags: [tag] });
    let pieces = 0;
    const dying = createRunner(
      { database, log: pino({ level: 'silent' }) },
      {
        import: {
          open: (...given) => {
            const run = importWork(stageKeeper).open(...given);
            return {
              async piece(tx, job) {
                const step = await run.piece(tx, job);
                if ((pieces += 1) === 2) throw new Error('killed');
                return step;
              },
            };
          },
        },
      },
    );
    await dying.look();
    expect((await ask('GET', `/v1/jobs/${body.job.id}`)).body).toMatchObject({
      state: 'running',
      done: 1_000,
    });
    now += 7_000;
    await runner.look();
    const job = (await ask('GET', `/v1/jobs/${body.job.id}`)).body;
    expect(job).toMatchObject({
      state: 'done',
      total: count,
      done: count,
      failed: 0,
      counts: { created: count },
    });
    const [made] = await kit.admin(
      `select count(*)::int as count from events where data->>'job_id' = $1 and type = 'contact.created'`,
      [body.job.id],
    );
    expect(made.count).toBe(count);
  });
});
