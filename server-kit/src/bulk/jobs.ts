/**
 * Jobs as they stand in the database and on the wire.
 *
 *   uploading ─▶ waiting ─▶ queued ─▶ running ─▶ done │ failed
 *                   └─────────┴─────────┴──────▶ canceled
 *
 * A bulk action and an export begin as queued, an import when its file begins to come. An event `job.updated` tells of every
 * change of state; what happens between is asked for (`GET /v1/jobs/{id}`): a row in the log for every step of a bar would
 * stay there for ever.
 */
import type { BulkAction, Job, JobState, MemberRef, Role } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { fileLink, type FileRef, type LinkContext } from './file-links.ts';

export interface JobRow<Settings = Record<string, unknown>, Place = unknown> {
  tenant_id: string;
  job_id: string;
  kind: Job['kind'];
  state: JobState | 'uploading';
  name: string | null;
  settings: Settings;
  place: Place | null;
  file_id: string | null;
  total: number | null;
  done: number;
  failed: number;
  counts: Record<string, number>;
  reason: string | null;
  member: MemberRef | null;
  created_at: string;
  finished_at: string | null;
}

export interface NewJob {
  id?: string | undefined;
  kind: Job['kind'];
  state: 'uploading' | 'queued';
  name: string | null;
  settings: object;
  fileId?: string;
}

/** Days that the files of a job stay after its end, and that an import waits for its mapping. */
export const KEPT_DAYS = 7;

/** Makes a job, or finds the one that this id was given to before. */
export async function createJob(tx: Tx, job: NewJob, member: MemberRef): Promise<string> {
  const { sql, tenant } = tx;
  const { id = newId(), kind, state, name, settings, fileId = null } = job;
  const [made] = await sql`
    insert into bulk_jobs (tenant_id, job_id, kind, state, name, settings, file_id, member)
    values (${tenant}, ${id}, ${kind}, ${state}, ${name}, ${sql.json(settings as never)}, ${fileId},
      ${sql.json(member)})
    on conflict do nothing returning 1`;
  if (!made) {
    const found = await jobById(tx, id);
    if (found[0]?.kind === kind) return id;
    throw new ProblemError('job_not_startable', 'This id was used for another job. Make a new one.', 'id');
  }
  await sql`insert into bulk_leases (tenant_id, job_id, due_at)
    values (${tenant}, ${id}, moment() + make_interval(days => ${state === 'queued' ? 0 : 1}))`;
  if (state === 'queued') await tell(tx, id, kind, state, member);
  return id;
}

export function tell(tx: Tx, id: string, kind: Job['kind'], state: JobState, actor: MemberRef | null) {
  return record(tx, [{ type: 'job.updated', actor, data: { job_id: id, kind, state } }]);
}

/** For the caller's pipeline. */
export function jobById({ sql, tenant }: Tx, id: string) {
  return sql<JobRow[]>`select * from bulk_jobs where tenant_id = ${tenant} and job_id = ${id}`;
}

/** Throws `not_found`. An import that is still being uploaded is not there yet. */
export function presentJob(row: JobRow | undefined, kind?: Job['kind']): JobRow {
  if (!row || row.state === 'uploading' || (kind !== undefined && row.kind !== kind)) throw notFound('job');
  return row;
}

/** The newest hundred. For the caller's pipeline. */
export function listJobs({ sql, tenant }: Tx, state: JobState | undefined) {
  return sql<JobRow[]>`select * from bulk_jobs where tenant_id = ${tenant} and state <> 'uploading'
    ${state === undefined ? sql`` : sql`and state = ${state}`}
    order by created_at desc, job_id desc limit 100`;
}

const OVER = new Set(['done', 'failed', 'canceled']);
export const isOver = ({ state }: Pick<JobRow, 'state'>) => OVER.has(state);

/**
 * Stops a job after the piece that is running, for which it waits; what has been done stays. One that is over stays as it
 * is. Throws `not_found`.
 */
export async function cancelJob(tx: Tx, id: string, actor: MemberRef): Promise<void> {
  const [row] = await tx.sql<JobRow[]>`
    select * from bulk_jobs where tenant_id = ${tx.tenant} and job_id = ${id} for no key update`;
  if (!isOver(presentJob(row))) await finish(tx, row!, 'canceled', null, actor);
}

/** Ends a job. Its files go `KEPT_DAYS` later. */
export async function finish(
  tx: Tx,
  { job_id, kind }: Pick<JobRow, 'job_id' | 'kind'>,
  state: 'done' | 'failed' | 'canceled',
  reason: string | null,
  actor: MemberRef | null = null,
): Promise<void> {
  const { sql, tenant } = tx;
  await Promise.all([
    sql`update bulk_jobs set state = ${state}, reason = ${reason}, finished_at = moment()
      where tenant_id = ${tenant} and job_id = ${job_id}`,
    sql`update bulk_leases set due_at = moment() + make_interval(days => ${KEPT_DAYS}), holder = null, tries = 0
      where tenant_id = ${tenant} and job_id = ${job_id}`,
    tell(tx, job_id, kind, state, actor),
  ]);
}

/** As somebody with this role sees it. */
export function toJob(context: LinkContext, row: JobRow, role: Role): Job {
  return {
    id: row.job_id,
    kind: row.kind,
    state: row.state as JobState,
    action: (row.settings['action'] as BulkAction | undefined) ?? null,
    name: row.name,
    total: row.total,
    done: row.done,
    failed: row.failed,
    counts: row.counts,
    reason: row.reason,
    download:
      hasFile(row) && (role === 'manager' || row.kind === 'import') ? fileLink(context, refOf(row)) : null,
    member: row.member,
    created_at: row.created_at,
    finished_at: row.finished_at,
  };
}

/** Whether there is something to fetch: what an export has written, or the rows that an import has refused. */
export function hasFile({ kind, state, failed, settings }: JobRow): boolean {
  return (
    settings['swept'] !== true && (kind === 'export' ? state === 'done' : kind === 'import' && failed > 0)
  );
}

function refOf({ tenant_id, job_id }: JobRow): FileRef {
  return { tenant: tenant_id, jobId: job_id };
}
