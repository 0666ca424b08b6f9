/**
 * The host's virus scanner, asked about each new file before anybody can be sent it. What cannot be checked is not accepted:
 * a scanner that is down must not be a way in.
 */
export interface ScannedFile {
  name: string;
  /** Found by content. */
  contentType: string;
  size: number;
  /** Where it is on this machine, for scanners that take paths; this process's user alone may read it. Null with S3. */
  path: string | null;
  /** May be called again. */
  stream(): Promise<ReadableStream<Uint8Array>>;
  /** Aborted when nobody waits any more. */
  signal: AbortSignal;
}

/** The reason is shown to whoever sent the file. */
export type ScanVerdict = 'clean' | { refused: string };
export type ScanHook = (file: ScannedFile) => Promise<ScanVerdict>;

export type Scanned =
  | { ok: true }
  /** `again`: the file may be right; it could not be checked. */
  | { ok: false; reason: string; again: boolean; cause?: unknown };

/** A gigabyte takes clamd half a minute. */
const TIMEOUT_MS = 5 * 60_000;

const unchecked = (cause: unknown): Scanned => ({
  ok: false,
  reason: 'The file could not be checked for viruses just now. Try again in a few minutes.',
  again: true,
  cause,
});

/** Never throws. Without a hook everything is clean. */
export async function runScan(
  hook: ScanHook | undefined,
  file: Omit<ScannedFile, 'signal'>,
  timeoutMs = TIMEOUT_MS,
): Promise<Scanned> {
  if (!hook) return { ok: true };
  const stop = new AbortController();
  const streams: ReadableStream<Uint8Array>[] = [];
  const stream = async () => {
    const opened = await file.stream();
    streams.push(opened);
    return opened;
  };
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No verdict within ${timeoutMs} ms.`)), timeoutMs);
    });
    // a hook may throw before it returns its promise
    const asked = (async () => hook({ ...file, stream, signal: stop.signal }))();
    const verdict: unknown = await Promise.race([asked, late]);
    if (verdict === 'clean') return { ok: true };
    const refused = (verdict as { refused?: unknown } | null | undefined)?.refused;
    if (typeof refused === 'string') {
      return { ok: false, reason: refused || 'The virus scanner refused this file.', again: false };
    }
    return unchecked(new TypeError('The scan hook answers "clean" or { refused: reason }.'));
  } catch (cause) {
    return unchecked(cause);
  } finally {
    clearTimeout(timer);
    stop.abort();
    // what the hook has left unread keeps its file open
    for (const opened of streams) if (!opened.locked) opened.cancel().catch(() => undefined);
  }
}
