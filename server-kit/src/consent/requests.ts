/**
 * Asking somebody, and the answer that counts (double opt-in): YES by text within the time, or the button behind a link.
 * Either makes an `express_written` grant with the words that were shown, as 47 CFR 64.1200(f)(9) with 15 U.S.C. 7006(5)
 * takes an electronic signature. What is asked for says who writes, that some of it is sent by software, and that nothing
 * depends on agreeing.
 */
import type { ConsentRequest, MemberRef } from '../contract/index.ts';
import { present } from '../contacts/rows.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { asFirstMessage } from './first-message.ts';
import { lockConsent, recordConsent } from './ledger.ts';
import { writeLink } from './links.ts';

/** Sends one text to a contact's first number, in the same transaction. Messaging brings it. */
export type Sender = (
  tx: Tx,
  text: { id: string; contactId: string; body: string },
  author: MemberRef,
) => Promise<unknown>;

/** How long somebody is left alone after a question. */
const PAUSE = '24 hours';

const PLAIN = 'about news and offers, some of them sent by software. You need not agree to buy anything.';

export function smsQuestion(business: string, wording: string | undefined): string {
  const said = wording ?? `Reply YES to get texts from ${business} ${PLAIN} Msg & data rates may apply.`;
  const whole = /\byes\b/i.test(said) ? said : `${said} Reply YES to agree.`;
  return asFirstMessage(whole, { name: business }) ?? whole;
}

export function linkWording(business: string, wording: string | undefined): string {
  return (
    wording ??
    `I agree to get texts from ${business} about news and offers, some of them sent by software. I need not agree to ` +
      'buy anything. Message and data rates may apply. I can stop it at any time by replying STOP.'
  );
}

interface Ask {
  contactId: string;
  via: 'sms' | 'link';
  wording: string | undefined;
  seconds: number;
  force: boolean;
  member: MemberRef;
}

/** Throws `not_found`, `contact_merged`, `no_address`, `asked_already` and what sending throws. */
export async function ask(
  context: Pick<KitContext, 'secret' | 'publicUrl' | 'clock'>,
  tx: Tx,
  { contactId, via, wording, seconds, force, member }: Ask,
  send: Sender,
): Promise<ConsentRequest> {
  const { sql, tenant } = tx;
  // a withdrawal closes questions: it is either before this one or sees it
  await lockConsent(tx);
  const [found] = await sql<
    { phone: string | null; merged_into: string | null; business: string; conversation_id: string | null }[]
  >`
    select k.phone, k.merged_into, coalesce(nullif(t.brand ->> 'name', ''), t.name) as business, v.conversation_id
    from contacts k join tenants t on t.tenant_id = k.tenant_id
    left join conversations v on v.tenant_id = k.tenant_id and v.contact_id = k.contact_id and v.channel = 'sms'
    where k.tenant_id = ${tenant} and k.contact_id = ${contactId}`;
  const { phone, business, conversation_id } = present(found);
  if (phone === null) throw new ProblemError('no_address', 'Add a phone number to the contact first.');
  if (!force) {
    const [recent] = await sql`
      select 1 from consent_requests where tenant_id = ${tenant} and channel = 'sms' and address = ${phone}
        and asked_at > moment() - ${PAUSE}::interval limit 1`;
    if (recent) {
      throw new ProblemError(
        'asked_already',
        'This number was asked within the last 24 hours. Wait for the answer, or let a manager ask again.',
      );
    }
  }
  const id = newId();
  const messageId = newId();
  const end = new Date(Math.floor(context.clock().getTime() / 1000 + seconds) * 1000);
  const shown = via === 'sms' ? smsQuestion(business, wording) : linkWording(business, wording);
  const body =
    via === 'sms'
      ? shown
      : `${business}: do you want our texts? Look and confirm: ${writeLink(context, 'confirm', { tenant, id }, end)}\nReply STOP to opt out.`;
  await send(tx, { id: messageId, contactId, body }, member);
  const [, [request]] = await Promise.all([
    sql`update consent_requests set state = 'closed'
      where tenant_id = ${tenant} and channel = 'sms' and address = ${phone} and state = 'open'`,
    sql<ConsentRequest[]>`
      insert into consent_requests (tenant_id, request_id, contact_id, channel, address, via, wording, message_id, member,
        expires_at)
      values (${tenant}, ${id}, ${contactId}, 'sms', ${phone}, ${via}, ${shown}, ${messageId},
        ${sql.json(member as never)}, ${end.toISOString()})
      returning request_id as id, channel, address, via, wording, member, asked_at, expires_at, message_id`,
    record(tx, [
      {
        type: 'consent.requested',
        contactId,
        conversationId: conversation_id,
        actor: member,
        data: { channel: 'sms', via, wording: shown },
      },
    ]),
  ]);
  return request!;
}

export interface OpenQuestion {
  request_id: string;
  address: string;
  wording: string;
}

/** The questions that a YES from one of these numbers would answer. The caller holds `lockConsent`. */
export function questionsTo({ sql, tenant }: Tx, addresses: string[]) {
  return sql<OpenQuestion[]>`
    select request_id, address, wording from consent_requests
    where tenant_id = ${tenant} and channel = 'sms' and via = 'sms' and address = any(${addresses}) and state = 'open'
      and expires_at > moment()`;
}

/** For the caller's pipeline, after the grants that these questions have led to. */
export function markAnswered({ sql, tenant }: Tx, requestIds: string[]) {
  return sql`update consent_requests set state = 'granted'
    where tenant_id = ${tenant} and request_id = any(${requestIds}::uuid[])`;
}

export type LinkState = 'open' | 'granted' | 'closed';
export interface AskedByLink {
  state: LinkState;
  wording: string;
  address: string;
}

/** What a link asks; undefined: nothing (any more). */
export async function questionOf({ sql, tenant }: Tx, requestId: string): Promise<AskedByLink | undefined> {
  const [row] = await sql<AskedByLink[]>`
    select case when state = 'open' and expires_at <= moment() then 'closed' else state end as state, wording, address
    from consent_requests where tenant_id = ${tenant} and request_id = ${requestId} and via = 'link'`;
  return row;
}

/** Somebody has pressed the button. Returns how the question stands then; a second press changes nothing. */
export async function confirmByLink(tx: Tx, requestId: string, ip: string | null): Promise<LinkState> {
  const { sql, tenant } = tx;
  await lockConsent(tx);
  const question = await questionOf(tx, requestId);
  if (question?.state !== 'open') return question?.state ?? 'closed';
  const [who] = await sql<{ contact_id: string; conversation_id: string | null }[]>`
    select q.contact_id, v.conversation_id from consent_requests q left join conversations v
      on v.tenant_id = q.tenant_id and v.contact_id = q.contact_id and v.channel = q.channel
    where q.tenant_id = ${tenant} and q.request_id = ${requestId}`;
  await Promise.all([
    ...recordConsent(tx, [
      {
        channel: 'sms',
        address: question.address,
        action: 'grant',
        kind: 'express_written',
        source: 'form',
        wording: question.wording,
        ip,
        contactId: who!.contact_id,
        conversationId: who!.conversation_id,
      },
    ]),
    markAnswered(tx, [requestId]),
  ]);
  return 'granted';
}
