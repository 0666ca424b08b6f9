import type { Definition } from '../../contract/workflow/index.ts';
import type { Tx } from '../../db/client.ts';

/** The triggers of a workflow are those of this definition from now on. */
export async function syncTriggers(
  tx: Tx,
  workflowId: string,
  definition: Pick<Definition, 'triggers'>,
): Promise<void> {
  const { sql, tenant } = tx;
  await sql`delete from workflow_triggers where tenant_id = ${tenant} and workflow_id = ${workflowId}`;
  if (definition.triggers.length === 0) return;
  await sql`
    insert into workflow_triggers (tenant_id, workflow_id, ordinal, kind, trigger)
    select ${tenant}, ${workflowId}, ordinality - 1, value ->> 'on', value
    from jsonb_array_elements(${sql.json(definition.triggers as never)}) with ordinality`;
}
