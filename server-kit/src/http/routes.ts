/** What the routes of every domain share. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ZodError } from 'zod';
import { ProblemError } from '../errors.ts';
import type { Session } from '../tenancy/tokens.ts';
import type { AppEnv } from './env.ts';
import { cleanText } from './clean.ts';

/** An empty group of routes. Its errors are the app's: hooks and handlers throw. */
export function routeGroup(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) => {
      if (!result.success) throw explainInput(result.target, result.error, c);
    },
  });
}

/** Throws `forbidden` for an agent. `doing` completes "Only a manager may …". */
export function requireManager(session: Session, doing: string): void {
  if (session.role !== 'manager') throw new ProblemError('forbidden', `Only a manager may ${doing}.`);
}

/** Query values that Postgres can take. */
export function cleanQuery<T extends Record<string, unknown>>(query: T): T {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      typeof value === 'string' ? cleanText(value) : value,
    ]),
  ) as T;
}

/** The first thing that is wrong with a request, in the words of the field at fault. */
function explainInput(target: string, error: ZodError, c: Context): ProblemError {
  const issue = error.issues[0]!;
  const field = issue.path.join('.');
  if (target === 'param')
    return new ProblemError('not_found', 'There is nothing with this id in this account.');
  if (target === 'query' && (field === 'after' || field === 'before')) {
    return new ProblemError(
      'invalid_cursor',
      'This place is not known. Load the list again from its start.',
      field,
    );
  }
  if (field === 'body' && issue.code === 'too_big' && /\/messages(\/|$)/.test(c.req.path)) {
    return new ProblemError(
      'invalid_text',
      'The text is far longer than the 1600 characters that a carrier takes.',
      field,
    );
  }
  return new ProblemError(
    'invalid_request',
    field === '' ? issue.message : `${field}: ${issue.message}`,
    field || undefined,
  );
}
