/** Cards as they are read: a board with the beginning of each stage, and page by page. */
import { sql, type SQL } from 'drizzle-orm';
import type { Board, Opportunity, Pipeline } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { runOnce } from '../db/drizzle.ts';

export interface CardsWanted {
  /** Null: nobody's. Left out: everybody's. */
  owner?: string | null | undefined;
  q?: string | undefined;
  /** A compiled filter, about the table `contacts`. */
  where?: SQL | undefined;
}

interface CardRead extends Omit<Opportunity, 'contact' | 'owner'> {
  rank: string;
  contact_id: string;
  contact_name: string | null;
  phone: string | null;
  do_not_call: boolean;
  conversation_id: string | null;
  owner_id: string | null;
  owner_name: string | null;
}

/** What is shown of the rows that `o` holds. */
const shown = (tenant: string) => sql`
  o.opportunity_id as id, o.pipeline_id, o.stage_id, o.rank, o.contact_id, contacts.name as contact_name, contacts.phone,
  contacts.do_not_call, v.conversation_id, o.name, o.value::float8 as value, o.currency, o.owner_id, m.name as owner_name,
  o.expected_close::text as expected_close, o.entered_at, o.closed_at, o.version, o.created_at, o.updated_at,
  greatest(o.updated_at, v.last_message_at) as last_activity_at
  from o
  join contacts on contacts.tenant_id = ${tenant}::text and contacts.contact_id = o.contact_id
  left join members m on m.tenant_id = ${tenant}::text and m.member_id = o.owner_id
  left join lateral (
    select conversation_id, last_message_at from conversations
    where tenant_id = ${tenant}::text and contact_id = o.contact_id and channel = 'sms' limit 1) v on true`;

function toCard(row: CardRead): Opportunity {
  const {
    contact_id,
    contact_name,
    phone,
    do_not_call,
    conversation_id,
    owner_id,
    owner_name,
    rank: _,
    ...card
  } = row;
  return {
    ...card,
    contact: { id: contact_id, name: contact_name, phone, do_not_call, conversation_id },
    owner: owner_id === null ? null : { id: owner_id, name: owner_name ?? owner_id },
  };
}

/** The condition about `o`, an alias of `opportunities`. */
function wantedOf(tenant: string, { owner, q, where }: CardsWanted): SQL {
  const parts = [sql`o.tenant_id = ${tenant}::text`];
  if (owner !== undefined)
    parts.push(owner === null ? sql`o.owner_id is null` : sql`o.owner_id = ${owner}::text`);
  const about: SQL[] = [];
  if (q !== undefined) {
    const like = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
    about.push(
      sql`(o.name ilike ${like}::text or contacts.name ilike ${like}::text or contacts.phone like ${like}::text)`,
    );
  }
  if (where) about.push(where);
  if (about.length > 0) {
    parts.push(sql`exists (select 1 from contacts
      where contacts.tenant_id = ${tenant}::text and contacts.contact_id = o.contact_id and ${sql.join(about, sql` and `)})`);
  }
  return sql.join(parts, sql` and `);
}

/** The page of a stage behind `after`, and one row more when there is one. */
export async function cardsOfStage(
  tx: Tx,
  stageId: string,
  wanted: CardsWanted,
  { after, limit }: { after: string | null; limit: number },
): Promise<{ cards: Opportunity[]; next: string | null }> {
  const rows = await runOnce<CardRead>(
    tx,
    sql`with o as materialized (
      select o.* from opportunities o
      where ${wantedOf(tx.tenant, wanted)} and o.stage_id = ${stageId}::uuid
        ${after === null ? sql`` : sql`and o.rank > ${after}::text`}
      order by o.rank limit ${limit + 1})
    select ${shown(tx.tenant)} order by o.rank`,
  );
  return cut(rows, limit);
}

/** Counts and sums of all stages, and the first cards of each. */
export async function boardOf(
  tx: Tx,
  pipeline: Pipeline,
  wanted: CardsWanted,
  limit: number,
): Promise<Board> {
  const { tenant } = tx;
  const which = wantedOf(tenant, wanted);
  const [totals, rows] = await Promise.all([
    runOnce<{ stage_id: string; currency: string | null; count: number; value: number }>(
      tx,
      sql`select o.stage_id, o.currency, count(*)::integer as count, coalesce(sum(o.value), 0)::float8 as value
        from opportunities o where ${which} and o.pipeline_id = ${pipeline.id}::uuid group by 1, 2 order by 4 desc, 2`,
    ),
    limit === 0
      ? []
      : runOnce<CardRead>(
          tx,
          sql`with o as materialized (
            select page.* from stages s cross join lateral (
              select o.* from opportunities o where ${which} and o.stage_id = s.stage_id
              order by o.rank limit ${limit + 1}) page
            where s.tenant_id = ${tenant}::text and s.pipeline_id = ${pipeline.id}::uuid)
          select ${shown(tenant)} order by o.stage_id, o.rank`,
        ),
  ]);
  return {
    pipeline,
    stages: pipeline.stages.map(({ id }) => {
      const own = totals.filter((row) => row.stage_id === id);
      return {
        id,
        count: own.reduce((sum, row) => sum + row.count, 0),
        sums: own.flatMap(({ currency, value }) => (currency === null ? [] : { currency, value })),
        ...cut(
          rows.filter((row) => row.stage_id === id),
          limit,
        ),
      };
    }),
  };
}

/** One card, or all of a contact. */
export async function readCards(
  tx: Tx,
  { id = null, contactId = null }: { id?: string | null; contactId?: string | null },
): Promise<Opportunity[]> {
  const rows = await runOnce<CardRead>(
    tx,
    sql`with o as materialized (
      select * from opportunities where tenant_id = ${tx.tenant}::text
        and ${id === null ? sql`contact_id = ${contactId}::uuid` : sql`opportunity_id = ${id}::uuid`})
    select ${shown(tx.tenant)} order by o.entered_at desc, o.opportunity_id limit 200`,
  );
  return rows.map(toCard);
}

function cut(rows: readonly CardRead[], limit: number): { cards: Opportunity[]; next: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    cards: kept.map(toCard),
    next: rows.length > limit && last ? Buffer.from(last.rank).toString('base64url') : null,
  };
}
