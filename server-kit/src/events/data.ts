import type { Tx } from '../db/client.ts';

/**
 * The data of an event, of `events` by the name `as`, for whoever reads about it: what happens to a run is told with the name of its
 * workflow, which thousands of rows need not keep.
 */
export function dataFor({ sql }: Tx, as: string) {
  const event = sql(as);
  return sql`case when ${event}.type like 'enrollment.%' then ${event}.data || jsonb_build_object('name', (
      select w.name from workflows w
      where w.tenant_id = ${event}.tenant_id and w.workflow_id = (${event}.data ->> 'workflow_id')::uuid))
    else ${event}.data end`;
}
