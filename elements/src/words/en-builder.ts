import type { Word } from './en.ts';

/** The words of the segment builder. A clause reads as a sentence: subject, operator, value. */
export const enBuilder = {
  builder: 'Filter',
  'builder.intro.all': 'People who match all of these',
  'builder.everybody': 'Everybody. Add a condition to narrow it down.',
} as const satisfies Record<string, Word>;
