/** Whom a job is about: from what was asked to a list that no longer changes. */
import { and, eq, isNull, sql, type SQL } from 'drizzle-orm';
import { regionOf } from '../contacts/input.ts';
import { matching } from '../contacts/search.ts';
import { contacts } from '../contacts/tables.ts';
import type { JobTarget } from '../contract/index.ts';
import { writeArray } from '../db/arrays.ts';
import type { Tx } from '../db/client.ts';
import { query, runOnce } from '../db/drizzle.ts';
import { notFound } from '../errors.ts';
import { memberOf } from '../filters/compile.ts';
import { guardFilter } from '../filters/guard.ts';
import { readFilter } from '../filters/read.ts';
import { conditionOf } from '../filters/search.ts';

/** Milliseconds for finding them all, in the worker. */
const FIX_TIMEOUT = 120_000;

/** A condition about `contacts`. Throws `not_found`, `invalid_filter`, `invalid_request`. */
export async function conditionFor(tx: Tx, target: JobTarget): Promise<SQL | undefined> {
  if ('ids' in target) return sql`${contacts.contact_id} = any(${writeArray(target.ids)}::uuid[])`;
  if ('segment_id' in target) {
    const [known] = await tx.sql`
      select 1 from segments where tenant_id = ${tx.tenant} and segment_id = ${target.segment_id}`;
    if (!known) throw notFound('segment');
    return memberOf(tx.tenant, target.segment_id);
  }
  const words = target.q?.trim();
  return and(
    target.filter === undefined
      ? undefined
      : await conditionOf(tx, readFilter(target.filter, 'target.filter'), target.time_zone ?? null),
    words ? matching(tx, words, await regionOf(tx)) : undefined,
  );
}

/** What a request may be told at once. Throws what `conditionFor` does, and `filter_too_costly`, `not_found`. */
export async function checkTarget(tx: Tx, target: JobTarget): Promise<void> {
  if ('ids' in target) {
    const [known] = await tx.sql`
      select 1 from contacts where tenant_id = ${tx.tenant} and contact_id = any(${target.ids}::uuid[]) limit 1`;
    if (!known) throw notFound('contact');
  }
  if ('filter' in target && target.filter !== undefined)
    await guardFilter(tx, readFilter(target.filter, 'target.filter'), target.time_zone ?? null);
  else await conditionFor(tx, target);
}

/**
 * Writes down who they are, in pieces by id. Returns how many. A list and not a walk: an action that changes whether
 * somebody is found (a tag that the filter excludes) can then neither skip nor repeat anybody, and the total is known. It costs
 * 16 bytes a contact.
 */
export async function fixTarget(tx: Tx, jobId: string, target: JobTarget, size: number): Promise<number> {
  const where = await conditionFor(tx, target);
  await tx.sql`select set_config('statement_timeout', ${String(FIX_TIMEOUT)}, true)`;
  const found = query
    .select({ contact_id: contacts.contact_id })
    .from(contacts)
    .where(and(eq(contacts.tenant_id, tx.tenant), isNull(contacts.merged_into), where))
    .getSQL();
  const [row] = await runOnce<{ total: number }>(
    tx,
    sql`with found as (${found}), numbered as (
      select contact_id, ((row_number() over (order by contact_id) - 1) / ${size}::integer)::integer as number from found
    ), pieces as (
      insert into bulk_pieces (tenant_id, job_id, number, contact_ids)
      select ${tx.tenant}::text, ${jobId}::uuid, number, array_agg(contact_id order by contact_id) from numbered
      group by number returning cardinality(contact_ids) as held
    ) select coalesce(sum(held), 0)::integer as total from pieces`,
  );
  return row!.total;
}

export async function pieceOf({ sql, tenant }: Tx, jobId: string, number: number): Promise<string[] | null> {
  const [row] = await sql<{ contact_ids: string[] }[]>`
    select contact_ids from bulk_pieces where tenant_id = ${tenant} and job_id = ${jobId} and number = ${number}`;
  return row?.contact_ids ?? null;
}
