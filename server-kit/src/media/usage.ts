/** Where a file is used, for whoever wants to delete it. */
import type { Tx } from '../db/client.ts';

/** Columns of a query that has the asset as `a`. A message has its own link to what it carries, attached or not. */
export function usageColumns({ sql }: Tx) {
  return sql`
    (select count(distinct l.message_id)::integer from asset_links l
      where l.tenant_id = a.tenant_id and l.asset_id = a.asset_id) as sent,
    (select count(distinct w.workflow_id)::integer from workflow_assets w
      where w.tenant_id = a.tenant_id and w.asset in (a.asset_id::text, a.key)) as workflows,
    (select count(*)::integer from asset_views v
      where v.tenant_id = a.tenant_id and v.asset_id = a.asset_id and v.by = 'human') as views,
    (select count(distinct v.contact_id)::integer from asset_views v
      where v.tenant_id = a.tenant_id and v.asset_id = a.asset_id and v.by = 'human') as viewers`;
}

export interface Usage {
  sent: number;
  workflows: number;
}

export const isUsed = ({ sent, workflows }: Usage) => sent > 0 || workflows > 0;

/** "sent 3 times, in 1 workflow" */
export function usageInWords({ sent, workflows }: Usage): string {
  const times = sent === 1 ? 'once' : `${sent} times`;
  return `sent ${times}, in ${workflows} ${workflows === 1 ? 'workflow' : 'workflows'}`;
}
