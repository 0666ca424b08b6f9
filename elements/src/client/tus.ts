import { DetailedError, Upload } from 'tus-js-client';
import type { TokenSource } from './token.ts';
import type { SendBytesOptions } from './types.ts';

/** Bytes a request. Proxies and servers end requests that take minutes; what a cut one has brought is kept. */
const CHUNK = 16 * 1024 * 1024;
/** Until the next attempt, in ms. Counted anew after every byte that arrives. */
const RETRIES = [500, 2_000, 4_000];

export interface ByTus extends SendBytesOptions {
  /** Of an upload that the server knows already: without an endpoint, no refusal can make it begin a second one. */
  url: string;
  bytes: Blob;
  tokens: TokenSource;
}

/**
 * Sends a file by tus (https://tus.io): asks how much has arrived, goes on there, and over short losses of the connection.
 * Rejects with an error that has the answer's `status` and `body`; 0 where there was no answer.
 */
export function sendByTus({ url, bytes, tokens, signal, onProgress }: ByTus): Promise<void> {
  return new Promise((resolve, reject) => {
    let bearer: string | null = null;
    let refused: string | undefined;
    const upload = new Upload(bytes, {
      uploadUrl: url,
      chunkSize: CHUNK,
      retryDelays: RETRIES,
      storeFingerprintForResuming: false,
      onBeforeRequest: async (request) => {
        bearer = await tokens.current(refused);
        if (bearer !== null) request.setHeader('Authorization', `Bearer ${bearer}`);
      },
      onShouldRetry: (error) => isPassing(statusOf(error)),
      onProgress: (sent) => onProgress?.(sent),
      onSuccess: () => resolve(),
      onError: (error) => {
        // one new token for one that has ended; a second refusal is meant
        if (statusOf(error) === 401 && bearer !== null && refused === undefined) {
          refused = bearer;
          upload.start();
        } else reject(Object.assign(error, { status: statusOf(error), body: bodyOf(error) }));
      },
    });
    const stop = () => {
      void upload.abort();
      reject(new DOMException('Stopped.', 'AbortError'));
    };
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    upload.start();
  });
}

const statusOf = (error: Error): number =>
  (error instanceof DetailedError ? error.originalResponse?.getStatus() : undefined) ?? 0;

/** No answer, a busy server, or one that still holds the upload for a connection that is gone. */
const isPassing = (status: number) => status === 0 || status >= 500 || [409, 423, 429].includes(status);

const bodyOf = (error: Error): string =>
  (error instanceof DetailedError ? error.originalResponse?.getBody() : undefined) || '';
