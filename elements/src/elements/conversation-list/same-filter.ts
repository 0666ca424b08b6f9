import type { ConversationFilter } from '../../stores/conversations.ts';

export const same = (a: ConversationFilter, b: ConversationFilter): boolean =>
  a.assignee === b.assignee &&
  a.unread === b.unread &&
  a.tag === b.tag &&
  a.channel === b.channel &&
  a.segment === b.segment;
