/** Every error becomes `application/problem+json` here, and nowhere else. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Logger } from 'pino';
import { ProblemError, SetupError } from '../errors.ts';
import type { AppEnv } from './env.ts';

/** Seconds after which a client may look whether the database is back. */
const RETRY_AFTER = '2';

export function problemHandler(log: Logger) {
  return (error: Error, c: Context<AppEnv>): Response => {
    const problem = explain(error, c);
    if (problem.code === 'internal' || problem.code === 'unavailable') {
      // never the body, the query or the headers: they hold people's words, numbers and tokens
      log.error(
        {
          requestId: c.var.requestId,
          method: c.req.method,
          route: c.req.routePath,
          code: problem.code,
          err: bare(error),
        },
        problem.code === 'internal' ? 'a request failed unexpectedly' : 'the database could not be reached',
      );
    }
    return problemResponse(problem);
  };
}

export function problemResponse(problem: ProblemError): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  if (problem.status === 503) headers.set('retry-after', RETRY_AFTER);
  if (problem.status === 401) headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

function explain(error: Error, c: Context<AppEnv>): ProblemError {
  if (error instanceof ProblemError) return error;
  if (isUnreachable(error)) return unavailable();
  if (error instanceof SetupError) return new ProblemError('unavailable', error.message);
  if (error instanceof HTTPException && error.status < 500) {
    return new ProblemError(
      'invalid_request',
      error.status === 415
        ? 'Send the body as JSON, with Content-Type: application/json.'
        : 'The body is not valid JSON.',
    );
  }
  return new ProblemError(
    'internal',
    `Something went wrong on our side. It is in the log under ${c.var.requestId ?? 'this time'}.`,
  );
}

export function unavailable(): ProblemError {
  return new ProblemError('unavailable', 'The database cannot be reached at the moment. Try again shortly.');
}

/** By code: of the socket, of postgres.js, and of Postgres itself (57P0x: it is stopping or starting). */
const UNREACHABLE =
  /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EAI_AGAIN|ENOENT|08|57P0|57014|53|40P01|40001)/;

export function isUnreachable(error: unknown): boolean {
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string' && UNREACHABLE.test(code)) return true;
  // Node tries several addresses and throws them together
  return Array.isArray(errors) && errors.length > 0 && errors.every(isUnreachable);
}

/** What of an error may be logged. Postgres puts whole rows into `detail` and parameters into `query`. */
function bare(error: Error): Record<string, unknown> {
  const { code, schema_name, table_name, constraint_name } = error as Error & Record<string, unknown>;
  const isPostgres = error.name === 'PostgresError';
  return {
    type: error.name,
    message: isPostgres ? undefined : error.message,
    code,
    schema_name,
    table_name,
    constraint_name,
    stack: isPostgres
      ? error.stack
          ?.split('\n')
          .filter((line) => line.trimStart().startsWith('at '))
          .join('\n')
      : error.stack,
  };
}
