/**
 * A tenant whose senders' processes keep dying. Everything that chance decides comes from one seed; time is simulated,
 * so leases and back-offs cost nothing. `judge` compares what the rows say with what the carrier took.
 */
import type { StatusReport } from '../../carriers/carrier.ts';
import { Database } from '../../db/client.ts';
import { newId } from '../../ids.ts';
import type { TestKit } from '../../testing/kit.ts';
import { drainSender } from '../drain.ts';
import { createInboundWriter } from '../inbound.ts';
import { enqueueMessages } from '../outbox.ts';
import { createSettler } from '../settle.ts';
import { Slots } from '../slots.ts';
import { createStatusWriter } from '../status.ts';
import { seeded, type Random } from '../../testing/campaign.ts';
import { CarrierModel, Timeline, type Accepted } from './carrier-model.ts';
import { Life, type Fate } from './mortal.ts';
import { newText } from './new-text.ts';

/** Whose number it is. */
const ACCOUNT_SID = 'ACffffffffffffffffffffffffffffffff';

export interface Verdict {
  messages: number;
  lost: string[];
  doubled: string[];
  afterStop: string[];
  unexplained: string[];
}

export interface ProcessParts {
  life: Life;
  database: Database;
  carrier: ReturnType<CarrierModel['lineOf']>;
  timeline: Timeline;
  tenant: string;
  senderId: string;
}

/** A way to empty the outbox: the kit's own, or one of the naive ones that must fail. */
export type Drain = (parts: ProcessParts) => Promise<void>;

export const kitDrain: Drain = ({ life, database, carrier, timeline, tenant, senderId }) =>
  drainSender(
    {
      database,
      carrier,
      settler: createSettler(database),
      slots: new Slots(40),
      callbackBase: 'https://portal.example.com/crm/twilio/sms/status',
      reached: (point) => life.step(point),
      wait: async (milliseconds) => timeline.pass(milliseconds),
    },
    tenant,
    senderId,
  );

interface MessageState {
  message_id: string;
  status: string;
  attempt: number;
  to_address: string;
  body: string;
  error_code: string | null;
  error_reason: string | null;
  due_at: string | null;
  lease_until: string | null;
}

interface Frozen {
  life: Life;
  work: Promise<void>;
  database: Database;
}

let worlds = 0;

export class CrashWorld {
  readonly random: Random;
  readonly timeline = new Timeline();
  readonly carrier: CarrierModel;
  crashes = 0;
  /** Where the crashes were. */
  readonly places = new Map<string, number>();
  /** What drains of living processes threw. A carrier that cannot be asked is expected. */
  readonly failures: Error[] = [];
  readonly #kit: TestKit;
  readonly #web: Database;
  readonly #tenant: string;
  readonly #address: string;
  readonly #drain: Drain;
  readonly #statuses;
  readonly #inbound;
  readonly #pending = new Set<Promise<void>>();
  readonly #stopped = new Set<string>();
  readonly #afterStop: string[] = [];
  readonly #frozen: Frozen[] = [];
  #senderId = '';
  #contacts: { contact: string; conversation: string; phone: string }[] = [];
  #written = 0;

  constructor(kit: TestKit, seed: number, drain: Drain = kitDrain) {
    this.#kit = kit;
    this.#drain = drain;
    this.random = seeded(seed);
    worlds += 1;
    this.#tenant = `world-${worlds}`;
    this.#address = `+1312${String(2_000_000 + worlds)}`;
    this.#web = this.#connect(2);
    this.#statuses = createStatusWriter(this.#web);
    this.#inbound = createInboundWriter(this.#web);
    this.carrier = new CarrierModel({
      timeline: this.timeline,
      random: this.random,
      callback: (report) => this.#hear(report),
      started: ({ to, id }) => {
        if (this.#stopped.has(to)) this.#afterStop.push(id);
      },
    });
  }

  #connect(maxConnections: number): Database {
    const { url, schema } = this.#kit;
    return new Database({ url, schema, maxConnections, clock: this.timeline.date });
  }

  async open(contacts = 8): Promise<void> {
    const { kit } = this.#kit;
    await kit.tenants.upsert({ id: this.#tenant, name: 'Crash world' });
    this.#senderId = await kit.tenants.addSender({
      tenant: this.#tenant,
      address: this.#address,
      accountSid: ACCOUNT_SID,
      segmentsPerSecond: null,
    });
    this.#contacts = Array.from({ length: contacts }, (_, index) => ({
      contact: newId(),
      conversation: newId(),
      phone: `+1415555${String(1000 + index)}`,
    }));
    await this.#web.pipeline(this.#tenant, ({ sql, tenant }) => [
      sql`insert into contacts (tenant_id, contact_id, phone)
          select ${tenant}, contact, phone from jsonb_to_recordset(${sql.json(this.#contacts)})
            as r (contact uuid, phone text)`,
      sql`insert into conversations (tenant_id, conversation_id, contact_id, channel, sender_id)
          select ${tenant}, conversation, contact, 'sms', ${this.#senderId}
          from jsonb_to_recordset(${sql.json(this.#contacts)}) as r (contact uuid, conversation uuid)`,
    ]);
  }

  async close(): Promise<void> {
    await this.#web.pool.end({ timeout: 1 });
  }

  async enqueue(count: number): Promise<void> {
    const messages = Array.from({ length: count }, () => {
      const { contact, conversation, phone } = this.random.pick(this.#contacts);
      this.#written += 1;
      // one text in ten says the same as others to this person do
      const body = this.random.chance(0.1) ? 'Are you coming?' : `Message ${this.#written}`;
      return { contact, conversation, phone, body };
    });
    await this.#web.transaction(this.#tenant, (tx) =>
      enqueueMessages(
        tx,
        messages.map(({ contact, conversation, phone, body }) =>
          newText({
            conversationId: conversation,
            contactId: contact,
            senderId: this.#senderId,
            from: this.#address,
            to: phone,
            body,
          }),
        ),
      ),
    );
  }

  /** Somebody texts STOP, now, while whatever goes on goes on. */
  stop(): void {
    const { phone } = this.random.pick(this.#contacts);
    this.#later(
      this.#inbound
        .add({
          tenant: this.#tenant,
          senderId: this.#senderId,
          accountSid: ACCOUNT_SID,
          sid: `SM${newId().replaceAll('-', '')}`,
          from: phone,
          to: this.#address,
          body: 'STOP',
          media: [],
          carrierHandled: null,
        })
        .then((stored) => {
          if (!stored) throw new Error('The STOP was not stored.');
          this.#stopped.add(phone);
        }),
    );
  }

  #hear(report: StatusReport): void {
    this.#later(this.#statuses.add(this.#tenant, report));
  }

  #later(work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => void this.failures.push(error as Error))
      .finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }

  async callbacksWritten(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** One process does what a worker's sweep would have it do now, until it is done or has ended. */
  async process(fate: Fate): Promise<void> {
    if (!(await this.#due())) return;
    const life = new Life(this.random, fate, 1 + this.random.below(26));
    const database = this.#connect(2);
    const work = this.#drain({
      life,
      database: life.mortal(database),
      carrier: this.carrier.lineOf(life),
      timeline: this.timeline,
      tenant: this.#tenant,
      senderId: this.#senderId,
    }).catch((error: unknown) => {
      if (!life.dead) this.failures.push(error as Error);
    });
    await Promise.race([work, life.ended]);
    if (life.place === '') {
      await database.pool.end({ timeout: 1 });
      return;
    }
    this.crashes += 1;
    this.places.set(life.place, (this.places.get(life.place) ?? 0) + 1);
    if (!life.dead) this.#frozen.push({ life, work, database });
  }

  /** Frozen processes go on where they were. */
  async thaw(): Promise<void> {
    for (const { life, work, database } of this.#frozen.splice(0)) {
      life.thaw();
      await work;
      await database.pool.end({ timeout: 1 });
    }
  }

  /** No more trouble: lets time pass until there is nothing left to do. False: there still is, after days. */
  async settle(): Promise<boolean> {
    this.carrier.calm = true;
    await this.thaw();
    for (let turn = 0; turn < 120; turn += 1) {
      await this.process('lives');
      this.timeline.pass(turn < 60 ? 20_000 : 3_600_000);
      await this.callbacksWritten();
      if (turn >= 5 && !(await this.#unfinished())) return true;
    }
    return false;
  }

  async #due(): Promise<boolean> {
    const rows = await this.#web.directory(
      (sql) => sql`select 1 from sender_wakeups
        where tenant_id = ${this.#tenant} and due_at <= ${this.timeline.date().toISOString()}`,
    );
    return rows.length > 0;
  }

  async #unfinished(): Promise<boolean> {
    const [rows] = await this.#web.pipeline(this.#tenant, ({ sql, tenant }) => [
      sql`select 1 from messages where tenant_id = ${tenant} and direction = 'outbound'
            and (due_at is not null or status in ('queued', 'sending')) limit 1`,
    ]);
    return rows.length > 0;
  }

  async judge(): Promise<Verdict> {
    const [rows] = await this.#web.pipeline(this.#tenant, ({ sql, tenant }) => [
      sql<MessageState[]>`
        select message_id, status, attempt, to_address, body, error_code, error_reason, due_at, lease_until
        from messages where tenant_id = ${tenant} and direction = 'outbound'`,
    ]);
    const verdict: Verdict = {
      messages: rows.length,
      lost: [],
      doubled: [],
      afterStop: [...this.#afterStop],
      unexplained: [],
    };
    for (const row of rows) if (!explained(row)) verdict.unexplained.push(describe(row));
    const texts = Map.groupBy(rows, (row) => `${row.to_address} ${row.body}`);
    const taken = Map.groupBy(this.carrier.accepted, (record) => `${record.to} ${record.body}`);
    for (const [text, same] of texts) judgeText(same, taken.get(text) ?? [], verdict);
    return verdict;
  }
}

const REACHED = new Set(['sent', 'delivered', 'undelivered', 'read']);

/** Equal texts to one person cannot be told apart by the person, nor by us: they are counted together. */
function judgeText(rows: MessageState[], records: Accepted[], verdict: Verdict): void {
  if (rows.length === 1) {
    const tries = Map.groupBy(records, (record) => record.attempt);
    for (const [attempt, copies] of tries) {
      if (copies.length > 1)
        verdict.doubled.push(`${describe(rows[0]!)}: try ${attempt} ${copies.length} times`);
    }
  }
  const asked = rows.reduce((sum, row) => sum + row.attempt, 0);
  if (rows.length > 1 && records.length > asked)
    verdict.doubled.push(`${rows[0]!.body}: ${records.length}/${asked}`);
  const reached = rows.filter((row) => REACHED.has(row.status));
  if (reached.length > records.length) verdict.lost.push(...reached.map(describe));
}

function explained({ status, error_code, error_reason, lease_until }: MessageState): boolean {
  if (lease_until !== null) return false;
  if (status === 'canceled') return error_code === 'opted_out' && error_reason !== null;
  // a carrier may fail a message without saying why; a refusal at the API always says
  return REACHED.has(status) || status === 'failed';
}

function describe(row: MessageState): string {
  return `${row.message_id} "${row.body}" ${row.status} try ${row.attempt} ${row.error_code ?? ''}`;
}
