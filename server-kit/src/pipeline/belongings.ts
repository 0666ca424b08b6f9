/** Cards of people who are merged: they change hands, and the stage follows whichever card leads then. */
import { rowsOf, type Belongings } from '../contacts/belongings.ts';
import type { Tx } from '../db/client.ts';
import { followCards } from './leading.ts';

const rows = rowsOf('opportunities', 'opportunity_id');

interface Moved {
  ids: string[];
  /** Of the one who got the cards, as it was before it followed them: perhaps a text that no stage is called. */
  stage?: string | null;
}

export const cardBelongings: Belongings = {
  async move(tx, from, to) {
    const moved = (await rows.move(tx, from, to)) as Moved;
    if (moved.ids.length === 0) return moved;
    const stage = await stageOf(tx, to);
    await followCards(tx, [to]);
    return { ...moved, stage } satisfies Moved;
  },
  async restore(tx, back) {
    await rows.restore(tx, back);
    const { from, to, moved } = back;
    const { ids, stage } = moved as Moved;
    if (ids.length === 0) return;
    const { sql, tenant } = tx;
    const both = [from, to];
    const rest = await sql<{ contact_id: string }[]>`
      select distinct o.contact_id from opportunities o
      join pipelines p on p.tenant_id = o.tenant_id and p.pipeline_id = o.pipeline_id and p.is_default
      where o.tenant_id = ${tenant} and o.contact_id = any(${both}::uuid[])`;
    const leading = rest.map(({ contact_id }) => contact_id);
    await followCards(tx, leading);
    // without a card, "New" would be a stage on which they do not stand
    for (const id of both.filter((one) => !leading.includes(one))) {
      await sql`
        with names as (
          select s.name_key from stages s
          join pipelines p on p.tenant_id = s.tenant_id and p.pipeline_id = s.pipeline_id and p.is_default
          where s.tenant_id = ${tenant}
        ), text as (select ${id === to ? (stage ?? null) : null}::text as stage)
        update contacts c set stage = (select stage from text where lower(stage) not in (select name_key from names))
        where c.tenant_id = ${tenant} and c.contact_id = ${id} and lower(c.stage) in (select name_key from names)`;
    }
  },
};

async function stageOf({ sql, tenant }: Tx, id: string): Promise<string | null> {
  const [row] = await sql<{ stage: string | null }[]>`
    select stage from contacts where tenant_id = ${tenant} and contact_id = ${id}`;
  return row?.stage ?? null;
}
