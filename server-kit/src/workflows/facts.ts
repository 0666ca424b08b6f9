/** What the account has that definitions name: fields, stages, files, members. */
import type { Facts } from '../contract/workflow/check-references.ts';
import type { Tx } from '../db/client.ts';

/** Tags that nobody has yet are no mistake: most workflows bring their own. So they are not among the facts. */
export async function factsOf({ sql, tenant }: Tx): Promise<Facts> {
  const [fields, stages, templates, assets, segments, workflows, members] = await Promise.all([
    sql<{ name: string }[]>`select key as name from contact_fields where tenant_id = ${tenant}`,
    sql<{ name: string }[]>`
      select name from stages where tenant_id = ${tenant}
      union select stage_id::text from stages where tenant_id = ${tenant}`,
    sql<{ key: string; body: string }[]>`
      select key, body from templates where tenant_id = ${tenant} and deleted_at is null`,
    sql<{ name: string }[]>`
      select asset_id::text as name from assets where tenant_id = ${tenant} and deleted_at is null
      union select key from assets where tenant_id = ${tenant} and deleted_at is null and key is not null`,
    sql<{ name: string }[]>`select segment_id::text as name from segments where tenant_id = ${tenant}`,
    sql<{ name: string }[]>`
      select key as name from workflows where tenant_id = ${tenant} and state <> 'archived'`,
    sql<{ name: string }[]>`select member_id as name from members where tenant_id = ${tenant}`,
  ]);
  const set = (rows: readonly { name: string }[]) => new Set(rows.map(({ name }) => name));
  return {
    fields: set(fields),
    stages: set(stages),
    templates: new Map(templates.map(({ key, body }) => [key, body])),
    assets: set(assets),
    segments: set(segments),
    workflows: set(workflows),
    members: set(members),
  };
}
