/** Contacts into a workflow because a member or the host said so. */
import type { Definition, MemberRef, WorkflowState } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { enroll } from './engine/enroll.ts';

interface Target {
  version: number;
  definition: Definition;
}

/** What new runs get. Throws `not_found`, `workflow_not_active`. */
export async function entryOf({ sql, tenant }: Tx, id: string): Promise<Target> {
  const [found] = await sql<
    { state: WorkflowState; version: number | null; definition: Definition | null }[]
  >`
    select w.state, v.version, v.definition from workflows w
    left join workflow_versions v
      on v.tenant_id = w.tenant_id and v.workflow_id = w.workflow_id and v.version = w.published
    where w.tenant_id = ${tenant} and w.workflow_id = ${id}`;
  if (!found) throw notFound('workflow');
  const { state, version, definition } = found;
  if (version === null || definition === null || state === 'draft')
    throw new ProblemError('workflow_not_active', 'It was never published. Publish it, then enroll.');
  if (state === 'archived')
    throw new ProblemError('workflow_not_active', 'It is archived: nobody can be enrolled any more.');
  return { version, definition };
}

export interface Asked {
  contactIds: string[];
  variables?: Record<string, unknown> | undefined;
  /** The same key enrolls the same contact once. */
  key?: string | null;
  actor: MemberRef;
  source?: Record<string, unknown>;
}

/** Whoever may come in does. In a paused workflow they wait at its first step. Throws as `entryOf`. */
export async function enrollAsked(
  tx: Tx,
  workflowId: string,
  { contactIds, variables = {}, key = null, actor, source = {} }: Asked,
): Promise<{ enrollment_id: string; contact_id: string }[]> {
  const { version, definition } = await entryOf(tx, workflowId);
  const { steps, settings } = definition;
  return enroll(tx, {
    workflow: { id: workflowId, version, firstStep: steps[0]!.id, settings },
    contactIds: [...new Set(contactIds)],
    source: { on: 'manual', by: actor.name, ...source },
    sourceKey: key,
    variables,
    actor,
  });
}

/** For the bulk action: a piece of the contacts at a time, in the worker. The same job enrolls the same contact once. */
export async function enrollForJob(
  tx: Tx,
  workflowId: string,
  { ids, actor, data }: { ids: string[]; actor: MemberRef | null; data: Record<string, unknown> },
): Promise<{ enrolled: number; skipped: number }> {
  const jobId = String(data['job_id']);
  const enrolled = await enrollAsked(tx, workflowId, {
    contactIds: ids,
    key: `job:${jobId}`,
    actor: actor ?? { id: `job:${jobId}`, name: '' },
    source: { job_id: jobId },
  });
  return { enrolled: enrolled.length, skipped: ids.length - enrolled.length };
}
