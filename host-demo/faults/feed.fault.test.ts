/**
 * A reader of the live feed whose connection is cut again and again, while transactions commit in another order than
 * they began, one of them is held open for long, and the connection that hears of commits is killed. What the reader
 * has in the end is what the log has: nothing missing, nothing twice once repeats are dropped by id.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { campaign, chance, pause, SEED, TIMEOUT, until } from './support/campaign.ts';
import { openStage, TENANT, type Stage } from './support/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({ databaseUrl: inject('databaseUrl') });
});
afterEach(() => stage.close());

/** Appends events as the kit does, in transactions that end when they are told to. */
class Writer {
  readonly #client: pg.Client;

  constructor(url: string) {
    this.#client = new pg.Client({ connectionString: url });
  }

  async open(): Promise<this> {
    await this.#client.connect();
    await this.#client.query(`set search_path to "${stage.schema}"`);
    return this;
  }

  begin = () => this.#client.query('begin');

  async append(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    await this.#client.query(
      `insert into events (tenant_id, event_id, type, data)
       select $1, id, 'contact.updated', '{}' from unnest($2::uuid[]) as id`,
      [TENANT, ids],
    );
    return ids;
  }

  /** Tells the readers as the kit would: another process wrote this. */
  async commit(): Promise<void> {
    await this.#client.query('commit');
    await this.#client.query('select pg_notify($1, $2)', [
      `${stage.schema}_events`,
      JSON.stringify(['elsewhere', TENANT]),
    ]);
  }

  rollback = () => this.#client.query('rollback');
  close = () => this.#client.end();
}

/** A client of the feed that reconnects where it was cut. */
class Reader {
  /** Event ids and how often each came. */
  readonly seen = new Map<string, number>();
  cuts = 0;
  #cursor: string | undefined;
  #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  /** Reads until `frames` more have come or `signal` says so, then cuts the connection, perhaps within an event. */
  async read(frames: number, signal: AbortSignal): Promise<void> {
    const cut = new AbortController();
    const answer = await stage.kit.fetch(
      new Request(`${stage.publicUrl}/v1/feed`, {
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(this.#cursor !== undefined && { 'last-event-id': this.#cursor }),
        },
        signal: cut.signal,
      }),
    );
    expect(answer.status).toBe(200);
    const reader = answer.body!.getReader();
    const stop = () => void reader.cancel();
    signal.addEventListener('abort', stop, { once: true });
    const decoder = new TextDecoder();
    let text = '';
    for (let left = frames; left > 0;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        if (left <= 0) break;
        if (this.#take(part)) left -= 1;
      }
    }
    signal.removeEventListener('abort', stop);
    await reader.cancel();
    cut.abort();
    this.cuts += 1;
  }

  /** As an EventSource does: the place is remembered with the event, and not before it is complete. */
  #take(frame: string): boolean {
    const fields = new Map(
      frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    if (fields.get('event') === 'reset') throw new Error('the feed no longer knew the place');
    const id = fields.get('id');
    if (id !== undefined) this.#cursor = id;
    if (fields.has('event') || !fields.has('data')) return false;
    const event = JSON.parse(fields.get('data')!) as { id: string };
    this.seen.set(event.id, (this.seen.get(event.id) ?? 0) + 1);
    return true;
  }
}

describe('a reader of the feed', () => {
  it(
    'misses nothing over cuts, transactions out of order, and the loss of the listening connection',
    async () => {
      const cuts = campaign(60, 1_000);
      const random = chance(SEED);
      const url = inject('databaseUrl');
      const started = performance.now();
      const written = new Set<string>();
      const over = new AbortController();
      let listenersKilled = 0;

      // the first connection fixes the place from which on nothing may be missing
      const reader = new Reader(await stage.token());
      const begin = new AbortController();
      const first = reader.read(1, begin.signal);
      await pause(200);
      begin.abort();
      await first;

      let writing = true;
      const write = async (hold: () => number, most: number) => {
        const writer = await new Writer(url).open();
        while (writing) {
          await writer.begin();
          const ids = await writer.append(1 + random.below(most));
          await pause(hold());
          if (random.below(12) === 0) await writer.rollback();
          else {
            await writer.commit();
            for (const id of ids) written.add(id);
          }
        }
        await writer.close();
      };
      const quick = () => write(() => random.below(8), 4);
      const writers = [
        quick(),
        quick(),
        quick(),
        write(() => 300 + random.below(900), 3),
        write(() => 400 + random.below(600), 1_300),
      ];
      const killing = (async () => {
        const admin = new pg.Client({ connectionString: url });
        await admin.connect();
        while (writing) {
          await pause(400 + random.below(600));
          const { rowCount } = await admin.query(
            `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen "${stage.schema}_events"%'`,
          );
          listenersKilled += rowCount ?? 0;
        }
        await admin.end();
      })();

      while (reader.cuts < cuts) {
        await reader.read(1 + random.below(random.below(4) === 0 ? 900 : 40), over.signal);
        // now and then away long enough to have pages to catch up on
        if (random.below(6) === 0) await pause(random.below(250));
      }
      writing = false;
      await Promise.all([...writers, killing]);
      const last = reader.read(Infinity, over.signal);
      const missing = () => [...written].filter((id) => !reader.seen.has(id));
      await until('the reader has everything', () => missing().length === 0, 15_000).catch(() => undefined);
      over.abort();
      await last;

      const log = new Set(
        (
          await stage.query<{ id: string }>(
            `select event_id as id from events where type = 'contact.updated'`,
          )
        ).map(({ id }) => id),
      );
      const repeats = [...reader.seen.values()].filter((times) => times > 1).length;
      const missed = missing();
      console.log(
        `feed: ${reader.cuts} cuts, ${log.size} events, ${missed.length} missed, ${repeats} repeated and dropped by id, ` +
          `listening connection killed ${listenersKilled} times, ${((performance.now() - started) / 1000).toFixed(1)} s`,
      );
      expect(missed, `seed ${SEED}`).toEqual([]);
      expect(
        [...reader.seen.keys()].filter((id) => !log.has(id)),
        `seed ${SEED}`,
      ).toEqual([]);
      expect(listenersKilled).toBeGreaterThan(0);
    },
    TIMEOUT,
  );
});
