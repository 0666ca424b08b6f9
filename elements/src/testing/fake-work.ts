import type { Note, Task } from '@patchbay/server-kit/contract';
import type { PatchbayClient } from '../client/types.ts';
import type { createWorld } from './fake-world.ts';
import { fakeId } from './people.ts';

type WorkMethods = Pick<
  PatchbayClient,
  'listTasks' | 'createTask' | 'updateTask' | 'listNotes' | 'addNote' | 'updateNote' | 'deleteNote'
>;

/** Tasks and notes of the in-memory server. */
export function fakeWork({
  answer,
  missing,
  emit,
  now,
  me,
  find,
  nextNumber,
}: ReturnType<typeof createWorld>): WorkMethods {
  const tasks: Task[] = [];
  const notes: Note[] = [];
  const moment = () => new Date(now()).toISOString();
  const own = <T extends { id: string }>(list: T[], id: string): T => {
    const found = list.find((one) => one.id === id);
    if (!found) throw missing();
    return found;
  };
  const member = { id: me.member.id, name: me.member.name };
  const mentionsIn = (text: string) => me.members.filter(({ id }) => text.includes(`<@${id}>`));

  return {
    listTasks: (query = {}, o) =>
      answer(
        'listTasks',
        [query],
        () => ({
          items: tasks.filter(
            (task) =>
              (task.completed_at !== null) === (query.state === 'done') &&
              (query.contact_id === undefined || task.contact?.id === query.contact_id),
          ),
          next: null,
        }),
        o?.signal,
      ),
    createTask: (body) =>
      answer('createTask', [body], () => {
        const contact = body.contact_id ? find(body.contact_id).contact : null;
        const due = body.due ?? null;
        const at = due === null ? null : 'at' in due ? due.at : `${due.on}T09:00:00.000Z`;
        const task: Task = {
          id: body.id ?? fakeId('4', nextNumber()),
          title: body.title,
          contact: contact && { id: contact.id, name: contact.name, phone: contact.phone },
          assignee: member,
          due_at: at,
          due_on: due && 'on' in due ? due.on : null,
          time_zone: null,
          overdue_at: at,
          completed_at: null,
          completed_by: null,
          version: 1,
          created_at: moment(),
          updated_at: moment(),
        };
        tasks.push(task);
        emit({
          type: 'task.created',
          contact_id: contact?.id ?? null,
          data: { task_id: task.id, title: task.title },
        });
        return task;
      }),
    updateTask: (id, patch) =>
      answer('updateTask', [id, patch], () => {
        const task = own(tasks, id);
        if (patch.title !== undefined) task.title = patch.title;
        if (patch.done !== undefined) task.completed_at = patch.done ? moment() : null;
        if (patch.due && 'at' in patch.due) task.due_at = task.overdue_at = patch.due.at;
        task.version += 1;
        const type = patch.done ? 'task.completed' : 'task.updated';
        emit({
          type,
          contact_id: task.contact?.id ?? null,
          actor: member,
          data: { task_id: id, title: task.title },
        });
        return task;
      }),
    listNotes: (id, query = {}, o) =>
      answer(
        'listNotes',
        [id, query],
        () => ({ items: notes.filter((note) => note.contact_id === id).toReversed(), next: null }),
        o?.signal,
      ),
    addNote: (id, body) =>
      answer('addNote', [id, body], () => {
        const note: Note = {
          id: body.id ?? fakeId('4', nextNumber()),
          contact_id: id,
          text: body.text,
          mentions: mentionsIn(body.text),
          author: member,
          version: 1,
          created_at: moment(),
          updated_at: moment(),
        };
        notes.push(note);
        const data = { note_id: note.id, text: note.text, mentions: note.mentions };
        emit({ type: 'note.added', contact_id: id, actor: member, data });
        return note;
      }),
    updateNote: (id, text) =>
      answer('updateNote', [id, text], () => {
        const note = own(notes, id);
        Object.assign(note, { text, mentions: mentionsIn(text), version: note.version + 1 });
        emit({
          type: 'note.edited',
          contact_id: note.contact_id,
          actor: member,
          data: { note_id: id, text },
        });
        return note;
      }),
    deleteNote: (id) =>
      answer('deleteNote', [id], () => {
        const note = own(notes, id);
        notes.splice(notes.indexOf(note), 1);
        emit({ type: 'note.deleted', contact_id: note.contact_id, actor: member, data: { note_id: id } });
      }),
  };
}
