/** The ledger for whoever has to show it: an audit, a person's own request, a court. One reading, whatever is made of it. */
import type { Channel, ConsentKind } from '../contract/index.ts';
import { csvLine } from '../csv.ts';
import type { Tx } from '../db/client.ts';

export interface ConsentLogQuery {
  /** Only of the addresses that these contacts have now; null: of everybody. */
  ids: string[] | null;
  /** Written down from this moment on, and before that one, RFC 3339. Null: without an end. */
  from: string | null;
  to: string | null;
  /** Where the page before ended. */
  after: string | null;
  limit: number;
}

export const CONSENT_COLUMNS = [
  'recorded_at',
  'occurred_at',
  'channel',
  'address',
  'action',
  'kind',
  'source',
  'wording',
  'ip',
  'proof',
  'proof_description',
  'member',
  'member_id',
  'message_id',
  'expires_at',
  'id',
] as const;

/** A record, flat. Times as RFC 3339. */
export type ConsentRow = Record<
  Exclude<(typeof CONSENT_COLUMNS)[number], 'channel' | 'kind'>,
  string | null
> & {
  channel: Channel;
  kind: ConsentKind | null;
};

/** The records of a tenant, in the order in which they were written down. `last`: null when these were the last. */
export async function readConsentLog(
  { sql, tenant }: Tx,
  { ids, from, to, after, limit }: ConsentLogQuery,
): Promise<{ rows: ConsentRow[]; last: string | null }> {
  const [at = null, id = null] = after?.split(' ') ?? [];
  const found = await sql<(ConsentRow & { place: string })[]>`
    select r.recorded_at, r.occurred_at, r.channel, r.address, r.action, r.kind, r.source, r.wording, host(r.ip) as ip, r.proof,
      r.proof_note as proof_description, r.member ->> 'name' as member, r.member ->> 'id' as member_id, r.message_id,
      r.expires_at, r.record_id as id,
      to_char(r.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || r.record_id as place
    from consent_records r
    where r.tenant_id = ${tenant}
      ${after === null ? sql`` : sql`and (r.recorded_at, r.record_id) > (${at}::text::timestamptz, ${id}::uuid)`}
      ${from === null ? sql`` : sql`and r.recorded_at >= ${from}::timestamptz`}
      ${to === null ? sql`` : sql`and r.recorded_at < ${to}::timestamptz`}
      ${
        ids === null
          ? sql``
          : sql`and r.address in (
        select phone from contacts where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[])
        union select email_key from contacts where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[])
        union select address from contact_addresses where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[]))`
      }
    order by r.recorded_at, r.record_id limit ${limit}`;
  const last = found.length < limit ? null : found.at(-1)!.place;
  return { rows: found.map(({ place: _, ...row }) => row), last };
}

/** What is written down about one person, as CSV. */
export async function consentCsv(tx: Tx, contactId: string): Promise<string> {
  const lines = [csvLine(CONSENT_COLUMNS)];
  let after: string | null = null;
  do {
    const page = await readConsentLog(tx, { ids: [contactId], from: null, to: null, after, limit: 1_000 });
    for (const row of page.rows) lines.push(csvLine(CONSENT_COLUMNS.map((column) => row[column] ?? '')));
    after = page.last;
  } while (after !== null);
  return lines.join('');
}
