/**
 * Six days of Five Days of Joy in seconds: the library's own file, published, with workers in processes of their own that are
 * killed, a carrier in a bad mood, and people who come in by three ways and do what people do. The clock stands at a *moment*
 * until nothing is due at it; then the workers that live rest, and it is turned to the next. So no lease ends before its time.
 */
import { readFile } from 'node:fs/promises';
import type { Sandbox } from '@patchbay/carrier-sandbox';
import pg from 'pg';
import { chance, pause, until } from './campaign.ts';
import { openStage, TENANT, type Stage, type WorkerProcess } from './stage.ts';
import { TurnedClock } from './turned-clock.ts';

export interface Person {
  id: string;
  phone: string;
  zone: string;
  /** With somebody else, in whichever direction. */
  merged: boolean;
  /** What somebody did, and in which moment. */
  did: { what: Deed; moment: number; real: number }[];
}
const DEEDS = ['stop', 'stop', 'reply', 'pause', 'merge', 'delete', 'nothing', 'nothing'] as const;
type Deed = 'stop' | 'reply' | 'pause' | 'resume' | 'merge' | 'delete';
/** Texts the carrier took: in which moment, and when by the machine's clock. */
export interface Taken {
  moment: number;
  real: number;
}

export interface JoyOptions {
  databaseUrl: string;
  seed: number;
  people: number;
  zones: readonly string[];
  /** Local day on which they come in, as 2025-03-06. */
  day: string;
  kills: number;
  /** At how many different times people come in and do things; the more, the more moments there are. */
  times: number;
  /** What people may come to do, some of them more often. Default: all, and nothing. */
  deeds?: readonly (Deed | 'nothing')[];
  /** How many of the carrier's answers get lost. Default 0.08. */
  lostAnswers?: number;
  /** Changes the library's file. */
  rewrite?: (source: string) => string;
  /** Ends after so many days. Default: when all is over. */
  days?: number;
  /** For what must be found: done to the database beforehand, and between moments. */
  prepare?: (stage: Stage) => Promise<unknown>;
  between?: (stage: Stage) => Promise<unknown>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WORKERS = 2;
const CARRIER_TIMEOUT = 300;
/** A call that was open when its process died has ended by then. */
const CALLS_END = CARRIER_TIMEOUT + 200;

/** A time of day on a wall there, as an instant. */
function instantOf(day: string, minutes: number, zone: string): number {
  const guess = Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE;
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return guess - (Date.parse(`${shown.format(guess).replace(' ', 'T')}Z`) - guess);
}

export class JoyWorld {
  readonly people: Person[] = [];
  readonly taken = new Map<string, Taken>();
  moment = 0;
  kills = 0;
  killsInTheMiddle = 0;
  stage!: Stage;
  readonly #options: JoyOptions;
  readonly #random: ReturnType<typeof chance>;
  readonly #clock: TurnedClock;
  #plans: { at: number; run: () => Promise<unknown> }[] = [];
  #workers: WorkerProcess[] = [];
  readonly #resting = new Set<WorkerProcess>();
  /** Asked at every turn. */
  readonly #books: pg.Client;
  #workflow = '';
  #pipeline = '';

  constructor(options: JoyOptions) {
    this.#options = options;
    this.#random = chance(options.seed);
    this.#clock = new TurnedClock(`${options.day}T00:00:00Z`);
    this.#books = new pg.Client({ connectionString: options.databaseUrl });
  }

  /** Milliseconds of the machine's clock after which a call that was open has arrived or never will. */
  readonly callsEnd = 2 * CARRIER_TIMEOUT + 200;

  get sandbox(): Sandbox {
    return this.stage.sandbox;
  }

  async open(): Promise<void> {
    const { databaseUrl, seed, rewrite = (source) => source, prepare } = this.#options;
    this.stage = await openStage({
      databaseUrl,
      carrierTimeout: CARRIER_TIMEOUT,
      statementTimeout: 2_000,
      keywordReplies: 'kit',
      clock: this.#clock,
      sandbox: { seed, clock: this.#clock },
    });
    await this.#books.connect();
    await this.#books.query(`set search_path to "${this.stage.schema}"`);
    await prepare?.(this.stage);
    this.sandbox.state.onChange(({ kind, id }) => {
      if (kind === 'message' && !this.taken.has(id))
        this.taken.set(id, { moment: this.moment, real: performance.now() });
    });
    const pdf = await readFile(
      new URL('../../../carrier-sandbox/src/page/samples/notes.pdf', import.meta.url),
    );
    const form = new FormData();
    form.set('file', new File([pdf], 'guide.pdf', { type: 'application/pdf' }));
    await this.ask('POST', '/v1/media/upload?key=joy_guide', form);
    const { items: library } = await this.ask<{ items: { key: string; source: string }[] }>(
      'GET',
      '/v1/workflow-library',
    );
    const source = rewrite(library.find(({ key }) => key === 'five-days-of-joy')!.source);
    this.#pipeline = (await this.ask('POST', '/v1/pipelines', { name: 'Five Days of Joy' })).id;
    this.#workflow = (await this.ask('POST', '/v1/workflows', { source })).id;
    await this.ask('POST', `/v1/workflows/${this.#workflow}/publish`);
    await this.#meet();
    const { controls } = this.sandbox;
    for (const fault of [
      { kind: 'drop_response', rate: this.#options.lostAnswers ?? 0.08 },
      { kind: 'latency', ms: 40, rate: 0.3 },
      { kind: 'latency', ms: 2 * CARRIER_TIMEOUT, rate: 0.03 },
      { kind: '429', rate: 0.03 },
      { kind: '500', rate: 0.04 },
    ] as const)
      controls.addFault({ ...fault, method: 'POST', path: '/Messages' });
    controls.addFault({ kind: 'drop_callbacks', rate: 0.2 });
    controls.addFault({ kind: 'double_callbacks', rate: 0.3 });
    controls.addFault({ kind: 'delay_callbacks', rate: 0.1, ms: 3 * HOUR });
    controls.addFault({ kind: 'reorder_callbacks', rate: 0.2, ms: 60 });
  }

  // tests read what they expect
  // oxlint-disable-next-line typescript/no-explicit-any
  async ask<T = any>(method: string, path: string, body?: object): Promise<T> {
    const token = await this.stage.kit.sessionToken({
      tenant: TENANT,
      member: { id: 'mia', name: 'Mia' },
      role: 'manager',
    });
    const isForm = body instanceof FormData;
    const answer = await this.stage.kit.fetch(
      new Request(`${this.stage.publicUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && !isForm && { 'content-type': 'application/json' }),
        },
        ...(body && { body: isForm ? body : JSON.stringify(body) }),
      }),
    );
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Who there is, how each comes in, and what each will do. */
  async #meet(): Promise<void> {
    const { people, zones, day, times, days = 6, deeds: possible = DEEDS } = this.#options;
    const random = this.#random;
    // early and late as well, at the edges of the window too
    const entries = Array.from({ length: times }, () =>
      random.pick([7 * 60 + random.below(14 * 60), 10 * 60, 18 * 60 - 1, 18 * 60]),
    );
    const deeds = Array.from({ length: times }, () => 24 * 60 + random.below((days - 1) * 24 * 60));
    for (let nth = 0; nth < people; nth += 1) {
      const zone = zones[nth % zones.length]!;
      const phone = `+1415555${String(1000 + nth)}`;
      const { id } = await this.ask('POST', '/v1/contacts', {
        first_name: `Person ${nth}`,
        phone,
        time_zone: zone,
      });
      const person: Person = { id, phone, zone, merged: false, did: [] };
      this.people.push(person);
      // one in ten has agreed to nothing
      if (random.below(10) > 0)
        await this.ask('POST', `/v1/contacts/${id}/consent`, {
          action: 'grant',
          kind: 'express_written',
          source: 'paper',
          wording: 'Yes, text me.',
        });
      if (random.below(12) === 0)
        this.sandbox.controls.setDelivery(phone, { mode: 'undelivered', errorCode: 30005 });
      const enters = instantOf(day, random.pick(entries), zone);
      this.#plan(enters, () => this.#enter(person, nth % 3));
      if (random.below(5) === 0) this.#plan(enters + HOUR, () => this.#enter(person, random.below(2)));
      // at the very minute of a text, as often as not
      const when = () =>
        random.below(2) === 0
          ? instantOf(day, random.pick(deeds), zone)
          : instantOf(day, (1 + random.below(days - 1)) * 24 * 60 + 10 * 60, zone);
      const deed = random.pick(possible);
      if (deed === 'nothing') continue;
      const from = when();
      this.#plan(from, () => this.#do(person, deed));
      if (deed === 'pause')
        this.#plan(from + random.pick([HOUR, 30 * HOUR]), () => this.#do(person, 'resume'));
    }
  }

  async #do(person: Person, what: Deed): Promise<void> {
    if (what === 'stop' || what === 'reply') await this.#text(person, what);
    else if (!gone(person)) {
      if (what === 'pause' || what === 'resume') await this.#hold(person, what);
      else if (what === 'delete') await this.ask('DELETE', `/v1/contacts/${person.id}`);
      else if (!(await this.#merge(person))) return;
    } else return;
    person.did.push({ what, moment: this.moment, real: performance.now() });
  }

  #plan(at: number, run: () => Promise<unknown>): void {
    this.#plans.push({ at, run });
    this.#plans.sort((a, b) => a.at - b.at);
  }

  async #enter(person: Person, way: number): Promise<void> {
    if (gone(person)) return;
    const { id } = person;
    if (way === 0)
      await this.ask('POST', '/v1/opportunities', { contact_id: id, pipeline_id: this.#pipeline });
    else if (way === 1) {
      const event = { id: `quiz-${id}`, type: 'questionnaire.submitted', contact: { id }, data: {} };
      await this.ask('POST', '/v1/events', { events: [event] });
      // the host was not sure that we had heard it
      await this.ask('POST', '/v1/events', { events: [event] });
    } else await this.ask('PATCH', `/v1/contacts/${id}`, { tags: ['Day0_Trigger'] });
  }

  async #text(person: Person, what: 'stop' | 'reply'): Promise<void> {
    const { sid } = this.sandbox.controls.text({
      from: person.phone,
      to: this.stage.senders[0]!.address,
      body: what === 'stop' ? 'STOP' : 'Thank you!',
    });
    // what is written and committed is answered a moment later
    await until('the text is stored', async () => {
      const rows = await this.stage.query(`select 1 from messages where carrier_sid = $1`, [sid]);
      return rows.length > 0;
    });
  }

  async #hold(person: Person, what: 'pause' | 'resume'): Promise<void> {
    const { items } = await this.ask('GET', `/v1/contacts/${person.id}/enrollments`);
    for (const { id, state } of items as { id: string; state: string }[]) {
      if (state !== (what === 'pause' ? 'active' : 'paused')) continue;
      // a worker may have ended it meanwhile
      await this.ask('POST', `/v1/enrollments/${id}/${what}`).catch((error: Error) => {
        if (!/enrollment_over/.test(error.message)) throw error;
      });
    }
  }

  /** The one becomes part of another, who lives where they do. False: there is nobody. */
  async #merge(person: Person): Promise<boolean> {
    const others = this.people.filter((one) => one.zone === person.zone && one !== person && !gone(one));
    if (others.length === 0) return false;
    const into = this.#random.pick(others);
    await this.ask('POST', `/v1/contacts/${into.id}/merge`, { with: person.id });
    person.merged = into.merged = true;
    return true;
  }

  async close(): Promise<void> {
    await this.#books.end();
    await this.stage.close();
  }

  /** Until everybody is through. */
  async live(): Promise<void> {
    const { day, days = 30, between } = this.#options;
    const end = Date.parse(`${day}T00:00:00Z`) + days * 24 * HOUR;
    for (;;) {
      await this.#moment();
      await between?.(this.stage);
      const next = await this.#next();
      if (next === Infinity || next > end) break;
      await this.#rest();
      this.moment += 1;
      this.#clock.turn(next);
    }
    await Promise.all(this.#workers.map((worker) => worker.kill()));
  }

  /** All that is due now, with workers that may die over it. */
  async #moment(): Promise<void> {
    await this.#wake();
    const due = this.#plans.filter(({ at }) => at <= this.#clock.now());
    this.#plans = this.#plans.filter((plan) => !due.includes(plan));
    const acting = (async () => {
      for (const { run } of due) await run();
    })();
    const { due: work } = await this.#due();
    if (this.kills < this.#options.kills && work > 0 && this.#random.below(3) > 0) {
      await pause(this.#random.below(120));
      const doomed = this.#random.below(2) === 0 ? [...this.#workers] : [this.#workers[0]!];
      const { due: left, sending } = await this.#due();
      if (left > 0 || sending.length > 0) this.killsInTheMiddle += doomed.length;
      this.kills += doomed.length;
      await Promise.all(doomed.map((worker) => worker.kill()));
      this.#workers = this.#workers.filter((worker) => !doomed.includes(worker));
      await this.#wake();
    }
    await acting;
    await this.#quiet();
  }

  /** As many workers as there should be, at this time. */
  async #wake(): Promise<void> {
    const missing = Array.from({ length: WORKERS - this.#workers.length }, () => this.stage.startWorker());
    const ahead = this.#clock.ahead();
    await Promise.all([...this.#resting].map((worker) => worker.tell({ ahead })));
    this.#resting.clear();
    this.#workers.push(...(await Promise.all(missing)));
  }

  async #rest(): Promise<void> {
    for (const worker of this.#workers) this.#resting.add(worker);
    await Promise.all(this.#workers.map((worker) => worker.tell('rest')));
  }

  /** Until nothing is due at this moment, twice in a row, and nothing is under way. */
  async #quiet(): Promise<void> {
    /** Calls that may be open, and since when we know. */
    const calls = new Map<string, number>();
    let quiet = 0;
    let last: unknown;
    await until(
      'nothing is due',
      async () => {
        const { due, sending } = (last = await this.#due());
        for (const call of sending) if (!calls.has(call)) calls.set(call, performance.now());
        const open = sending.some((call) => performance.now() - calls.get(call)! < CALLS_END);
        const busy = due > 0 || open || this.stage.open() > 0 || this.#clock.soon > 0;
        quiet = busy ? 0 : quiet + 1;
        return quiet > 1;
      },
      60_000,
    ).catch((error: unknown) => {
      const said = this.#workers.map((worker) => worker.said().slice(-2_000));
      throw new Error(`${String(error)} in moment ${this.moment}: ${JSON.stringify(last)} ${said.join()}`, {
        cause: error,
      });
    });
  }

  async #due(): Promise<{ due: number; sending: string[] }> {
    const { rows } = await this.#books.query<{ due: number; sending: string[] }>(
      `select
         (select count(*)::int from enrollments where state = 'active' and due_at <= $1)
         + (select count(*)::int from messages where direction = 'outbound' and due_at <= $1
             and status in ('queued', 'failed', 'undelivered'))
         + (select count(*)::int from messages where status = 'sending' and lease_until <= $1)
         + (select count(*)::int from workflow_cursors c where exists (select from events e
             where e.tenant_id = c.tenant_id and (e.tx, e.position) > (c.tx, c.position))) as due,
         array(select message_id || ' ' || claimed_at from messages where status = 'sending') as sending`,
      [this.#clock.date()],
    );
    return rows[0]!;
  }

  /** When something is due again. */
  async #next(): Promise<number> {
    const { rows } = await this.#books.query<{ at: Date | null }>(
      `select min(at) as at from (
         select min(due_at) as at from enrollments where state = 'active'
         union all select min(due_at) from messages where direction = 'outbound'
           and status in ('queued', 'failed', 'undelivered')
         union all select min(lease_until) from messages where status = 'sending') one`,
    );
    return Math.min(rows[0]!.at?.getTime() ?? Infinity, this.#plans[0]?.at ?? Infinity, this.#clock.next);
  }
}

/** Merged into somebody, or deleted. */
const gone = ({ did }: Person) => did.some(({ what }) => what === 'merge' || what === 'delete');
