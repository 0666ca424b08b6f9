import type { enBoard } from './en-board.ts';
import type { enBuilder } from './en-builder.ts';
import type { enContactsMore } from './en-contacts-more.ts';
import type { enContacts } from './en-contacts.ts';
import type { enFilter } from './en-filter.ts';
import type { enImport } from './en-import.ts';
import type { enMore } from './en-more.ts';
import type { enNotifications } from './en-notifications.ts';
import type { enPanel } from './en-panel.ts';
import type { enPipeline } from './en-pipeline.ts';
import type { enTimeline } from './en-timeline.ts';
import type { enWork } from './en-work.ts';

/**
 * Every word that a person can see, by key. `{name}` is filled in. A plural is an object by the categories of
 * Intl.PluralRules and chosen by `{count}`. Hosts and tenants replace single words by key (`brand.words`, or the
 * provider's `words`); a locale is another file with the same keys.
 *
 * Here are the words of the list and of what is shown first; `en-more.ts` has those that come with a conversation.
 */
export const en = {
  title: 'Messages',
  newMessage: 'New message',
  search: 'Search people and messages',
  searchClear: 'Clear search',
  sections: 'Sections',
  'section.inbox': 'Inbox',
  'section.waiting': 'Waiting',
  'section.closed': 'Closed',
  filter: 'Filter',
  'filter.all': 'All',
  'filter.me': 'Mine',
  'filter.none': 'Unassigned',
  'filter.unread': 'Unread',
  'filter.tag': 'Tagged {tag}',
  'filter.segment': 'In a segment',
  'filter.tagInput': 'By tag…',
  conversations: 'Conversations',
  searchResults: 'Results in all sections',
  you: 'You: {text}',
  unread: { one: '{count} unread message', other: '{count} unread messages' },
  unreadConversations: { one: '{count} unread conversation', other: '{count} unread conversations' },
  optedOut: 'Opted out',
  notDelivered: 'Not delivered: {reason}',
  notDeliveredBare: 'Not delivered',
  draft: 'Draft: {text}',
  photo: { one: 'Photo', other: '{count} files' },
  waitingSince: {
    one: 'Waiting {count} minute for an answer',
    other: 'Waiting {count} minutes for an answer',
  },
  assignedTo: 'Assigned to {name}',
  'channel.sms': 'Text',
  'channel.whatsapp': 'WhatsApp',
  'channel.messenger': 'Messenger',
  'channel.email': 'Email',
  'channel.voice': 'Call',
  'empty.inbox': 'All caught up',
  'empty.inboxHint': 'New texts appear here the moment they arrive.',
  'empty.waiting': 'Nobody to wait for',
  'empty.waitingHint': 'Conversations that you have answered wait here for a reply.',
  'empty.closed': 'Nothing closed yet',
  'empty.closedHint': 'Close a conversation when it is done. A new text opens it again.',
  'empty.search': 'Nothing found for “{q}”',
  'empty.searchHint': 'Search looks at names, numbers and the words of messages.',
  'empty.filter': 'Nothing matches this filter',
  'empty.filterHint': 'Choose “All” to see every conversation of this section.',
  'empty.pick': 'Pick a conversation',
  'empty.pickHint': 'Choose one on the list, or start a new message.',
  loading: 'Loading',
  tryAgain: 'Try again',
  'error.list': 'The conversations could not be loaded.',
  'why.network': 'There is no connection to the server. Check the network, then try again.',
  'why.unauthenticated': 'Your session has ended. Sign in again, then try again.',
  'why.token_expired': 'Your session has ended. Sign in again, then try again.',
  'why.forbidden': 'Your role does not allow this. Ask a manager for access.',
  'why.not_found': 'It does not exist any more. Somebody may have deleted it.',
  'why.edited_elsewhere': 'Somebody else changed this meanwhile. Look at the new values, then try again.',
  'why.unavailable': 'The server is busy. It usually passes within a minute; then try again.',
  'why.internal': 'The server met an unexpected problem. Try again; if it stays, tell your administrator.',
  notAllowed: 'Not allowed',
  reconnecting: 'Reconnecting… New messages will appear when the connection is back.',
  offline: 'You are offline. New messages will appear when the network is back.',
  noClient: 'Not connected',
  noClientHint: 'This element is not inside a provider, and has no client of its own.',
  close: 'Close',
  details: 'Contact details',
  today: 'Today',
  yesterday: 'Yesterday',
  dayAt: '{day} at {time}',
  now: 'now',
  minutes: { one: '{count} min', other: '{count} min' },
  image: 'Photo',
  composer: 'Write to {name}',
  to: 'To',
  consent: 'Consent',
} as const satisfies Record<string, Word>;

export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Word = string | Plural;
export type WordKey =
  | keyof typeof en
  | keyof typeof enMore
  | keyof typeof enTimeline
  | keyof typeof enContacts
  | keyof typeof enContactsMore
  | keyof typeof enFilter
  | keyof typeof enImport
  | keyof typeof enNotifications
  | keyof typeof enPanel
  | keyof typeof enBoard
  | keyof typeof enBuilder
  | keyof typeof enPipeline
  | keyof typeof enWork;
/** A whole locale: the keys of all files. */
export type Words = Record<WordKey, Word>;
