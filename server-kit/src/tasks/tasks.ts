/** Things to do, with or without a contact. `reminders.ts` tells the assignee when one is due. */
import type { MemberRef, Task } from '../contract/index.ts';
import { contactById, present } from '../contacts/rows.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record, type NewEvent } from '../events/record.ts';
import { newId } from '../ids.ts';
import { notify } from '../notifications/notifications.ts';
import { memberById } from '../tenancy/directory.ts';

export type Due = { at: string } | { on: string; time_zone?: string | undefined };

export interface TaskInput {
  id?: string | undefined;
  title: string;
  contact_id: string | null;
  assignee_id?: string | null | undefined;
  due: Due | null;
}

export interface TaskChange {
  title?: string | undefined;
  assignee_id?: string | null | undefined;
  due?: Due | null | undefined;
  done?: boolean | undefined;
}

export interface TasksWanted {
  /** Null: nobody's. */
  assignee?: string | null | undefined;
  contactId?: string | undefined;
  state: 'open' | 'overdue' | 'done';
  after: { at: string; id: string } | null;
  limit: number;
}

/** Of tasks without a time; later than any time. */
const NEVER = '9999-12-31T00:00:00.000Z';

function columns({ sql }: Tx) {
  return sql`
    t.task_id as id, t.title, t.assignee_id, m.name as assignee_name, t.contact_id, c.name as contact_name,
    c.phone as contact_phone, t.due_at, t.due_day::text as due_on, t.due_zone as time_zone, t.overdue_at, t.completed_at,
    t.completed_by, t.version, t.created_at, t.updated_at
    from tasks t
    left join members m on m.tenant_id = t.tenant_id and m.member_id = t.assignee_id
    left join contacts c on c.tenant_id = t.tenant_id and c.contact_id = t.contact_id`;
}

interface TaskRow extends Omit<Task, 'contact' | 'assignee'> {
  assignee_id: string | null;
  assignee_name: string | null;
  contact_id: string | null;
  contact_name: string | null;
  contact_phone: string | null;
}

function toTask(row: TaskRow): Task {
  const { assignee_id, assignee_name, contact_id, contact_name, contact_phone, ...task } = row;
  return {
    ...task,
    contact: contact_id === null ? null : { id: contact_id, name: contact_name, phone: contact_phone },
    assignee: assignee_id === null ? null : { id: assignee_id, name: assignee_name ?? assignee_id },
  };
}

/** One more than asked for when there is one; each with the place that a cursor names. */
export async function listTasks(tx: Tx, wanted: TasksWanted): Promise<{ task: Task; at: string }[]> {
  const { sql, tenant } = tx;
  const { assignee, contactId, state, after, limit } = wanted;
  const done = state === 'done';
  const at = () => (done ? sql`t.completed_at` : sql`coalesce(t.due_at, ${NEVER}::timestamptz)`);
  const rows = await sql<(TaskRow & { place: string })[]>`
    select ${at()} as place, ${columns(tx)}
    where t.tenant_id = ${tenant} and t.completed_at is ${done ? sql`not null` : sql`null`}
      ${assignee === undefined ? sql`` : assignee === null ? sql`and t.assignee_id is null` : sql`and t.assignee_id = ${assignee}`}
      ${contactId === undefined ? sql`` : sql`and t.contact_id = ${contactId}`}
      ${state === 'overdue' ? sql`and t.overdue_at <= (select moment())` : sql``}
      ${after === null ? sql`` : done ? sql`and (${at()}, t.task_id) < (${after.at}, ${after.id})` : sql`and (${at()}, t.task_id) > (${after.at}, ${after.id})`}
    order by ${done ? sql`t.completed_at desc, t.task_id desc` : sql`${at()}, t.task_id`} limit ${limit + 1}`;
  return rows.map(({ place, ...row }) => ({ task: toTask(row), at: place }));
}

/** Throws `not_found`. */
export async function taskById(tx: Tx, id: string): Promise<Task> {
  const [row] = await tx.sql<TaskRow[]>`
    select ${columns(tx)} where t.tenant_id = ${tx.tenant} and t.task_id = ${id}`;
  if (!row) throw notFound('task');
  return toTask(row);
}

/** Open tasks of a contact, soonest first; those without a time last. */
export async function openTasksOf(tx: Tx, contactId: string, limit: number): Promise<Task[]> {
  const found = await listTasks(tx, { contactId, state: 'open', after: null, limit });
  return found.slice(0, limit).map(({ task }) => task);
}

/** Throws `not_found`, `contact_merged`, `invalid_request`, `invalid_time_zone`. */
export async function createTask(tx: Tx, input: TaskInput, actor: MemberRef): Promise<Task> {
  const { sql, tenant } = tx;
  const { id = newId(), title, contact_id, assignee_id = actor.id, due } = input;
  if (contact_id !== null) {
    const [row] = await contactById(tx, contact_id);
    present(row);
  }
  if (assignee_id !== null) await memberById(tx, assignee_id, 'assignee_id');
  const [made] = await sql`
    insert into tasks (tenant_id, task_id, contact_id, title, assignee_id, created_by)
    values (${tenant}, ${id}, ${contact_id}, ${title}, ${assignee_id}, ${sql.json(actor)})
    on conflict do nothing returning 1`;
  if (!made) {
    throw new ProblemError(
      'invalid_request',
      'There is already a task with this id. Make a new id for it.',
      'id',
    );
  }
  await writeDue(tx, id, contact_id, due);
  const task = await taskById(tx, id);
  await record(tx, [about('task.created', task, actor)]);
  await tellAssignee(tx, task, actor);
  return task;
}

/** Throws `not_found`, `edited_elsewhere`, `invalid_request`, `invalid_time_zone`. */
export async function updateTask(
  tx: Tx,
  id: string,
  change: TaskChange,
  expected: number | null,
  actor: MemberRef,
): Promise<Task> {
  const { sql, tenant } = tx;
  await sql`select 1 from tasks where tenant_id = ${tenant} and task_id = ${id} for update`;
  const before = await taskById(tx, id);
  if (expected !== null && before.version !== expected) {
    throw new ProblemError(
      'edited_elsewhere',
      'Someone else changed this task meanwhile. Load it again, then change it.',
    );
  }
  const wasDone = before.completed_at !== null;
  const { title = before.title, done = wasDone } = change;
  const assigneeId = change.assignee_id === undefined ? (before.assignee?.id ?? null) : change.assignee_id;
  const assigned = assigneeId !== (before.assignee?.id ?? null);
  if (assigned && assigneeId !== null) await memberById(tx, assigneeId, 'assignee_id');
  const by = done && !wasDone ? sql.json(actor) : null;
  await sql`
    update tasks set title = ${title}, assignee_id = ${assigneeId}, version = version + 1, updated_at = moment(),
      completed_at = case when not ${done} then null when ${wasDone} then completed_at else moment() end,
      completed_by = case when not ${done} then null when ${wasDone} then completed_by else ${by}::jsonb end
    where tenant_id = ${tenant} and task_id = ${id}`;
  if (change.due !== undefined) await writeDue(tx, id, before.contact?.id ?? null, change.due);
  if (done && !wasDone) {
    await sql`delete from task_reminders where tenant_id = ${tenant} and task_id = ${id}`;
  } else if (!done && wasDone && change.due === undefined) {
    await remindAgain(tx, id);
  }
  const task = await taskById(tx, id);
  const changed = [
    ...(task.title === before.title ? [] : ['title']),
    ...(assigned ? ['assignee'] : []),
    ...(task.due_at === before.due_at && task.due_on === before.due_on ? [] : ['due']),
    ...(wasDone && !done ? ['reopened'] : []),
  ];
  const events: NewEvent[] = [];
  if (changed.length > 0) {
    const event = about('task.updated', task, actor);
    events.push({
      ...event,
      data: { ...event.data, changed, before: { title: before.title, due_at: before.due_at } },
    });
  }
  if (done && !wasDone) events.push(about('task.completed', task, actor));
  if (events.length > 0) await record(tx, events);
  if (assigned) await tellAssignee(tx, task, actor);
  return task;
}

/** Throws `not_found`. */
export async function deleteTask(tx: Tx, id: string, actor: MemberRef): Promise<void> {
  await tx.sql`select 1 from tasks where tenant_id = ${tx.tenant} and task_id = ${id} for update`;
  const task = await taskById(tx, id);
  await tx.sql`delete from tasks where tenant_id = ${tx.tenant} and task_id = ${id}`;
  await record(tx, [about('task.deleted', task, actor)]);
}

async function writeDue(tx: Tx, id: string, contactId: string | null, due: Due | null): Promise<void> {
  const { sql, tenant } = tx;
  const at = due && 'at' in due ? due.at : null;
  const day = due && 'on' in due ? due.on : null;
  const zone = due && 'on' in due ? (due.time_zone ?? (await zoneOf(tx, contactId))) : null;
  if (zone !== null) await checkZone(tx, zone);
  await sql`
    update tasks set due_day = ${day}::text::date, due_zone = ${zone},
      due_at = coalesce(${at}::timestamptz, (${day}::text::date + time '09:00') at time zone ${zone}::text),
      overdue_at = coalesce(${at}::timestamptz, (${day}::text::date + 1)::timestamp at time zone ${zone}::text)
    where tenant_id = ${tenant} and task_id = ${id}`;
  await remindAgain(tx, id);
}

/** The reminder follows the task: none without a time, or once it is done. */
async function remindAgain({ sql, tenant }: Tx, id: string): Promise<void> {
  await sql`delete from task_reminders where tenant_id = ${tenant} and task_id = ${id}`;
  await sql`
    insert into task_reminders (tenant_id, task_id, due_at)
    select tenant_id, task_id, due_at from tasks
    where tenant_id = ${tenant} and task_id = ${id} and due_at is not null and completed_at is null`;
}

async function zoneOf({ sql, tenant }: Tx, contactId: string | null): Promise<string> {
  const [row] = await sql<{ zone: string }[]>`
    select coalesce(c.time_zone, c.derived_zone, t.time_zone) as zone from tenants t
    left join contacts c on c.tenant_id = t.tenant_id and c.contact_id = ${contactId}::uuid
    where t.tenant_id = ${tenant}`;
  return row!.zone;
}

async function checkZone({ sql }: Tx, zone: string): Promise<void> {
  const [known] = await sql`select 1 from pg_timezone_names where name = ${zone}`;
  if (known) return;
  throw new ProblemError(
    'invalid_time_zone',
    `"${zone.slice(0, 60)}" is no time zone. Use an IANA name, as America/Chicago.`,
    'due.time_zone',
  );
}

function about(
  type: 'task.created' | 'task.updated' | 'task.completed' | 'task.deleted',
  task: Task,
  actor: MemberRef,
) {
  const { id, title, due_at, due_on, assignee, contact } = task;
  return {
    type,
    contactId: contact?.id ?? null,
    actor,
    data: { task_id: id, title, due_at, due_on, assignee },
  };
}

async function tellAssignee(tx: Tx, task: Task, actor: MemberRef): Promise<void> {
  if (task.assignee === null || task.completed_at !== null) return;
  await notify(tx, {
    kind: 'task_assigned',
    to: [task.assignee.id],
    words: task.title,
    actor,
    contactId: task.contact?.id ?? null,
    taskId: task.id,
  });
}
