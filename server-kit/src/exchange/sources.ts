/** What can be exported: for each subject its columns and its rows, by key. */
import { CONSENT_COLUMNS, readConsentLog } from '../consent/index.ts';
import { CONTACT_ROWS, toContact, type ContactRow } from '../contacts/rows.ts';
import type { Contact, ExportSubject } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { joinList } from '../csv.ts';

export interface BatchQuery {
  /** Only of these contacts; null: of everybody. */
  ids: string[] | null;
  from: string | null;
  to: string | null;
  after: string | null;
  /** Only events that this `pg_snapshot` sees. */
  snapshot: string;
  limit: number;
}

type ExportRow = Record<string, unknown>;

interface Source {
  columns(tx: Tx): Promise<string[]>;
  /** `last`: the key to go on after; null when these were the last. */
  batch(tx: Tx, query: BatchQuery): Promise<{ rows: ExportRow[]; last: string | null }>;
  cell(row: ExportRow, column: string): string;
}

const CONTACT_COLUMNS = [
  'id',
  'first_name',
  'middle_name',
  'last_name',
  'phone',
  'email',
  'further_phones',
  'further_emails',
  'birthday',
  'tags',
  'lead_type',
  'lead_score',
  'stage',
  'source',
  'owner_id',
  'street',
  'city',
  'postal_code',
  'state',
  'country',
  'time_zone',
  'do_not_call',
  'messenger_id',
  'whatsapp_id',
  'sms_consent',
  'created_at',
  'updated_at',
];
/** Keys of tenants' own fields that become columns. */
const MOST_FIELDS = 300;

const contacts: Source = {
  async columns({ sql, tenant }) {
    const rows = await sql<{ key: string }[]>`
      select key from (
        select distinct jsonb_object_keys(fields) as key from contacts where tenant_id = ${tenant} and fields <> '{}'
      ) as used order by key collate "C" limit ${MOST_FIELDS}`;
    return [...CONTACT_COLUMNS, ...rows.map(({ key }) => `fields.${key}`)];
  },
  // a piece of the target is a batch
  async batch({ sql, tenant }, { ids, from, to }) {
    const rows = await sql<ContactRow[]>`
      with page as (select * from contacts where tenant_id = ${tenant} and contact_id = any(${ids ?? []}::uuid[])
        and merged_into is null ${between(sql, 'created_at', { from, to })})
      ${sql.unsafe(CONTACT_ROWS)}`;
    return { rows: rows.map(toContact).reverse() as unknown as ExportRow[], last: null };
  },
  cell(row, column) {
    const contact = row as unknown as Contact;
    const further = (kind: 'phone' | 'email') =>
      joinList(contact.addresses.filter((one) => one.kind === kind).map(({ address }) => address));
    if (column === 'further_phones') return further('phone');
    if (column === 'further_emails') return further('email');
    if (column === 'sms_consent') return contact.consent[0]?.state ?? '';
    return column.startsWith('fields.')
      ? plain(contact.fields[column.slice('fields.'.length)])
      : plain(row[column]);
  },
};

const messages: Source = {
  columns: () =>
    Promise.resolve([
      'id',
      'conversation_id',
      'contact_id',
      'channel',
      'direction',
      'status',
      'from',
      'to',
      'body',
      'segments',
      'purpose',
      'origin',
      'author_id',
      'author_name',
      'error_code',
      'error_reason',
      'created_at',
      'sent_at',
      'delivered_at',
      'read_at',
    ]),
  async batch({ sql, tenant }, { ids, from, to, after, limit }) {
    const rows = await sql<ExportRow[]>`
      select message_id as id, conversation_id, contact_id, channel, direction, status, from_address as from,
        to_address as to, body, segments, purpose, origin, author_id, author_name, error_code, error_reason, created_at,
        sent_at, delivered_at, read_at
      from messages where tenant_id = ${tenant}
        ${after === null ? sql`` : sql`and message_id > ${after}`} ${between(sql, 'created_at', { from, to })}
        ${
          ids === null
            ? sql``
            : sql`and conversation_id in (select conversation_id from conversations
          where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[]))`
        }
      order by message_id limit ${limit}`;
    return paged(rows, limit, (row) => String(row['id']));
  },
  cell: (row, column) => plain(row[column]),
};

const consent: Source = {
  columns: () => Promise.resolve([...CONSENT_COLUMNS]),
  batch: readConsentLog,
  cell: (row, column) => plain(row[column]),
};

/** The log itself, but for what is one member's own. `calls`: whatever has been recorded about calls; there is no voice domain yet that says more. */
const eventsOf = (prefix: string): Source => ({
  columns: () =>
    Promise.resolve([
      'id',
      'type',
      'contact_id',
      'conversation_id',
      'message_id',
      'actor',
      'data',
      'occurred_at',
    ]),
  async batch({ sql, tenant }, { ids, from, to, after, snapshot, limit }) {
    const [tx = '0', position = '0'] = (after ?? '').split('.').filter(Boolean);
    const rows = await sql<ExportRow[]>`
      select event_id as id, type, contact_id, conversation_id, message_id, actor, data, occurred_at,
        tx::text || '.' || position::text as place
      from events where tenant_id = ${tenant} and only_for is null and (tx, position) > (${tx}::xid8, ${position}::bigint)
        and tx < pg_snapshot_xmax(${snapshot}::pg_snapshot) and pg_visible_in_snapshot(tx, ${snapshot}::pg_snapshot)
        ${between(sql, 'occurred_at', { from, to })}
        ${prefix === '' ? sql`` : sql`and type like ${`${prefix}%`}`}
        ${ids === null ? sql`` : sql`and contact_id = any(${ids}::uuid[])`}
      order by events.tx, events.position limit ${limit}`;
    const { last } = paged(rows, limit, (row) => String(row['place']));
    return { rows: rows.map(({ place: _, ...row }) => row), last };
  },
  cell: (row, column) => plain(row[column]),
});

export const SOURCES: Record<ExportSubject, Source> = {
  contacts,
  messages,
  calls: eventsOf('call.'),
  consent,
  audit: eventsOf(''),
};

function paged(rows: readonly ExportRow[], limit: number, key: (row: ExportRow) => string) {
  return { rows: [...rows], last: rows.length < limit ? null : key(rows.at(-1)!) };
}

/** The beginning belongs to it, the end does not. */
function between(
  sql: Tx['sql'],
  column: 'created_at' | 'occurred_at',
  { from, to }: { from: string | null; to: string | null },
) {
  return sql`
    ${from === null ? sql`` : sql`and ${sql(column)} >= ${from}::timestamptz`}
    ${to === null ? sql`` : sql`and ${sql(column)} < ${to}::timestamptz`}`;
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return joinList(value.map(String));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
