/** A disk that is really full: a file system of a few megabytes in memory, where this process may mount one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, TEST_URL, type TestKit } from '../testing/kit.ts';
import { begin, pdf, send, sha256, tus } from './testing/sending.ts';

const MIB = 1024 ** 2;

function mounted(): string | null {
  if (process.platform !== 'linux') return null;
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

const folder = mounted();

describe.skipIf(folder === null)('a disk of 8 MB (skipped where nothing may be mounted)', () => {
  let kit: TestKit;
  beforeAll(async () => {
    kit = await getTestKit({ media: { storage: { folder: join(folder!, 'media') }, ffmpeg: false } });
  });
  afterAll(async () => {
    await kit.close();
    execFileSync('umount', [folder!]);
    rmSync(folder!, { recursive: true });
  });

  const fill = () => writeFile(join(folder!, 'other'), Buffer.alloc(4 * MIB));
  const empty = () => rm(join(folder!, 'other'), { force: true });
  async function stored(): Promise<string[]> {
    const all = await readdir(folder!, { recursive: true, withFileTypes: true });
    return all.filter((entry) => entry.isFile() && entry.name !== 'other').map(({ name }) => name);
  }

  it('that an upload fills is said, keeps what it holds, and takes the rest when there is room', async () => {
    await fill();
    const bytes = pdf(6 * MIB, 70);
    const { body } = await begin(kit, { name: 'big.pdf', size: bytes.length, sha256: sha256(bytes) });
    await tus(kit, 'PATCH', body.id, { offset: 0, body: bytes.subarray(0, MIB) });
    const answer = await tus(kit, 'PATCH', body.id, { offset: MIB, body: bytes.subarray(MIB) });
    expect(answer.problem).toMatchObject({ status: 507, code: 'storage_full' });
    expect(answer.problem?.detail).toMatch(/no room.*free some/);
    const { offset } = await tus(kit, 'HEAD', body.id);
    expect(offset).toBeGreaterThanOrEqual(MIB);
    // a disk that is still full is said again, and costs nothing
    const again = await tus(kit, 'PATCH', body.id, { offset: offset!, body: bytes.subarray(offset!) });
    expect(again.problem?.code).toBe('storage_full');
    await empty();
    const { offset: now } = await tus(kit, 'HEAD', body.id);
    expect(now).toBeGreaterThanOrEqual(offset!);
    const rest = await tus(kit, 'PATCH', body.id, { offset: now!, body: bytes.subarray(now!) });
    expect(rest.status).toBe(204);
    const { asset } = (await kit.request('GET', `/v1/media/uploads/${body.id}/state`)).body;
    const file = await kit.kit.fetch(new Request(new URL(asset.file_url, TEST_URL)));
    expect(sha256(Buffer.from(await file.arrayBuffer()))).toBe(sha256(bytes));
    expect(await stored()).toHaveLength(1);
  });

  it('leaves nothing of what is given up, nor of a form', async () => {
    const before = await stored();
    const form = await kit.request('POST', '/v1/media/upload?name=large.pdf', {
      body: pdf(5 * MIB, 71),
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(form).toMatchObject({ status: 507, body: { code: 'storage_full' } });
    expect(await stored()).toEqual(before);
    const { answer, upload } = await send(kit, pdf(5 * MIB, 72));
    expect(answer.problem?.code).toBe('storage_full');
    expect((await tus(kit, 'DELETE', upload.id)).status).toBe(204);
    expect(await stored()).toEqual(before);
    // and small ones still fit
    expect((await send(kit, pdf(100_000, 73))).upload.state).toBe('done');
  });
});
