/** The questions of the machine, answered by Postgres: each about everybody at once. */
import { sql as statement, type SQL } from 'drizzle-orm';
import type { Filter } from '../../contract/index.ts';
import { writeArray } from '../../db/arrays.ts';
import type { Tx } from '../../db/client.ts';
import { runOnce } from '../../db/drizzle.ts';
import { compileFilter } from '../../filters/compile.ts';
import { whenOf } from '../../filters/read.ts';
import type { Run, RunContact } from '../steps/step.ts';
import type { Block, SendChannel } from './core.ts';

type When = Awaited<ReturnType<typeof whenOf>>;

export class Asking {
  readonly #tx: Tx;
  #when: Promise<When> | undefined;

  constructor(tx: Tx) {
    this.#tx = tx;
  }

  /** The first filter that is true, of each. One statement, whatever the number of branches. */
  async choose(filters: Filter[], contacts: RunContact[]): Promise<Map<string, number>> {
    const when = await (this.#when ??= whenOf(this.#tx, null));
    const asking = { tenant: this.#tx.tenant, about: 'some' as const, ...when };
    const branches: SQL[] = filters.map(
      (filter, nth) => statement`when ${compileFilter(filter, asking)} then ${String(nth)}::integer`,
    );
    const ids = writeArray([...new Set(contacts.map(({ id }) => id))]);
    const rows = await runOnce<{ id: string; branch: number }>(
      this.#tx,
      statement`select * from (
        select contacts.contact_id as id, case ${statement.join(branches, statement` `)} end as branch from contacts
        where contacts.tenant_id = ${this.#tx.tenant}::text and contacts.contact_id = any(${ids}::uuid[])) chosen
        where branch is not null`,
    );
    return new Map(rows.map(({ id, branch }) => [id, branch]));
  }

  /** The bell for an event may ring while the run that is to wait for it is not committed yet: the log knows. */
  async heard(type: string, runs: Run[]): Promise<Map<string, NonNullable<Run['wokenBy']>>> {
    const { sql, tenant } = this.#tx;
    const ids = runs.map(({ contact }) => contact.id);
    const since = runs.map(({ waited }) => waited?.since ?? null);
    const until = runs.map(({ waited }) => waited?.until ?? null);
    const rows = await sql<{ contact_id: string; id: string; data: Record<string, unknown> }[]>`
      select w.contact_id, first.event_id as id, first.data
      from unnest(${ids}::uuid[], ${since}::timestamptz[], ${until}::timestamptz[]) as w (contact_id, since, until)
      cross join lateral (
        select event_id, data from events e
        where e.tenant_id = ${tenant} and e.contact_id = w.contact_id and e.type = ${type}
          and e.occurred_at >= w.since and e.occurred_at <= w.until
        order by e.occurred_at limit 1) first`;
    return new Map(rows.map(({ contact_id, id, data }) => [contact_id, { id, type, data }]));
  }

  async replied(runs: Run[]): Promise<Set<string>> {
    const { sql, tenant } = this.#tx;
    const rows = await sql<{ id: string }[]>`
      select w.id from unnest(${runs.map((run) => run.enrollmentId)}::uuid[], ${runs.map(({ contact }) => contact.id)}::uuid[],
        ${runs.map(({ startedAt }) => startedAt.toISOString())}::timestamptz[]) as w (id, contact_id, since)
      where exists (select from events e where e.tenant_id = ${tenant} and e.contact_id = w.contact_id
        and e.type = 'message.received' and e.occurred_at > w.since)`;
    return new Set(rows.map(({ id }) => id));
  }

  /** By the number for texts and calls; the claim asks again when a text leaves. */
  async blocks(
    contacts: readonly Pick<RunContact, 'id' | 'phone' | 'dnd' | 'do_not_call'>[],
    channel: SendChannel,
  ): Promise<Map<string, Block>> {
    const blocks = new Map<string, Block>();
    for (const { id, dnd, do_not_call } of contacts)
      if (dnd.includes(channel) || (channel === 'voice' && do_not_call))
        blocks.set(id, { by: 'suppressed', since: null });
    if (channel === 'messenger') return blocks;
    const reachable = contacts.filter(({ phone }) => phone !== null);
    if (reachable.length === 0) return blocks;
    const { sql, tenant } = this.#tx;
    const phones = reachable.map(({ phone }) => phone);
    const rows = await sql<{ address: string; withdrawn: boolean; since: string }[]>`
      select address, withdrawn, since from suppressions
      where tenant_id = ${tenant} and channel = ${channel} and address = any(${phones}::text[])
      union all
      select address, false, since from agency_suppressions
      where tenant_id = (select coalesce(parent_tenant_id, tenant_id) from tenants where tenant_id = ${tenant})
        and channel = ${channel} and address = any(${phones}::text[])`;
    const byAddress = new Map<string, Block>();
    for (const { address, withdrawn, since } of rows) {
      // what they said themselves counts before what a list says
      if (withdrawn || !byAddress.has(address))
        byAddress.set(address, { by: withdrawn ? 'opted_out' : 'suppressed', since });
    }
    for (const { id, phone } of reachable) {
      const block = byAddress.get(phone!);
      if (block) blocks.set(id, block);
    }
    return blocks;
  }

  /**
   * Messages of workflows to each since their midnight. The contacts are locked first: of two batches that are about to send to
   * the same person, the second counts what the first has sent.
   */
  async sentSince(since: Map<string, Date>): Promise<Map<string, number>> {
    const { sql, tenant } = this.#tx;
    const ids = [...since.keys()];
    await sql`select 1 from contacts where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[])
      order by contact_id for no key update`;
    const rows = await sql<{ id: string; sent: number }[]>`
      select s.id, count(*)::integer as sent
      from unnest(${ids}::uuid[], ${[...since.values()].map((at) => at.toISOString())}::timestamptz[]) as s (id, since)
      join conversations c on c.tenant_id = ${tenant} and c.contact_id = s.id
      join messages m on m.tenant_id = ${tenant} and m.conversation_id = c.conversation_id
        and m.created_at >= s.since and m.direction = 'outbound' and m.origin = 'workflow' and m.status <> 'canceled'
      group by s.id`;
    return new Map(rows.map(({ id, sent }) => [id, sent]));
  }
}
