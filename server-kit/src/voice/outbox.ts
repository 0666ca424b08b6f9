/**
 * The outbox of calls: whoever wants somebody called writes a `queued` row in the transaction that decided it. Nothing else in the
 * kit leads to a call.
 */
import type { SendWindow } from '../consent/index.ts';
import type { VoiceCarrier } from '../carriers/voice.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../ids.ts';
import { wakeLane } from './lanes.ts';

export interface CallWish {
  enrollmentId: string;
  contactId: string;
  ordinal: number;
  purpose: 'marketing' | 'conversation';
  /** The hours in which it may be placed; null: at any. */
  window: SendWindow | null;
  what:
    | { kind: 'call'; member: string | null; whisper: string | null }
    | { kind: 'voicemail'; assetId: string; ifAnswered: 'hang_up' | 'play' };
}

type Placed = { callId: string } | { skip: 'no_address' | 'no_sender' | 'asset_deleted' } | { fail: string };

interface Way {
  nth: number;
  phone: string | null;
  conversation_id: string | null;
  sender_id: string | null;
  address: string | null;
  account_sid: string | null;
  member_name: string | null;
  member_phone: string | null;
  file_name: string | null;
  content_type: string | null;
}

/** One answer each, in their order. The same step asks for one call, however often it asks. */
export async function queueCalls(
  tx: Tx,
  voice: Pick<VoiceCarrier, 'plays'>,
  wishes: readonly CallWish[],
): Promise<Placed[]> {
  const ways = await waysOf(tx, wishes);
  const answers = wishes.map((wish, nth) => check(wish, ways[nth]!, voice));
  const going = wishes.flatMap((wish, nth) => {
    const answer = answers[nth]!;
    const { conversation_id, sender_id, account_sid, address, phone, member_phone } = ways[nth]!;
    if (!('callId' in answer)) return [];
    const { what } = wish;
    return [
      {
        id: answer.callId,
        contact_id: wish.contactId,
        conversation_id,
        sender_id,
        account_sid,
        kind: what.kind,
        purpose: wish.purpose,
        send_window: wish.window as never,
        from_address: address,
        to_address: phone,
        member_id: what.kind === 'call' ? what.member : null,
        member_phone: what.kind === 'call' ? member_phone : null,
        whisper: what.kind === 'call' ? what.whisper : null,
        asset_id: what.kind === 'voicemail' ? what.assetId : null,
        if_answered: what.kind === 'voicemail' ? what.ifAnswered : null,
        enrollment_id: wish.enrollmentId,
        ordinal: wish.ordinal,
      },
    ];
  });
  if (going.length === 0) return answers;
  const { sql, tenant } = tx;
  const asked = sql`jsonb_to_recordset(${sql.json(going)}) as r (id uuid, contact_id uuid, conversation_id uuid,
    sender_id uuid, account_sid text, kind text, purpose text, from_address text, to_address text, member_id text,
    member_phone text, whisper text, asset_id uuid, if_answered text, enrollment_id uuid, ordinal integer, send_window jsonb)`;
  await sql`
    insert into calls (tenant_id, call_id, contact_id, conversation_id, sender_id, account_sid, direction, kind, status,
      purpose, from_address, to_address, member_id, member_phone, whisper, asset_id, if_answered, enrollment_id, ordinal,
      send_window, due_at)
    select ${tenant}, r.id, r.contact_id, r.conversation_id, r.sender_id, r.account_sid, 'outbound', r.kind, 'queued',
      r.purpose, r.from_address, r.to_address, r.member_id, r.member_phone, r.whisper, r.asset_id, r.if_answered,
      r.enrollment_id, r.ordinal, r.send_window, moment()
    from ${asked}
    on conflict (tenant_id, enrollment_id, ordinal) where enrollment_id is not null do nothing`;
  const rows = await sql<{ asked: string; id: string }[]>`
    select r.id as asked, c.call_id as id from ${asked}
    join calls c on c.tenant_id = ${tenant} and c.enrollment_id = r.enrollment_id and c.ordinal = r.ordinal`;
  const accounts = [...new Set(going.map(({ account_sid }) => account_sid!))].sort();
  for (const account of accounts) await wakeLane(tx, account);
  const ids = new Map(rows.map((row) => [row.asked, row.id]));
  return answers.map((answer) => ('callId' in answer ? { callId: ids.get(answer.callId)! } : answer));
}

function check({ what }: CallWish, way: Way, { plays }: Pick<VoiceCarrier, 'plays'>): Placed {
  if (way.phone === null) return { skip: 'no_address' };
  if (way.address === null) return { skip: 'no_sender' };
  if (what.kind === 'voicemail') {
    if (way.content_type === null) return { skip: 'asset_deleted' };
    return plays.has(way.content_type)
      ? { callId: newId() }
      : {
          fail: `“${way.file_name}” cannot be played on the phone. Upload the recording as MP3 or WAV.`,
        };
  }
  if (what.member === null) {
    return {
      fail: 'This contact has no owner whose phone could ring first. Give them one, or name a member.',
    };
  }
  if (way.member_phone === null) {
    return {
      fail: `${way.member_name ?? 'This member'} has no phone number, so nobody's phone could ring first.`,
    };
  }
  if (way.member_phone === way.phone) {
    return { fail: `The contact's number is ${way.member_name}'s own, who cannot call themselves.` };
  }
  return { callId: newId() };
}

async function waysOf({ sql, tenant }: Tx, wishes: readonly CallWish[]): Promise<Way[]> {
  const rows = wishes.map(({ contactId, what }, nth) => ({
    nth,
    contact_id: contactId,
    member_id: what.kind === 'call' ? what.member : null,
    asset_id: what.kind === 'voicemail' ? what.assetId : null,
  }));
  return sql<Way[]>`
    select w.nth, p.phone, v.conversation_id, s.sender_id, s.address, s.account_sid, m.name as member_name,
      m.phone as member_phone, a.name as file_name, a.content_type
    from jsonb_to_recordset(${sql.json(rows)}) as w (nth integer, contact_id uuid, member_id text, asset_id uuid)
    left join contacts p on p.tenant_id = ${tenant} and p.contact_id = w.contact_id
    left join conversations v on v.tenant_id = ${tenant} and v.contact_id = w.contact_id and v.channel = 'sms'
    left join members m on m.tenant_id = ${tenant} and m.member_id = w.member_id
    left join lateral (
      select a.name, f.content_type from assets a join files f using (tenant_id, file_id)
      where a.tenant_id = ${tenant} and a.asset_id = w.asset_id and a.deleted_at is null limit 1) a on true
    -- the number that they know: a number for calls first, then the one of their conversation; short codes cannot call
    left join lateral (
      select sender_id, address, account_sid from senders
      where tenant_id = ${tenant} and channel in ('voice', 'sms') and address like '+%'
      order by channel <> 'voice', sender_id is distinct from v.sender_id, not is_default, created_at, sender_id
      limit 1) s on true
    order by w.nth`;
}
