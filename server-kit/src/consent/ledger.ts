/**
 * The consent ledger, what it comes to, and the block that follows from it.
 *
 * `recordConsent` is the only writer of `consent_records` and `consents`, whoever asks: a keyword, an agent, the
 * carrier's 21610. Its promise is the strictest of the kit: **once a withdrawal has committed, no carrier call to that
 * address starts.** The drain holds a shared lock from the check until its calls have started (`messaging/drain.ts`);
 * a change of consent takes the same lock exclusively, so it commits either before the check or after the start. An
 * agency's list has a lock of its own, which the drains of all its clients hold too (`docs/decisions/0009-consent-state.md`).
 *
 * What the ledger comes to (`consents`): a withdrawal counts from when it was recorded, a grant from when it was given, so
 * that a form found later never undoes a newer withdrawal. Of the grants since, the strongest that has not ended counts:
 * agreeing to an order's messages takes nothing away from a signed form.
 */
import type { Channel, ConsentKind, MemberRef } from '../contract/index.ts';
import type { Sql, Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';

export interface ConsentChange {
  channel: Channel;
  /** E.164 for texts. */
  address: string;
  action: 'grant' | 'withdraw';
  source: 'keyword' | 'free_text' | 'carrier' | 'member' | 'api' | 'form' | 'import' | 'paper' | 'verbal';
  /** Of a grant; null: nobody said. */
  kind?: ConsentKind | null;
  /** A grant that takes a withdrawal back (START): of the kind that was held before, and no more. */
  restores?: boolean;
  /** What the person wrote or was shown, or what the agent noted. */
  wording?: string | null;
  ip?: string | null;
  proof?: { reference: string; description?: string | null | undefined } | null;
  /** Of a grant: when it was given. Default: now. */
  occurredAt?: string | null;
  /** Of a grant. Default: never. */
  expiresAt?: string | null;
  messageId?: string | null;
  contactId?: string | null;
  conversationId?: string | null;
  member?: MemberRef | null;
  /** Of the job that records many at once. */
  jobId?: string;
}

/** Who has withdrawn. */
export type Withdrawal = Pick<ConsentChange, 'channel' | 'address'>;
type Follower = (tx: Tx, withdrawn: Withdrawal[]) => PromiseLike<readonly unknown[]> & { execute(): unknown };
const followers = new Set<Follower>();

/**
 * What else a withdrawal ends, in its own transaction: other domains bring it, as consent knows none of them, and `kit.ts` says so
 * once a process. It returns a query for the pipeline that `recordConsent` is part of.
 */
export function followWithdrawals(follow: Follower): void {
  followers.add(follow);
}

/** The advisory lock that consent changes take alone and drains take together. One number a tenant. */
export function lockKey(sql: Sql, tenant: string) {
  return sql`hashtextextended('patchbay:consent:' || current_schema() || ':' || ${tenant}, 0)`;
}

/** The same for an agency's list. Another number: a STOP at the agency's own desk must not hold up its clients. */
export function agencyLockKey(sql: Sql, agency: string) {
  return sql`hashtextextended('patchbay:agency:' || current_schema() || ':' || ${agency}, 0)`;
}

/** Waits until no carrier call is between its check and its start. Released by commit or rollback. */
export function lockConsent(tx: Tx) {
  return tx.sql`select pg_advisory_xact_lock(${lockKey(tx.sql, tx.tenant)})`;
}

/** The same over all clients of this tenant. Whoever needs both locks takes this one second. */
export function lockAgency(tx: Tx) {
  return tx.sql`select pg_advisory_xact_lock(${agencyLockKey(tx.sql, tx.tenant)})`;
}

/**
 * Appends changes to the ledger and brings state and suppressions in line. The caller holds `lockConsent`. A second
 * withdrawal is recorded too; it changes nothing about the block. Returns queries for the caller's pipeline.
 */
export function recordConsent(tx: Tx, changes: ConsentChange[]) {
  const { sql, tenant } = tx;
  const rows = sql.json(
    changes.map((change, nth) => ({
      nth,
      id: newId(),
      channel: change.channel,
      address: change.address,
      action: change.action,
      source: change.source,
      kind: change.kind ?? null,
      restores: change.restores ?? false,
      wording: change.wording ?? null,
      ip: change.ip ?? null,
      proof: change.proof?.reference ?? null,
      proof_note: change.proof?.description ?? null,
      given_at: change.occurredAt ?? null,
      expires_at: change.expiresAt ?? null,
      message_id: change.messageId ?? null,
      member: (change.member ?? null) as never,
    })),
  );
  const told = sql`jsonb_to_recordset(${rows}) as c (nth int, id uuid, channel text, address text, action text,
    source text, kind text, restores boolean, wording text, ip inet, proof text, proof_note text, given_at timestamptz,
    expires_at timestamptz, message_id uuid, member jsonb)`;
  const touched = sql`(select distinct channel, address from ${told}) t`;
  const withdrawn = changes.filter(({ action }) => action === 'withdraw');
  return [
    // each record of an address is later than the one before it: clocks and transactions' beginnings are no order
    sql`insert into consent_records (tenant_id, record_id, channel, address, action, source, kind, wording, ip, proof,
        proof_note, message_id, member, expires_at, recorded_at, occurred_at)
      select ${tenant}, c.id, c.channel, c.address, c.action, c.source,
        case when not c.restores then c.kind when held.known then held.kind else 'express' end,
        c.wording, c.ip, c.proof, c.proof_note, c.message_id, c.member,
        case when c.restores then held.expires_at else c.expires_at end, w.at, least(coalesce(c.given_at, w.at), w.at)
      from ${told}
      left join lateral (
        select recorded_at from consent_records r
        where r.tenant_id = ${tenant} and r.channel = c.channel and r.address = c.address
        order by recorded_at desc limit 1) newest on true
      cross join lateral (
        select greatest(moment(), newest.recorded_at + interval '1 microsecond')
          + interval '1 microsecond' * c.nth as at) w
      left join lateral (${heldBefore(tx)}) held on c.restores`,
    derive(tx, touched),
    sql`insert into suppressions as s (tenant_id, channel, address, source)
      select ${tenant}, t.channel, t.address, k.source from ${touched}
      cross join lateral (
        select source from consents where tenant_id = ${tenant} and channel = t.channel and address = t.address
          and state = 'withdrawn' limit 1) k
      on conflict (tenant_id, channel, address) do update set withdrawn = true, source = excluded.source
      where not s.withdrawn`,
    sql`delete from suppressions s using ${touched} where ${lifted(tx)} and not s.listed`,
    sql`update suppressions s set withdrawn = false, source = 'list' from ${touched} where ${lifted(tx)} and s.listed`,
    // whoever withdraws has answered
    sql`update consent_requests q set state = 'closed' from ${told}
      where q.tenant_id = ${tenant} and q.channel = c.channel and q.address = c.address and q.state = 'open'
        and c.action = 'withdraw'`,
    record(
      tx,
      changes.map((change) => ({
        type: change.action === 'grant' ? ('consent.granted' as const) : ('consent.withdrawn' as const),
        contactId: change.contactId ?? null,
        conversationId: change.conversationId ?? null,
        actor: change.member ?? null,
        data: {
          channel: change.channel,
          source: change.source,
          wording: change.wording ?? null,
          ...(change.kind && { kind: change.kind }),
          ...(change.jobId !== undefined && { job_id: change.jobId }),
        },
      })),
    ),
    ...(withdrawn.length > 0 ? [...followers].map((follow) => follow(tx, withdrawn)) : []),
  ] as const;
}

type Fragment = ReturnType<typeof lockKey>;

/** Suppressions `s` of touched addresses `t` whose withdrawal no longer stands. */
function lifted({ sql, tenant }: Tx): Fragment {
  return sql`s.tenant_id = ${tenant} and s.channel = t.channel and s.address = t.address and s.withdrawn
    and exists (select from consents k where k.tenant_id = ${tenant} and k.channel = t.channel
      and k.address = t.address and k.state = 'granted')`;
}

/** What the address of `c` had agreed to when it last withdrew; nothing when it never had. */
function heldBefore({ sql, tenant }: Tx): Fragment {
  const of = sql`r.tenant_id = ${tenant} and r.channel = c.channel and r.address = c.address`;
  return sql`
    select r.kind, r.expires_at, true as known from consent_records r
    where ${of} and r.action = 'grant' and r.occurred_at > coalesce((
      select max(r.recorded_at) from consent_records r where ${of} and r.action = 'withdraw'
        and r.recorded_at < (select max(r.occurred_at) from consent_records r where ${of} and r.action = 'grant')),
      '-infinity')
    order by coalesce(r.expires_at <= moment(), false), consent_strength(r.kind) desc, r.expires_at desc nulls first,
      r.occurred_at desc, r.recorded_at desc limit 1`;
}

/** Brings `consents` in line with the ledger, which an earlier statement has written. */
function derive({ sql, tenant }: Tx, touched: Fragment) {
  const of = sql`r.tenant_id = ${tenant} and r.channel = t.channel and r.address = t.address`;
  return sql`
    insert into consents as k (tenant_id, channel, address, state, kind, source, at, expires_at, record_id)
    select ${tenant}, t.channel, t.address, case r.action when 'grant' then 'granted' else 'withdrawn' end, r.kind,
      r.source, r.occurred_at, r.expires_at, r.record_id
    from ${touched}
    cross join lateral (
      select max(r.recorded_at) as at from consent_records r where ${of} and r.action = 'withdraw') withdrawn
    cross join lateral (
      select * from consent_records r
      where ${of} and case r.action when 'grant' then r.occurred_at > coalesce(withdrawn.at, '-infinity')
        else r.recorded_at = withdrawn.at end
      order by r.action = 'grant' desc, coalesce(r.expires_at <= moment(), false), consent_strength(r.kind) desc,
        r.expires_at desc nulls first, r.occurred_at desc, r.recorded_at desc limit 1) r
    on conflict (tenant_id, channel, address) do update set state = excluded.state, kind = excluded.kind,
      source = excluded.source, at = excluded.at, expires_at = excluded.expires_at, record_id = excluded.record_id,
      first_marketing_id = case when excluded.state = 'granted' then k.first_marketing_id end`;
}
