/**
 * Somebody calls a number of ours. Their call is written down before it is answered, with the contact and the conversation that a
 * first text would have made; then the phone of their own member rings, else the one that the number forwards to, else a
 * sentence is said.
 */
import type { CallStep, CallWebhook } from '../carriers/voice.ts';
import { carrierAddress } from '../contacts/phone.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { anyNumber, introduce, zonesOf } from '../messaging/introduce.ts';
import { RING_FOR_S, type AnswerContext } from './answer.ts';
import { wakeLane } from './lanes.ts';
import { callUrl } from './urls.ts';

/** Asked for after this if no webhook says how it ended. */
const LOOK_AFTER_S = 15;

const UNANSWERED =
  'Thank you for calling {business}. Nobody can take your call right now. Please send us a text.';

/** Null: no account has this number. */
export async function answerInbound(context: AnswerContext, news: CallWebhook): Promise<CallStep[] | null> {
  const { database } = context;
  const route = await routeOf(context, news);
  if (!route) return null;
  const { tenant, senderId } = route;
  const zones = await zonesOf(carrierAddress(news.from) === null ? [] : [news.from]);
  return database.transaction(tenant, async (tx) => {
    const forward = await receive(tx, senderId, news, zones);
    if (forward === null) return [{ say: await unansweredWords(tx) }, { hangUp: true }];
    const { callId, phone } = forward;
    return [
      {
        dial: {
          to: phone,
          from: news.to,
          ringFor: RING_FOR_S,
          doneUrl: callUrl(context.publicUrl, 'dialed', tenant, callId),
        },
      },
    ];
  });
}

/** Whose number it is, and under which id; numbers for calls alone go first. */
export async function routeOf(
  { database }: Pick<AnswerContext, 'database'>,
  { accountSid, to }: Pick<CallWebhook, 'accountSid' | 'to'>,
): Promise<{ tenant: string; senderId: string } | undefined> {
  const [row] = await database.directory(
    (sql) => sql<{ tenant: string; senderId: string }[]>`
      select tenant_id as tenant, sender_id as "senderId" from sender_directory
      where account_sid = ${accountSid} and address = ${to} and channel in ('sms', 'voice')
      order by channel = 'sms' limit 1`,
  );
  return row;
}

/** Writes the call down. Where it is to ring, or null. A webhook that comes again finds what it wrote. */
async function receive(
  tx: Tx,
  senderId: string,
  { accountSid, sid, from, to }: CallWebhook,
  zones: Map<string, string | null>,
): Promise<{ callId: string; phone: string } | null> {
  const { sql, tenant } = tx;
  // a withheld number: nobody whom it could be written down for
  if (carrierAddress(from) === null) return null;
  await Promise.all(introduce(tx, new Map([[from, senderId]]), zones, 'call'));
  const [who] = await sql<
    {
      contact_id: string;
      conversation_id: string | null;
      member_id: string | null;
      phone: string | null;
    }[]
  >`
    select k.contact_id, v.conversation_id, case when m.phone is not null then m.member_id end as member_id,
      coalesce(m.phone, s.forward_to) as phone
    from (${anyNumber(tx)(sql`${from}`)}) k
    join contacts p on p.tenant_id = ${tenant} and p.contact_id = k.contact_id
    left join conversations v on v.tenant_id = ${tenant} and v.contact_id = k.contact_id and v.channel = 'sms'
    left join members m on m.tenant_id = ${tenant} and m.member_id = p.owner_id and m.phone is not null
      and m.phone <> ${from}
    left join senders s on s.tenant_id = ${tenant} and s.sender_id = ${senderId} and s.forward_to <> ${from}`;
  const { contact_id: contactId, conversation_id: conversationId, member_id, phone } = who!;
  const [made] = await sql<{ call_id: string }[]>`
    insert into calls (tenant_id, call_id, contact_id, conversation_id, sender_id, account_sid, direction, kind, status,
      from_address, to_address, member_id, member_phone, carrier_sid, attempt, placed_at, dialed_at, due_at)
    values (${tenant}, ${newId()}, ${contactId}, ${conversationId}, ${senderId}, ${accountSid}, 'inbound', 'call',
      'ringing', ${from}, ${to}, ${member_id}, ${phone}, ${sid}, 1, moment(),
      case when ${phone !== null} then moment() end,
      moment() + make_interval(secs => ${LOOK_AFTER_S + (phone === null ? 0 : RING_FOR_S)}))
    on conflict (tenant_id, carrier_sid) where carrier_sid is not null do nothing
    returning call_id`;
  if (made) {
    await Promise.all([
      record(tx, [
        {
          type: 'call.started',
          contactId,
          conversationId,
          data: { call_id: made.call_id, kind: 'call', direction: 'inbound' },
        },
      ]),
      wakeLane(tx, accountSid),
    ]);
    return phone === null ? null : { callId: made.call_id, phone };
  }
  const [before] = await sql<{ callId: string; phone: string | null }[]>`
    select call_id as "callId", member_phone as phone from calls
    where tenant_id = ${tenant} and carrier_sid = ${sid}`;
  return before && before.phone !== null ? { callId: before.callId, phone: before.phone } : null;
}

/** What a caller hears whose call nobody takes: `settings.unanswered_words`. */
export async function unansweredWords({ sql, tenant }: Tx): Promise<string> {
  const [row] = await sql<{ name: string; words: string | null }[]>`
    select coalesce(nullif(brand ->> 'name', ''), name) as name,
      nullif(btrim(settings ->> 'unanswered_words'), '') as words
    from tenants where tenant_id = ${tenant}`;
  return (row?.words ?? UNANSWERED).replaceAll('{business}', row?.name ?? '');
}
