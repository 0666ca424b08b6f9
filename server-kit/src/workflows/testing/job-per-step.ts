/** What people build first, for comparison: a job for each step, which reads the contact, writes a message and adds the next. */
import { Logger, run } from 'graphile-worker';
import pg from 'pg';
import { quoteName } from '../../db/client.ts';

export async function naiveStepsPerSecond({
  url,
  schema,
  contacts,
  each,
}: {
  url: string;
  /** The kit's. */
  schema: string;
  contacts: string[];
  /** Steps for each contact. */
  each: number;
}): Promise<number> {
  const jobs = `${schema}_naive`;
  const count = contacts.length * each;
  let done = 0;
  let finish: () => void;
  const all = new Promise<void>((resolve) => (finish = resolve));
  const runner = await run({
    connectionString: url,
    schema: jobs,
    concurrency: 10,
    noHandleSignals: true,
    pollInterval: 100,
    logger: new Logger(() => () => undefined),
    taskList: {
      step: async (payload, { withPgClient, addJob }) => {
        const { contact, left } = payload as { contact: string; left: number };
        await withPgClient(async (line) => {
          await line.query('begin');
          await line.query(`select * from ${quoteName(schema)}.contacts where contact_id = $1`, [contact]);
          await line.query(
            `insert into ${quoteName(jobs)}.messages values (gen_random_uuid(), $1, 'Hello')`,
            [contact],
          );
          await line.query('commit');
        });
        if (left > 1) await addJob('step', { contact, left: left - 1 });
        done += 1;
        if (done === count) finish();
      },
    },
  });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `create table ${quoteName(jobs)}.messages (id uuid primary key, contact_id uuid, body text)`,
  );
  const from = performance.now();
  await Promise.all(contacts.map((contact) => runner.addJob('step', { contact, left: each })));
  await all;
  const seconds = (performance.now() - from) / 1000;
  await runner.stop();
  await client.query(`drop schema ${quoteName(jobs)} cascade`);
  await client.end();
  return count / seconds;
}
