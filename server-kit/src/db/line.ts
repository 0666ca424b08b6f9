/**
 * Lines: connections of our own, each serving one transaction at a time.
 *
 * postgres.js (3.4) has `reserve()` for this, but what it hands out does not survive a connection that is cut. A
 * statement sent afterwards throws from a timer, where nobody can catch it, or never settles; a reservation that failed
 * stays in its queue and swallows the next free connection; and a statement sent after release runs in whatever
 * transaction the connection serves by then, another tenant's among them. So each line is a postgres.js instance with
 * one connection, and watched: once it is cut or given back, it refuses every statement of its former user.
 */
import postgres from 'postgres';

type Sql = postgres.ReservedSql;
type Options = postgres.Options<Record<string, postgres.PostgresType>>;

export interface Line {
  /** Statements on this connection, and only while the line is held. */
  sql: Sql;
  /** Declares the connection unusable: what runs on it is refused, and nobody gets it again. */
  cut(error: Error): void;
  release(): void;
}

/** A connection, held by somebody or idle. */
interface Slot {
  sql: postgres.Sql;
  holder: Holder | undefined;
  closed: boolean;
}

interface Holder {
  over: Error | undefined;
  sent: Sent[];
}

/** What we need of a postgres.js query: how it is sent, and the two ways to stop it. */
interface Sent {
  handler?: (query: Sent) => void;
  reject(error: Error): void;
  /** Read when it is about to be written: a canceled one is not. */
  cancelled: unknown;
}

interface Waiting {
  resolve(line: Line): void;
  reject(error: unknown): void;
  patience: NodeJS.Timeout;
}

/** How long a transaction may wait for a connection when all are taken. */
const PATIENCE_MS = 5_000;

export class LinePool {
  readonly #url: string;
  readonly #options: Options;
  readonly #max: number;
  readonly #slots = new Set<Slot>();
  readonly #idle: Slot[] = [];
  readonly #waiting: Waiting[] = [];
  #ended = false;

  constructor(url: string, options: Options, max: number) {
    this.#url = url;
    this.#options = options;
    this.#max = max;
  }

  /** Lines that are held, or being opened. */
  get held(): number {
    return this.#slots.size - this.#idle.length;
  }

  async acquire(): Promise<Line> {
    if (this.#ended) throw failure('CONNECTION_ENDED', 'The database has been closed.');
    const idle = this.#idle.pop();
    if (idle) return this.#hold(idle);
    if (this.#slots.size < this.#max) return this.#hold(await this.#open());
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        resolve,
        reject,
        patience: setTimeout(() => this.#giveUp(waiting), PATIENCE_MS),
      };
      this.#waiting.push(waiting);
    });
  }

  /** Ends idle lines at once and held ones after `timeout` seconds. */
  async end({ timeout }: { timeout: number }): Promise<void> {
    this.#ended = true;
    for (const waiting of this.#waiting.splice(0)) {
      clearTimeout(waiting.patience);
      waiting.reject(failure('CONNECTION_ENDED', 'The database has been closed.'));
    }
    await Promise.all([...this.#slots].map((slot) => slot.sql.end({ timeout })));
  }

  /** Opens a connection and waits until it answers, so that what is wrong with it is told as it is. */
  async #open(): Promise<Slot> {
    const slot: Slot = { sql: undefined as never, holder: undefined, closed: false };
    slot.sql = postgres(this.#url, {
      ...this.#options,
      max: 1,
      // it would end a connection between two statements of a transaction
      max_lifetime: null,
      onclose: () => this.#lost(slot),
    });
    this.#slots.add(slot);
    try {
      await slot.sql`select 1`;
      return slot;
    } catch (error) {
      this.#drop(slot);
      throw error;
    }
  }

  #hold(slot: Slot): Line {
    const holder: Holder = { over: undefined, sent: [] };
    slot.holder = holder;
    const cut = (error: Error) => {
      if (!slot.closed) this.#close(slot, error);
    };
    return {
      sql: watched(slot.sql, holder),
      cut,
      release: () => {
        if (holder.over) return;
        holder.over = new Error('A statement was sent after its transaction had ended.');
        slot.holder = undefined;
        holder.sent = [];
        const next = this.#next();
        if (next) next.resolve(this.#hold(slot));
        else this.#idle.push(slot);
      },
    };
  }

  /** postgres.js says that a connection has closed: cut by somebody, or idle for long. */
  #lost(slot: Slot): void {
    if (!slot.closed) this.#close(slot, failure('CONNECTION_CLOSED', 'The database connection was cut.'));
  }

  #close(slot: Slot, error: Error): void {
    slot.closed = true;
    const { holder } = slot;
    if (holder) {
      holder.over = error;
      for (const query of holder.sent) {
        // else postgres.js would send what waits on the next connection, outside of any transaction
        query.cancelled = true;
        query.reject(error);
      }
    }
    const place = this.#idle.indexOf(slot);
    if (place >= 0) this.#idle.splice(place, 1);
    this.#drop(slot);
  }

  #drop(slot: Slot): void {
    slot.closed = true;
    this.#slots.delete(slot);
    slot.sql.end({ timeout: 0 }).catch(() => undefined);
    // its place is free: whoever waits longest may open another
    const next = this.#next();
    if (next) {
      this.#open().then(
        (opened) => next.resolve(this.#hold(opened)),
        (error: unknown) => next.reject(error),
      );
    }
  }

  #next(): Waiting | undefined {
    const next = this.#waiting.shift();
    if (next) clearTimeout(next.patience);
    return next;
  }

  #giveUp(waiting: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    waiting.reject(failure('CONNECT_TIMEOUT', 'No database connection became free in time.'));
  }
}

/** The same statements, refused once the holder's time is over. */
function watched(sql: postgres.Sql, holder: Holder): Sql {
  const watch = (query: Sent): Sent => {
    const send = query?.handler;
    // values have none; fragments do, but are never sent
    if (typeof send !== 'function') return query;
    query.handler = (sent) => {
      if (holder.over) return sent.reject(holder.over);
      holder.sent.push(sent);
      send(sent);
    };
    return query;
  };
  const call = sql as unknown as (...parts: unknown[]) => Sent;
  const unsafe = sql.unsafe.bind(sql) as unknown as (...parts: unknown[]) => Sent;
  const { types, typed, array, json, file, notify } = sql as unknown as Record<string, unknown>;
  return Object.assign((...parts: unknown[]) => watch(call(...parts)), {
    types,
    typed,
    array,
    json,
    file,
    notify,
    unsafe: (...parts: unknown[]) => watch(unsafe(...parts)),
  }) as unknown as Sql;
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
