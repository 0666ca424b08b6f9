import type { Tx } from '../db/client.ts';

/** Writes into these contacts where their cards in the default pipeline stand; null without one. */
export async function followCards({ sql, tenant }: Tx, contactIds: string[]): Promise<string[]> {
  if (contactIds.length === 0) return [];
  const changed = await sql<{ contact_id: string }[]>`
    update contacts c set stage = l.name, version = c.version + 1, updated_at = moment()
    from unnest(${contactIds}::uuid[]) as t (id) left join lateral (
      select s.name from opportunities o
      join pipelines p on p.tenant_id = o.tenant_id and p.pipeline_id = o.pipeline_id and p.is_default
      join stages s on s.tenant_id = o.tenant_id and s.stage_id = o.stage_id
      where o.tenant_id = ${tenant} and o.contact_id = t.id
      order by o.entered_at desc, o.opportunity_id desc limit 1) l on true
    where c.tenant_id = ${tenant} and c.contact_id = t.id and c.stage is distinct from l.name
    returning c.contact_id`;
  return changed.map((row) => row.contact_id);
}
