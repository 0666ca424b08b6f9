/**
 * Telling assignees of what is due, once. A row of `task_reminders` is the right to tell: it goes in the transaction that writes
 * the notification, so a process killed in between leaves both undone, and of two that come at once one finds it gone.
 */
import type { Database } from '../db/client.ts';
import { notify } from '../notifications/notifications.ts';

/** Reminders a transaction. */
const PAGE = 100;

/** Tells of everything that is due in a tenant. Returns how many tasks it was. */
export async function remind(database: Database, tenant: string): Promise<number> {
  let told = 0;
  for (;;) {
    const found = await database.transaction(tenant, async (tx) => {
      const { sql } = tx;
      const due = await sql<
        { task_id: string; title: string; assignee_id: string | null; contact_id: string | null }[]
      >`
        with due as (
          delete from task_reminders r using (
            select task_id from task_reminders where tenant_id = ${tenant} and due_at <= (select moment())
            order by due_at limit ${PAGE} for update skip locked) d
          where r.tenant_id = ${tenant} and r.task_id = d.task_id returning r.task_id)
        select t.task_id, t.title, t.assignee_id, t.contact_id from due
        join tasks t on t.tenant_id = ${tenant} and t.task_id = due.task_id and t.completed_at is null`;
      for (const task of due) {
        if (task.assignee_id === null) continue;
        await notify(tx, {
          kind: 'task_due',
          to: [task.assignee_id],
          words: task.title,
          actor: null,
          contactId: task.contact_id,
          taskId: task.task_id,
        });
      }
      return due.length;
    });
    told += found;
    if (found < PAGE) return told;
  }
}
