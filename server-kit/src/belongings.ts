import { allBelongings, rowsOf } from './contacts/belongings.ts';
import { conversationBelongings } from './messaging/belongings.ts';
import { cardBelongings } from './pipeline/belongings.ts';
import { enrollmentBelongings } from './workflows/belongings.ts';

/** Whatever is kept of a person; a domain that is left out here loses its rows to the hidden half of a merge. */
export const belongings = allBelongings({
  conversations: conversationBelongings,
  cards: cardBelongings,
  tasks: rowsOf('tasks', 'task_id'),
  notes: rowsOf('notes', 'note_id'),
  notifications: rowsOf('notifications', 'notification_id'),
  links: rowsOf('asset_links', 'link_id'),
  views: rowsOf('asset_views', 'view_id'),
  enrollments: enrollmentBelongings,
  calls: rowsOf('calls', 'call_id'),
  trackedLinks: rowsOf('tracked_links', 'link_id'),
});
