import type { enBoard } from './en-board.ts';
import type { enBuilder } from './en-builder.ts';
import type { enContactsMore } from './en-contacts-more.ts';
import type { enContacts } from './en-contacts.ts';
import type { enFilter } from './en-filter.ts';
import type { enImport } from './en-import.ts';
import type { enList } from './en-list.ts';
import type { enMediaList } from './en-media-list.ts';
import type { enMediaMore } from './en-media-more.ts';
import type { enMedia } from './en-media.ts';
import type { enMore } from './en-more.ts';
import type { enNotifications } from './en-notifications.ts';
import type { enPanel } from './en-panel.ts';
import type { enPipeline } from './en-pipeline.ts';
import type { enSendVideo } from './en-send-video.ts';
import type { enTimeline } from './en-timeline.ts';
import type { enUnread } from './en-unread.ts';
import type { enRuns } from './en-runs.ts';
import type { enWork } from './en-work.ts';
import type { enWorkflows } from './en-workflows.ts';

/**
 * Every word that a person can see, by key. `{name}` is filled in. A plural is an object by the categories of
 * Intl.PluralRules and chosen by `{count}`. Hosts and tenants replace single words by key (`brand.words`, or the
 * provider's `words`); a locale is another file with the same keys.
 *
 * Here are the words that any element may need; each part adds its own with `addEnglish`.
 */
export const en = {
  loading: 'Loading',
  tryAgain: 'Try again',
  'why.network': 'There is no connection to the server. Check the network, then try again.',
  'why.unauthenticated': 'Your session has ended. Sign in again, then try again.',
  'why.token_expired': 'Your session has ended. Sign in again, then try again.',
  'why.forbidden': 'Your role does not allow this. Ask a manager for access.',
  'why.not_found': 'It does not exist any more. Somebody may have deleted it.',
  'why.edited_elsewhere': 'Somebody else changed this meanwhile. Look at it, then try again.',
  'why.unavailable': 'The server is busy. Try again in a minute.',
  'why.internal': 'The server met an unexpected problem. Try again; if it stays, tell your administrator.',
  notAllowed: 'Not allowed',
  reconnecting: 'Reconnecting… New messages will appear when the connection is back.',
  offline: 'You are offline. New messages will appear when the network is back.',
  noClient: 'Not connected',
  noClientHint: 'This element is not inside a provider, and has no client of its own.',
  close: 'Close',
  today: 'Today',
  yesterday: 'Yesterday',
  dayAt: '{day} at {time}',
  now: 'now',
  minutes: { one: '{count} min', other: '{count} min' },
} as const satisfies Record<string, Word>;

export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Word = string | Plural;
export type WordKey =
  | keyof typeof en
  | keyof typeof enList
  | keyof typeof enMore
  | keyof typeof enSendVideo
  | keyof typeof enTimeline
  | keyof typeof enContacts
  | keyof typeof enContactsMore
  | keyof typeof enFilter
  | keyof typeof enImport
  | keyof typeof enMedia
  | keyof typeof enMediaList
  | keyof typeof enMediaMore
  | keyof typeof enNotifications
  | keyof typeof enPanel
  | keyof typeof enBoard
  | keyof typeof enBuilder
  | keyof typeof enPipeline
  | keyof typeof enUnread
  | keyof typeof enWork
  | keyof typeof enRuns
  | keyof typeof enWorkflows;
/** A whole locale: the keys of all files. */
export type Words = Record<WordKey, Word>;
