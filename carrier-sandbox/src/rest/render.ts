/** Records in Twilio's shapes: every key of the OpenAPI document and none besides. */
import { iso, rfc2822 } from '../dates.ts';
import { errorMessage } from '../errors.ts';
import { nationalFormat } from '../numbers.ts';
import { isTollFree } from '../segments.ts';
import type { Account, Call, Media, Message, OwnedNumber, Service } from '../records.ts';
import { accountPath, API_VERSION } from './context.ts';

export function renderMessage(message: Message) {
  const path = `${accountPath(message.accountSid)}/Messages/${message.sid}`;
  return {
    account_sid: message.accountSid,
    api_version: API_VERSION,
    body: message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: message.sentAt === null ? null : rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: errorMessage(message.errorCode),
    from: message.from,
    messaging_service_sid: message.serviceSid,
    num_media: String(message.media.length),
    num_segments: String(message.segments),
    price: message.price,
    price_unit: message.price === null ? null : 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: {
      media: `${path}/Media.json`,
      ...(message.provideFeedback && { feedback: `${path}/Feedback.json` }),
    },
    to: message.to,
    uri: `${path}.json`,
  };
}

/** Prices come long after a call; here they never do. */
export function renderCall(call: Call, numberSid: string | null) {
  const path = `${accountPath(call.accountSid)}/Calls/${call.sid}`;
  const parts = {
    events: 'Events',
    notifications: 'Notifications',
    payments: 'Payments',
    recordings: 'Recordings',
    siprec: 'Siprec',
    streams: 'Streams',
    transcriptions: 'Transcriptions',
    user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
    user_defined_messages: 'UserDefinedMessages',
  };
  return {
    account_sid: call.accountSid,
    answered_by: call.answeredBy,
    api_version: API_VERSION,
    caller_name: null,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.updatedAt),
    direction: call.direction,
    duration: call.endedAt === null ? null : String(call.duration),
    end_time: call.endedAt === null ? null : rfc2822(call.endedAt),
    forwarded_from: null,
    from: call.from,
    from_formatted: nationalFormat(call.from),
    group_sid: null,
    parent_call_sid: call.parentSid,
    phone_number_sid: numberSid,
    price: null,
    price_unit: 'USD',
    queue_time: '0',
    sid: call.sid,
    start_time: call.startedAt === null ? null : rfc2822(call.startedAt),
    status: call.status,
    subresource_uris: Object.fromEntries(
      Object.entries(parts).map(([key, part]) => [key, `${path}/${part}.json`]),
    ),
    to: call.to,
    to_formatted: nationalFormat(call.to),
    trunk_sid: null,
    uri: `${path}.json`,
  };
}

export function renderMedia(message: Message, media: Media) {
  return {
    sid: media.sid,
    account_sid: message.accountSid,
    parent_sid: message.sid,
    content_type: media.contentType,
    date_created: rfc2822(media.createdAt),
    date_updated: rfc2822(media.createdAt),
    uri: `${accountPath(message.accountSid)}/Messages/${message.sid}/Media/${media.sid}.json`,
  };
}

export function renderNumber(number: OwnedNumber) {
  return {
    sid: number.sid,
    account_sid: number.accountSid,
    friendly_name: number.friendlyName,
    phone_number: number.phoneNumber,
    voice_url: number.voiceUrl,
    voice_method: number.voiceMethod,
    voice_fallback_url: number.voiceFallbackUrl,
    voice_fallback_method: number.voiceFallbackMethod,
    voice_caller_id_lookup: number.voiceCallerIdLookup,
    voice_receive_mode: number.voiceReceiveMode,
    voice_application_sid: number.voiceApplicationSid,
    date_created: rfc2822(number.createdAt),
    date_updated: rfc2822(number.updatedAt),
    sms_url: number.smsUrl,
    sms_method: number.smsMethod,
    sms_fallback_url: number.smsFallbackUrl,
    sms_fallback_method: number.smsFallbackMethod,
    sms_application_sid: number.smsApplicationSid,
    address_requirements: 'none',
    beta: false,
    capabilities: { ...number.capabilities },
    status_callback: number.statusCallback,
    status_callback_method: number.statusCallbackMethod,
    api_version: API_VERSION,
    origin: 'twilio',
    trunk_sid: number.trunkSid,
    identity_sid: number.identitySid,
    address_sid: number.addressSid,
    emergency_status: number.emergencyStatus,
    emergency_address_sid: number.emergencyAddressSid,
    emergency_address_status: 'unregistered',
    bundle_sid: number.bundleSid,
    status: 'in-use',
    type: isTollFree(number.phoneNumber) ? 'tollfree' : 'local',
    uri: `${accountPath(number.accountSid)}/IncomingPhoneNumbers/${number.sid}.json`,
  };
}

export function renderService(service: Service, base: string) {
  const url = `${base}/v1/Services/${service.sid}`;
  return {
    sid: service.sid,
    account_sid: service.accountSid,
    friendly_name: service.friendlyName,
    date_created: iso(service.createdAt),
    date_updated: iso(service.updatedAt),
    inbound_request_url: service.inboundRequestUrl,
    inbound_method: service.inboundMethod,
    fallback_url: service.fallbackUrl,
    fallback_method: service.fallbackMethod,
    status_callback: service.statusCallback,
    sticky_sender: service.stickySender,
    mms_converter: service.mmsConverter,
    smart_encoding: service.smartEncoding,
    scan_message_content: service.scanMessageContent,
    fallback_to_long_code: service.fallbackToLongCode,
    area_code_geomatch: service.areaCodeGeomatch,
    synchronous_validation: service.synchronousValidation,
    validity_period: service.validityPeriod,
    url,
    links: {
      phone_numbers: `${url}/PhoneNumbers`,
      short_codes: `${url}/ShortCodes`,
      alpha_senders: `${url}/AlphaSenders`,
      messages: `${url}/Messages`,
      us_app_to_person: `${url}/Compliance/Usa2p`,
      us_app_to_person_usecases: `${url}/Compliance/Usa2p/Usecases`,
      channel_senders: `${url}/ChannelSenders`,
      destination_alpha_senders: `${url}/DestinationAlphaSenders`,
    },
    usecase: service.usecase,
    us_app_to_person_registered: false,
    use_inbound_webhook_on_number: service.useInboundWebhookOnNumber,
  };
}

export function renderPoolNumber(service: Service, number: OwnedNumber, addedAt: number, base: string) {
  const { capabilities } = number;
  return {
    sid: number.sid,
    account_sid: number.accountSid,
    service_sid: service.sid,
    date_created: iso(addedAt),
    date_updated: iso(addedAt),
    phone_number: number.phoneNumber,
    country_code: 'US',
    capabilities: [
      ...(capabilities.mms ? ['MMS'] : []),
      ...(capabilities.sms ? ['SMS'] : []),
      ...(capabilities.voice ? ['Voice'] : []),
    ],
    url: `${base}/v1/Services/${service.sid}/PhoneNumbers/${number.sid}`,
  };
}

const ACCOUNT_PARTS = {
  addresses: 'Addresses',
  applications: 'Applications',
  authorized_connect_apps: 'AuthorizedConnectApps',
  available_phone_numbers: 'AvailablePhoneNumbers',
  balance: 'Balance',
  calls: 'Calls',
  conferences: 'Conferences',
  connect_apps: 'ConnectApps',
  incoming_phone_numbers: 'IncomingPhoneNumbers',
  keys: 'Keys',
  messages: 'Messages',
  notifications: 'Notifications',
  outgoing_caller_ids: 'OutgoingCallerIds',
  queues: 'Queues',
  recordings: 'Recordings',
  short_codes: 'SMS/ShortCodes',
  signing_keys: 'SigningKeys',
  sip: 'SIP',
  transcriptions: 'Transcriptions',
  usage: 'Usage',
};

export function renderAccount(account: Account) {
  const path = accountPath(account.sid);
  return {
    auth_token: account.authToken,
    date_created: rfc2822(account.createdAt),
    date_updated: rfc2822(account.createdAt),
    friendly_name: account.friendlyName,
    owner_account_sid: account.sid,
    sid: account.sid,
    status: 'active',
    subresource_uris: Object.fromEntries(
      Object.entries(ACCOUNT_PARTS).map(([key, part]) => [key, `${path}/${part}.json`]),
    ),
    type: 'Full',
    uri: `${path}.json`,
  };
}
