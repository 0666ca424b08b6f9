/** Connections that are cut in every moment of a transaction: an error, never a hang, and never a broken next one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { Database, type Tx } from './client.ts';

let kit: TestKit;
let database: Database;
beforeAll(async () => {
  kit = await getTestKit();
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 1 });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});

const own = async ({ sql }: Tx) => (await sql`select pg_backend_pid() as pid`)[0]!['pid'] as number;
const cut = (pid: number) => kit.admin('select pg_terminate_backend($1, 5000)', [pid]);
/** Terminates the backend once it runs `statement`. */
async function cutDuring(statement: string): Promise<void> {
  for (;;) {
    const [row] = await kit.admin(
      `select pg_terminate_backend(pid, 5000) as done from pg_stat_activity where query = $1 and state = 'active'`,
      [statement],
    );
    if (row?.done) return;
  }
}
const SLEEP = `select pg_sleep(9.${Math.floor(Math.random() * 1e6)})`;
const usable = () => database.pipeline('alpha', ({ sql }) => [sql`select 1 as one`]);

const MOMENTS: Record<string, () => Promise<unknown>> = {
  'between two statements': () =>
    database.transaction('alpha', async (tx) => {
      await cut(await own(tx));
      await tx.sql`select 1`;
    }),
  'before the commit': () =>
    database.transaction('alpha', async (tx) => {
      await cut(await own(tx));
    }),
  'in a statement': () =>
    Promise.all([database.transaction('alpha', ({ sql }) => sql.unsafe(SLEEP)), cutDuring(SLEEP)]),
  'with statements behind it': () =>
    Promise.all([
      database.transaction('alpha', ({ sql }) =>
        Promise.all([sql.unsafe(SLEEP), sql`select ${1}::int`, sql`select 2`]),
      ),
      cutDuring(SLEEP),
    ]),
  'in a pipeline': () =>
    Promise.all([
      database.pipeline('alpha', ({ sql }) => [sql.unsafe(SLEEP), sql`select ${1}::int`]),
      cutDuring(SLEEP),
    ]),
  'while a rollback is due': () =>
    database.transaction('alpha', async (tx) => {
      await cut(await own(tx));
      throw Object.assign(new Error('of the work itself'), { code: 'CONNECTION_' });
    }),
};

describe.each(Object.entries(MOMENTS))('a connection that is cut %s', (_name, happen) => {
  it('fails that transaction and no other', async () => {
    await expect(happen()).rejects.toMatchObject({ code: expect.stringMatching(/^(CONNECTION_|57P01)/) });
    expect(await usable()).toEqual([[{ one: 1 }]]);
  });
});

describe('a connection that was cut while nobody used it', () => {
  it('is opened again', async () => {
    await cut(await database.transaction('alpha', own));
    // the first may still meet the dead one
    await usable().catch(() => undefined);
    expect(await usable()).toEqual([[{ one: 1 }]]);
  });
});

describe('a statement that is sent after its transaction', () => {
  it('is refused, and does not run in the next one’s', async () => {
    let stale!: Tx;
    await database.transaction('alpha', async (tx) => {
      stale = tx;
      await tx.sql`select 1`;
    });
    await database.transaction('beta', async (tx) => {
      await tx.sql`select 1`;
      await expect(stale.sql`select * from contacts`).rejects.toThrow(/after its transaction/);
      await expect(stale.sql.unsafe('select 1')).rejects.toThrow(/after its transaction/);
    });
  });
});
