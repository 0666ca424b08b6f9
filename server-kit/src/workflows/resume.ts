/**
 * What came due while a workflow was paused. Whoever resumes it has it run now, or passed over: then each run goes on at its
 * next wait that still lies ahead, so that nobody gets on one evening what was meant for four days.
 */
import { followingStep } from '../contract/workflow/graph.ts';
import type { Definition } from '../contract/workflow/index.ts';
import type { Tx } from '../db/client.ts';
import { recordEach } from '../events/record.ts';
import { kindOf } from './counts.ts';

/** Milliseconds for one statement over everybody in a workflow. */
const ALL_TIMEOUT = '120000';

export async function allowTime({ sql }: Tx): Promise<void> {
  await sql`select set_config('statement_timeout', ${ALL_TIMEOUT}, true)`;
}

/**
 * Passes over what is due, in rounds of few statements, however many they are: all who stand at one step of one version at
 * once. Whoever is being passed on is marked by a time before all others, which `enrollments_due` finds. `ids`: these alone.
 */
export async function skipDue(tx: Tx, workflowId: string, ids?: readonly string[]): Promise<number> {
  const { sql, tenant } = tx;
  await allowTime(tx);
  const { count } = await sql`
    update enrollments set due_at = '-infinity'
    where tenant_id = ${tenant} and workflow_id = ${workflowId} and state = 'active' and due_at <= (select moment())
      and retry_of is null ${ids === undefined ? sql`` : sql`and enrollment_id = any(${[...ids]}::uuid[])`}`;
  // a step that is tried again has nothing after it
  await sql`
    update enrollments
    set waiting = coalesce(waiting, '{"reason":"wait","until":null}') || '{"skip":"due_while_paused"}'
    where tenant_id = ${tenant} and workflow_id = ${workflowId} and state = 'active' and due_at <= (select moment())
      and retry_of is not null ${ids === undefined ? sql`` : sql`and retry_of = any(${[...ids]}::uuid[])`}`;
  const definitions = new Map<number, Definition>();
  for (;;) {
    const groups = await sql<{ version: number; step: string }[]>`
      select distinct version, step from enrollments
      where tenant_id = ${tenant} and workflow_id = ${workflowId} and state = 'active' and due_at = '-infinity'`;
    // every round takes whoever is left past one step at least, so it ends
    if (groups.length === 0) return count;
    for (const { version, step } of groups) {
      const definition = definitions.get(version) ?? (await definitionOf(tx, workflowId, version));
      definitions.set(version, definition);
      await passGroup(tx, workflowId, version, step, definition);
    }
    await letGoWhoseWaitIsAhead(tx, workflowId, definitions);
  }
}

async function definitionOf({ sql, tenant }: Tx, id: string, version: number): Promise<Definition> {
  const [found] = await sql<{ definition: Definition }[]>`
    select definition from workflow_versions
    where tenant_id = ${tenant} and workflow_id = ${id} and version = ${version}`;
  return found!.definition;
}

/** The steps from `step` up to the next wait, a choice or the end. The first of them may be a wait itself: it is over. */
export function passedOver(definition: Definition, step: string): { passed: string[]; to: string | null } {
  const passed: string[] = [];
  let at: string | undefined = step;
  while (at !== undefined && !passed.includes(at)) {
    const here = definition.steps.find(({ id }) => id === at);
    const kind = here && kindOf(here.kind);
    // a choice is made when the run comes to it, and what a workflow ends with has nothing to pass over
    if (!here || kind?.ends) break;
    if (passed.length > 0 && kind?.waits) break;
    if (!kind?.waits && kind?.branches) break;
    passed.push(at);
    at = followingStep(definition, at) ?? undefined;
  }
  return { passed, to: at ?? null };
}

async function passGroup(
  tx: Tx,
  workflowId: string,
  version: number,
  step: string,
  definition: Definition,
): Promise<void> {
  const { sql, tenant } = tx;
  const { passed, to } = passedOver(definition, step);
  const here = sql`tenant_id = ${tenant} and workflow_id = ${workflowId} and version = ${version} and step = ${step}
    and state = 'active' and due_at = '-infinity'`;
  if (passed.length === 0) {
    await sql`update enrollments set due_at = moment() where ${here}`;
    return;
  }
  await sql`
    insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome, detail)
    select ${tenant}, e.enrollment_id, e.ordinal + p.place - 1, p.step, 'skipped',
      ${sql.json({ reason: 'due_while_paused' })}
    from (select enrollment_id, ordinal from enrollments where ${here}) e
    cross join unnest(${passed}::text[]) with ordinality as p (step, place)`;
  const target = to === null ? undefined : definition.steps.find(({ id }) => id === to);
  // who comes to a wait may have that one behind them as well
  const again = target !== undefined && kindOf(target.kind)?.waits === true && !passed.includes(target.id);
  await sql`
    update enrollments set step = ${to}, ordinal = ordinal + ${passed.length}, attempt = 0, waiting = null, wakes_on = null,
      due_at = ${to === null ? sql`null` : again ? sql`'-infinity'` : sql`moment()`}
    where ${here}`;
  if (to !== null) return;
  await sql`
    with ended as (
      update enrollments set state = 'completed', end_reason = 'finished', ended_at = moment()
      where tenant_id = ${tenant} and workflow_id = ${workflowId} and state = 'active' and step is null
      returning contact_id
    ) ${recordEach(tx, 'ended', { type: 'enrollment.completed', data: { workflow_id: workflowId, reason: 'finished' } })}`;
}

/** A wait until day n may be over; a wait for so long begins only now. */
async function letGoWhoseWaitIsAhead(
  { sql, tenant }: Tx,
  workflowId: string,
  definitions: ReadonlyMap<number, Definition>,
): Promise<void> {
  const waits = [...definitions].flatMap(([version, { steps, settings }]) =>
    steps.flatMap((step) => {
      const { until_day } = step as { until_day?: { day: number; at: string } };
      if (step.kind !== 'wait' || !until_day) return [];
      return [{ version, step: step.id, day: until_day.day, at: until_day.at, zone: settings.zone }];
    }),
  );
  await sql`
    update enrollments e set due_at = moment()
    where e.tenant_id = ${tenant} and e.workflow_id = ${workflowId} and e.state = 'active' and e.due_at = '-infinity'
      and not exists (
        select from jsonb_to_recordset(${sql.json(waits)}) as w (version integer, step text, day integer, at text, zone text)
        join contacts c on c.tenant_id = ${tenant} and c.contact_id = e.contact_id
        join tenants t on t.tenant_id = ${tenant}
        cross join lateral (select case w.zone when 'contact' then coalesce(c.time_zone, c.derived_zone, t.time_zone)
          when 'tenant' then t.time_zone else w.zone end as zone) z
        where w.version = e.version and w.step = e.step
          and (date_trunc('day', e.started_at at time zone z.zone) + make_interval(days => w.day) + w.at::interval)
            at time zone z.zone <= moment())`;
}
