/** `npm run bench:seed`: makes the people that the figures about people are measured on. See `people/seed.ts`. */
import { rm, writeFile } from 'node:fs/promises';
import postgres from 'postgres';
import { startKit } from './harness/environment.ts';
import { CONTACTS, EVENTS, folder, PEOPLE_SCHEMA, SEED, stamp, startPeople } from './people/store.ts';
import { seedPeople } from './people/seed.ts';

const started = performance.now();
const say = (line: string) => console.log(`${Math.round((performance.now() - started) / 1000)} s  ${line}`);

await rm(folder, { recursive: true, force: true });
const server = await startPeople(false);
try {
  // the account and its number, made by the kit itself
  await (await startKit({ databaseUrl: server.url, schema: PEOPLE_SCHEMA })).stop();
  const sql = postgres(server.url, {
    max: 1,
    onnotice: () => undefined,
    connection: { search_path: PEOPLE_SCHEMA },
  });
  await seedPeople(sql, say);
  await sql`checkpoint`;
  await sql.end();
  await writeFile(stamp, String(SEED));
  say(`${CONTACTS} people and ${EVENTS} events stand in ${folder}.`);
} finally {
  await server.stop();
}
