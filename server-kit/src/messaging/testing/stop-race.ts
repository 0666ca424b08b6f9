/**
 * One person's STOP against one drain, step by step: which of the two waits where is decided by a schedule, not by
 * luck. The drain can be held at each of its points, the STOP before its commit.
 */
import type { OutboundMessage } from '../../carriers/carrier.ts';
import { block } from '../../consent/lists.ts';
import { Database } from '../../db/client.ts';
import { newId } from '../../ids.ts';
import type { TestKit } from '../../testing/kit.ts';
import { drainSender, type DrainPoint } from '../drain.ts';
import { createInboundWriter } from '../inbound.ts';
import { enqueueMessages } from '../outbox.ts';
import { createSettler } from '../settle.ts';
import { Slots } from '../slots.ts';
import type { Random } from '../../testing/campaign.ts';
import { CarrierModel, Timeline } from './carrier-model.ts';
import { Life, ticks } from './mortal.ts';
import { newText } from './new-text.ts';

/** Whose number it is. */
const ACCOUNT_SID = 'ACffffffffffffffffffffffffffffffff';

export const DRAIN_POINTS: readonly DrainPoint[] = [
  'begin',
  'claimed',
  'started',
  'answered',
  'settled',
  'parked',
];

export type Schedule =
  /** STOP is texted when the drain reaches a point for the `visit`th time; the drain goes on once STOP waits or is done. */
  | { kind: 'stop at'; point: DrainPoint; visit: number }
  /** STOP has written everything and not committed; it commits when the drain waits for it, or after some turns. */
  | { kind: 'commit late'; turns: number }
  /** Both start, each after some turns of the event loop. */
  | { kind: 'free'; stopAfter: number; drainAfter: number };

/** What stops the texts: the person, or their agency's list. */
export type Stopper = 'STOP' | 'agency';

export interface Race {
  /** Carrier calls that started after the STOP had committed. */
  afterStop: number;
  /** Carrier calls that had started before and were not answered yet when it committed. */
  inFlight: number;
  started: number;
  canceled: number;
}

const OPEN_CALLS = 40;

/** A tenant with a worker's database and a web process's. */
export class RaceTrack {
  readonly #kit: TestKit;
  readonly #random: Random;
  readonly #tenant: string;
  readonly #agency: string;
  readonly #worker: Database;
  readonly #web: Database;
  readonly #withLock: boolean;
  #senderId = '';
  #address = '';
  #thread = { contact: newId(), conversation: newId() };
  #people = 0;

  constructor(kit: TestKit, name: string, random: Random, withLock: boolean) {
    this.#kit = kit;
    this.#random = random;
    this.#tenant = name;
    this.#agency = `${name}-agency`;
    this.#withLock = withLock;
    const { url, schema } = kit;
    this.#worker = new Database({ url, schema, maxConnections: 2 });
    this.#web = new Database({ url, schema, maxConnections: 2 });
  }

  async open(address: string): Promise<void> {
    const { tenants } = this.#kit.kit;
    this.#address = address;
    await tenants.upsert({ id: this.#agency, name: 'Agency' });
    await tenants.upsert({ id: this.#tenant, name: 'Race track', parent: this.#agency });
    this.#senderId = await tenants.addSender({
      tenant: this.#tenant,
      address,
      accountSid: ACCOUNT_SID,
      segmentsPerSecond: null,
    });
    const { contact, conversation } = this.#thread;
    await this.#web.pipeline(this.#tenant, ({ sql, tenant }) => [
      sql`insert into contacts (tenant_id, contact_id, phone) values (${tenant}, ${contact}, '+14155550000')`,
      sql`insert into conversations (tenant_id, conversation_id, contact_id, channel)
          values (${tenant}, ${conversation}, ${contact}, 'sms')`,
    ]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#worker.close(), this.#web.close()]);
  }

  async run(schedule: Schedule, stopper: Stopper): Promise<Race> {
    this.#people += 1;
    const phone = `+1415${String(6_000_000 + this.#people)}`;
    const count = this.#random.chance(0.2) ? 15 + this.#random.below(40) : 1 + this.#random.below(4);
    const ids = await this.#enqueue(phone, count);
    const race: Race = { afterStop: 0, inFlight: 0, started: 0, canceled: 0 };
    let answered = 0;
    let committed = false;

    let letCommit: () => void = () => undefined;
    const mayCommit =
      schedule.kind === 'commit late' ? new Promise<void>((go) => (letCommit = go)) : undefined;
    let stopping: Promise<void> | undefined;
    const stop = () =>
      (stopping ??= this.#stop(stopper, phone, holdingCommit(this.#web, mayCommit)).then(() => {
        committed = true;
        race.inFlight = race.started - answered;
      }));

    const carrier = new CarrierModel({
      timeline: new Timeline(),
      random: this.#random,
      callback: () => undefined,
      started: ({ to }: OutboundMessage) => {
        if (to !== phone) return;
        race.started += 1;
        if (committed) race.afterStop += 1;
      },
    });
    carrier.calm = true;
    const line = carrier.lineOf(new Life(this.#random, 'lives', 1));
    const visits = new Map<DrainPoint, number>();
    const drain = () =>
      drainSender(
        {
          database: this.#withLock ? this.#worker : withoutLock(this.#worker),
          carrier: {
            ...line,
            send: async (message, base) => {
              const outcome = await line.send(message, base);
              // now and then slower than everything around it
              await ticks(this.#random.chance(0.3) ? 200 : this.#random.below(20));
              answered += 1;
              return outcome;
            },
          },
          settler: createSettler(this.#worker),
          slots: new Slots(OPEN_CALLS),
          callbackBase: 'https://portal.example.com',
          reached: async (point) => {
            const visit = (visits.get(point) ?? 0) + 1;
            visits.set(point, visit);
            if (schedule.kind !== 'stop at' || schedule.point !== point || schedule.visit !== visit) return;
            await this.#untilWaitingOr(stop());
          },
        },
        this.#tenant,
        this.#senderId,
      );

    if (schedule.kind === 'commit late') {
      const stopped = stop();
      const drained = ticks(schedule.turns).then(drain);
      // without the lock nobody waits: the claim passes over what the STOP has in hand, and looks again
      if (this.#withLock) await this.#untilWaitingOr(drained);
      await ticks(schedule.turns % 5);
      letCommit();
      await Promise.all([stopped, drained]);
    } else if (schedule.kind === 'free') {
      await Promise.all([ticks(schedule.stopAfter).then(stop), ticks(schedule.drainAfter).then(drain)]);
    } else {
      await drain();
      await stop();
    }
    race.canceled = await this.#canceled(ids);
    // a STOP that came after the drain has nothing to cancel; whatever happened, each text was sent or canceled
    if (race.started + race.canceled !== count) {
      throw new Error(`of ${count} texts ${race.started} left and ${race.canceled} were canceled`);
    }
    return race;
  }

  async #stop(stopper: Stopper, phone: string, web: Database): Promise<void> {
    if (stopper === 'STOP') {
      const stored = await createInboundWriter(web).add(this.#stopFrom(phone));
      if (!stored) throw new Error('The STOP was not stored.');
      return;
    }
    const added = await web.transaction(this.#agency, (tx) =>
      block(tx, { list: 'agency', channel: 'sms', addresses: [phone], reason: null, member: null }),
    );
    if (added !== 1) throw new Error('The number was not put on the list.');
  }

  #stopFrom(phone: string) {
    return {
      tenant: this.#tenant,
      senderId: this.#senderId,
      accountSid: ACCOUNT_SID,
      sid: `SM${newId().replaceAll('-', '')}`,
      from: phone,
      to: this.#address,
      body: 'STOP',
      media: [],
      carrierHandled: null,
    };
  }

  async #enqueue(phone: string, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, newId);
    const { contact, conversation } = this.#thread;
    await this.#web.transaction(this.#tenant, (tx) =>
      enqueueMessages(
        tx,
        ids.map((id) =>
          newText({
            id,
            conversationId: conversation,
            contactId: contact,
            senderId: this.#senderId,
            from: this.#address,
            to: phone,
            body: `Message ${id}`,
          }),
        ),
      ),
    );
    return ids;
  }

  async #canceled(ids: string[]): Promise<number> {
    const [[row]] = await this.#web.pipeline(this.#tenant, ({ sql, tenant }) => [
      sql<{ count: number }[]>`select count(*)::int as count from messages
        where tenant_id = ${tenant} and message_id = any(${ids}::uuid[]) and status = 'canceled' 
          and error_code in ('opted_out', 'suppressed')`,
    ]);
    return row!.count;
  }

  /** Resolves when `work` is done, or when somebody waits for the tenant's consent lock or its agency's. */
  async #untilWaitingOr(work: Promise<void>): Promise<void> {
    let done = false;
    const finished = work.finally(() => (done = true));
    finished.catch(() => done);
    for (const deadline = performance.now() + 10_000; !done;) {
      if (performance.now() > deadline) throw new Error('neither of the two gets on');
      const [row] = await this.#web.directory(
        (sql) => sql<{ waits: boolean }[]>`
          select exists (select from pg_locks where locktype = 'advisory' and not granted
            and ((classid::bigint << 32) | objid::bigint) in (
              hashtextextended('patchbay:consent:' || current_schema() || ':' || ${this.#tenant}::text, 0),
              hashtextextended('patchbay:agency:' || current_schema() || ':' || ${this.#agency}::text, 0))) as waits`,
      );
      if (row!.waits) return;
      await ticks(1);
    }
  }
}

/** The control: a worker that claims without the consent lock. */
function withoutLock(database: Database): Database {
  return overriding(database, {
    pipelineHolding: async (tenant: string, _key: unknown, build: Parameters<Database['pipeline']>[1]) => ({
      results: await database.pipeline(tenant, build),
      release: async () => undefined,
    }),
  });
}

function holdingCommit(database: Database, mayCommit: Promise<void> | undefined): Database {
  if (!mayCommit) return database;
  const held: Database['transaction'] = (tenant, work) =>
    database.transaction(tenant, async (tx) => {
      const result = await work(tx);
      await mayCommit;
      return result;
    });
  return overriding(database, { transaction: held });
}

function overriding(database: Database, methods: Record<string, unknown>): Database {
  return new Proxy(database, {
    get(target, name) {
      if (typeof name === 'string' && name in methods) return methods[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value;
    },
  });
}
