/** Records as the control API and the feed show them: snake_case, ISO dates with milliseconds, no credentials. */
import type { Carrier, RequestEntry } from './carrier.ts';
import { errorMessage } from './errors.ts';
import type { Fault } from './faults.ts';
import { contentPath } from './rest/media-content.ts';
import { nationalFormat, placeOf } from './numbers.ts';
import { DEFAULT_ANSWERING } from './phones.ts';
import type { Call, DebuggerEntry, Message, OwnedNumber, Phone } from './records.ts';
import type { WebhookRecord } from './webhooks/sender.ts';

const when = (ms: number): string => new Date(ms).toISOString();

export function messageView(carrier: Carrier, message: Message) {
  return {
    sid: message.sid,
    seq: message.seq,
    account_sid: message.accountSid,
    messaging_service_sid: message.serviceSid,
    from: message.from,
    to: message.to,
    body: message.body,
    direction: message.direction,
    status: message.status,
    error_code: message.errorCode,
    error_message: errorMessage(message.errorCode),
    num_segments: message.segments,
    media: message.media.map((media) => ({
      sid: media.sid,
      content_type: media.contentType,
      url: contentPath(message, media),
    })),
    status_callback: message.statusCallback,
    date_created: when(message.createdAt),
    date_updated: when(message.updatedAt),
    date_sent: message.sentAt === null ? null : when(message.sentAt),
    send_at: message.sendAt === null ? null : when(message.sendAt),
    on_phone: onPhone(message),
    base_url: carrier.baseUrl(),
  };
}

/** Whether the person holding the phone sees it: what they wrote, and what reached them. */
export const onPhone = (message: Message): boolean =>
  message.direction === 'inbound' || message.status === 'delivered';

/** The last of what a phone shows, one line per business number. */
export function phoneView(carrier: Carrier, phone: Phone) {
  const threads = new Map<string, Message>();
  for (const message of carrier.store.messages.party(phone.number)) {
    const other = message.direction === 'inbound' ? message.to : message.from;
    if (other !== null && other !== phone.number && onPhone(message)) threads.set(other, message);
  }
  const newest = [...threads].sort((a, b) => b[1].seq - a[1].seq);
  return {
    number: phone.number,
    formatted: nationalFormat(phone.number),
    name: phone.name,
    delivery: { mode: phone.delivery.mode, error_code: phone.delivery.errorCode },
    answering: {
      mode: (phone.answering ?? DEFAULT_ANSWERING).mode,
      answered_by: phone.answering?.answeredBy ?? null,
    },
    place: placeOf(phone.number),
    date_created: when(phone.createdAt),
    threads: newest.map(([number, message]) => ({
      number,
      formatted: nationalFormat(number),
      last: messageView(carrier, message),
    })),
  };
}

/** Both ends as a phone sees them: who has it in hand, and who is at the other one. */
export function callView(carrier: Carrier, call: Call) {
  const outbound = call.direction !== 'inbound';
  const other = outbound ? call.from : call.to;
  return {
    sid: call.sid,
    seq: call.seq,
    account_sid: call.accountSid,
    parent_sid: call.parentSid,
    from: call.from,
    to: call.to,
    phone: outbound ? call.to : call.from,
    with: other,
    with_formatted: carrier.store.numberOf(other)?.friendlyName ?? nationalFormat(other),
    direction: call.direction,
    status: call.status,
    answered_by: call.answeredBy,
    duration: call.duration,
    heard: call.heard,
    date_created: when(call.createdAt),
    date_started: call.startedAt === null ? null : when(call.startedAt),
    date_ended: call.endedAt === null ? null : when(call.endedAt),
  };
}

export function numberView(carrier: Carrier, number: OwnedNumber) {
  return {
    sid: number.sid,
    account_sid: number.accountSid,
    phone_number: number.phoneNumber,
    formatted: nationalFormat(number.phoneNumber),
    friendly_name: number.friendlyName,
    sms_url: number.smsUrl,
    voice_url: number.voiceUrl,
    messaging_service_sid: carrier.store.serviceOf(number.sid)?.sid ?? null,
    mps: number.mps ?? carrier.settings.mps,
    opt_out_handling: number.optOutHandling,
  };
}

export const webhookView = (record: WebhookRecord) => ({ ...record, at: when(record.at) });

export const debuggerView = (entry: DebuggerEntry) => ({
  id: entry.id,
  at: when(entry.at),
  account_sid: entry.accountSid,
  level: entry.level,
  error_code: entry.code,
  message: entry.message,
  url: entry.url,
  resource_sid: entry.resourceSid,
  more_info: entry.code === null ? null : `https://www.twilio.com/docs/errors/${entry.code}`,
});

export const faultView = (fault: Fault) => ({
  id: fault.id,
  kind: fault.kind,
  ms: fault.ms,
  count: fault.count,
  rate: fault.rate,
  account_sid: fault.accountSid,
  method: fault.method,
  path: fault.path,
  date_created: when(fault.createdAt),
});

/** The form of a request, with a list where a name came more than once. */
export function requestView(entry: RequestEntry) {
  const params: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(entry.body || entry.query)) {
    const before = params[name];
    params[name] = before === undefined ? value : [before, value].flat();
  }
  return {
    id: entry.id,
    at: when(entry.at),
    method: entry.method,
    path: entry.path,
    query: entry.query,
    account_sid: entry.accountSid,
    params,
    status: entry.status,
    faults: entry.faults,
    duration_ms: entry.durationMs,
  };
}
