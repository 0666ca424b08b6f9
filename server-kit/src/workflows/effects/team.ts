/** What a batch has for the team, set-wise: tasks, notes, and what members are told. */
import type { MemberRef } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { addNotes } from '../../notes/many.ts';
import { notifyEach } from '../../notifications/notifications.ts';
import { createTasks } from '../../tasks/many.ts';

export interface OutgoingTeamItem {
  contactId: string;
  by: { actor: MemberRef };
  item:
    | { do: 'task'; title: string; dueAt: Date | null; assignee: string | null }
    | { do: 'note'; body: string }
    | { do: 'notify'; member: string; body: string };
}

export async function writeTeam(tx: Tx, items: readonly OutgoingTeamItem[]): Promise<void> {
  const tasks: Parameters<typeof createTasks>[1][number][] = [];
  const notes: Parameters<typeof addNotes>[1][number][] = [];
  const notices: Parameters<typeof notifyEach>[1][number][] = [];
  for (const { contactId, by, item } of items) {
    const { actor } = by;
    if (item.do === 'note') notes.push({ contactId, actor, text: item.body });
    else if (item.do === 'notify')
      notices.push({ kind: 'workflow', to: [item.member], words: item.body, actor, contactId });
    else {
      const { title, dueAt, assignee } = item;
      tasks.push({ contactId, actor, title, dueAt, assignee });
    }
  }
  await createTasks(tx, tasks);
  await addNotes(tx, notes);
  await notifyEach(tx, notices);
}
