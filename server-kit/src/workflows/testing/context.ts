import { pino } from 'pino';
import type { Database } from '../../db/client.ts';
import { fakeCarrier } from '../../testing/carrier.ts';
import { TEST_SECRET, TEST_URL } from '../../testing/kit.ts';
import type { EngineContext } from '../engine/run.ts';

/** What an engine needs beside its database, and nobody hears of. */
export function engineContext(database: Database): EngineContext & { feed: { watch: () => () => void } } {
  return {
    database,
    log: pino({ level: 'silent' }),
    secret: TEST_SECRET,
    publicUrl: TEST_URL,
    carrier: fakeCarrier(),
    clock: database.options.clock ?? (() => new Date()),
    feed: { watch: () => () => undefined },
  };
}
