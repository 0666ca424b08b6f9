/**
 * The lists that block: a team's own (in `suppressions`, beside what people withdrew themselves) and an agency's over all
 * its clients. Adding keeps the promise of the ledger: once it has committed, no carrier call to the address starts.
 */
import type { Channel, MemberRef, Suppression } from '../contract/index.ts';
import { toE164 } from '../contacts/phone.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import { lockAgency, lockConsent } from './ledger.ts';

export type List = Suppression['list'];

export interface Block {
  list: List;
  channel: Channel;
  /** As they are stored. */
  addresses: string[];
  reason: string | null;
  member: MemberRef | null;
}

/** An agency's list is the agency's: a client has its own. */
export async function checkAgency({ sql, tenant }: Tx): Promise<void> {
  const [account] = await sql<{ parent: string | null }[]>`
    select parent_tenant_id as parent from tenants where tenant_id = ${tenant}`;
  if (!account?.parent) return;
  throw new ProblemError(
    'forbidden',
    'Only the agency may see and change the list of all its accounts.',
    'list',
  );
}

/** As an address of the channel is stored; null: it is none. */
export function readAddress(channel: Channel, typed: string, region: string): string | null {
  if (channel === 'email') {
    const email = typed.trim().toLowerCase();
    return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? email : null;
  }
  if (channel === 'messenger') return typed.trim() || null;
  try {
    return toE164(typed, region);
  } catch {
    return null;
  }
}

/** Puts addresses on a list and returns how many were not on it. Takes the lock itself, as the first of all. */
export async function block(tx: Tx, { list, channel, addresses, reason, member }: Block): Promise<number> {
  const { sql, tenant } = tx;
  const ref = sql.json(member);
  // in one order, so that two who add the same never wait for each other
  const sorted = [...new Set(addresses)].sort();
  if (list === 'agency') {
    await lockAgency(tx);
    const added = await sql`
      insert into agency_suppressions (tenant_id, channel, address, reason, member)
      select ${tenant}, ${channel}, address, ${reason}, nullif(${ref}::jsonb, 'null')
      from unnest(${sorted}::text[]) as a (address)
      on conflict (tenant_id, channel, address) do nothing returning 1`;
    return added.length;
  }
  await lockConsent(tx);
  const added = await sql<{ address: string }[]>`
    insert into suppressions as s (tenant_id, channel, address, source, withdrawn, listed, reason, member)
    select ${tenant}, ${channel}, address, 'list', false, true, ${reason}, nullif(${ref}::jsonb, 'null')
    from unnest(${sorted}::text[]) as a (address)
    on conflict (tenant_id, channel, address)
      do update set listed = true, reason = excluded.reason, member = excluded.member where not s.listed
    returning address`;
  await tell(
    tx,
    'consent.blocked',
    channel,
    added.map((row) => row.address),
    member,
  );
  return added.length;
}

/** Takes an address off a list. Throws `not_found`, and `not_removable` for what the person withdrew themselves. */
export async function unblock(
  tx: Tx,
  { list, channel, address, member }: Omit<Block, 'addresses' | 'reason'> & { address: string },
): Promise<void> {
  const { sql, tenant } = tx;
  const gone = new ProblemError('not_found', 'This address is not on the list.');
  if (list === 'agency') {
    await lockAgency(tx);
    const rows = await sql`
      delete from agency_suppressions
      where tenant_id = ${tenant} and channel = ${channel} and address = ${address} returning 1`;
    if (rows.length === 0) throw gone;
    return;
  }
  await lockConsent(tx);
  const [row] = await sql<{ withdrawn: boolean; listed: boolean }[]>`
    select withdrawn, listed from suppressions
    where tenant_id = ${tenant} and channel = ${channel} and address = ${address}`;
  if (!row) throw gone;
  if (!row.listed) {
    throw new ProblemError(
      'not_removable',
      'This person opted out themselves. It ends when they text START, or when you record a new consent of theirs.',
    );
  }
  const of = sql`tenant_id = ${tenant} and channel = ${channel} and address = ${address}`;
  if (row.withdrawn)
    await sql`update suppressions set listed = false, reason = null, member = null where ${of}`;
  else await sql`delete from suppressions where ${of}`;
  await tell(tx, 'consent.unblocked', channel, [address], member);
}

/** One event for each contact that has one of the addresses: segments and timelines follow from the log alone. */
function tell(
  tx: Tx,
  type: 'consent.blocked' | 'consent.unblocked',
  channel: Channel,
  addresses: string[],
  member: MemberRef | null,
) {
  const { sql, tenant } = tx;
  tx.touch();
  return sql`
    insert into events (tenant_id, event_id, type, contact_id, conversation_id, actor, data)
    select ${tenant}, gen_random_uuid(), ${type}, k.contact_id, v.conversation_id,
      nullif(${sql.json(member)}::jsonb, 'null'), jsonb_build_object('channel', ${channel}::text)
    from unnest(${addresses}::text[]) as a (address)
    cross join lateral (
      select contact_id from contacts
      where tenant_id = ${tenant} and (phone = a.address or email_key = a.address) and merged_into is null
      union
      select contact_id from contact_addresses where tenant_id = ${tenant} and address = a.address) k
    left join conversations v
      on v.tenant_id = ${tenant} and v.contact_id = k.contact_id and v.channel = ${channel}`;
}

interface Page {
  list: List;
  channel: Channel | null;
  q: string | null;
  after: [channel: string, address: string] | null;
  limit: number;
}

/** A page of a list and one row more, in the order of channel and address. For the caller's pipeline. */
export function listed({ sql, tenant }: Tx, { list, channel, q, after, limit }: Page) {
  const part = q === null ? null : `%${q.replace(/[\\%_]/g, String.raw`\$&`)}%`;
  const rows =
    list === 'agency'
      ? sql`select channel, address, false as withdrawn, true as listed, 'list' as source, reason, member, since, tenant_id
          from agency_suppressions`
      : sql`select channel, address, withdrawn, listed, source, reason, member, since, tenant_id from suppressions`;
  return sql<Suppression[]>`
    select ${list}::text as list, channel, address, withdrawn, listed, source, reason, member, since from (${rows}) s
    where tenant_id = ${tenant} and (${channel}::text is null or channel = ${channel})
      and (${part}::text is null or address like ${part})
      and (${after === null} or (channel, address) > (${after?.[0] ?? ''}::text, ${after?.[1] ?? ''}::text))
    order by channel, address limit ${limit + 1}`;
}
