import type { Word } from './en.ts';

/** The words of the files in a library: loaded beside the client. */
export const enMediaList = {
  'media.sent': { one: 'sent once', other: 'sent {count} times' },
  'media.views': { one: '{count} view', other: '{count} views' },
  'media.unused': 'not sent yet',
  'media.options': 'Options for {name}',
  'media.newName': 'New name for {name}',
  'media.some': 'Does not play on every phone',
  'media.choose': 'Choose {name}',
  'media.open': 'Open {name}',
  'media.more': 'Show more',
  'media.empty': 'No videos or files yet',
  'media.emptyHint':
    'Upload or record one, then send it to anybody by text. It is stored once and stays the same link.',
  'media.noMatch': 'Nothing found',
  'media.noMatchHint': 'Look for another name, or in all kinds.',
  'error.media': 'The files could not be loaded.',
  'error.mediaMore': 'More files could not be loaded.',
  'error.mediaChange': 'The change was not saved.',
} as const satisfies Record<string, Word>;
