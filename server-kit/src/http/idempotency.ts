/**
 * `Idempotency-Key`: the same request twice acts once and is answered twice (as Stripe does it, and as
 * draft-ietf-httpapi-idempotency-key-header describes).
 *
 * The answer is saved in the transaction of the effect itself, so a crash leaves both or neither. A refusal had no
 * effect and is not saved: the same key may be tried again when its reason is gone.
 */
import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import type { AppEnv } from './env.ts';

export interface Answer<T, Status extends number> {
  status: Status;
  body: T;
}

/** Runs the work of a POST in a tenant transaction, once for each key. */
export async function once<T, Status extends number>(
  context: KitContext,
  c: Context<AppEnv>,
  work: (tx: Tx) => Promise<Answer<T, Status>>,
): Promise<Answer<T, Status>> {
  const { tenant } = c.var.session;
  const key = c.req.header('idempotency-key');
  if (key === undefined) return context.database.transaction(tenant, work);

  const hash = createHash('sha256')
    .update(`${c.req.method} ${c.req.path}\n${await c.req.text()}`)
    .digest('hex');
  return context.database.transaction(tenant, async (tx) => {
    const saved = await lookUp(tx, key);
    if (saved === 'busy') {
      throw new ProblemError(
        'idempotency_in_progress',
        'The first request with this key is still running. Ask again in a moment.',
      );
    }
    if (saved && saved.request_hash !== hash) {
      throw new ProblemError(
        'idempotency_mismatch',
        'This Idempotency-Key was used for a different request. Make a new key for a new request.',
      );
    }
    if (saved) return { status: saved.status as Status, body: saved.body as T };
    const answer = await work(tx);
    await tx.sql`
      insert into idempotency_keys (tenant_id, key, request_hash, status, body)
      values (${tenant}, ${key}, ${hash}, ${answer.status}, ${tx.sql.json(answer.body ?? null)})`;
    // now and then, by the hash rather than by chance, so that a test can ask for it
    if (hash.startsWith('00')) await forgetOldKeys(tx);
    return answer;
  });
}

interface Saved {
  request_hash: string;
  status: number;
  body: unknown;
}

/** The lock is the running request's: it goes with its transaction, also when its process is killed. */
async function lookUp({ sql, tenant }: Tx, key: string): Promise<Saved | 'busy' | undefined> {
  const [[lock], [saved]] = await Promise.all([
    sql<{ free: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended('patchbay:key:' || current_schema() || ${`:${tenant}:${key}`}, 0)) as free`,
    sql<Saved[]>`
      select request_hash, status, body from idempotency_keys where tenant_id = ${tenant} and key = ${key}`,
  ]);
  return saved ?? (lock!.free ? undefined : 'busy');
}

/** Keys are promised for 24 hours; they are kept for two days. */
export async function forgetOldKeys({ sql, tenant }: Tx): Promise<void> {
  await sql`delete from idempotency_keys where tenant_id = ${tenant} and created_at < moment() - interval '48 hours'`;
}
