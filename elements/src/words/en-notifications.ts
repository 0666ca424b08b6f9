import type { Word } from './en.ts';

/** The words of what a member is told. Loaded with them. */
export const enNotifications = {
  notifications: 'Notifications',
  'notifications.unread': { one: '{count} unread notification', other: '{count} unread notifications' },
  'notifications.none': 'Notifications, none unread',
  'notifications.readAll': 'Mark all as read',
  'notifications.read': 'Mark as read',
  'notifications.isUnread': 'Unread',
  'notifications.empty': 'Nothing new',
  'notifications.emptyHint':
    'When somebody mentions you, gives you something to do, or a task is due, it is said here.',
  'notifications.mention': '{actor} mentioned you',
  'notifications.task_assigned': '{actor} gave you a task',
  'notifications.task_due': 'A task is due',
  'notifications.conversation_assigned': '{actor} gave you a conversation',
  'notifications.workflow': 'From the workflow {actor}',
  'notifications.somebody': 'Somebody',
  'notifications.about': 'about {name}',
  'notifications.more': 'Show more',
  'error.notifications': 'The notifications could not be loaded.',
  'error.notificationsRead': 'They were not marked as read.',
} as const satisfies Record<string, Word>;
