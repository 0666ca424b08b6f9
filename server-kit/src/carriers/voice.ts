/** What the kit asks of whoever carries its calls. A carrier that has none of it moves messages alone. */
import type { Rejection, SendOutcome, WebhookRequest } from './carrier.ts';

/** One try to have the carrier ring a phone. */
export interface OutboundCall {
  accountSid: string;
  from: string;
  to: string;
  /** Asked what to do once somebody, or something, has picked up. Names our call. */
  answerUrl: string;
  /** Told how it goes on. Names our call. */
  statusUrl: string;
  /**
   * What picks up is looked at before `answerUrl` is asked: `person` says at once whether it is one, `end_of_greeting` waits
   * until a machine has finished speaking.
   */
  detect: 'person' | 'end_of_greeting';
  /** Seconds that it may ring. */
  ringFor: number;
}

/** How a leg of a call ended. */
export type CallResult = 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled';

/** What picked up. `machine`: its greeting may still be playing; `beep`: it has ended. */
export type AnsweredBy = 'human' | 'machine' | 'beep' | 'fax' | 'unknown';

/** What a carrier says of a call, in a webhook or when it is asked. Null: nothing new. */
export interface CallNews {
  status: 'placed' | 'ringing' | 'in_progress' | 'ended' | null;
  /** Once it has ended. */
  result: CallResult | null;
  seconds: number | null;
  answeredBy: AnsweredBy | null;
}

/** Any webhook of a call. */
export interface CallWebhook extends CallNews {
  accountSid: string;
  sid: string;
  from: string;
  to: string;
  /** How the leg ended that we had it dial. */
  leg: { result: CallResult; seconds: number | null } | null;
}

/** A call as the carrier remembers it, for reconciling. */
export interface CallRecord extends CallNews {
  sid: string;
  createdAt: Date;
}

/** What the carrier is to do next in a call. */
export type CallStep =
  | { say: string }
  | { play: string }
  | { dial: { to: string; from: string; ringFor: number; doneUrl: string } }
  | { ask: string }
  | { hangUp: true };

export interface VoiceCarrier {
  /** Calls that may be started in a second over one account. */
  readonly callsPerSecond: number;
  /** Content types that `play` takes. */
  readonly plays: ReadonlySet<string>;
  /** Starts the carrier call before it returns its promise. Never rejects: what is lost is `unknown`. */
  placeCall(call: OutboundCall): Promise<SendOutcome>;
  /** The carrier's own record of calls of this pair since `since`, newest first. Rejects when it cannot be asked. */
  findCalls(query: { accountSid: string; from: string; to: string; since: Date }): Promise<CallRecord[]>;
  /** Verifies and reads any webhook of a call. `url` is the public one, with its query. */
  readCall(request: WebhookRequest): Promise<CallWebhook | Rejection>;
  /** The steps in the carrier's own language, as the answer to a webhook. */
  script(steps: CallStep[]): { contentType: string; body: string };
  /** Where the carrier sends calls to these numbers; null: nowhere. A number that the account does not have is left out. */
  numberSetup(accountSid: string, numbers: string[]): Promise<{ number: string; url: string | null }[]>;
}
