import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../http/describe.ts';
import { getTestKit, TEST_SECRET, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

function patchbay(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; text: string }> {
  const program = fileURLToPath(new URL('./patchbay.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=patchbay-source', program, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += String(part)));
  return new Promise((done) => child.on('close', (code) => done({ code, text })));
}

describe('npx patchbay', () => {
  it('explains itself', async () => {
    expect(await patchbay([])).toMatchObject({ code: 0, text: expect.stringContaining('doctor') });
    expect((await patchbay(['nonsense'])).code).toBe(2);
    expect((await patchbay(['doctor', '--colour', 'red'])).code).toBe(1);
  });

  it('migrates, and says when there is nothing to do', async () => {
    const done = await patchbay(['migrate', '--schema', kit.schema], { DATABASE_URL: kit.url });
    expect(done).toMatchObject({ code: 0, text: expect.stringContaining('Nothing to do') });
  });

  it('prints the whole document into a pipe', async () => {
    const { text } = await patchbay(['openapi']);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(describeApi())));
  });

  it('lets the doctor look, and fails while something is to be mended', async () => {
    const { code, text } = await patchbay(['doctor'], {
      DATABASE_URL: kit.url,
      PATCHBAY_SCHEMA: kit.schema,
      PATCHBAY_PUBLIC_URL: 'http://127.0.0.1:9/crm',
      PATCHBAY_SECRET: TEST_SECRET,
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token',
      TWILIO_BASE_URL: 'http://127.0.0.1:9',
    });
    expect(code).toBe(1);
    expect(text).toMatch(/✓ migrations/);
    expect(text).toMatch(/✗ mount_path .*\n +→ Start the host/);
    expect(text).not.toContain(TEST_SECRET);
  });

  it('says which setting is missing', async () => {
    expect(await patchbay(['doctor'])).toMatchObject({
      code: 1,
      text: expect.stringContaining('TWILIO_ACCOUNT_SID'),
    });
  });
});
