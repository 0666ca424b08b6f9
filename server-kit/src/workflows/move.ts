/** From one version to another: only ever because somebody said so. */
import type { PendingQuery } from 'postgres';
import type { Definition, MemberRef } from '../contract/index.ts';
import type { Row, Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { recordEach } from '../events/record.ts';
import { wakeWorkflows } from './engine/bell.ts';
import { allowTime } from './resume.ts';
import { versionById } from './store.ts';

export interface Move {
  /** Left out: the published one. */
  version?: number | undefined;
  /** Left out: the step of the same id. */
  step?: string | undefined;
}

/** Throws `not_found`, `enrollment_over`, `invalid_request`. */
export async function moveEnrollment(tx: Tx, id: string, move: Move, actor: MemberRef): Promise<void> {
  const { sql, tenant } = tx;
  const [held] = await sql<
    { workflow_id: string; version: number; published: number; step: string | null; over: boolean }[]
  >`
    select e.workflow_id, e.version, w.published, e.step, e.ended_at is not null as over from enrollments e
    join workflows w on w.tenant_id = e.tenant_id and w.workflow_id = e.workflow_id
    where e.tenant_id = ${tenant} and e.enrollment_id = ${id} for no key update of e`;
  if (!held) throw notFound('run');
  if (held.step === null || held.over)
    throw new ProblemError('enrollment_over', 'This run is over. Enroll the contact again.');
  const version = move.version ?? held.published;
  const { definition } = await versionById(tx, held.workflow_id, version);
  const step = move.step ?? held.step;
  if (!hasStep(definition, step)) {
    throw new ProblemError(
      'invalid_request',
      `Version ${version} has no step ${step}. Say in \`step\` where this run is to go on.`,
      'step',
    );
  }
  await moveRuns(tx, sql`e.enrollment_id = ${id}`, version, { [held.step]: step }, actor);
}

export interface MoveAll {
  /** Left out: the published one. */
  version?: number | undefined;
  /** Only runs of this version. Left out: of every other. */
  from?: number | undefined;
  /** Where to go on, by the step at which a run stands. A step that is not named: at that of the same id. */
  steps?: Record<string, string> | undefined;
}

export interface MovedAll {
  moved: number;
  /** Runs that would have stood nowhere, by the step at which they stay. */
  left: { version: number; step: string; count: number }[];
}

/** Everybody of a workflow. Throws `not_found`, `workflow_not_active`, `invalid_request`. */
export async function moveAll(
  tx: Tx,
  workflowId: string,
  move: MoveAll,
  actor: MemberRef,
): Promise<MovedAll> {
  const { sql, tenant } = tx;
  const [workflow] = await sql<{ published: number | null }[]>`
    select published from workflows where tenant_id = ${tenant} and workflow_id = ${workflowId} for no key update`;
  if (!workflow) throw notFound('workflow');
  const version = move.version ?? workflow.published;
  if (version === null)
    throw new ProblemError('workflow_not_active', 'It was never published. Publish it to begin.');
  const { definition } = await versionById(tx, workflowId, version);
  const { steps = {} } = move;
  const lost = Object.entries(steps).find(([, to]) => !hasStep(definition, to));
  if (lost) {
    throw new ProblemError(
      'invalid_request',
      `Version ${version} has no step ${lost[1]}.`,
      `steps.${lost[0]}`,
    );
  }
  await allowTime(tx);
  const here = sql`e.workflow_id = ${workflowId} and e.version <> ${version}
    ${move.from === undefined ? sql`` : sql`and e.version = ${move.from}`}`;
  const moved = await moveRuns(tx, here, version, steps, actor);
  const left = await sql<MovedAll['left']>`
    select e.version, e.step, count(*)::integer as count from enrollments e
    where e.tenant_id = ${tenant} and e.state in ('active', 'paused') and e.retry_of is null and ${here}
    group by e.version, e.step order by e.version, e.step`;
  return { moved, left: [...left] };
}

/**
 * Sets runs of one workflow on a version: at the step that `steps` names for the one where they stand, else at that of the same
 * id; who would stand nowhere stays as they are. At another step a run goes on at once; at the same one it keeps its wait, which
 * had begun by the words of the version it came from.
 */
async function moveRuns(
  tx: Tx,
  which: PendingQuery<Row[]>,
  version: number,
  steps: Record<string, string>,
  actor: MemberRef,
): Promise<number> {
  const { sql, tenant } = tx;
  const to = sql`coalesce(${sql.json(steps)}::jsonb ->> e.step, e.step)`;
  const moved = await sql`
    with there as materialized (
      select e.enrollment_id, e.version as before, ${to} as step, ${to} <> e.step as elsewhere from enrollments e
      where e.tenant_id = ${tenant} and e.state in ('active', 'paused') and e.retry_of is null and ${which}
        and (e.version, e.step) is distinct from (${version}, ${to})
        and exists (select from workflow_versions v, jsonb_array_elements(v.definition -> 'steps') s
          where v.tenant_id = e.tenant_id and v.workflow_id = e.workflow_id and v.version = ${version} and s ->> 'id' = ${to})
      order by e.enrollment_id for no key update
    ), moved as (
      update enrollments e set version = ${version}, step = there.step,
        due_at = case when there.elsewhere then moment() else e.due_at end,
        waiting = case when there.elsewhere then null else e.waiting end,
        wakes_on = case when there.elsewhere then null else e.wakes_on end,
        attempt = case when there.elsewhere then 0 else e.attempt end
      from there where e.tenant_id = ${tenant} and e.enrollment_id = there.enrollment_id
      returning e.contact_id, e.enrollment_id, e.workflow_id, there.before, e.step
    )
    ${recordEach(
      tx,
      'moved',
      { type: 'enrollment.moved', actor, data: { version } },
      sql`jsonb_build_object('enrollment_id', enrollment_id, 'workflow_id', workflow_id, 'before', before, 'step', step)`,
    )}`;
  if (moved.count > 0) await wakeWorkflows(tx);
  return moved.count;
}

const hasStep = ({ steps }: Definition, step: string) => steps.some(({ id }) => id === step);
