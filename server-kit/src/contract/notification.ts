import { z } from 'zod';
import { NOTIFICATION_KINDS } from './names.ts';
import { cursor, id, instant, memberRef } from './primitives.ts';

/** What one member is told, and nobody else. New ones come in the live feed as `notification.added`, to them alone. */
export const notification = z
  .object({
    id,
    kind: z.enum(NOTIFICATION_KINDS),
    contact_id: id.nullable(),
    contact_name: z.string().nullable(),
    conversation_id: id.nullable(),
    task_id: id.nullable(),
    note_id: id.nullable(),
    words: z.string().meta({ description: 'The title of a task, the beginning of a note' }),
    actor: memberRef.nullable().meta({ description: 'Who caused it; null: the clock' }),
    read_at: instant.nullable(),
    created_at: instant,
  })
  .meta({ id: 'Notification' });
export type Notification = z.infer<typeof notification>;

export const notificationPage = z
  .object({
    items: z.array(notification).meta({ description: 'Newest first' }),
    unread: z.int().nonnegative().meta({ description: 'Of all, not of this page' }),
    next: cursor.nullable().meta({ description: 'Pass as `after` for more' }),
  })
  .meta({ id: 'NotificationPage' });
export type NotificationPage = z.infer<typeof notificationPage>;

export const listNotificationsQuery = z.object({
  unread: z.enum(['true']).optional().meta({ description: 'Only those' }),
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});

export const readNotifications = z
  .object({ ids: z.array(id).max(500).optional().meta({ description: 'Left out: all' }) })
  .meta({ id: 'ReadNotifications' });
export const unreadNotifications = z
  .object({ unread: z.int().nonnegative() })
  .meta({ id: 'UnreadNotifications' });
