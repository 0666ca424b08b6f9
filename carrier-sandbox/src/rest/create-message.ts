/**
 * POST /Messages: the checks in the order Twilio makes them, then a message in its first status. This is the path a
 * campaign runs through thousands of times; nothing here looks at more than the records it names.
 */
import type { Carrier } from '../carrier.ts';
import { parseWhen } from '../dates.ts';
import { CarrierError } from '../errors.ts';
import { guessType } from '../media-store.ts';
import { toE164 } from '../numbers.ts';
import type { Account, Message, OwnedNumber, Service } from '../records.ts';
import { countSegments, isTollFree } from '../segments.ts';
import { flag, given, isCallableUrl } from './context.ts';

const MAX_BODY = 1600;
const MAX_MEDIA = 10;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Twilio's own magic numbers of its test credentials. https://www.twilio.com/docs/iam/test-credentials */
const MAGIC_TO: Record<string, number> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550003': 21408,
  '+15005550004': 21610,
  '+15005550009': 21614,
};
const MAGIC_FROM: Record<string, number> = {
  '+15005550001': 21212,
  '+15005550007': 21606,
  '+15005550008': 21611,
};

export function createMessage(carrier: Carrier, account: Account, form: URLSearchParams): Message {
  const to = readTo(form);
  const service = readService(carrier, account, form);
  const from = service && !given(form, 'From') ? null : readFrom(carrier, account, form, service);
  const media = readMedia(form);
  const body = readBody(form, media.length);
  const statusCallback = readCallback(form, service);
  const sendAt = readSchedule(form, service, carrier.clock.now());
  if (from && from.phoneNumber === to) throw new CarrierError(21266);
  refuse(carrier, account, service, from, to);
  if (from && sendAt === null) carrier.lifecycle.checkRoom(from);

  const now = carrier.clock.now();
  const { ids } = carrier;
  const message: Message = {
    seq: carrier.store.nextSeq(),
    sid: ids.sid(media.length ? 'MM' : 'SM'),
    accountSid: account.sid,
    serviceSid: service?.sid ?? null,
    from: from?.phoneNumber ?? null,
    to,
    body,
    direction: 'outbound-api',
    status: sendAt !== null ? 'scheduled' : service ? 'accepted' : 'queued',
    errorCode: null,
    segments: segmentsOf(body, media.length, from),
    media: media.map((url) => ({ sid: ids.sid('ME'), contentType: guessType(url), url, createdAt: now })),
    price: null,
    createdAt: now,
    updatedAt: now,
    sentAt: null,
    sendAt,
    statusCallback,
    validitySeconds: readValidity(form, service),
    provideFeedback: flag(form, 'ProvideFeedback', false),
  };
  carrier.store.put('message', message);
  carrier.lifecycle.begin(message);
  return message;
}

/** Without a sender, which a service has yet to choose, Twilio says 0. */
function segmentsOf(body: string, media: number, from: OwnedNumber | null): number {
  if (!from) return 0;
  return media ? 1 : countSegments(body, isTollFree(from.phoneNumber)).segments;
}

function readTo(form: URLSearchParams): string {
  const raw = given(form, 'To');
  if (raw === undefined) throw new CarrierError(21604);
  const to = toE164(raw);
  if (to === undefined) throw new CarrierError(21211, `Invalid 'To' Phone Number: ${raw}`);
  const magic = MAGIC_TO[to];
  if (magic !== undefined) throw new CarrierError(magic);
  return to;
}

function readService(carrier: Carrier, account: Account, form: URLSearchParams): Service | undefined {
  const sid = given(form, 'MessagingServiceSid');
  if (sid === undefined) {
    if (given(form, 'From') === undefined) throw new CarrierError(21603);
    return undefined;
  }
  const service = carrier.store.services.get(sid);
  if (service?.accountSid !== account.sid) {
    throw new CarrierError(21705, `The Messaging Service Sid ${sid} is invalid.`);
  }
  if (service.senders.length === 0) throw new CarrierError(21704);
  return service;
}

function readFrom(
  carrier: Carrier,
  account: Account,
  form: URLSearchParams,
  service: Service | undefined,
): OwnedNumber {
  const raw = given(form, 'From') ?? '';
  const from = toE164(raw);
  if (from === undefined) throw new CarrierError(21212, `Invalid From Number (caller ID): ${raw}`);
  const magic = MAGIC_FROM[from];
  if (magic !== undefined) throw new CarrierError(magic);
  const number = carrier.store.numberOf(from);
  if (!number) {
    throw new CarrierError(
      21659,
      `'From' ${from} is not a Twilio phone number or Short Code country mismatch`,
    );
  }
  if (number.accountSid !== account.sid) {
    throw new CarrierError(
      21660,
      `Mismatch between the 'From' number ${from} and the account ${account.sid}`,
    );
  }
  if (!number.capabilities.sms) {
    throw new CarrierError(21661, `The 'From' number ${from} is not SMS-capable`);
  }
  if (service && !service.senders.some((sender) => sender.sid === number.sid)) throw new CarrierError(21703);
  return number;
}

function readMedia(form: URLSearchParams): string[] {
  const urls = form.getAll('MediaUrl').filter((url) => url !== '');
  if (urls.length > MAX_MEDIA) throw new CarrierError(21623);
  for (const url of urls) if (!isCallableUrl(url)) throw new CarrierError(21620, `Invalid media URL: ${url}`);
  return urls;
}

function readBody(form: URLSearchParams, media: number): string {
  const body = form.get('Body') ?? '';
  if (body === '' && media === 0 && given(form, 'ContentSid') === undefined) throw new CarrierError(21602);
  if (body.length > MAX_BODY && [...body].length > MAX_BODY) throw new CarrierError(21617);
  return body;
}

function readCallback(form: URLSearchParams, service: Service | undefined): string | null {
  const url = given(form, 'StatusCallback');
  if (url === undefined) return service?.statusCallback ?? null;
  if (!isCallableUrl(url))
    throw new CarrierError(21609, `The 'StatusCallback' URL ${url} is not a valid URL.`);
  return url;
}

function readSchedule(form: URLSearchParams, service: Service | undefined, now: number): number | null {
  const type = given(form, 'ScheduleType');
  const sendAt = given(form, 'SendAt');
  if (type === undefined && sendAt === undefined) return null;
  if (type !== 'fixed') throw new CarrierError(35111, "ScheduleType must be 'fixed' when SendAt is given");
  if (sendAt === undefined) throw new CarrierError(35111);
  if (!service) throw new CarrierError(35118);
  const when = parseWhen(sendAt);
  if (!when) throw new CarrierError(35114, `SendAt is not a date: ${sendAt}`);
  if (when.ms < now + 15 * MINUTE || when.ms > now + 35 * DAY) throw new CarrierError(35114);
  return when.ms;
}

function readValidity(form: URLSearchParams, service: Service | undefined): number {
  const raw = given(form, 'ValidityPeriod');
  if (raw === undefined) return service?.validityPeriod ?? 36_000;
  const seconds = Number(raw);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 36_000) {
    throw new CarrierError(20001, 'ValidityPeriod must be between 1 and 36000');
  }
  return seconds;
}

function refuse(
  carrier: Carrier,
  account: Account,
  service: Service | undefined,
  from: OwnedNumber | null,
  to: string,
): void {
  const blocked = from
    ? carrier.optOuts.blocked(account.sid, from, to)
    : service !== undefined && carrier.optOuts.blockedByService(account.sid, service.sid, to);
  if (blocked) throw new CarrierError(21610);
  const phone = carrier.store.phones.get(to);
  if (phone?.delivery.mode === 'reject') throw new CarrierError(phone.delivery.errorCode ?? 21612);
}
