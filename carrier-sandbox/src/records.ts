/**
 * What the carrier remembers. Times are milliseconds since the epoch; the REST layer turns them into Twilio's dates.
 *
 * A *number* is owned by an account (a business number); a *phone* is a person's handset, the simulated end. A
 * message's life: `accepted` (through a service) or `queued` or `scheduled`, then `sending`, `sent`, and last
 * `delivered`, `undelivered`, `failed` or `canceled`. What comes from a phone is `received` from the start.
 */
export interface ApiKey {
  sid: string;
  secret: string;
}

export interface Account {
  sid: string;
  authToken: string;
  friendlyName: string;
  apiKeys: ApiKey[];
  createdAt: number;
}

export type MessageStatus =
  | 'accepted'
  | 'scheduled'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'received'
  | 'canceled';

type MessageDirection = 'inbound' | 'outbound-api' | 'outbound-reply';

export interface Media {
  sid: string;
  contentType: string;
  /** Where the bytes came from; null when they were handed over directly. */
  url: string | null;
  createdAt: number;
}

export interface Message {
  /** The place in the order of creation: lists are newest first by this number. */
  seq: number;
  sid: string;
  accountSid: string;
  serviceSid: string | null;
  from: string | null;
  to: string;
  body: string;
  direction: MessageDirection;
  status: MessageStatus;
  errorCode: number | null;
  segments: number;
  media: Media[];
  price: string | null;
  createdAt: number;
  updatedAt: number;
  sentAt: number | null;
  sendAt: number | null;
  statusCallback: string | null;
  /** The callback of its status has not ended yet: after a restart it is made again. */
  callbackDue?: boolean;
  validitySeconds: number;
  provideFeedback: boolean;
}

/** `default`: STOP blocks and is answered; `advanced`: the same, and the webhook says OptOutType; `off`: nothing. */
type OptOutHandling = 'default' | 'advanced' | 'off';

export interface OwnedNumber {
  sid: string;
  accountSid: string;
  phoneNumber: string;
  friendlyName: string;
  smsUrl: string | null;
  smsMethod: string;
  smsFallbackUrl: string | null;
  smsFallbackMethod: string;
  voiceUrl: string | null;
  voiceMethod: string;
  voiceFallbackUrl: string | null;
  voiceFallbackMethod: string;
  voiceCallerIdLookup: boolean;
  voiceReceiveMode: string;
  statusCallback: string | null;
  statusCallbackMethod: string;
  smsApplicationSid: string | null;
  voiceApplicationSid: string | null;
  trunkSid: string | null;
  identitySid: string | null;
  addressSid: string | null;
  bundleSid: string | null;
  emergencyStatus: string;
  emergencyAddressSid: string | null;
  capabilities: { voice: boolean; sms: boolean; mms: boolean; fax: boolean };
  createdAt: number;
  updatedAt: number;
  /** Segments a second; undefined takes the sandbox's default, 0 means no limit. */
  mps?: number;
  optOutHandling: OptOutHandling;
}

export interface Service {
  sid: string;
  accountSid: string;
  friendlyName: string;
  inboundRequestUrl: string | null;
  inboundMethod: string;
  fallbackUrl: string | null;
  fallbackMethod: string;
  statusCallback: string | null;
  stickySender: boolean;
  mmsConverter: boolean;
  smartEncoding: boolean;
  scanMessageContent: string;
  fallbackToLongCode: boolean;
  areaCodeGeomatch: boolean;
  validityPeriod: number;
  synchronousValidation: boolean;
  usecase: string;
  useInboundWebhookOnNumber: boolean;
  createdAt: number;
  updatedAt: number;
  optOutHandling: OptOutHandling;
  /** Sids of the numbers in the sender pool, with the time each joined. */
  senders: { sid: string; addedAt: number }[];
}

/**
 * What a phone does with a message sent to it. `sent` stops there (a carrier that never confirms), `queued` holds it
 * until the switch changes, `reject` refuses at the API with `errorCode`.
 */
export interface DeliverySwitch {
  mode: 'deliver' | 'undelivered' | 'failed' | 'queued' | 'sent' | 'reject';
  errorCode: number | null;
}

/**
 * What a phone does when it is called: it rings until somebody at the page decides, or does by itself what is said here.
 * `answeredBy` is what answering machine detection will say, whoever picks up; null: the truth.
 */
export interface Answering {
  mode: 'ring' | 'answer' | 'decline' | 'no_answer' | 'voicemail' | 'fail';
  answeredBy: string | null;
}

export type CallStatus =
  'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled';

export interface Call {
  seq: number;
  sid: string;
  parentSid: string | null;
  accountSid: string;
  from: string;
  to: string;
  direction: 'inbound' | 'outbound-api' | 'outbound-dial';
  status: CallStatus;
  answeredBy: string | null;
  createdAt: number;
  updatedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** Seconds. */
  duration: number;
  statusCallback: string | null;
  statusEvents: string[];
  /** Of the next status callback. */
  sequence: number;
  /** What has been said and played on it. */
  heard: { kind: 'say' | 'play' | 'greeting'; text: string }[];
}

export interface Phone {
  number: string;
  name: string;
  delivery: DeliverySwitch;
  /** Left out by sandboxes from before there were calls: it rings. */
  answering?: Answering;
  createdAt: number;
}

/** One refusal: nothing may go from `scope` (a number, or the sid of a service) to `phone`. */
export interface OptOut {
  accountSid: string;
  scope: string;
  phone: string;
  keyword: string;
  at: number;
}

/** What Twilio's debugger would show. `code` is null for a remark of the sandbox's own. */
export interface DebuggerEntry {
  id: string;
  at: number;
  accountSid: string;
  level: 'error' | 'warning';
  code: number | null;
  message: string;
  url: string | null;
  resourceSid: string | null;
}
