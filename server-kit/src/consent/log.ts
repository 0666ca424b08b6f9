/** The ledger for whoever has to show it: an audit, a person's own request, a court. */
import type { ConsentRecord } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { recordColumns } from './queries.ts';

export interface ConsentLogFilter {
  /** Written down from this moment on, and before that one. RFC 3339. */
  from?: string;
  until?: string;
  /** Records of the addresses that this contact has now. */
  contactId?: string;
  address?: string;
  /** Rows held in memory at a time. Default 1,000. */
  batch?: number;
}

/** The records of a tenant, oldest first, a batch at a time: a million rows never stand in memory. */
export async function* readConsentLog(
  tx: Tx,
  { from, until, contactId, address, batch = 1_000 }: ConsentLogFilter = {},
): AsyncGenerator<ConsentRecord[]> {
  const { sql, tenant } = tx;
  let after: { at: string; id: string } | undefined;
  for (;;) {
    const rows = await sql<(ConsentRecord & { place: string })[]>`
      select ${recordColumns(tx)}, r.recorded_at::text as place from consent_records r
      where r.tenant_id = ${tenant}
        and (${after === undefined} or (r.recorded_at, r.record_id)
          > (${after?.at ?? null}::text::timestamptz, ${after?.id ?? null}::uuid))
        and (${from === undefined} or r.recorded_at >= ${from ?? null}::timestamptz)
        and (${until === undefined} or r.recorded_at < ${until ?? null}::timestamptz)
        and (${address === undefined} or r.address = ${address ?? null})
        and (${contactId === undefined} or r.address = any(array(
          select phone from contacts where tenant_id = ${tenant} and contact_id = ${contactId ?? null}
          union select email_key from contacts where tenant_id = ${tenant} and contact_id = ${contactId ?? null}
          union select address from contact_addresses where tenant_id = ${tenant} and contact_id = ${contactId ?? null})))
      order by r.recorded_at, r.record_id limit ${batch}`;
    const last = rows.at(-1);
    if (!last) return;
    after = { at: last.place, id: last.id };
    yield rows.map(({ place: _, ...row }) => row);
    if (rows.length < batch) return;
  }
}

const COLUMNS = [
  'recorded_at',
  'at',
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
  'expires_at',
  'id',
] as const;

/**
 * One table as RFC 4180 has it. A cell that a spreadsheet would take for a formula begins with an apostrophe, telephone
 * numbers among them: they begin with "+" (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export function consentCsv(records: readonly ConsentRecord[]): string {
  const rows = records.map(
    ({ proof, member, ...record }): Record<(typeof COLUMNS)[number], string | null> => ({
      ...record,
      proof: proof?.reference ?? null,
      proof_description: proof?.description ?? null,
      member: member?.name ?? null,
    }),
  );
  return [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('');
}

function cell(value: string | null): string {
  if (value === null) return '';
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
