import type { Word } from './en.ts';

/** The words of tasks and notes in the panel. Loaded with them. */
export const enWork = {
  'work.tasks': 'Tasks',
  'work.newTask': 'Add a task',
  'work.dueDay': 'Due on',
  'work.add': 'Add',
  'work.noTasks': 'Nothing to do for now',
  'work.done': 'Done: {title}',
  'work.notes': 'Notes',
  'work.newNote': 'Write a note. @ mentions a colleague.',
  'work.save': 'Save note',
  'work.mention': 'Mention a colleague',
  'work.edited': 'edited',
  'work.edit': 'Edit note',
  'work.delete': 'Delete note',
  'work.noNotes': 'No notes yet',
  'error.work': 'Tasks and notes could not be loaded.',
  'error.workChange': 'It was not saved.',
} as const satisfies Record<string, Word>;
