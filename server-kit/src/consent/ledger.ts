/**
 * The consent ledger and the block that follows from it.
 *
 * `recordConsent` is the only writer of `consent_records` and `suppressions`, whoever asks: a keyword, an agent, the
 * carrier's 21610. Its promise is the strictest of the kit: **once a withdrawal has committed, no carrier call to that
 * address starts.** The drain holds a shared lock from the check until its calls have started (`messaging/drain.ts`);
 * a change of consent takes the same lock exclusively, so it commits either before the check or after the start.
 */
import type { Channel, MemberRef } from '../contract/index.ts';
import type { Sql, Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';

export interface ConsentChange {
  channel: Channel;
  /** E.164 for texts. */
  address: string;
  action: 'grant' | 'withdraw';
  source: 'keyword' | 'free_text' | 'carrier' | 'member' | 'api' | 'form' | 'import';
  /** What the person wrote, or what the agent noted. */
  wording?: string | null;
  messageId?: string | null;
  contactId?: string | null;
  conversationId?: string | null;
  member?: MemberRef | null;
}

/** The advisory lock that consent changes take alone and drains take together. One number a tenant. */
export function lockKey(sql: Sql, tenant: string) {
  return sql`hashtextextended('patchbay:consent:' || current_schema() || ':' || ${tenant}, 0)`;
}

/** Waits until no carrier call is between its check and its start. Released by commit or rollback. */
export function lockConsent(tx: Tx) {
  return tx.sql`select pg_advisory_xact_lock(${lockKey(tx.sql, tx.tenant)})`;
}

/**
 * Appends changes to the ledger and brings the suppressions in line. The caller holds `lockConsent`. A second
 * withdrawal is recorded too; it changes nothing about the block. Returns queries for the caller's pipeline.
 */
export function recordConsent(tx: Tx, changes: ConsentChange[]) {
  const { sql, tenant } = tx;
  const rows = sql.json(
    changes.map((change) => ({
      id: newId(),
      channel: change.channel,
      address: change.address,
      action: change.action,
      source: change.source,
      wording: change.wording ?? null,
      message_id: change.messageId ?? null,
      member: (change.member ?? null) as never,
    })),
  );
  const columns = sql`(id uuid, channel text, address text, action text, source text, wording text, message_id uuid,
    member jsonb)`;
  return [
    sql`insert into consent_records (tenant_id, record_id, channel, address, action, source, wording, message_id, member)
      select ${tenant}, id, channel, address, action, source, wording, message_id, member
      from jsonb_to_recordset(${rows}) as c ${columns}`,
    sql`insert into suppressions (tenant_id, channel, address, source)
      select distinct on (channel, address) ${tenant}, channel, address, source
      from jsonb_to_recordset(${rows}) as c ${columns} where action = 'withdraw'
      on conflict (tenant_id, channel, address) do nothing`,
    sql`delete from suppressions s using jsonb_to_recordset(${rows}) as c ${columns}
      where s.tenant_id = ${tenant} and s.channel = c.channel and s.address = c.address and c.action = 'grant'`,
    record(
      tx,
      changes.map((change) => ({
        type: change.action === 'grant' ? ('consent.granted' as const) : ('consent.withdrawn' as const),
        contactId: change.contactId ?? null,
        conversationId: change.conversationId ?? null,
        actor: change.member ?? null,
        data: { channel: change.channel, source: change.source, wording: change.wording ?? null },
      })),
    ),
  ] as const;
}
