/** What a look comes to, written: each table once, whatever the number of runs. */
import {
  addScore,
  addTags,
  removeTags,
  setColumns,
  setField,
  setStages,
  type Change,
} from '../../contacts/bulk.ts';
import type { FieldValue } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { record, type NewEvent } from '../../events/record.ts';
import { wakeWorkflows } from './bell.ts';
import { endRuns } from './control.ts';
import { END_STATES, end, type Traveler } from './core.ts';
import { keyOf, type Definitions } from './definitions.ts';
import { enroll } from './enroll.ts';
import type { ChangeGroup, Gathered } from './gathered.ts';
import { takeBack, TAKES_BACK } from './take-back.ts';
import type { Writers } from './writers.ts';

export interface Look {
  travelers: Traveler[];
  gathered: Gathered;
  definitions: Definitions;
  writers: Writers;
}

/** Brings the rows of contacts to where the contacts in memory are, so that whatever reads them next finds it. */
export async function flushChanges(tx: Tx, look: Look): Promise<void> {
  for (const group of look.gathered.takeChanges()) await writeChange(tx, group, look);
}

async function writeChange(tx: Tx, { change, by, ids }: ChangeGroup, look: Look): Promise<void> {
  const of: Change = { ids, actor: by.actor, data: { workflow_id: by.workflowId } };
  switch (change.do) {
    case 'add_tags':
      await addTags(tx, of, change.tags);
      return;
    case 'remove_tags':
      await removeTags(tx, of, change.tags);
      return;
    case 'set_field': {
      const { field, value } = change;
      if (field.startsWith('fields.')) await setField(tx, of, field.slice(7), value as FieldValue | null);
      else await setColumns(tx, of, { [field]: value });
      return;
    }
    case 'score':
      await addScore(tx, of, change.by);
      return;
    case 'move_stage':
      await setStages(tx, of, change.stage, look.writers.stages);
      return;
    case 'assign':
      await setColumns(tx, of, { owner_id: change.member });
      return;
    case 'enroll':
      await enrollIn(tx, change.workflow, of, by.workflowId, look);
      return;
    case 'leave':
      await takeOut(tx, change.workflow, of, by.workflowId, look);
      return;
  }
}

async function enrollIn(tx: Tx, key: string, of: Change, from: string, { definitions }: Look): Promise<void> {
  const { sql, tenant } = tx;
  const [found] = await sql<{ workflow_id: string; published: number }[]>`
    select workflow_id, published from workflows
    where tenant_id = ${tenant} and key = ${key} and state = 'active' and published is not null`;
  // whoever archived or paused it wants nobody in it
  if (!found) return;
  const wanted = { workflowId: found.workflow_id, version: found.published };
  const compiled = (await definitions.get(tx, [wanted])).get(keyOf(wanted));
  if (!compiled) return;
  await enroll(tx, {
    workflow: {
      id: wanted.workflowId,
      version: wanted.version,
      firstStep: compiled.definition.steps[0]!.id,
      settings: compiled.definition.settings,
    },
    contactIds: of.ids,
    source: { on: 'workflow', workflow_id: from },
    // the step that asked happens once
    sourceKey: null,
    variables: {},
    actor: of.actor,
  });
}

async function takeOut(tx: Tx, key: string, of: Change, from: string, { travelers }: Look): Promise<void> {
  const { sql, tenant } = tx;
  const rows = await sql<{ workflow_id: string }[]>`
    select workflow_id from workflows
    where tenant_id = ${tenant} and workflow_id <> ${from} and (${key} = 'all' or key = ${key})`;
  const workflowIds = rows.map((row) => row.workflow_id);
  if (workflowIds.length === 0) return;
  // those of this look are written with it
  const here = travelers.map(({ run }) => run.enrollmentId);
  for (const traveler of travelers) {
    const { run, workflow, state } = traveler;
    if (state !== 'ended' && of.ids.includes(run.contact.id) && workflowIds.includes(workflow.workflowId))
      end(traveler, 'left_by_workflow');
  }
  await endRuns(
    tx,
    sql`e.contact_id = any(${of.ids}::uuid[]) and e.workflow_id = any(${workflowIds}::uuid[])
      and e.enrollment_id <> all(${here}::uuid[])`,
    'left_by_workflow',
    of.actor,
  );
}

/** Everything that is left, and the runs themselves. */
export async function writeLook(tx: Tx, look: Look): Promise<void> {
  const { gathered, travelers, writers } = look;
  await flushChanges(tx, look);
  const gone = new Set(
    travelers.filter(({ endReason }) => endReason === 'left_by_workflow').map(({ run }) => run.enrollmentId),
  );
  const texts = gathered.texts.filter(({ enrollmentId }) => !gone.has(enrollmentId));
  if (gathered.team.length > 0) await writers.team(tx, gathered.team);
  await gathered.writeLinks(tx);
  if (texts.length > 0) await writers.texts(tx, texts);
  if (gathered.requests.length > 0) await writers.requests(tx, gathered.requests);
  const next = travelers
    .flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt.toISOString()]))
    .reduce<string | null>((first, due) => (first === null || due < first ? due : first), null);
  const events = travelers.flatMap(eventsOf);
  await Promise.all([
    writeRecords(tx, travelers),
    writeRuns(tx, travelers, gathered.variables),
    events.length > 0 ? record(tx, events) : null,
    next === null ? null : wakeWorkflows(tx, next),
    ...takeBackAll(tx, travelers),
  ]);
}

function takeBackAll(tx: Tx, travelers: Traveler[]) {
  const byEnd = Map.groupBy(travelers, ({ endReason }) => endReason);
  return TAKES_BACK.flatMap((reason) => {
    const over = byEnd.get(reason)?.map(({ run }) => run.enrollmentId);
    return over ? [takeBack(tx, over, reason)] : [];
  });
}

function writeRecords({ sql, tenant }: Tx, travelers: Traveler[]) {
  const rows = travelers.flatMap(({ run, records }) =>
    records.map((one) => ({ id: run.enrollmentId, ...one })),
  );
  if (rows.length === 0) return null;
  return sql`
    insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome, detail, at)
    select ${tenant}, r.id, r.ordinal, r.step, r.outcome, r.detail::jsonb, (select moment())
    from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ ordinal }) => ordinal)}::integer[],
      ${rows.map(({ step }) => step)}::text[], ${rows.map(({ outcome }) => outcome)}::text[],
      ${rows.map(({ detail }) => (detail === null ? null : JSON.stringify(detail)))}::text[])
      as r (id, ordinal, step, outcome, detail)`;
}

function writeRuns(
  { sql, tenant }: Tx,
  travelers: Traveler[],
  variables: ReadonlyMap<string, Record<string, unknown>>,
) {
  const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
  const column = <T>(of: (traveler: Traveler) => T) => travelers.map((traveler) => of(traveler));
  return sql`
    update enrollments e
    set state = r.state, step = r.step, ordinal = r.ordinal, attempt = r.attempt, due_at = r.due_at,
      waiting = r.waiting::jsonb, wakes_on = r.wakes_on, variables = coalesce(r.variables::jsonb, e.variables),
      end_reason = r.end_reason, ended_at = case when r.end_reason is not null then (select moment()) end
    from unnest(${column(({ run }) => run.enrollmentId)}::uuid[],
      ${column(({ endReason }) => (endReason === null ? 'active' : END_STATES[endReason]))}::text[],
      ${column(({ step }) => step)}::text[], ${column(({ run }) => run.ordinal)}::integer[],
      ${column(({ run }) => run.attempt)}::smallint[], ${column(({ dueAt }) => dueAt?.toISOString() ?? null)}::timestamptz[],
      ${column(({ waiting }) => json(waiting))}::text[], ${column(({ wakesOn }) => wakesOn)}::text[],
      ${column(({ endReason }) => endReason)}::text[], ${column(({ run }) => json(variables.get(run.enrollmentId)))}::text[])
      as r (id, state, step, ordinal, attempt, due_at, waiting, wakes_on, end_reason, variables)
    where e.tenant_id = ${tenant} and e.enrollment_id = r.id`;
}

/** One event a look for who has moved on, and one for each step that did not do what it was for. */
function eventsOf({ run, workflow, records, step, endReason, retryOf }: Traveler): NewEvent[] {
  const about = (type: NewEvent['type'], data: Record<string, unknown>): NewEvent => ({
    type,
    contactId: run.contact.id,
    actor: workflow.actor,
    data: { enrollment_id: retryOf ?? run.enrollmentId, workflow_id: workflow.workflowId, ...data },
  });
  const events = records.flatMap(({ step, outcome, detail }) =>
    outcome === 'done' ? [] : [about(`enrollment.step_${outcome}`, { step, reason: detail?.['reason'] })],
  );
  // whoever waits for a workflow to be finished waits for none of this
  if (retryOf)
    events.push(
      ...(records.length > 0 || endReason !== null ? [about('enrollment.moved', { retried: true })] : []),
    );
  else if (endReason !== null)
    events.push(about(`enrollment.${END_STATES[endReason]}`, { reason: endReason }));
  else if (records.length > 0) events.push(about('enrollment.moved', { step }));
  return events;
}
