/**
 * A workflow in milliseconds: the same machine as on Postgres, over one contact in memory and a clock that jumps from one due
 * time to the next. Nothing leaves: steps that send, tell members or ask other systems are stood in for by notes of what
 * they would have done.
 */
import {
  type Definition,
  type EndReason,
  type EnrollmentState,
  type StepOutcome,
} from '../contract/workflow/index.ts';
import type { Filter } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { matches, type Person, type World } from '../filters/evaluate.ts';
import { compile, runnersByKind } from './engine/compiled.ts';
import { advance, end, END_STATES, type Ports, type Traveler } from './engine/core.ts';
import { Gathered } from './engine/gathered.ts';
import type { Waiting } from './engine/waiting.ts';
import type { LinkBook } from './effects/links.ts';
import { NOBODY } from './run-contact.ts';
import { assumed, heardOf, wayAt, type Standing } from './simulated-consent.ts';
import { STEP_RUNNERS } from './steps/index.ts';
import { barred } from './steps/texts.ts';
import { renderAll } from './steps/rendering.ts';
import type { Outcome, RunContact, StepBatch, StepRunner } from './steps/step.ts';

/** Something that happens to the contact meanwhile. */
export interface SimulatedEvent {
  /** RFC 3339. */
  at: string;
  /** As in the log: `message.received`, `consent.withdrawn`, `tag.added`, … */
  type: string;
  data?: Record<string, unknown>;
  /** What the contact is from then on. */
  changes?: Partial<RunContact>;
}

export interface SimulateOptions {
  /** When the contact comes in; RFC 3339. */
  start: string;
  /** Where to stop looking. Default: ten years later. */
  until?: string;
  /** Default America/New_York. */
  tenantZone?: string;
  /** As texts name it. */
  tenantName?: string;
  variables?: Record<string, unknown>;
  source?: Record<string, unknown>;
  /** Whether they may be written to. Default: somebody who has agreed to marketing. */
  standing?: Standing;
  /** Besides the kit's own kinds. */
  runners?: readonly StepRunner[];
}

export interface SimulatedStep {
  at: string;
  ordinal: number;
  step: string;
  kind: string;
  outcome: StepOutcome;
  detail: Record<string, unknown> | null;
}

export interface Simulation {
  steps: SimulatedStep[];
  state: Exclude<EnrollmentState, 'paused'>;
  end_reason: EndReason | null;
  /** When it ended; null: it still waits. */
  ended_at: string | null;
  /** Where it stands, and what for. */
  step: string | null;
  waiting: Waiting | null;
  /** The texts that would have left. */
  texts: { at: string; step: string; body: string }[];
  contact: RunContact;
  variables: Record<string, unknown>;
}

const TEN_YEARS = 10 * 366 * 86_400_000;

export async function simulate(
  definition: Definition,
  contact: Partial<RunContact>,
  events: readonly SimulatedEvent[],
  options: SimulateOptions,
): Promise<Simulation> {
  const run = new SimulatedRun(definition, contact, options);
  const until =
    options.until === undefined ? Date.parse(options.start) + TEN_YEARS : Date.parse(options.until);
  const coming = events.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  for (;;) {
    const due = run.traveler.dueAt?.getTime() ?? Infinity;
    const next = coming[0] === undefined ? Infinity : Date.parse(coming[0].at);
    const at = Math.min(due, next);
    if (run.traveler.state === 'ended' || at === Infinity || at > until) return run.result();
    run.now = new Date(Math.max(at, run.now.getTime()));
    if (next <= due) run.hear(coming.shift()!);
    else await run.look();
  }
}

class SimulatedRun {
  readonly traveler: Traveler;
  now: Date;
  readonly #tenantZone: string;
  readonly #tenantName: string;
  readonly #steps: SimulatedStep[] = [];
  readonly #texts: Simulation['texts'] = [];
  readonly #heard: Person['events'] = [];
  #standing: Standing;
  #endedAt: string | null = null;

  constructor(definition: Definition, contact: Partial<RunContact>, options: SimulateOptions) {
    const { start, tenantZone = 'America/New_York', variables = {}, source = { on: 'manual' } } = options;
    const runners = [...STEP_RUNNERS.map(standingIn), ...(options.runners ?? [])];
    this.now = new Date(start);
    this.#tenantZone = tenantZone;
    this.#tenantName = options.tenantName ?? 'your business';
    this.#standing = options.standing ?? assumed('granted', options.start);
    this.traveler = {
      run: {
        enrollmentId: '00000000-0000-7000-8000-000000000000',
        workflowId: definition.key,
        contact: {
          ...NOBODY,
          phone: SOME_PHONE,
          zone: tenantZone,
          created_at: this.now.toISOString(),
          ...structuredClone(contact),
        },
        variables: structuredClone(variables),
        source,
        ordinal: 0,
        attempt: 0,
        startedAt: this.now,
        waited: null,
      },
      workflow: compile({ workflowId: definition.key, version: 1, definition }, runnersByKind(runners)),
      step: definition.steps[0]?.id ?? null,
      state: 'going',
      endReason: null,
      waiting: null,
      wakesOn: null,
      dueAt: this.now,
      records: [],
      asked: false,
    };
  }

  /** As the engine takes it up. */
  async look(): Promise<void> {
    const { traveler, now } = this;
    const { run } = traveler;
    run.waited = traveler.waiting;
    run.wokenBy = traveler.waiting?.woken_by;
    Object.assign(traveler, {
      state: 'going',
      waiting: null,
      wakesOn: null,
      dueAt: null,
      records: [],
      asked: false,
    });
    const gathered = new Gathered(
      new Map([[run.contact.id, run.contact]]),
      () => run.variables,
      () => NO_LINKS,
    );
    await advance([traveler], this.#ports(gathered));
    const at = now.toISOString();
    for (const record of traveler.records) {
      const kind = traveler.workflow.places.get(record.step)!.step.kind;
      this.#steps.push({ at, kind, ...record });
      const text = gathered.texts.find(({ messageId }) => messageId === record.detail?.['message_id']);
      if (text) this.#texts.push({ at, step: record.step, body: text.body });
    }
    if (traveler.state === 'ended') this.#endedAt = at;
  }

  /** As the triggers do: a STOP and a reply end it where the settings say so, and what it waits for wakes it. */
  hear({ type, data = {}, changes }: SimulatedEvent): void {
    const { traveler, now } = this;
    const { stop_on_reply, on_opt_out } = traveler.workflow.definition.settings;
    this.#heard.push({ type, at: now.getTime() });
    if (changes) Object.assign(traveler.run.contact, structuredClone(changes));
    this.#standing = heardOf(this.#standing, type, { data, at: now.toISOString() });
    const reason =
      type === 'consent.withdrawn' && on_opt_out === 'cancel'
        ? 'opted_out'
        : type === 'message.received' && stop_on_reply
          ? 'replied'
          : type === 'contact.deleted'
            ? 'contact_deleted'
            : null;
    if (reason !== null) {
      end(traveler, reason);
      this.#endedAt = now.toISOString();
    } else if (traveler.wakesOn === type && traveler.waiting && !traveler.waiting.woken_by) {
      traveler.waiting = { ...traveler.waiting, woken_by: { id: `event-${now.toISOString()}`, type, data } };
      traveler.dueAt = now;
    }
  }

  result(): Simulation {
    const { run, state, endReason, step, waiting } = this.traveler;
    return {
      steps: this.#steps,
      state: endReason === null || state !== 'ended' ? 'active' : END_STATES[endReason],
      end_reason: endReason,
      ended_at: this.#endedAt,
      step,
      waiting,
      texts: this.#texts,
      contact: run.contact,
      variables: run.variables,
    };
  }

  #ports(gathered: Gathered): Ports {
    return {
      now: this.now,
      tenantZone: this.#tenantZone,
      services: {
        simulated: { tenant: { name: this.#tenantName }, way: wayAt(this.#standing, this.now) },
      },
      tx: NO_DATABASE,
      gathered,
      choose: (filters, contacts) => Promise.resolve(this.#choose(filters, contacts)),
      // whatever happens here is heard at once
      heard: () => Promise.resolve(new Map()),
      blocks: ([contact], channel) => {
        const { id, dnd, do_not_call } = contact!;
        const { block } = this.#standing;
        if (block !== null && channel === 'sms') return Promise.resolve(new Map([[id, block]]));
        const blocked = dnd.includes(channel) || (channel === 'voice' && do_not_call);
        return Promise.resolve(new Map(blocked ? [[id, { by: 'suppressed', since: null }]] : []));
      },
      // hear() has ended those runs already
      replied: () => Promise.resolve(new Set()),
      sentSince: (since) => {
        const counts = [...since].map(([id, from]): [string, number] => [
          id,
          this.#texts.filter(({ at }) => Date.parse(at) >= from.getTime()).length,
        ]);
        return Promise.resolve(new Map(counts));
      },
    };
  }

  #choose(filters: Filter[], contacts: RunContact[]): Map<string, number> {
    const world: World = {
      now: this.now.getTime(),
      zone: this.#tenantZone,
      people: [],
      ledger: [],
      blocked: this.#standing.block === null ? [] : [{ channel: 'sms', address: contacts[0]?.phone ?? '' }],
    };
    const person = (contact: RunContact) => ({ ...personOf(contact), events: this.#heard });
    return new Map(
      contacts.flatMap((contact): [string, number][] => {
        const nth = filters.findIndex((filter) => matches(filter, person(contact), world));
        return nth === -1 ? [] : [[contact.id, nth]];
      }),
    );
  }
}

/** Of a contact who has no history: conversations and segments are what the simulation does not have. */
function personOf(contact: RunContact): Person {
  const { id, lead_score, do_not_call, dnd, tags, fields, birth_month, birth_day, created_at, ...rest } =
    contact;
  const created = Date.parse(created_at);
  return {
    id,
    lead_score,
    do_not_call,
    dnd,
    tags,
    fields: fields as Person['fields'],
    birthday: birth_month === null || birth_day === null ? null : { month: birth_month, day: birth_day },
    created_at: created,
    updated_at: created,
    columns: Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [name, value === null ? null : String(value)]),
    ),
    events: [],
    conversations: [],
    segments: [],
  };
}

/** What would reach out of the simulation says what it would do. All else is the step itself. */
function standingIn(runner: StepRunner): StepRunner {
  const { kind } = runner;
  if (kind.group !== 'send' && kind.group !== 'team' && kind.group !== 'connect') return runner;
  return { kind, run: (batch) => Promise.all(batch.runs.map((run) => wouldDo(batch, run, kind.sends))) };
}

async function wouldDo(
  batch: StepBatch,
  run: StepBatch['runs'][number],
  sends: StepRunner['kind']['sends'],
): Promise<Outcome> {
  const { step, effects, definition } = batch;
  const { contact, enrollmentId, ordinal } = run;
  if (sends === undefined) return { done: true, detail: { simulated: true } };
  if ((sends === 'messenger' ? contact.messenger_id : contact.phone) === null) return { skip: 'no_address' };
  const way = batch.services?.simulated?.way;
  const bar = sends === 'sms' && way ? barred(way, definition.settings.purpose) : null;
  if (bar) return bar;
  const { body = '' } = step as { body?: string };
  const messageId = `message-${ordinal}`;
  const [made] = await renderAll(batch, [run], { body });
  if (made && 'outcome' in made) return made.outcome;
  const text = { enrollmentId, contactId: contact.id, body: String(made!.value['body']), messageId };
  effects.text({ ...text, purpose: definition.settings.purpose, assets: [], sendAs: 'auto', sender: null });
  return { done: true, detail: { message_id: messageId } };
}

/** A link is told by where it leads: nobody will follow it. */
const NO_LINKS: LinkBook = {
  assetLink: ({ assetId }) => `https://link.example/${assetId}`,
  shortLink: ({ url }) => url,
  write: () => Promise.resolve(),
};

/** Whom nobody describes can be texted. */
const SOME_PHONE = '+14155550100';

const NO_DATABASE = new Proxy({} as Tx, {
  get() {
    throw new Error('A simulated step asked for the database.');
  },
});
