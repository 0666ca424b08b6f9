/** Workflows as they are read: one row of the database, and what it becomes on the wire. */
import type { MemberRef, Workflow, WorkflowState } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound } from '../errors.ts';
import { totalsFrom, type CountRow } from './counts.ts';
import type { Summary } from './read-source.ts';

export interface WorkflowRow {
  workflow_id: string;
  key: string;
  name: string;
  state: WorkflowState;
  draft: string;
  summary: Partial<Summary>;
  published: number | null;
  revision: number;
  paused_at: string | null;
  created_at: string;
  updated_at: string;
  published_at: string | null;
  published_by: MemberRef | null;
  changed: boolean;
  counts: CountRow[];
  failures: number;
}

export interface WorkflowsWanted {
  id?: string;
  key?: string | undefined;
  state?: WorkflowState | undefined;
}

/** By name; without a state all but the archived. For the caller's pipeline. */
export function workflowRows({ sql, tenant }: Tx, { id, key, state }: WorkflowsWanted) {
  return sql<WorkflowRow[]>`
    select w.workflow_id, w.key, w.name, w.state, ${id ? sql`w.draft,` : sql``} w.summary, w.published, w.revision,
      w.paused_at, w.created_at, w.updated_at, v.published_at, v.published_by,
      (v.source is distinct from w.draft) as changed, coalesce(c.counts, '[]') as counts,
      (select count(*)::integer from (select from workflow_failures f
        where f.tenant_id = w.tenant_id and f.workflow_id = w.workflow_id and f.retried_at is null limit 10000) o) as failures
    from workflows w
    left join workflow_versions v
      on v.tenant_id = w.tenant_id and v.workflow_id = w.workflow_id and v.version = w.published
    left join lateral (
      select jsonb_agg(jsonb_build_object('what', what, 'count', count)) as counts from (
        select what, sum(count) as count from workflow_counts n
        where n.tenant_id = w.tenant_id and n.workflow_id = w.workflow_id group by what
      ) summed
    ) c on true
    where w.tenant_id = ${tenant}
      ${id ? sql`and w.workflow_id = ${id}` : sql``}
      ${key ? sql`and w.key = ${key}` : sql``}
      ${state ? sql`and w.state = ${state}` : id ? sql`` : sql`and w.state <> 'archived'`}
    order by lower(w.name), w.workflow_id limit 500`;
}

/** Throws `not_found`. */
export function presentWorkflow(row: WorkflowRow | undefined): WorkflowRow {
  if (!row) throw notFound('workflow');
  return row;
}

export function toWorkflow(row: WorkflowRow): Workflow {
  const { steps = 0, triggers = [], errors = 0, warnings = 0 } = row.summary;
  return {
    id: row.workflow_id,
    key: row.key,
    name: row.name,
    state: row.state,
    published:
      row.published === null || row.published_at === null
        ? null
        : { version: row.published, at: row.published_at, by: row.published_by },
    changed: row.changed,
    steps,
    triggers,
    errors,
    warnings,
    totals: totalsFrom(row.counts, row.failures),
    paused_at: row.paused_at,
    version: row.revision,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}
