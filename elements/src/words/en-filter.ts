import type { Word } from './en.ts';

/** The words of the inbox's filter menu that nothing else needs. Loaded with it. */
export const enFilter = {
  'filter.segments': 'Segments',
  'filter.channels': 'Channels',
  'error.segmentsList': 'The segments could not be loaded.',
} as const satisfies Record<string, Word>;
