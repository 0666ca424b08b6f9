/**
 * What the kit asks of whoever moves messages. One implementation per provider (`twilio/`); nothing outside this folder
 * knows a provider's words.
 */

import type { VoiceCarrier } from './voice.ts';

/** One try to hand a message to the carrier. */
export interface OutboundMessage {
  /** Ours; comes back in status callbacks with `attempt`. */
  id: string;
  tenant: string;
  attempt: number;
  accountSid: string;
  from: string;
  to: string;
  body: string;
  mediaUrls: string[];
}

/**
 * What became of a try.
 * - `accepted`: the carrier has it, under `sid`.
 * - `refused`: it has not and will not; `refusal` says what to do.
 * - `unknown`: the answer was lost. It may have it: never send again before `find` has said no.
 */
export type SendOutcome =
  | { kind: 'accepted'; sid: string }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'unknown'; reason: string };

/** A carrier's no, read by `refusals.ts`. */
export interface Refusal {
  /** The carrier's own code, as text. */
  code: string;
  /** For the agent: what happened and what to do. */
  reason: string;
  action: RefusalAction;
}

export type RefusalAction =
  /** Never again by itself; the agent may retry when `retryable`. */
  | { kind: 'give_up'; retryable: boolean }
  /** Again after `seconds` (doubling), at most `times`. */
  | { kind: 'retry'; seconds: number; times: number }
  /** The person has opted out at the carrier: record it and never send. */
  | { kind: 'opt_out' }
  /** The fault lies with the number or account: hold everything it has to send. `seconds` null: until someone acts. */
  | { kind: 'pause_sender'; seconds: number | null };

/** What a status callback says, in our words. */
export interface StatusReport {
  tenant: string;
  messageId: string;
  attempt: number;
  sid: string;
  status: 'sent' | 'delivered' | 'undelivered' | 'failed' | 'read';
  refusal: Refusal | null;
}

export interface InboundMessage {
  accountSid: string;
  sid: string;
  from: string;
  to: string;
  body: string;
  media: { url: string; contentType: string }[];
  /** The carrier has recognised a keyword itself and has answered it (Twilio's Advanced Opt-Out). */
  carrierHandled: 'stop' | 'start' | 'help' | null;
}

/** A message as the carrier remembers it, for reconciling. */
export interface CarrierRecord {
  sid: string;
  body: string;
  createdAt: Date;
}

/** What a carrier takes into a message itself; the rest goes as a link. */
export interface MmsRules {
  /** In one message. */
  files: number;
  /** All files of a message together. */
  bytes: number;
  /** By content type: how large, and whether phones show it (for a film: with which codec). Others are never taken. */
  types: Readonly<Record<string, { bytes: number; shows: boolean | RegExp }>>;
  /** Whether files can go from one address to the other at all. */
  reaches(from: string, to: string): boolean;
  /** Codes of failures that are the files' fault. */
  refusals: ReadonlySet<string>;
  /** Those of them that say that no file whatever gets through. */
  unsupported: ReadonlySet<string>;
}

/** A webhook that was not accepted, and why (for the log; the sender gets a bare 403). */
export interface Rejection {
  rejected: string;
}

export interface Carrier {
  readonly name: string;
  /** The account that senders use unless they name another. */
  readonly defaultAccount: string;
  /** Milliseconds after which `send` surely has settled; the lease is longer. */
  readonly sendTimeout: number;
  readonly mms: MmsRules;
  /** Starts the carrier call before it returns its promise. Never rejects: what is lost is `unknown`. */
  send(message: OutboundMessage, callbackBase: string): Promise<SendOutcome>;
  /** The carrier's own record of messages of this pair since `since`, newest first. Rejects when it cannot be asked. */
  find(query: { accountSid: string; from: string; to: string; since: Date }): Promise<CarrierRecord[]>;
  /** Verifies and reads an inbound webhook. `url` is the public one, with its query. */
  readInbound(request: WebhookRequest): Promise<InboundMessage | Rejection>;
  /** Verifies and reads a status callback; null for a status that tells us nothing new (`queued`, `sending`). */
  readStatus(request: WebhookRequest): Promise<StatusReport | null | Rejection>;
  /** Fetches an attachment of an inbound message. */
  fetchMedia(url: string, accountSid: string): Promise<Response>;
  /** Left out: there are no calls. */
  readonly voice?: VoiceCarrier;
  /** Asks the carrier whether the credentials work, for the doctor. Throws with words that help. */
  check(): Promise<void>;
}

export interface WebhookRequest {
  url: string;
  form: URLSearchParams;
  signature: string | null;
}
