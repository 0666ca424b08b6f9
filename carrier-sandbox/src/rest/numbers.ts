/** /IncomingPhoneNumbers, which an account owns, and /AvailablePhoneNumbers, which it could. */
import type { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';
import { CarrierError } from '../errors.ts';
import { areaPlaces, nationalFormat, placeOf, toE164 } from '../numbers.ts';
import type { OwnedNumber } from '../records.ts';
import { flag, given, isCallableUrl, methodOf, sidParam, textOrNull } from './context.ts';
import type { RestContext, RestEnv } from './context.ts';
import { notFound } from './messages.ts';
import { readPage, slicePage, v2010Page } from './paging.ts';
import { renderNumber } from './render.ts';

const PREFIX = '/2010-04-01/Accounts/:account';

function newNumber(carrier: Carrier, accountSid: string, phoneNumber: string): OwnedNumber {
  const now = carrier.clock.now();
  return {
    sid: carrier.ids.sid('PN'),
    accountSid,
    phoneNumber,
    friendlyName: nationalFormat(phoneNumber),
    smsUrl: null,
    smsMethod: 'POST',
    smsFallbackUrl: null,
    smsFallbackMethod: 'POST',
    voiceUrl: null,
    voiceMethod: 'POST',
    voiceFallbackUrl: null,
    voiceFallbackMethod: 'POST',
    voiceCallerIdLookup: false,
    voiceReceiveMode: 'voice',
    statusCallback: null,
    statusCallbackMethod: 'POST',
    smsApplicationSid: null,
    voiceApplicationSid: null,
    trunkSid: null,
    identitySid: null,
    addressSid: null,
    bundleSid: null,
    emergencyStatus: 'Inactive',
    emergencyAddressSid: null,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    createdAt: now,
    updatedAt: now,
    optOutHandling: 'default',
  };
}

/** Throws 21422 when the number is already somebody's. */
export function buyNumber(carrier: Carrier, accountSid: string, phoneNumber: string): OwnedNumber {
  if (carrier.store.numberOf(phoneNumber)) {
    throw new CarrierError(21422, `${phoneNumber} is not available.`);
  }
  const number = newNumber(carrier, accountSid, phoneNumber);
  carrier.store.put('number', number);
  return number;
}

export function numberRoutes(app: Hono<RestEnv>, carrier: Carrier): void {
  const { store } = carrier;

  function own(c: RestContext): OwnedNumber {
    const number = store.numbers.get(sidParam(c));
    if (number?.accountSid !== c.get('account').sid) throw notFound(c);
    return number;
  }

  app.post(`${PREFIX}/IncomingPhoneNumbers.json`, (c) => {
    const form = c.get('form');
    const draft = newNumber(carrier, c.get('account').sid, wanted(carrier, form));
    applyForm(draft, form);
    if (store.numberOf(draft.phoneNumber))
      throw new CarrierError(21422, `${draft.phoneNumber} is not available.`);
    store.put('number', draft);
    return c.json(renderNumber(draft), 201);
  });

  app.get(`${PREFIX}/IncomingPhoneNumbers.json`, (c) => {
    const query = new URL(c.req.url).searchParams;
    const request = readPage(query);
    const name = query.get('FriendlyName');
    const part = query.get('PhoneNumber');
    const things = [...store.numbers.values()]
      .filter((number) => number.accountSid === c.get('account').sid)
      .filter((number) => !name || number.friendlyName === name)
      .filter((number) => !part || matches(number.phoneNumber, part))
      .reverse();
    const page = slicePage(things, request);
    return c.json(v2010Page(c, 'incoming_phone_numbers', request, page, renderNumber));
  });

  app.get(`${PREFIX}/IncomingPhoneNumbers/:sid`, (c) => c.json(renderNumber(own(c))));

  app.post(`${PREFIX}/IncomingPhoneNumbers/:sid`, (c) => {
    const number = own(c);
    applyForm(number, c.get('form'));
    number.updatedAt = carrier.clock.now();
    store.put('number', number);
    return c.json(renderNumber(number));
  });

  app.delete(`${PREFIX}/IncomingPhoneNumbers/:sid`, (c) => {
    const number = own(c);
    const service = store.serviceOf(number.sid);
    if (service) {
      service.senders = service.senders.filter((sender) => sender.sid !== number.sid);
      store.put('service', service);
    }
    store.drop('number', number.sid);
    return c.body(null, 204);
  });

  app.get(`${PREFIX}/AvailablePhoneNumbers/:country/:kind`, (c) => {
    const kind = sidParam(c, 'kind');
    if (!['Local', 'TollFree', 'Mobile'].includes(kind)) throw notFound(c);
    const query = new URL(c.req.url).searchParams;
    const request = readPage(query, 20);
    const found = available(carrier, c.req.param('country'), kind, query, request.size);
    return c.json(
      v2010Page(c, 'available_phone_numbers', request, { items: found, hasNext: false }, (item: Found) => {
        const { sid: _, ...shown } = item;
        return shown;
      }),
    );
  });
}

function wanted(carrier: Carrier, form: URLSearchParams): string {
  const raw = given(form, 'PhoneNumber');
  const area = given(form, 'AreaCode');
  if (raw !== undefined) {
    const number = toE164(raw);
    if (number === undefined) throw new CarrierError(21421, `PhoneNumber ${raw} is invalid.`);
    return number;
  }
  if (area === undefined) throw new CarrierError(21421, 'PhoneNumber or AreaCode is required.');
  if (!/^[2-9]\d{2}$/.test(area))
    throw new CarrierError(21452, `No phone numbers found in area code ${area}`);
  return freeNumbers(carrier, area, 1)[0]!;
}

function applyForm(number: OwnedNumber, form: URLSearchParams): void {
  for (const name of ['SmsUrl', 'SmsFallbackUrl', 'VoiceUrl', 'VoiceFallbackUrl', 'StatusCallback']) {
    const url = given(form, name);
    if (url !== undefined && !isCallableUrl(url))
      throw new CarrierError(20001, `${name} is not a valid URL: ${url}`);
  }
  number.friendlyName = given(form, 'FriendlyName') ?? number.friendlyName;
  number.smsUrl = textOrNull(form, 'SmsUrl', number.smsUrl);
  number.smsMethod = methodOf(form, 'SmsMethod', number.smsMethod);
  number.smsFallbackUrl = textOrNull(form, 'SmsFallbackUrl', number.smsFallbackUrl);
  number.smsFallbackMethod = methodOf(form, 'SmsFallbackMethod', number.smsFallbackMethod);
  number.voiceUrl = textOrNull(form, 'VoiceUrl', number.voiceUrl);
  number.voiceMethod = methodOf(form, 'VoiceMethod', number.voiceMethod);
  number.voiceFallbackUrl = textOrNull(form, 'VoiceFallbackUrl', number.voiceFallbackUrl);
  number.voiceFallbackMethod = methodOf(form, 'VoiceFallbackMethod', number.voiceFallbackMethod);
  number.voiceCallerIdLookup = flag(form, 'VoiceCallerIdLookup', number.voiceCallerIdLookup);
  if (['voice', 'fax'].includes(form.get('VoiceReceiveMode') ?? ''))
    number.voiceReceiveMode = form.get('VoiceReceiveMode')!;
  number.statusCallback = textOrNull(form, 'StatusCallback', number.statusCallback);
  number.statusCallbackMethod = methodOf(form, 'StatusCallbackMethod', number.statusCallbackMethod);
  number.smsApplicationSid = textOrNull(form, 'SmsApplicationSid', number.smsApplicationSid);
  number.voiceApplicationSid = textOrNull(form, 'VoiceApplicationSid', number.voiceApplicationSid);
  number.trunkSid = textOrNull(form, 'TrunkSid', number.trunkSid);
  number.identitySid = textOrNull(form, 'IdentitySid', number.identitySid);
  number.addressSid = textOrNull(form, 'AddressSid', number.addressSid);
  number.bundleSid = textOrNull(form, 'BundleSid', number.bundleSid);
  number.emergencyAddressSid = textOrNull(form, 'EmergencyAddressSid', number.emergencyAddressSid);
  if (['Active', 'Inactive'].includes(form.get('EmergencyStatus') ?? ''))
    number.emergencyStatus = form.get('EmergencyStatus')!;
}

/** `*` stands for one character; without one the text may be anywhere in the number. */
function matches(number: string, pattern: string): boolean {
  const digits = pattern.replace(/[^\d*+]/g, '');
  return new RegExp(digits.replace(/\+/g, '\\+').replace(/\*/g, '.')).test(number);
}

const TOLL_FREE_CODES = ['833', '844', '855', '866', '877', '888'];

/** Numbers of the kind kept for fiction, 555-0100 to 555-0199, and then any others. */
function freeNumbers(carrier: Carrier, area: string, count: number): string[] {
  const found: string[] = [];
  for (let line = 100; found.length < count && line < 10_000; line++) {
    const number = `+1${area}555${String(line).padStart(4, '0')}`;
    if (!carrier.store.numberOf(number) && !carrier.store.phones.has(number)) found.push(number);
  }
  return found;
}

interface Found {
  sid: string;
}

function available(
  carrier: Carrier,
  country: string,
  kind: string,
  query: URLSearchParams,
  size: number,
): Found[] {
  if (country !== 'US' && country !== 'CA') return [];
  const region = query.get('InRegion')?.toUpperCase();
  const locality = query.get('InLocality')?.toUpperCase();
  const areas =
    kind === 'TollFree'
      ? TOLL_FREE_CODES
      : areaPlaces()
          .filter(({ place }) => !region || place.state === region)
          .filter(({ place }) => !locality || place.city === locality)
          .map(({ areaCode }) => areaCode);
  const asked = query.get('AreaCode');
  const chosen = asked ? [asked].filter((area) => /^[2-9]\d{2}$/.test(area)) : areas;
  const contains = query.get('Contains') ?? '';
  const each = Math.max(1, Math.ceil(size / Math.max(1, chosen.length)));
  return chosen
    .flatMap((area) => freeNumbers(carrier, area, contains ? 100 : each))
    .filter((number) => !contains || matches(number, contains))
    .slice(0, size)
    .map((number) => candidate(number, kind, country));
}

function candidate(number: string, kind: string, country: string): Found {
  const place = kind === 'TollFree' ? undefined : placeOf(number);
  const shown = {
    // The document declares latitude and longitude numbers while its examples have strings; null is both documents' truth.
    friendly_name: nationalFormat(number),
    phone_number: number,
    lata: null,
    locality: place?.city || null,
    rate_center: place?.city || null,
    latitude: null,
    longitude: null,
    region: place?.state || null,
    postal_code: place?.zip || null,
    iso_country: country,
    address_requirements: 'none',
    beta: false,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
  };
  return { sid: number, ...shown };
}
