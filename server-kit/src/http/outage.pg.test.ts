/** Postgres goes and comes back, under a running kit. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '../../../scripts/postgres.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let server: PostgresServer;
let kit: TestKit;
beforeAll(async () => {
  server = await startPostgres();
  kit = await getTestKit({ url: server.url });
});
afterAll(async () => {
  await kit.close();
  await server.stop();
});

const me = () => kit.request('GET', '/v1/me');
const answers = (count: number) => Promise.all(Array.from({ length: count }, me));

/** Asks until the kit has recovered; the test's own time-out is the limit. */
async function recovered(): Promise<void> {
  while ((await me()).status !== 200) await new Promise(setImmediate);
}

describe.each(['fast', 'immediate'] as const)('a database that stops (%s)', (how) => {
  it('is answered with 503 and a time to come back, and used again once it is there', async () => {
    expect((await me()).status).toBe(200);
    await server.halt(how);
    for (const answer of await answers(8)) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(answer.body.detail).not.toMatch(/127\.0\.0\.1|ECONN|postgres:/);
    }
    await server.resume();
    await recovered();
    expect((await answers(8)).map(({ status }) => status)).toEqual(Array(8).fill(200));
  });
});

describe('connections that are cut', () => {
  it('are opened again, and no half of a request stays', async () => {
    await answers(8);
    const send = (to: string) => kit.request('POST', '/v1/messages', { body: { to, body: 'Hello' } });
    const sending = Array.from({ length: 12 }, (_, index) => send(`+1312555${3000 + index}`));
    await kit.admin(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'patchbay'`,
    );
    const statuses = (await Promise.all(sending)).map(({ status }) => status);
    for (const status of statuses) expect([201, 503]).toContain(status);
    await recovered();
    const [found] = await kit.admin(
      `select (select count(*) from messages)::integer as messages, (select count(*) from events where type = 'message.queued')::integer as events`,
    );
    expect(found).toEqual({ messages: found.events, events: found.messages });
    expect(found.messages).toBeGreaterThanOrEqual(statuses.filter((status) => status === 201).length);
  });
});
