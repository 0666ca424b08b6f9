/**
 * Live updates from the event log. The log is the truth, notifications only say "look": a lost one costs a few seconds,
 * never an event.
 *
 * One LISTEN connection a process serves all its clients. A commit that appended events wakes the readers of the same
 * process at once, and other processes by one NOTIFY for all tenants of the last 20 ms (one a row would halve the
 * throughput of writes: NOTIFY takes a lock that all commits share).
 *
 * Positions become visible out of order, so "everything after N" could skip a slow transaction. A cursor is therefore
 * a transaction number X with the meaning: all events of transactions below X have been delivered. X is never above the oldest
 * running transaction, so nothing below it can still appear; nor above the number after the newest event's, because what
 * Postgres gave out beyond that may not be on disk yet and is given out again after a crash. What lies above may be repeated after a reconnect;
 * clients drop repeats by event id.
 *
 * What a job does to each of a hundred thousand contacts stays in the log alone (`data.job_id`): browsers are told of the job, and
 * ask again for what they show when it is over.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { EventType, FeedEvent, MemberRef } from '../contract/index.ts';
import type { Database, Tx } from '../db/client.ts';
import { dataFor } from './data.ts';

/** A row of the log, before it is dressed for the wire. */
export interface LoggedEvent {
  tx: string;
  position: string;
  event_id: string;
  type: EventType;
  contact_id: string | null;
  conversation_id: string | null;
  message_id: string | null;
  actor: MemberRef | null;
  data: Record<string, unknown>;
  occurred_at: string;
  /** Whose feed alone carries it; null: everybody's. */
  only_for: string | null;
}

/** Adds to each event the message and conversation it is about, as they are now. */
export type Enrich = (tx: Tx, events: LoggedEvent[]) => Promise<FeedEvent[]>;

/** An event ready to be written: the JSON once for all clients, and the cursor that a client has after it. */
export interface Frame {
  eventId: string;
  cursor: string;
  json: string;
  /** The one member who may see it; null: everybody in the tenant. */
  onlyFor: string | null;
}

interface Reader {
  /** Delivered up to here: all of transactions below. */
  cursor: bigint;
  /** Delivered although not below the cursor yet. */
  ahead: Set<string>;
  listeners: Set<(frames: Frame[]) => void>;
  reading: boolean;
  stale: boolean;
}

const NOTIFY_EVERY_MS = 20;
/** Looks even when nobody said so: a process may have died between its commit and its NOTIFY. */
const LOOK_EVERY_MS = 3_000;
/** After so long without a word it listens anew: postgres.js gives up when the database is away at its first attempt. */
const SILENCE_MS = 15_000;
const PAGE = 500;

export class FeedHub {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #enrich: Enrich;
  readonly #self = randomUUID();
  readonly #readers = new Map<string, Reader>();
  readonly #dirty = new Set<string>();
  readonly #watchers = new Set<(tenant: string) => void>();
  #notifyTimer: NodeJS.Timeout | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #heardAt = 0;
  #stopListening: (() => Promise<void>) | undefined;
  #stopWatching: (() => void) | undefined;
  #cluster: Promise<string> | undefined;
  #starting: Promise<void> | undefined;

  constructor(database: Database, log: Logger, enrich: Enrich) {
    this.#database = database;
    this.#log = log;
    this.#enrich = enrich;
    // watching commits costs nothing and makes the process's own writes known to others from the first one
    this.#stopWatching = database.onCommit((tenant) => this.#committed(tenant));
  }

  /** Opens the LISTEN connection, once. Called by the first subscriber. */
  start(): Promise<void> {
    this.#starting ??= this.#listen().catch((error: unknown) => {
      // the next subscriber tries again
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async close(): Promise<void> {
    clearTimeout(this.#notifyTimer);
    clearInterval(this.#lookTimer);
    this.#stopWatching?.();
    for (const reader of this.#readers.values()) reader.listeners.clear();
    this.#readers.clear();
    // a line that is gone, as when Ctrl-C ended an embedded Postgres too, listens no more
    await this.#stopListening?.().catch(() => undefined);
  }

  /**
   * Hands every new event of a tenant to `listener`, from this moment on, and returns the cursor of this moment and the
   * way to stop.
   */
  async subscribe(
    tenant: string,
    listener: (frames: Frame[]) => void,
  ): Promise<{ cursor: string; stop: () => void }> {
    await this.start();
    const cluster = await this.#clusterName();
    // from here on without a pause: a reader whose last listener leaves is gone
    let reader = this.#readers.get(tenant);
    if (!reader) {
      const cursor = await this.#horizon(tenant);
      // two first subscribers may have asked at once
      reader = this.#readers.get(tenant) ?? {
        cursor,
        ahead: new Set(),
        listeners: new Set(),
        reading: false,
        stale: false,
      };
      this.#readers.set(tenant, reader);
    }
    reader.listeners.add(listener);
    void this.#read(tenant);
    const { listeners, cursor } = reader;
    return {
      cursor: `${cluster}.${cursor}`,
      stop: () => {
        listeners.delete(listener);
        if (listeners.size === 0 && this.#readers.get(tenant)?.listeners === listeners)
          this.#readers.delete(tenant);
      },
    };
  }

  /**
   * Tells `watcher` of every tenant with something new in its log, whichever process wrote it. A hint, as notifications are:
   * one may be lost. Returns the way to stop.
   */
  watch(watcher: (tenant: string) => void): () => void {
    this.#watchers.add(watcher);
    // without the connection it hears of this process only, until the next subscriber has opened it
    this.start().catch((error: unknown) => {
      this.#log.warn({ err: (error as Error).message }, 'cannot listen for other processes yet');
    });
    return () => this.#watchers.delete(watcher);
  }

  /** Everything since a cursor, page by page, oldest first. Null when the cursor was not given by this database. */
  async since(tenant: string, cursor: string): Promise<AsyncGenerator<Frame[]> | null> {
    const [cluster, number] = cursor.split('.');
    if (cluster !== (await this.#clusterName()) || !number || !/^\d{1,19}$/.test(number)) return null;
    return this.#pages(tenant, BigInt(number));
  }

  async *#pages(tenant: string, from: bigint): AsyncGenerator<Frame[]> {
    let after: { tx: string; position: string } | null = null;
    let horizon: bigint | undefined;
    for (;;) {
      const page: Page = await this.#page(tenant, from, after, horizon);
      horizon ??= page.horizon;
      if (page.frames.length > 0) yield page.frames;
      if (page.last === null) return;
      after = page.last;
    }
  }

  /**
   * One page. From the second on it is told the `first` page's horizon: whatever was running then may have committed in
   * front of a page that has been read, so no cursor may pass it until the log is read again from there.
   */
  async #page(
    tenant: string,
    from: bigint,
    after: { tx: string; position: string } | null,
    first?: bigint,
  ): Promise<Page> {
    return this.#database.transaction(tenant, async (tx) => {
      const { sql } = tx;
      // one statement, one snapshot: the horizon must not be newer than what was read
      const rows = await sql<(LoggedEvent & Horizon)[]>`
        with horizon as (${horizonOf(tx)})
        select h.xmin, h.newest, e.* from horizon h left join lateral (
          select tx::text, position::text, event_id, type, contact_id, conversation_id, message_id, actor,
            ${dataFor(tx, 'events')} as data, occurred_at, only_for
          from events
          where tenant_id = ${tenant} and tx >= ${String(from)}::xid8
            and (not data ? 'job_id' or type = 'job.updated')
            ${after === null ? sql`` : sql`and (tx, position) > (${after.tx}::xid8, ${after.position}::bigint)`}
          order by events.tx, events.position limit ${PAGE}
        ) e on true`;
      const horizon = first ?? lower(rows[0]!);
      const found = rows.filter((row) => row.event_id !== null);
      const cluster = await this.#clusterName();
      const dressed = found.length === 0 ? [] : await this.#enrich(tx, found);
      const frames = dressed.map((event, index) => {
        const own = BigInt(found[index]!.tx);
        return {
          eventId: event.id,
          cursor: `${cluster}.${own < horizon ? own : horizon}`,
          json: JSON.stringify(event),
          onlyFor: found[index]!.only_for,
        };
      });
      const last = found.length === PAGE ? found.at(-1)! : null;
      return { frames, horizon, above: found.filter((row) => BigInt(row.tx) >= horizon), last };
    });
  }

  async #read(tenant: string): Promise<void> {
    const reader = this.#readers.get(tenant);
    if (!reader) return;
    reader.stale = true;
    if (reader.reading) return;
    reader.reading = true;
    try {
      while (reader.stale && reader.listeners.size > 0) {
        reader.stale = false;
        await this.#readOnce(tenant, reader);
      }
    } catch (error) {
      // the next look tries again; clients keep their connection and miss nothing
      this.#log.warn({ tenant, err: (error as Error).message }, 'the live feed could not read the event log');
    } finally {
      reader.reading = false;
    }
  }

  async #readOnce(tenant: string, reader: Reader): Promise<void> {
    let after: { tx: string; position: string } | null = null;
    let horizon: bigint | undefined;
    const ahead = new Set<string>();
    do {
      const page: Page = await this.#page(tenant, reader.cursor, after, horizon);
      horizon ??= page.horizon;
      for (const row of page.above) ahead.add(row.event_id);
      const fresh = page.frames.filter((frame) => !reader.ahead.has(frame.eventId));
      if (fresh.length > 0) for (const listener of reader.listeners) listener(fresh);
      after = page.last;
    } while (after !== null);
    reader.cursor = horizon;
    reader.ahead = ahead;
  }

  #committed(tenant: string): void {
    if (this.#readers.has(tenant)) void this.#read(tenant);
    for (const watcher of this.#watchers) watcher(tenant);
    this.#dirty.add(tenant);
    this.#notifyTimer ??= setTimeout(() => void this.#notify(), NOTIFY_EVERY_MS);
  }

  async #notify(): Promise<void> {
    this.#notifyTimer = undefined;
    const tenants = [...this.#dirty];
    this.#dirty.clear();
    try {
      // a payload holds 8,000 bytes, 63 a tenant at most
      for (let from = 0; from < tenants.length; from += 100) {
        const payload = JSON.stringify([this.#self, ...tenants.slice(from, from + 100)]);
        await this.#database.pool.notify(this.#channel, payload);
      }
    } catch (error) {
      this.#log.warn(
        { err: (error as Error).message },
        'other processes were not told; they look by themselves',
      );
    }
  }

  async #listen(): Promise<void> {
    await this.#openListener();
    this.#lookTimer = setInterval(() => {
      this.#lookEverywhere();
      if (performance.now() - this.#heardAt > SILENCE_MS) void this.#listenAnew();
    }, LOOK_EVERY_MS);
    this.#lookTimer.unref();
  }

  async #openListener(): Promise<void> {
    const { unlisten } = await this.#database.pool.listen(
      this.#channel,
      (payload) => {
        this.#heardAt = performance.now();
        const [sender, ...tenants] = JSON.parse(payload) as string[];
        if (sender === this.#self) return;
        for (const tenant of tenants) {
          void this.#read(tenant);
          for (const watcher of this.#watchers) watcher(tenant);
        }
      },
      // also after the connection was lost: whatever was said meanwhile was not heard
      () => {
        this.#heardAt = performance.now();
        this.#lookEverywhere();
      },
    );
    this.#stopListening = unlisten;
  }

  async #listenAnew(): Promise<void> {
    this.#heardAt = performance.now();
    try {
      await this.#stopListening?.();
      await this.#openListener();
    } catch (error) {
      this.#log.warn(
        { err: (error as Error).message },
        'cannot listen for other processes; looking every few seconds',
      );
    }
  }

  #lookEverywhere(): void {
    for (const tenant of this.#readers.keys()) void this.#read(tenant);
  }

  async #horizon(tenant: string): Promise<bigint> {
    const [[row]] = await this.#database.pipeline(
      tenant,
      (tx) => [tx.sql<Horizon[]>`select xmin, newest from (${horizonOf(tx)}) as h`] as const,
    );
    return lower(row!);
  }

  /** Transaction numbers mean nothing in another cluster (a restored backup): cursors carry where they are from. */
  #clusterName(): Promise<string> {
    this.#cluster ??= this.#database
      .directory(
        (sql) => sql<{ name: string }[]>`
          select to_hex(hashtextextended(system_identifier::text || current_database() || current_schema(), 0)) as name
          from pg_control_system()`,
      )
      .then(
        ([row]) => row!.name,
        (error: unknown) => {
          this.#cluster = undefined;
          throw error;
        },
      );
    return this.#cluster;
  }

  get #channel(): string {
    return `${this.#database.schema}_events`;
  }
}

interface Horizon {
  xmin: string;
  newest: string | null;
}

function horizonOf({ sql, tenant }: Tx) {
  return sql`
    select pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
      (select tx::text from events where tenant_id = ${tenant} order by events.tx desc, events.position desc limit 1) as newest`;
}

function lower({ xmin, newest }: Horizon): bigint {
  const afterNewest = newest === null ? 0n : BigInt(newest) + 1n;
  const oldestRunning = BigInt(xmin);
  return afterNewest < oldestRunning ? afterNewest : oldestRunning;
}

interface Page {
  frames: Frame[];
  horizon: bigint;
  /** Rows that a slower transaction may still come in front of. */
  above: LoggedEvent[];
  /** Where the next page starts; null after the last one. */
  last: { tx: string; position: string } | null;
}
