import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { definitionSchema } from '../contract/workflow/json-schema.ts';
import { libraryWorkflows } from '../workflows/library/index.ts';

const GOOD =
  'version: 1\nkey: hello\nname: Hello\ntriggers:\n  - on: manual\nsteps:\n  - id: bye\n    kind: end\n';
const LONGER = GOOD.replace('steps:', 'steps:\n  - id: pause\n    kind: wait\n    for: 1 day');
const NEWS =
  'version: 1\nkey: news\nname: News\ntriggers: [{ on: manual }]\nsteps:\n  - { id: say, kind: send_sms, body: "News. Reply STOP to opt out." }\n';
const START = '2026-03-07T15:00:00.000Z';
const BAD = LONGER.replace('1 day', 'soon');

const folder = mkdtempSync(join(tmpdir(), 'patchbay-workflow-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const [name, text] of Object.entries({ good: GOOD, longer: LONGER, bad: BAD, news: NEWS }))
  writeFileSync(join(folder, `${name}.yaml`), text);

/** What a server with workflows answers, as far as the command asks. */
const held = new Map<
  string,
  { id: string; source: string; state: string; version: number; published: { version: number } | null }
>();
const asked: string[] = [];
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url!, 'http://x');
      const [, , , , id, action] = pathname.split('/');
      asked.push(
        `${request.method} ${pathname}${action === undefined && request.headers['if-match'] ? ` if ${request.headers['if-match']}` : ''}`,
      );
      const given = JSON.parse(Buffer.concat(parts).toString() || '{}') as { source?: string };
      const send = (status: number, body: object, version?: number) => {
        response.writeHead(status, {
          'content-type': 'application/json',
          ...(version !== undefined && { etag: `"${version}"` }),
        });
        response.end(JSON.stringify(body));
      };
      if (request.headers.authorization !== 'Bearer secret') return send(401, { detail: 'no' });
      if (request.method === 'GET' && id === undefined)
        return send(200, {
          items: [...held.values()].filter((one) => one.source.includes(`key: ${searchParams.get('key')}\n`)),
        });
      if (request.method === 'POST' && id === undefined) {
        const made = { id: 'w1', source: given.source!, state: 'draft', version: 1, published: null };
        held.set('w1', made);
        return send(201, made, 1);
      }
      const one = held.get(id!)!;
      if (request.method === 'GET') return send(200, one, one.version);
      if (action === 'simulate') {
        const { contact_id, consent = 'as recorded' } = given as Record<string, string>;
        const says = `Skipped: ${consent} of ${contact_id}`;
        const step = { at: START, step: 'hello', outcome: 'skipped', detail: null, says };
        return send(200, {
          steps: [step],
          texts: [],
          state: 'completed',
          end_reason: 'finished',
          ended_at: START,
        });
      }
      if (request.headers['if-match'] !== `"${one.version}"`) return send(412, { detail: 'changed' });
      one.version += 1;
      if (request.method === 'PATCH') one.source = given.source!;
      else Object.assign(one, { state: 'active', published: { version: (one.published?.version ?? 0) + 1 } });
      return send(200, one, one.version);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/crm`;
});
afterAll(() => server.close());
afterEach(() => {
  held.clear();
  asked.length = 0;
});

function workflow(...args: string[]): Promise<{ code: number | null; text: string }> {
  const program = fileURLToPath(new URL('./patchbay.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=patchbay-source', program, 'workflow', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', PATCHBAY_SERVER: url, PATCHBAY_TOKEN: 'secret' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += String(part)));
  return new Promise((done) => child.on('close', (code) => done({ code, text })));
}

describe('npx patchbay workflow', { timeout: 60_000 }, () => {
  it('explains itself', async () => {
    const [alone, help, nonsense, flag] = await Promise.all([
      workflow(),
      workflow('--help'),
      workflow('nonsense'),
      workflow('validate', '--colour'),
    ]);
    expect(alone).toMatchObject({ code: 0, text: expect.stringContaining('deploy') });
    expect(help).toEqual(alone);
    expect(nonsense.code).toBe(2);
    expect(flag).toMatchObject({ code: 1, text: expect.stringContaining('--colour') });
  });

  it('validates files, and names the place of every mistake', async () => {
    expect(await workflow('validate', 'good.yaml')).toEqual({
      code: 0,
      text: '✓ good.yaml: Hello, 1 step\n',
    });
    const { code, text } = await workflow('validate', 'good.yaml', 'bad.yaml');
    expect(code).toBe(1);
    expect(text).toContain(
      'bad.yaml:9:5: error: ‘pause’: `for` is not understood: “soon”. Write it as `10 minutes`, `1 day`, `2 weeks`. [invalid_value]',
    );
    const json = await workflow('validate', 'bad.yaml', '--json');
    expect(JSON.parse(json.text)).toEqual([
      expect.objectContaining({ file: 'bad.yaml', path: 'steps[0].for', line: 9 }),
    ]);
    expect(await workflow('validate', 'nowhere.yaml')).toEqual({
      code: 1,
      text: '✗ nowhere.yaml cannot be read.\n',
    });
  });

  it('compares two files in words', async () => {
    expect(await workflow('diff', 'good.yaml', 'longer.yaml')).toEqual({
      code: 1,
      text: '• Step ‘pause’ is new, at the beginning\n',
    });
    expect(await workflow('diff', 'good.yaml', 'good.yaml')).toEqual({
      code: 0,
      text: 'They mean the same.\n',
    });
    expect((await workflow('diff', 'good.yaml', 'bad.yaml')).text).toMatch(
      /^✗ bad\.yaml has 1 mistake\.\nbad\.yaml:9:5/,
    );
  });

  it('deploys a file as a draft, publishes it, and tells what deploying another would change', async () => {
    expect(await workflow('deploy', 'good.yaml')).toEqual({
      code: 0,
      text: '✓ good.yaml: “Hello” is saved as a draft.\n',
    });
    expect(held.get('w1')).toMatchObject({ source: GOOD, published: null });
    expect(await workflow('diff', 'longer.yaml')).toEqual({
      code: 1,
      text: '• Step ‘pause’ is new, at the beginning\n',
    });
    asked.length = 0;
    expect(await workflow('deploy', 'longer.yaml', '--publish')).toEqual({
      code: 0,
      text: '✓ longer.yaml: “Hello” is published as version 1.\n',
    });
    expect(asked).toEqual([
      'GET /crm/v1/workflows',
      'GET /crm/v1/workflows/w1',
      'PATCH /crm/v1/workflows/w1 if "1"',
      'POST /crm/v1/workflows/w1/publish',
    ]);
    expect(held.get('w1')).toMatchObject({ source: LONGER, published: { version: 1 } });
  });

  it('simulates for somebody who has agreed, who has not, and for one of the server’s as it is recorded', async () => {
    const simulated = (...more: string[]) => workflow('simulate', 'news.yaml', '--start', START, ...more);
    expect((await simulated()).text).toContain('“News. Reply STOP to opt out.”');
    expect((await simulated('--consent', 'none')).text).toContain('Skipped: no consent for marketing texts');
    expect((await simulated('--consent', 'perhaps')).text).toContain(
      '--consent is one of granted, none, opted_out',
    );
    const ana = '0190b6a4-0000-7000-8000-000000000001';
    expect((await simulated('--contact', ana)).text).toContain('Deploy it first');
    await workflow('deploy', 'news.yaml');
    asked.length = 0;
    expect((await simulated('--contact', ana)).text).toBe(
      `${START}  hello              Skipped: as recorded of ${ana}\n${START}  completed: finished\n`,
    );
    expect(asked.at(-1)).toBe('POST /crm/v1/workflows/w1/simulate');
  });

  it('sends nothing while one of the files has mistakes', async () => {
    expect((await workflow('deploy', 'good.yaml', 'bad.yaml')).code).toBe(1);
    expect(asked).toEqual([]);
  });

  it('says what is wrong with the server', async () => {
    expect((await workflow('deploy', 'good.yaml', '--token', 'wrong')).text).toContain(
      'does not accept the token',
    );
    expect((await workflow('deploy', 'good.yaml', '--server', 'http://127.0.0.1:9')).text).toContain(
      'http://127.0.0.1:9/v1 does not answer',
    );
  });

  it('prints the library and the schema whole', async () => {
    const [first] = libraryWorkflows();
    expect((await workflow('library')).text).toContain('five-days-of-joy');
    expect((await workflow('library', 'five-days-of-joy')).text).toBe(first!.source);
    expect(JSON.parse((await workflow('schema')).text)).toEqual(
      JSON.parse(JSON.stringify(definitionSchema())),
    );
  });
});
