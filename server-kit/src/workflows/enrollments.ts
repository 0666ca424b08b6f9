/** Runs as members see them: lists, one with its trace, what came due, what failed. */
import type { Enrollment, EnrollmentDetails, TraceEntry, WorkflowFailure } from '../contract/index.ts';
import type { Definition, EnrollmentState, StepOutcome } from '../contract/workflow/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound } from '../errors.ts';
import { nameOf } from './counts.ts';
import type { Waiting } from './engine/waiting.ts';
import { stepWords, waitingWords } from './engine/trace.ts';

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

function columns({ sql }: Tx) {
  return sql`
    e.enrollment_id, e.workflow_id, w.key, w.name as workflow_name, w.state as workflow_state, e.version, w.published,
    e.contact_id, c.name as contact_name, c.phone as contact_phone, e.state, e.step, e.ordinal, e.due_at, e.waiting,
    e.source, e.variables, e.end_reason, e.started_at, e.ended_at,
    coalesce(c.time_zone, c.derived_zone, t.time_zone) as zone, t.time_zone as tenant_zone, moment() as now,
    (select count(*)::integer from step_runs r
      where r.tenant_id = e.tenant_id and r.enrollment_id = e.enrollment_id and r.outcome = 'failed') as failed_steps
    from enrollments e
    join workflows w on w.tenant_id = e.tenant_id and w.workflow_id = e.workflow_id
    join contacts c on c.tenant_id = e.tenant_id and c.contact_id = e.contact_id
    join tenants t on t.tenant_id = e.tenant_id`;
}

async function definitionsOf(
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
      ${state === 'live' ? sql`` : sql`and e.state = ${state}`}
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
      ${after ? sql`and (e.ended_at, e.enrollment_id) < (${after.at}, ${after.id})` : sql``}
    order by e.ended_at desc, e.enrollment_id desc limit ${limit + 1}`;
  return asEnrollments(tx, rows);
}

/** Of one contact, those that run first, then the last that ended. */
export async function enrollmentsOf(tx: Tx, contactId: string): Promise<Enrollment[]> {
  const { sql, tenant } = tx;
  const rows = await sql<EnrollmentRow[]>`
    select ${columns(tx)} where e.tenant_id = ${tenant} and e.contact_id = ${contactId}
    order by e.ended_at is not null, e.started_at desc, e.enrollment_id limit 100`;
  return asEnrollments(tx, rows);
}

/** A run may go in circles for years. */
const TRACE = 500;

/** Throws `not_found`. */
export async function enrollmentById(tx: Tx, id: string): Promise<EnrollmentDetails> {
  const { sql, tenant } = tx;
  const [[row], runs] = await Promise.all([
    sql<EnrollmentRow[]>`select ${columns(tx)} where e.tenant_id = ${tenant} and e.enrollment_id = ${id}`,
    sql<RunRow[]>`
      select ordinal, step, outcome, detail, at from step_runs
      where tenant_id = ${tenant} and enrollment_id = ${id} order by ordinal desc limit ${TRACE}`,
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
}

function toEntry(
  run: RunRow,
  steps: Definition['steps'],
  { now, zone }: { now: string; zone: string },
): TraceEntry {
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
  };
}

const DUE = 50;

/** What came due while a workflow was paused. */
export async function dueOf(tx: Tx, workflowId: string, definition: Definition | null) {
  const { sql, tenant } = tx;
  const due = sql`e.tenant_id = ${tenant} and e.workflow_id = ${workflowId} and e.state = 'active' and e.due_at <= moment()`;
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

interface FailureRow extends RunRow {
  enrollment_id: string;
  workflow_id: string;
  version: number;
  workflow_name: string;
  contact_id: string;
  contact_name: string | null;
  contact_phone: string | null;
  run_state: EnrollmentState;
  zone: string;
  now: string;
}

/** What failed for good and was not tried again since, last first. One more than asked for. */
export async function listFailures(
  tx: Tx,
  { workflowId, limit }: { workflowId: string | undefined; limit: number },
  after: Place | null,
): Promise<WorkflowFailure[]> {
  const { sql, tenant } = tx;
  const rows = await sql<FailureRow[]>`
    select r.enrollment_id, r.ordinal, r.step, r.outcome, r.detail, r.at, e.workflow_id, e.version, w.name as workflow_name,
      e.contact_id, c.name as contact_name, c.phone as contact_phone, e.state as run_state, moment() as now,
      coalesce(c.time_zone, c.derived_zone, t.time_zone) as zone
    from step_runs r
    join enrollments e on e.tenant_id = r.tenant_id and e.enrollment_id = r.enrollment_id
    join workflows w on w.tenant_id = e.tenant_id and w.workflow_id = e.workflow_id
    join contacts c on c.tenant_id = e.tenant_id and c.contact_id = e.contact_id
    join tenants t on t.tenant_id = e.tenant_id
    where r.tenant_id = ${tenant} and r.outcome = 'failed' and w.state <> 'archived'
      ${workflowId ? sql`and e.workflow_id = ${workflowId}` : sql``}
      ${after ? sql`and (r.at, r.enrollment_id) < (${after.at}, ${after.id})` : sql``}
      and not exists (select from step_runs l where l.tenant_id = r.tenant_id and l.enrollment_id = r.enrollment_id
        and l.ordinal > r.ordinal and l.step = r.step)
    order by r.at desc, r.enrollment_id desc limit ${limit + 1}`;
  const definitions = await definitionsOf(tx, rows);
  return rows.map((row) => {
    const steps = definitions.get(`${row.workflow_id} ${row.version}`)?.steps ?? [];
    const { words, says, at, ordinal, step } = toEntry(row, steps, row);
    return {
      id: `${row.enrollment_id}:${ordinal}`,
      enrollment_id: row.enrollment_id,
      ordinal,
      workflow: { id: row.workflow_id, name: row.workflow_name },
      contact: { id: row.contact_id, name: row.contact_name, phone: row.contact_phone },
      step,
      words,
      says,
      retryable: row.run_state === 'failed',
      at,
    };
  });
}
