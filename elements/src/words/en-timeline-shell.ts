import type { Word } from './en.ts';

/** What a timeline says before there is anything in it. */
export const enTimelineShell = {
  timeline: 'Timeline',
  'timeline.filter': 'Show',
  'timeline.all': 'All',
  'timeline.message': 'Messages',
  'timeline.call': 'Calls',
  'timeline.consent': 'Consent',
  'timeline.contact': 'Contact',
  'timeline.conversation': 'Conversation',
  'timeline.workflow': 'Workflows',
  'timeline.note': 'Notes',
  'timeline.task': 'Tasks',
  'timeline.empty': 'Nothing has happened yet',
  'timeline.emptyHint': 'Texts, calls, consent and changes appear here as they happen.',
  'timeline.emptyKind': 'Nothing of this kind yet',
  'timeline.emptyKindHint': 'Choose “All” to see everything that happened.',
  'timeline.none': 'No contact chosen',
  'timeline.noneHint': 'Choose a person to see what happened with them.',
  'error.timeline': 'The timeline could not be loaded.',
} as const satisfies Record<string, Word>;
