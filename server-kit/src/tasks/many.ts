/** Many tasks at once, for workflows: the same rows as one by one, in a few statements. */
import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { notifyEach } from '../notifications/notifications.ts';

export interface ManyTask {
  contactId: string;
  title: string;
  dueAt: Date | null;
  /** An id that is no member's (any more): nobody's. */
  assignee: string | null;
  actor: MemberRef;
}

export async function createTasks(tx: Tx, tasks: readonly ManyTask[]): Promise<void> {
  if (tasks.length === 0) return;
  const { sql, tenant } = tx;
  const rows = tasks.map(({ contactId, title, dueAt, assignee, actor }) => ({
    id: newId(),
    contact_id: contactId,
    title,
    due_at: dueAt?.toISOString() ?? null,
    assignee,
    actor: actor as never,
  }));
  const made = await sql<
    { id: string; due_at: string | null; assignee_id: string | null; assignee_name: string | null }[]
  >`
    with made as (
      insert into tasks (tenant_id, task_id, contact_id, title, assignee_id, created_by, due_at, overdue_at)
      select ${tenant}, t.id, t.contact_id, t.title, m.member_id, t.actor, t.due_at, t.due_at
      from jsonb_to_recordset(${sql.json(rows)}) as t (id uuid, contact_id uuid, title text, due_at timestamptz,
        assignee text, actor jsonb)
      left join members m on m.tenant_id = ${tenant} and m.member_id = t.assignee
      returning task_id, due_at, assignee_id),
    reminded as (
      insert into task_reminders (tenant_id, task_id, due_at)
      select ${tenant}, task_id, due_at from made where due_at is not null)
    select t.task_id as id, t.due_at, t.assignee_id, m.name as assignee_name from made t
    left join members m on m.tenant_id = ${tenant} and m.member_id = t.assignee_id`;
  const byId = new Map(made.map((row) => [row.id, row]));
  const known = rows.map((row, nth) => ({ ...row, ...byId.get(row.id)!, actor: tasks[nth]!.actor }));
  await record(
    tx,
    known.map(({ id, title, due_at, assignee_id, assignee_name, contact_id, actor }) => ({
      type: 'task.created' as const,
      contactId: contact_id,
      actor,
      data: {
        task_id: id,
        title,
        due_at,
        due_on: null,
        assignee: assignee_id === null ? null : { id: assignee_id, name: assignee_name },
      },
    })),
  );
  await notifyEach(
    tx,
    known.map(({ id, title, assignee_id, contact_id, actor }) => ({
      kind: 'task_assigned' as const,
      to: assignee_id === null ? [] : [assignee_id],
      words: title,
      actor,
      contactId: contact_id,
      taskId: id,
    })),
  );
}
