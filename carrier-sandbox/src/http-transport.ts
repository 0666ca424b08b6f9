/**
 * The carrier's way out to the host's webhooks, over node:http so that connecting and reading can be timed apart:
 * Twilio retries the one by default and not the other.
 */
import http from 'node:http';
import https from 'node:https';
import type { Clock } from './clock.ts';

interface OutgoingRequest {
  method: 'GET' | 'HEAD' | 'POST';
  url: string;
  headers: Record<string, string>;
  body: string;
  connectTimeoutMs: number;
  readTimeoutMs: number;
  totalTimeoutMs: number;
  maxBytes: number;
}

export interface IncomingResponse {
  status: number;
  contentType: string;
  location: string | null;
  body: Uint8Array;
}

/** `ct`: no connection was made; `rt`: connected, but no answer came in time or the line broke. */
export class TransportError extends Error {
  readonly stage: 'ct' | 'rt' | 'size';

  constructor(stage: 'ct' | 'rt' | 'size', message: string) {
    super(message);
    this.stage = stage;
  }
}

export type Transport = (request: OutgoingRequest) => Promise<IncomingResponse>;

export interface HttpTransport {
  send: Transport;
  close(): void;
}

export function createHttpTransport(clock: Clock): HttpTransport {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxFreeSockets: 64 }),
    'https:': new https.Agent({ keepAlive: true, maxFreeSockets: 64 }),
  };

  async function send(request: OutgoingRequest): Promise<IncomingResponse> {
    for (;;) {
      const attempt = { reused: false };
      try {
        return await once(request, attempt);
      } catch (error) {
        // The other side closed an idle connection just as it was taken up again: no request was read, so ask anew.
        const stale =
          attempt.reused && error instanceof TransportError && /ECONNRESET|EPIPE/.test(error.message);
        if (!stale) throw error;
      }
    }
  }

  function once(request: OutgoingRequest, attempt: { reused: boolean }): Promise<IncomingResponse> {
    const url = new URL(request.url);
    const secure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      let connected = false;
      const timers: (() => void)[] = [];
      const done = (): void => {
        for (const cancel of timers) cancel();
      };
      const outgoing = (secure ? https : http).request(url, {
        method: request.method,
        headers: request.headers,
        agent: secure ? agents['https:'] : agents['http:'],
      });
      const fail = (error: TransportError): void => {
        done();
        reject(error);
        outgoing.destroy();
      };
      const connectedNow = (): void => {
        connected = true;
        timers.push(clock.after(request.readTimeoutMs, () => fail(new TransportError('rt', 'read timeout'))));
      };
      timers.push(
        clock.after(request.totalTimeoutMs, () =>
          fail(new TransportError(connected ? 'rt' : 'ct', 'total timeout')),
        ),
      );
      timers.push(
        clock.after(request.connectTimeoutMs, () => {
          if (!connected) fail(new TransportError('ct', 'connect timeout'));
        }),
      );
      outgoing.on('socket', (socket) => {
        if (outgoing.reusedSocket) {
          attempt.reused = true;
          return connectedNow();
        }
        socket.once(secure ? 'secureConnect' : 'connect', connectedNow);
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) =>
        fail(new TransportError(connected ? 'rt' : 'ct', error.code ?? error.message)),
      );
      outgoing.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > request.maxBytes) fail(new TransportError('size', 'the answer is too long'));
          else chunks.push(chunk);
        });
        response.on('error', (error) => fail(new TransportError('rt', error.message)));
        response.on('end', () => {
          done();
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            location: response.headers.location ?? null,
            body: Buffer.concat(chunks),
          });
        });
      });
      outgoing.end(request.body);
    });
  }

  return {
    send,
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}
