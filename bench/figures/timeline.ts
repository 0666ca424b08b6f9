/** The timeline of a contact: a random page out of a log of millions. */
import { Database } from '../../server-kit/src/db/client.ts';
import { readTimeline } from '../../server-kit/src/timeline/timeline.ts';
import { database, startKit, superuser } from '../harness/environment.ts';
import type { Figure } from '../harness/figure.ts';

const EVENTS = Number(process.env['PATCHBAY_BENCH_EVENTS'] ?? 2_000_000);
const TENANTS = 50;
/** Of each tenant, so that a contact has 200 events. */
const CONTACTS = EVENTS / TENANTS / 200;
const PAGES = 500;

/** Contacts and events alone: what a message looks like now is read by its key, and costs the same in any log. */
async function seed(schema: string): Promise<void> {
  const sql = await superuser(schema, 1);
  await sql`insert into tenants (tenant_id, name) select 't' || n, 'Tenant ' || n from generate_series(1, ${TENANTS}) n`;
  await sql`insert into contacts (tenant_id, contact_id)
    select 't' || t, md5('c' || c)::uuid from generate_series(1, ${TENANTS}) t, generate_series(1, ${CONTACTS}) c`;
  // in the order in which a log grows: everybody's events among each other's; two in three are reports
  await sql`insert into events (tenant_id, event_id, type, contact_id, occurred_at, data)
    select 't' || 1 + n % ${TENANTS}, gen_random_uuid(),
      (array['message.sent', 'message.delivered', 'note.added', 'message.sent', 'message.read', 'tag.added'])[1 + (n * 7919 / 13) % 6],
      md5('c' || 1 + (n / ${TENANTS}) % ${CONTACTS})::uuid,
      date_trunc('milliseconds', now() - (${EVENTS} - n) * interval '1 second'), '{"name": "Something"}'
    from generate_series(1::bigint, ${EVENTS}) n`;
  await sql`vacuum analyze events`;
  await sql`analyze contacts`;
  await sql.end();
}

export const timelinePage: Figure = {
  name: 'timeline-page',
  title: `p95 of a random page of a contact’s timeline, ${EVENTS.toLocaleString('en')} events of ${TENANTS} tenants`,
  unit: 'ms',
  goal: { atMost: 30 },
  async measure(bench) {
    const kit = await startKit();
    const { url } = await database();
    const db = new Database({ url, schema: kit.schema, statementTimeout: 600_000 });
    try {
      await seed(kit.schema);
      const context = { database: db, secret: 'x'.repeat(32), mountPath: '', clock: () => new Date() };
      const times: number[] = [];
      for (let page = 0; page < PAGES; page += 1) {
        const tenant = `t${1 + Math.floor(Math.random() * TENANTS)}`;
        const [[contact]] = await db.pipeline(
          tenant,
          ({ sql }) =>
            [
              sql<{ id: string }[]>`select contact_id as id from contacts where tenant_id = ${tenant}
                offset ${Math.floor(Math.random() * CONTACTS)} limit 1`,
            ] as const,
        );
        const at = new Date(Date.now() - Math.random() * EVENTS * 1_000).toISOString();
        const before = page % 2 === 0 ? null : { at, position: '0' };
        const from = performance.now();
        await readTimeline(context, tenant, contact!.id, { kind: null, before, after: null, limit: 50 });
        times.push(performance.now() - from);
      }
      times.sort((a, b) => a - b);
      bench.note(`median ${times[PAGES / 2]!.toFixed(1)} ms, longest ${times.at(-1)!.toFixed(1)} ms`);
      return [times[Math.floor(PAGES * 0.95)]!];
    } finally {
      await db.close();
      await kit.stop();
    }
  },
};
