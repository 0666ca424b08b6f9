import type { Word } from './en.ts';

/** What is said of the number of unread conversations. */
export const enUnread = {
  unreadConversations: { one: '{count} unread conversation', other: '{count} unread conversations' },
} as const satisfies Record<string, Word>;
