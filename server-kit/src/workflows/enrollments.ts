/** Runs as members see them: lists, one with its trace, what came due. */
import type { Enrollment, EnrollmentDetails, MemberRef, TraceEntry } from '../contract/index.ts';
import type { Definition, EndReason, EnrollmentState, StepOutcome } from '../contract/workflow/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound } from '../errors.ts';
import { nameOf } from './counts.ts';
import type { Waiting } from './engine/waiting.ts';
import { endWords, retryWords, stepWords, waitingWords } from './engine/trace.ts';

interface EnrollmentRow {
  enrollment_id: string;
  workflow_id: string;
  key: string;
  workflow_name: string;
  workflow_state: Enrollment['workflow']['state'];
  version: number;
  published: number | null;
  contact_id: string;
  contact_name: string | null;
  contact_phone: string | null;
  state: EnrollmentState;
  step: string | null;
  ordinal: number;
  due_at: string | null;
  waiting: Waiting | null;
  source: Record<string, unknown>;
  variables: Record<string, unknown>;
  end_reason: Enrollment['end_reason'];
  started_at: string;
  ended_at: string | null;
  zone: string;
  tenant_zone: string;
  now: string;
  failed_steps: number;
}

/** Definitions once a page, not once a run: a page is mostly of one version. */
type Definitions = ReadonlyMap<string, Definition>;

function columns(tx: Tx) {
  const { sql } = tx;
  return sql`
    e.enrollment_id, e.workflow_id, w.key, w.name as workflow_name, w.state as workflow_state, e.version, w.published,
    e.contact_id, c.name as contact_name, c.phone as contact_phone, e.state, e.step, e.ordinal, e.due_at, e.waiting,
    e.source, e.variables, e.end_reason, e.started_at, e.ended_at,
    coalesce(c.time_zone, c.derived_zone, t.time_zone) as zone, t.time_zone as tenant_zone, moment() as now,
    ${failedSteps(tx)} as failed_steps
    from enrollments e
    join workflows w on w.tenant_id = e.tenant_id and w.workflow_id = e.workflow_id
    join contacts c on c.tenant_id = e.tenant_id and c.contact_id = e.contact_id
    join tenants t on t.tenant_id = e.tenant_id`;
}

/** Of an enrollment `e`: its failures that are open, and those of what tried them again. */
function failedSteps({ sql }: Tx) {
  return sql`(select count(*)::integer from workflow_failures f
    where f.tenant_id = e.tenant_id and f.retried_at is null and (f.enrollment_id = e.enrollment_id or f.enrollment_id in (
      select a.enrollment_id from enrollments a where a.tenant_id = e.tenant_id and a.retry_of = e.enrollment_id)))`;
}

export async function definitionsOf(
  { sql, tenant }: Tx,
  rows: readonly { workflow_id: string; version: number }[],
): Promise<Definitions> {
  const wanted = [
    ...new Map(
      rows.map(({ workflow_id, version }) => [`${workflow_id} ${version}`, { workflow_id, version }]),
    ),
  ].map(([, one]) => one);
  if (wanted.length === 0) return new Map();
  const found = await sql<{ workflow_id: string; version: number; definition: Definition }[]>`
    select v.workflow_id, v.version, v.definition from workflow_versions v
    join jsonb_to_recordset(${sql.json(wanted)}) as k (workflow_id uuid, version integer)
      on k.workflow_id = v.workflow_id and k.version = v.version
    where v.tenant_id = ${tenant}`;
  return new Map(
    found.map(({ workflow_id, version, definition }) => [`${workflow_id} ${version}`, definition]),
  );
}

function toEnrollment(row: EnrollmentRow, definitions: Definitions): Enrollment {
  const steps = definitions.get(`${row.workflow_id} ${row.version}`)?.steps ?? [];
  const at = steps.findIndex(({ id }) => id === row.step);
  const step = steps[at];
  return {
    id: row.enrollment_id,
    workflow: { id: row.workflow_id, key: row.key, name: row.workflow_name, state: row.workflow_state },
    version: row.version,
    latest: row.version === row.published,
    contact: { id: row.contact_id, name: row.contact_name, phone: row.contact_phone },
    state: row.state,
    step:
      row.step === null || row.ended_at !== null
        ? null
        : {
            id: row.step,
            kind: step?.kind ?? '',
            words: step ? nameOf(step) : row.step,
            number: at + 1,
          },
    steps: steps.length,
    done: row.ordinal,
    due_at: row.due_at,
    waiting: row.waiting && isOn(row.waiting) ? toWaiting(row.waiting, row) : null,
    zone: row.zone,
    failed_steps: row.failed_steps,
    source: row.source,
    end_reason: row.end_reason,
    started_at: row.started_at,
    ended_at: row.ended_at,
  };
}

/** A wait that somebody passed over, or that an event has ended, is none: in a paused workflow the run stays there for long. */
const isOn = ({ skip, woken_by }: Waiting) => skip === undefined && woken_by === undefined;

/** What else the engine keeps there is its own. */
function toWaiting(waiting: Waiting, row: EnrollmentRow): NonNullable<Enrollment['waiting']> {
  const { reason, until, zone, what } = waiting;
  const says = waitingWords(waiting, new Date(row.now), row.tenant_zone);
  return { reason, until, ...(zone !== undefined && { zone }), ...(what !== undefined && { what }), says };
}

async function asEnrollments(tx: Tx, rows: readonly EnrollmentRow[]): Promise<Enrollment[]> {
  const definitions = await definitionsOf(tx, rows);
  return rows.map((row) => toEnrollment(row, definitions));
}

interface Place {
  at: string;
  id: string;
}

export interface EnrollmentsWanted {
  workflowId: string;
  state: 'live' | EnrollmentState;
  step?: string | undefined;
  limit: number;
}

/** Those that run, by contact: the index that keeps anybody from being in it twice has that order. One more than asked for. */
export async function listLive(
  tx: Tx,
  { workflowId, state, step, limit }: EnrollmentsWanted,
  after: { id: string } | null,
): Promise<Enrollment[]> {
  const { sql, tenant } = tx;
  const rows = await sql<EnrollmentRow[]>`
    select ${columns(tx)}
    where e.tenant_id = ${tenant} and e.workflow_id = ${workflowId} and e.state in ('active', 'paused')
      and e.retry_of is null ${state === 'live' ? sql`` : sql`and e.state = ${state}`}
      ${step ? sql`and e.step = ${step}` : sql``}
      ${after ? sql`and e.contact_id < ${after.id}` : sql``}
    order by e.contact_id desc limit ${limit + 1}`;
  return asEnrollments(tx, rows);
}

/** Those that are over, last ended first. */
export async function listEnded(
  tx: Tx,
  { workflowId, state, limit }: EnrollmentsWanted,
  after: Place | null,
): Promise<Enrollment[]> {
  const { sql, tenant } = tx;
  const rows = await sql<EnrollmentRow[]>`
    select ${columns(tx)}
    where e.tenant_id = ${tenant} and e.workflow_id = ${workflowId} and e.ended_at is not null and e.state = ${state}
      and e.retry_of is null
      ${after ? sql`and (e.ended_at, e.enrollment_id) < (${after.at}, ${after.id})` : sql``}
    order by e.ended_at desc, e.enrollment_id desc limit ${limit + 1}`;
  return asEnrollments(tx, rows);
}

/** Of one contact, those that run first, then the last that ended. */
export async function enrollmentsOf(tx: Tx, contactId: string): Promise<Enrollment[]> {
  const { sql, tenant } = tx;
  const rows = await sql<EnrollmentRow[]>`
    select ${columns(tx)} where e.tenant_id = ${tenant} and e.contact_id = ${contactId} and e.retry_of is null
    order by e.ended_at is not null, e.started_at desc, e.enrollment_id limit 100`;
  return asEnrollments(tx, rows);
}

/** A run may go in circles for years. */
const TRACE = 500;

/** Throws `not_found`. */
export async function enrollmentById(tx: Tx, id: string): Promise<EnrollmentDetails> {
  const { sql, tenant } = tx;
  const [[row], runs] = await Promise.all([
    sql<EnrollmentRow[]>`
      select ${columns(tx)} where e.tenant_id = ${tenant} and e.enrollment_id = ${id} and e.retry_of is null`,
    // with those that tried a step of it again, in the order of time
    sql<RunRow[]>`
      select r.ordinal, r.step, r.outcome, r.detail, r.at, f.retried_at, f.retried_by, a.waiting as again_waiting,
        a.end_reason as again_ended, a.retry_of is not null and a.ordinal = 0 as again_open
      from step_runs r
      left join workflow_failures f
        on f.tenant_id = r.tenant_id and f.enrollment_id = r.enrollment_id and f.ordinal = r.ordinal
      left join enrollments a on a.tenant_id = f.tenant_id and a.enrollment_id = f.retry_id
      where r.tenant_id = ${tenant} and (r.enrollment_id = ${id} or r.enrollment_id in (
        select enrollment_id from enrollments where tenant_id = ${tenant} and retry_of = ${id}))
      order by r.at desc, r.enrollment_id = ${id}, r.enrollment_id desc, r.ordinal desc limit ${TRACE}`,
  ]);
  if (!row) throw notFound('run');
  const definitions = await definitionsOf(tx, [row]);
  const steps = definitions.get(`${row.workflow_id} ${row.version}`)?.steps ?? [];
  return {
    ...toEnrollment(row, definitions),
    variables: row.variables,
    trace: runs.toReversed().map((run) => toEntry(run, steps, row)),
  };
}

interface RunRow {
  ordinal: number;
  step: string;
  outcome: StepOutcome;
  detail: Record<string, unknown> | null;
  at: string;
  retried_at: string | null;
  retried_by: MemberRef | null;
  /** Of the run that tries it again. */
  again_waiting: Waiting | null;
  again_ended: EndReason | null;
  /** It has not come to the step so far, or never did. */
  again_open: boolean | null;
}

function toEntry(run: RunRow, steps: Definition['steps'], { now, zone }: EnrollmentRow): TraceEntry {
  const step = steps.find(({ id }) => id === run.step);
  const { outcome, detail } = run;
  return {
    ordinal: run.ordinal,
    step: run.step,
    outcome,
    detail,
    at: run.at,
    kind: step?.kind ?? '',
    words: step ? nameOf(step) : run.step,
    reason: outcome === 'skipped' ? ((detail?.['reason'] as TraceEntry['reason'] | undefined) ?? null) : null,
    says: stepWords(run, new Date(now), zone),
    retried: toRetried(run, new Date(now), zone),
  };
}

function toRetried(run: RunRow, now: Date, zone: string): TraceEntry['retried'] {
  const { retried_at: at, retried_by: by, again_open, again_waiting, again_ended } = run;
  if (at === null) return null;
  const so = !again_open
    ? null
    : again_ended
      ? endWords(again_ended)
      : again_waiting && waitingWords(again_waiting, now, zone);
  return { by, at, says: retryWords(by?.name ?? null, at, so, now, zone) };
}

const DUE = 50;

/** What came due while a workflow was paused. */
export async function dueOf(tx: Tx, workflowId: string, definition: Definition | null) {
  const { sql, tenant } = tx;
  const due = sql`e.tenant_id = ${tenant} and e.workflow_id = ${workflowId} and e.state = 'active' and e.due_at <= (select moment())
    and e.retry_of is null`;
  const [steps, rows] = await Promise.all([
    sql<{ step: string; count: number }[]>`
      select e.step, count(*)::integer as count from enrollments e where ${due} group by e.step order by count(*) desc, e.step`,
    sql<EnrollmentRow[]>`select ${columns(tx)} where ${due} order by e.due_at limit ${DUE}`,
  ]);
  return {
    count: steps.reduce((sum, { count }) => sum + count, 0),
    steps: steps.map(({ step, count }) => {
      const known = definition?.steps.find(({ id }) => id === step);
      return { step, words: known ? nameOf(known) : null, count };
    }),
    items: await asEnrollments(tx, rows),
  };
}
