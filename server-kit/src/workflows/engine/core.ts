/**
 * The machine itself: takes runs through as many steps as they can take now. Pure but for its ports, so that Postgres
 * (`run.ts`) and the simulator walk with the same feet. Vocabulary:
 *
 * - *traveler*: a run that is due, and what has become of it in this look.
 * - *look*: one call of `advance`, at one moment. In Postgres it is one transaction.
 * - *round*: everybody who is still going takes one step. Those who stand at the same step of the same version take it
 *   together.
 */
import type { Filter } from '../../contract/index.ts';
import {
  RETRY_MINUTES,
  WORKFLOW_LIMITS,
  type EndReason,
  type SkipReason,
  type StepKind,
  type StepOutcome,
} from '../../contract/workflow/index.ts';
import { dayAt, firstZone, nextOpening } from '../../contract/workflow/time.ts';
import type { Tx } from '../../db/client.ts';
import type { Outcome, Run, RunContact, StepBatch, StepServices } from '../steps/step.ts';
import type { Compiled } from './compiled.ts';
import type { Gathered } from './gathered.ts';
import type { Waiting } from './waiting.ts';

export interface StepRecord {
  ordinal: number;
  step: string;
  outcome: StepOutcome;
  detail: Record<string, unknown> | null;
}

export interface Traveler {
  run: Run;
  workflow: Compiled;
  /** Where it stands; null: over. */
  step: string | null;
  /** `going`: has more to do now. `waiting`: until `dueAt`, or an event. */
  state: 'going' | 'waiting' | 'ended';
  endReason: EndReason | null;
  waiting: Waiting | null;
  wakesOn: string | null;
  dueAt: Date | null;
  /** What it did in this look. */
  records: StepRecord[];
  /** The goal was asked about, and nothing has changed since. */
  asked: boolean;
  /** The run for which this one tries a step again: it does that step and nothing else. */
  retryOf?: string | null;
}

export interface Block {
  by: 'opted_out' | 'suppressed';
  /** RFC 3339; null: nobody knows. */
  since: string | null;
}

export type SendChannel = NonNullable<StepKind['sends']>;

/** What the machine asks of the world. */
export interface Ports {
  now: Date;
  tenantZone: string;
  services: StepServices;
  tx: Tx;
  gathered: Gathered;
  /** As `StepBatch.choose`. Sees what was gathered until now. */
  choose(filters: Filter[], contacts: RunContact[]): Promise<Map<string, number>>;
  /** As `StepBatch.heard`. */
  heard(type: string, runs: Run[]): Promise<Map<string, NonNullable<Run['wokenBy']>>>;
  /** Who may not be sent to on a channel, and why. */
  blocks(contacts: RunContact[], channel: SendChannel): Promise<Map<string, Block>>;
  /** Whose contact has written since their run began. By enrollment. */
  replied(runs: Run[]): Promise<Set<string>>;
  /** How many messages of all workflows have gone to each since the given moment, not counting this look's. */
  sentSince(since: Map<string, Date>): Promise<Map<string, number>>;
}

export async function advance(travelers: Traveler[], ports: Ports): Promise<void> {
  const look = new Look(ports);
  let going = travelers.filter(({ state }) => state === 'going');
  for (let round = 0; going.length > 0 && round < WORKFLOW_LIMITS.at_once; round += 1) {
    for (const together of grouped(going)) await look.take(together);
    going = going.filter(({ state }) => state === 'going');
  }
  // whoever runs in circles lets the others have a turn
  for (const traveler of going) traveler.dueAt = ports.now;
}

/** By version and step, in the order of who comes first. */
function grouped(travelers: Traveler[]): Traveler[][] {
  const groups = new Map<Compiled, Map<string, Traveler[]>>();
  const all: Traveler[][] = [];
  for (const traveler of travelers) {
    let steps = groups.get(traveler.workflow);
    if (steps === undefined) groups.set(traveler.workflow, (steps = new Map()));
    let together = steps.get(traveler.step!);
    if (together === undefined) {
      steps.set(traveler.step!, (together = []));
      all.push(together);
    }
    together.push(traveler);
  }
  return all;
}

class Look {
  readonly #ports: Ports;
  readonly #blocks = new Map<SendChannel, Map<string, Block | null>>();
  /** Messages of this look, and those of the day before it, by contact. */
  readonly #sentNow = new Map<string, number>();
  readonly #sentToday = new Map<string, number>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** One step for all who stand at it. */
  async take(together: Traveler[]): Promise<void> {
    const { workflow, step: id } = together[0]!;
    const place = workflow.places.get(id!);
    let able = together.filter((traveler) => {
      if (place === undefined) end(traveler, 'step_missing');
      else if (traveler.run.ordinal >= WORKFLOW_LIMITS.runs) end(traveler, 'too_many_steps');
      return traveler.state === 'going';
    });
    if (place === undefined || able.length === 0) return;
    able = await this.#notThereYet(able);
    able = able.filter((traveler) => {
      const skip = traveler.run.waited?.skip;
      if (skip !== undefined) this.#apply(traveler, { skip });
      return skip === undefined;
    });
    if (able.length === 0) return;
    const { step, runner } = place;
    if (runner === null) {
      for (const traveler of able)
        this.#apply(traveler, { fail: `This kit has no step of the kind ${step.kind}.` });
      return;
    }
    const { sends } = runner.kind;
    able = await (sends === undefined ? this.#notStopped(able) : this.#maySend(able, sends));
    if (able.length === 0) return;
    const batch: StepBatch = {
      step,
      definition: workflow.definition,
      runs: able.map(({ run }) => run),
      tx: this.#ports.tx,
      effects: this.#ports.gathered.of(workflow),
      now: this.#ports.now,
      tenantZone: this.#ports.tenantZone,
      services: this.#ports.services,
      zoneOf: (run) => this.#zoneOf(workflow, run.contact),
      choose: (filters, runs) =>
        this.#ports.choose(
          filters,
          runs.map(({ contact }) => contact),
        ),
      heard: (type, runs) => this.#ports.heard(type, runs),
    };
    const outcomes = await runner.run(batch);
    if (outcomes.length !== able.length) {
      throw new Error(
        `The step ${step.id} (${step.kind}) answered ${outcomes.length} times for ${able.length} runs.`,
      );
    }
    able.forEach((traveler, nth) => {
      const outcome = outcomes[nth]!;
      if (sends !== undefined && 'done' in outcome) this.#count(traveler.run.contact.id);
      this.#apply(traveler, outcome);
    });
  }

  /** Without those who have reached the goal. It is asked about at the start of a look, and when a step has changed somebody. */
  async #notThereYet(together: Traveler[]): Promise<Traveler[]> {
    const { goal } = together[0]!.workflow.definition.settings;
    if (goal === undefined) return together;
    const unasked = together.filter(
      ({ asked, run }) => !asked || this.#ports.gathered.touched.has(run.contact.id),
    );
    if (unasked.length > 0) {
      const there = await this.#ports.choose(
        [goal],
        unasked.map(({ run }) => run.contact),
      );
      for (const traveler of unasked) {
        traveler.asked = true;
        if (there.has(traveler.run.contact.id)) end(traveler, 'goal');
      }
    }
    return together.filter(({ state }) => state === 'going');
  }

  /**
   * An opt-out ended every run there was; one that begins after it, because somebody tries a step again, ends here. Of steps that send,
   * `#maySend` sees to it.
   */
  async #notStopped(together: Traveler[]): Promise<Traveler[]> {
    const { on_opt_out } = together[0]!.workflow.definition.settings;
    const again = together.filter(({ retryOf }) => retryOf);
    if (again.length === 0 || on_opt_out !== 'cancel') return together;
    const blocks = await this.#blocked(again, 'sms');
    for (const traveler of again)
      if (blocks.get(traveler.run.contact.id)?.by === 'opted_out') end(traveler, 'opted_out');
    return together.filter(({ state }) => state === 'going');
  }

  /** Opted out, outside the window, or enough for today: those do not come to a step that sends. */
  async #maySend(together: Traveler[], channel: SendChannel): Promise<Traveler[]> {
    const { workflow } = together[0]!;
    const { on_opt_out, stop_on_reply, window, max_messages_per_day } = workflow.definition.settings;
    // the log ends these runs too, a moment later; nothing may leave in that moment
    if (stop_on_reply) {
      const replied = await this.#ports.replied(together.map(({ run }) => run));
      for (const traveler of together) if (replied.has(traveler.run.enrollmentId)) end(traveler, 'replied');
      together = together.filter(({ state }) => state === 'going');
      if (together.length === 0) return [];
    }
    const blocks = await this.#blocked(together, channel);
    for (const traveler of together) {
      const block = blocks.get(traveler.run.contact.id);
      if (!block) continue;
      if (block.by === 'opted_out' && on_opt_out === 'cancel') end(traveler, 'opted_out');
      else this.#apply(traveler, { skip: block.by, detail: { channel, since: block.since } });
    }
    let able = together.filter(({ state, step }) => state === 'going' && step === together[0]!.step);
    // a skipped run may have come round to this step again: it takes part in the next round
    able = able.filter(({ run }) => !blocks.get(run.contact.id));
    if (window) able = able.filter((traveler) => this.#inWindow(traveler));
    if (max_messages_per_day !== undefined) able = await this.#underLimit(able, max_messages_per_day);
    return able;
  }

  async #blocked(together: Traveler[], channel: SendChannel): Promise<Map<string, Block | null>> {
    let known = this.#blocks.get(channel);
    if (known === undefined) this.#blocks.set(channel, (known = new Map()));
    const unknown = together.filter(({ run }) => !known.has(run.contact.id)).map(({ run }) => run.contact);
    if (unknown.length > 0) {
      const found = await this.#ports.blocks(unknown, channel);
      for (const { id } of unknown) known.set(id, found.get(id) ?? null);
    }
    return known;
  }

  #inWindow(traveler: Traveler): boolean {
    const { window } = traveler.workflow.definition.settings;
    const zone = this.#zoneOf(traveler.workflow, traveler.run.contact);
    const now = this.#ports.now.getTime();
    const opening = nextOpening(now, zone.zone, window!);
    if (opening === now) return true;
    if (opening === null)
      this.#apply(traveler, { fail: 'The window of this workflow never opens. Change its settings.' });
    else wait(traveler, { reason: 'window', until: new Date(opening).toISOString(), ...zone });
    return false;
  }

  async #underLimit(together: Traveler[], limit: number): Promise<Traveler[]> {
    const now = this.#ports.now.getTime();
    const uncounted = together.filter(({ run }) => !this.#sentToday.has(run.contact.id));
    const midnights = new Map(
      uncounted.map(({ run, workflow }) => [
        run.contact.id,
        new Date(dayAt(now, 0, '00:00', this.#zoneOf(workflow, run.contact).zone)),
      ]),
    );
    if (midnights.size > 0) {
      const sent = await this.#ports.sentSince(midnights);
      for (const id of midnights.keys()) this.#sentToday.set(id, sent.get(id) ?? 0);
    }
    // the first of several runs of one contact takes what is left, before the others are asked
    const taken = new Map<string, number>();
    return together.filter((traveler) => {
      const { id } = traveler.run.contact;
      const sent = (this.#sentToday.get(id) ?? 0) + (this.#sentNow.get(id) ?? 0) + (taken.get(id) ?? 0);
      if (sent < limit) {
        taken.set(id, (taken.get(id) ?? 0) + 1);
        return true;
      }
      const zone = this.#zoneOf(traveler.workflow, traveler.run.contact);
      const until = new Date(dayAt(now, 1, '00:00', zone.zone)).toISOString();
      wait(traveler, { reason: 'daily_limit', until, ...zone });
      return false;
    });
  }

  #count(contactId: string): void {
    this.#sentNow.set(contactId, (this.#sentNow.get(contactId) ?? 0) + 1);
  }

  #zoneOf({ definition: { settings } }: Compiled, contact: RunContact) {
    const { tenantZone } = this.#ports;
    if (settings.zone === 'contact') return firstZone(contact.zone, tenantZone);
    return firstZone(settings.zone === 'tenant' ? null : settings.zone, tenantZone);
  }

  #apply(traveler: Traveler, outcome: Outcome): void {
    if ('done' in outcome) leave(traveler, 'done', outcome.detail ?? null, outcome.to);
    else if ('skip' in outcome)
      leave(traveler, 'skipped', reasoned(outcome.skip, outcome.detail), outcome.to);
    else if ('fail' in outcome) leave(traveler, 'failed', reasoned(outcome.fail, outcome.detail), outcome.to);
    else if ('wait' in outcome) wait(traveler, outcome.wait, outcome.wakesOn);
    else if ('retry' in outcome) this.#again(traveler, outcome.retry);
    else {
      note(traveler, 'done', null);
      end(traveler, outcome.end);
    }
  }

  #again(traveler: Traveler, reason: string): void {
    const { run } = traveler;
    const minutes = RETRY_MINUTES[run.attempt];
    if (minutes === undefined) {
      leave(traveler, 'failed', { reason, attempts: run.attempt + 1 }, undefined);
      return;
    }
    const until = new Date(this.#ports.now.getTime() + minutes * 60_000).toISOString();
    wait(traveler, { reason: 'retry', until, what: reason });
    run.attempt += 1;
  }
}

const reasoned = (reason: SkipReason | string, detail: Record<string, unknown> | undefined) => ({
  reason,
  ...detail,
});

/** The step is over, one way or another. */
function leave(
  traveler: Traveler,
  outcome: StepOutcome,
  detail: Record<string, unknown> | null,
  to: string | undefined,
): void {
  const next = to ?? traveler.workflow.places.get(traveler.step!)!.next;
  note(traveler, outcome, detail);
  if (next === null || traveler.retryOf) end(traveler, 'finished');
  else traveler.step = next;
}

function note(traveler: Traveler, outcome: StepOutcome, detail: Record<string, unknown> | null): void {
  const { run, step } = traveler;
  // what it was held up by; a wait says itself how it ended
  const held =
    run.waited && run.waited.reason !== 'wait' && run.waited.reason !== 'event' ? run.waited : null;
  traveler.records.push({
    ordinal: run.ordinal,
    step: step!,
    outcome,
    detail: held === null ? detail : { ...detail, held: { reason: held.reason, until: held.until } },
  });
  run.ordinal += 1;
  run.attempt = 0;
  run.waited = null;
  run.wokenBy = undefined;
}

function wait(traveler: Traveler, waiting: Waiting, wakesOn?: string): void {
  const { woken_by: _, ...bare } = waiting;
  traveler.state = 'waiting';
  traveler.waiting = bare;
  traveler.wakesOn = wakesOn ?? null;
  traveler.dueAt = waiting.until === null ? null : new Date(waiting.until);
}

export function end(traveler: Traveler, reason: EndReason): void {
  traveler.state = 'ended';
  traveler.endReason = reason;
  // what failed can be taken up again where it stood
  if (END_STATES[reason] !== 'failed') traveler.step = null;
  traveler.dueAt = null;
  traveler.waiting = null;
  traveler.wakesOn = null;
}

/** How an end counts. */
export const END_STATES: Record<EndReason, 'completed' | 'canceled' | 'failed'> = {
  finished: 'completed',
  goal: 'completed',
  replied: 'canceled',
  opted_out: 'canceled',
  member: 'canceled',
  contact_deleted: 'canceled',
  contact_merged: 'canceled',
  workflow_archived: 'canceled',
  left_by_workflow: 'canceled',
  too_many_steps: 'failed',
  step_missing: 'failed',
  step_crashed: 'failed',
};
