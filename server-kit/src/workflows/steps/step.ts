/**
 * What a kind of step does. The engine hands over everybody who stands at the same step of the same version at once; the step
 * answers with one outcome each, in the same order. It reads set-wise and writes nothing itself: what it wants done goes
 * through `effects`, which the engine writes in bulk in the transaction that also records that the step happened. So a step
 * happens once or not at all, whatever is killed when.
 *
 * Nothing here may call another system: HTTP requests, webhooks and messages are rows (outboxes) that leave after the commit.
 */
import type { SendWindow } from '../../consent/index.ts';
import type { Filter } from '../../contract/index.ts';
import type { Definition, EndReason, SkipReason, StepBase, StepKind } from '../../contract/workflow/index.ts';
import type { Tx } from '../../db/client.ts';
import type { NoRoute, Route } from '../../messaging/send-many.ts';
import type { Effects } from '../engine/effects.ts';
import type { Waiting } from '../engine/waiting.ts';

/** A contact as steps and templates see it: the row's columns that matter, with tags and own fields. */
export interface RunContact {
  id: string;
  first_name: string | null;
  last_name: string | null;
  name: string | null;
  phone: string | null;
  email: string | null;
  lead_type: string | null;
  stage: string | null;
  lead_score: number | null;
  owner_id: string | null;
  messenger_id: string | null;
  birth_month: number | null;
  birth_day: number | null;
  birth_year: number | null;
  last_birthday_sent_year: number | null;
  do_not_call: boolean;
  dnd: string[];
  tags: string[];
  fields: Record<string, unknown>;
  city: string | null;
  state: string | null;
  postal_code: string | null;
  country: string | null;
  /** IANA; the contact's own, derived, or the tenant's. */
  zone: string;
  created_at: string;
}

/** One enrollment that stands at the step. */
export interface Run {
  enrollmentId: string;
  workflowId: string;
  contact: RunContact;
  /** What the trigger brought and earlier steps found. */
  variables: Record<string, unknown>;
  /** What set the run off. */
  source: Record<string, unknown>;
  /** The number that this step's row in `step_runs` will have. */
  ordinal: number;
  /** Earlier tries at this step that failed for the moment. */
  attempt: number;
  startedAt: Date;
  /** What it waited for when it was last here; null: it comes fresh. */
  waited: Waiting | null;
  /** The event that woke it before its time. */
  wokenBy?: { id: string; type: string; data: Record<string, unknown> } | undefined;
}

export interface StepBatch<S extends StepBase = StepBase> {
  step: S;
  definition: Definition;
  runs: Run[];
  /** For set-wise reading. Writing is for `effects`. */
  tx: Tx;
  effects: Effects;
  /** The engine's clock, the same for the whole batch. */
  now: Date;
  tenantZone: string;
  /** The clock that counts for a run, by the workflow's settings. `instead_of`: what was asked for and is no zone. */
  zoneOf(run: Run): { zone: string; instead_of?: string };
  /** For each contact the first of the filters that is true of them, by its place; who is in none is left out. Set-wise. */
  choose(filters: Filter[], runs: Run[]): Promise<Map<string, number>>;
  /** The first event of a type that the log has of each contact since the run began to wait. */
  heard(type: string, runs: Run[]): Promise<Map<string, NonNullable<Run['wokenBy']>>>;
  /** What the host has connected. Left out: nothing. */
  services?: StepServices | undefined;
}

/** What is known of the way to somebody by text: there is none, or whether marketing may take it. */
export type Way = { not: NoRoute } | Pick<Route, 'marketable'>;

/** What some kinds need and not every host has. */
export interface StepServices {
  /** In a simulation: stands for what templates would look up. */
  simulated?: { tenant: { name: string }; way: Way } | undefined;
  messenger?: boolean | undefined;
  calls?: CallPlacer | undefined;
}

export interface CallWish {
  enrollmentId: string;
  contactId: string;
  ordinal: number;
  purpose: 'marketing' | 'conversation';
  /** The hours in which it may be placed; null: at any. */
  window: SendWindow | null;
  /** A call begins with the member's phone; a voicemail is left by a machine. */
  what:
    | { kind: 'call'; member: string | null; whisper: string | null }
    | { kind: 'voicemail'; assetId: string; ifAnswered: 'hang_up' | 'play' };
}

/** The one thing that workflows know of telephony: rows in its outbox, written in the transaction of the step. */
export interface CallPlacer {
  /** One answer each, in their order: its call, or why there is none. */
  place(tx: Tx, calls: CallWish[]): Promise<({ callId: string } | { skip: SkipReason } | { fail: string })[]>;
}

export type Outcome =
  /** Went well: on to `to`, by default to `next`. `detail` is kept in the trace. */
  | { done: true; to?: string | undefined; detail?: Record<string, unknown> }
  /** Passed over, and goes on. */
  | { skip: SkipReason; detail?: Record<string, unknown>; to?: string | undefined }
  /** Not yet: comes back to the same step at `waiting.until`, or when an event of `wakesOn` comes for the contact. */
  | { wait: Waiting; wakesOn?: string | undefined }
  /** Failed for the moment: again after 5, 30 and 120 minutes, then `failed`. */
  | { retry: string }
  /** Failed for good: recorded as such for whoever looks at failures, and goes on. */
  | { fail: string; to?: string | undefined; detail?: Record<string, unknown> }
  /** The whole enrollment ends here. */
  | { end: EndReason };

export interface StepRunner<S extends StepBase = StepBase> {
  kind: StepKind<S>;
  run(batch: StepBatch<S>): Outcome[] | Promise<Outcome[]>;
}

export function defineStep<S extends StepBase>(kind: StepKind<S>, run: StepRunner<S>['run']): StepRunner<S> {
  return { kind, run };
}
