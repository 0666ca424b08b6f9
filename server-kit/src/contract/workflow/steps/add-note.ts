import { defineKind, stepSchema } from '../kind.ts';
import { template } from '../primitives.ts';

export const addNote = defineKind({
  kind: 'add_note',
  title: 'Add a note',
  icon: 'note',
  group: 'team',
  schema: stepSchema('add_note', { body: template }),
  templates: ({ body }) => ({ body }),
  words: () => 'Add a note',
});
