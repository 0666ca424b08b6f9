import type { Word } from './en.ts';
import type { enNotifications } from './en-notifications.ts';

/** Arabic for what a member is told. */
export const arNotifications: Record<keyof typeof enNotifications, Word> = {
  notifications: 'الإشعارات',
  'notifications.unread': {
    one: 'إشعار واحد غير مقروء',
    two: 'إشعاران غير مقروءين',
    few: '{count} إشعارات غير مقروءة',
    many: '{count} إشعارًا غير مقروء',
    other: '{count} إشعار غير مقروء',
  },
  'notifications.none': 'الإشعارات، لا جديد',
  'notifications.readAll': 'تعليم الكل كمقروء',
  'notifications.read': 'تعليم كمقروء',
  'notifications.isUnread': 'غير مقروء',
  'notifications.empty': 'لا جديد',
  'notifications.emptyHint': 'يظهر هنا حين يذكرك أحد أو يسند إليك شيئًا أو يحين موعد مهمة.',
  'notifications.mention': 'ذكرك {actor}',
  'notifications.task_assigned': 'أسند إليك {actor} مهمة',
  'notifications.task_due': 'حان موعد مهمة',
  'notifications.conversation_assigned': 'أسند إليك {actor} محادثة',
  'notifications.workflow': 'من مسار العمل {actor}',
  'notifications.somebody': 'أحدهم',
  'notifications.about': 'بشأن {name}',
  'notifications.more': 'عرض المزيد',
  'error.notifications': 'تعذّر تحميل الإشعارات.',
  'error.notificationsRead': 'لم تُعلَّم كمقروءة.',
};
