import { describe, expect, it } from 'vitest';
import { runScan, type ScanHook } from './scan.ts';

const bytes = new TextEncoder().encode('what is scanned');
const file = (opened: ReadableStream<Uint8Array>[] = []) => ({
  name: 'a.pdf',
  contentType: 'application/pdf',
  size: bytes.length,
  path: null,
  async stream() {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes);
        controller.close();
      },
    });
    opened.push(stream);
    return stream;
  },
});

describe("the host's scanner", () => {
  it('sees the file and says that it is clean', async () => {
    let seen = '';
    const hook: ScanHook = async ({ name, contentType, size, stream }) => {
      seen = `${name} ${contentType} ${size} ${await new Response(await stream()).text()}`;
      return 'clean';
    };
    expect(await runScan(hook, file())).toEqual({ ok: true });
    expect(seen).toBe('a.pdf application/pdf 15 what is scanned');
  });

  it('refuses with its own reason', async () => {
    const reason = 'This file holds EICAR-Test. Do not send it.';
    expect(await runScan(async () => ({ refused: reason }), file())).toEqual({
      ok: false,
      reason,
      again: false,
    });
  });

  it('is not needed', async () => {
    expect(await runScan(undefined, file())).toEqual({ ok: true });
  });

  const failing: [string, ScanHook][] = [
    [
      'throws at once',
      () => {
        throw new Error('no scanner');
      },
    ],
    ['fails later', () => Promise.reject(new Error('connection refused'))],
    ['never answers', () => new Promise(() => undefined)],
    ['answers nothing', () => Promise.resolve(undefined as never)],
    ['answers something else', () => Promise.resolve(true as never)],
    ['answers something like clean', () => Promise.resolve('CLEAN' as never)],
  ];
  it.each(failing)('lets nothing through when it %s', async (_name, hook) => {
    const found = await runScan(hook, file(), 20);
    expect(found).toMatchObject({ ok: false, again: true, cause: expect.any(Error) });
    expect(found).toHaveProperty('reason', expect.stringMatching(/could not be checked.*Try again/));
  });

  it('is told when nobody waits any more, and what it left unread is closed', async () => {
    const opened: ReadableStream<Uint8Array>[] = [];
    let signal: AbortSignal | undefined;
    const hook: ScanHook = async (scanned) => {
      signal = scanned.signal;
      await scanned.stream();
      return new Promise(() => undefined);
    };
    await runScan(hook, file(opened), 20);
    expect(signal?.aborted).toBe(true);
    expect(await opened[0]!.getReader().read()).toEqual({ done: true, value: undefined });
  });
});
