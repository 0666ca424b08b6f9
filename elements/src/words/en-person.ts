import type { Word } from './en.ts';

/** Merging and deleting people, in the table and in the panel. */
export const enPerson = {
  'bulk.merge': 'Merge',
  'bulk.delete': 'Delete',
  'bulk.cancel': 'Cancel',
  'bulk.deleteTitle': { one: 'Delete {count} person?', other: 'Delete {count} people?' },
  'bulk.deleteHint':
    'Their conversations and messages are deleted too. Opt-outs stay. This cannot be undone.',
  'bulk.deleteType': 'To go on, type {words}',
  'bulk.deleteNow': 'Delete for ever',
  'bulk.mergeTitle': 'Merge these two?',
  'bulk.mergeStays': 'This one stays',
  'bulk.mergeJoins':
    '{other} becomes part of {name}: conversations, texts, tags and whatever {name} does not have yet.',
  'bulk.mergeUndo': 'It can be undone.',
  'bulk.merged': '{other} is part of {name} now.',
  'bulk.undone': 'They are two again.',
  'bulk.undo': 'Undo',
  'error.merge': 'They could not be merged.',
  'error.undo': 'The merge could not be undone.',
} as const satisfies Record<string, Word>;
