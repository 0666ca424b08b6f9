import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { startQueue, type Queue } from './queue.ts';

let kit: TestKit;
let queue: Queue;
const exitCode = process.exitCode;
const done: unknown[] = [];
const warnings: unknown[] = [];

beforeAll(async () => {
  kit = await getTestKit();
});
afterEach(() => {
  done.length = 0;
  warnings.length = 0;
});
afterAll(() => kit.close());

async function start() {
  const log = { warn: (_: unknown, words: string) => warnings.push(words), error: () => undefined };
  const note = (payload: unknown) => {
    done.push(payload);
  };
  queue = await startQueue({ database: kit.database, log: log as never }, { note }, 2);
}
/** As any Graphile in this database does when it is brought up to date, whatever its schema. */
const migrated = () =>
  kit.admin(`select pg_notify('worker:migrate', '{"migrationNumber":99,"breaking":true}')`);
const begunAgain = () =>
  vi.waitFor(
    () => expect(warnings.filter((one) => /begins again/.test(String(one)))).not.toEqual([]),
    20_000,
  );

it('goes on when another Graphile in the database has been migrated, and leaves no exit code behind', async () => {
  await start();
  await vi.waitFor(async () => {
    await migrated();
    expect(warnings).not.toEqual([]);
  }, 20_000);
  await begunAgain();
  await vi.waitFor(async () => {
    await queue.add('note', { n: 1 }, 'one');
    expect(done).toContainEqual({ n: 1 });
  }, 20_000);
  await queue.stop();
  expect(process.exitCode).toBe(exitCode);
});

it('stops when it has just ended by itself', async () => {
  for (let nth = 0; nth < 5; nth += 1) {
    await start();
    await migrated();
    await queue.stop();
  }
});

it('stops while it waits to begin again', async () => {
  await start();
  await vi.waitFor(async () => {
    await migrated();
    expect(warnings).not.toEqual([]);
  }, 20_000);
  await queue.stop();
});
