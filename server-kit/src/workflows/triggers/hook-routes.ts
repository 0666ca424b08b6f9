/** `POST /hooks/{tenant}/{token}`: without a session; the token in the address is the right to call. Nothing of a payload is logged. */
import { Hono, type Context } from 'hono';
import type { Stages } from '../../contacts/stages.ts';
import type { KitContext } from '../../context.ts';
import { retryCollisions } from '../../db/retry.ts';
import { ProblemError } from '../../errors.ts';
import { cleanJson } from '../../http/clean.ts';
import { problemResponse } from '../../http/problems.ts';
import { takeCall, type Call } from './hooks.ts';

const LARGEST = 64 * 1024;

export function hookRoutes(context: KitContext, stages: Stages): Hono {
  const { database } = context;
  const app = new Hono();

  app.post('/:tenant/:token', async (c) => {
    const { tenant, token } = c.req.param();
    const call = await readCall(c);
    const result = await retryCollisions(() =>
      database.transaction(tenant, (tx) => takeCall(tx, context, token, call, stages)),
    );
    return result instanceof ProblemError ? problemResponse(result) : c.json({ result }, 200);
  });

  return app;
}

/** Throws `payload_too_large`, `invalid_request`. */
async function readCall(c: Context): Promise<Call> {
  const body = Number(c.req.header('content-length') ?? 0) > LARGEST ? null : await c.req.text();
  if (body === null || Buffer.byteLength(body) > LARGEST)
    throw new ProblemError('payload_too_large', 'A webhook may hold at most 64 KiB.');
  const type = c.req.header('content-type') ?? '';
  const payload = type.includes('application/x-www-form-urlencoded')
    ? Object.fromEntries(new URLSearchParams(body))
    : parse(body);
  if (typeof payload !== 'object' || payload === null)
    throw new ProblemError('invalid_request', 'The body has to be a JSON object or a form.');
  return { body, payload: cleanJson(payload), headers: c.req.raw.headers };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
