/** The kit for hosts that speak node:http: Express, Connect, Fastify's raw requests, a bare server. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { ProblemError } from '../errors.ts';
import type { ClientBindings } from './client-address.ts';

export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: unknown,
) => Promise<void>;

interface Bindings {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

const bindingsOf = ({ incoming, outgoing }: Bindings): ClientBindings => ({ incoming, direct: outgoing });

/** What body parsers of hosts leave behind. */
type Parsed = IncomingMessage & { body?: unknown; rawBody?: unknown };

export function nodeHandler(
  fetch: (request: Request, bindings: ClientBindings) => Promise<Response>,
): NodeHandler {
  const listen = getRequestListener((request, env) => fetch(request, bindingsOf(env as Bindings)), {
    overrideGlobalObjects: false,
    autoCleanupIncoming: true,
  });

  return async (request, response) => {
    const problem = restoreBody(request);
    if (!problem) return listen(request, response);
    const body = JSON.stringify(problem);
    response.writeHead(problem.status, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
}

/**
 * A parser that ran before us has emptied the stream. What it understood is written out again (`rawBody` is where the
 * listener looks for bytes that were read already); what it swallowed is a mistake in the set-up.
 */
function restoreBody(request: Parsed): ProblemError | undefined {
  if (!request.readableDidRead || Buffer.isBuffer(request.rawBody)) return undefined;
  const type = request.headers['content-type'] ?? '';
  const text = writeOut(request.body, type);
  if (text === undefined) {
    return new ProblemError(
      'body_already_read',
      'Something in the host read this request before the kit. Mount the kit before body parsers such as express.json().',
    );
  }
  request.rawBody = text;
  return undefined;
}

function writeOut(body: unknown, type: string): Buffer | undefined {
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (typeof body !== 'object' || body === null) return undefined;
  if (/[/+]json\b/i.test(type)) return Buffer.from(JSON.stringify(body));
  if (/x-www-form-urlencoded/i.test(type)) {
    const pairs = Object.entries(body).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((item) => [name, String(item)]),
    );
    return Buffer.from(new URLSearchParams(pairs).toString());
  }
  return undefined;
}
