import type { Word } from './en.ts';

/** What a library of files says before there is anything in it. */
export const enMedia = {
  media: 'Media',
  'media.search': 'Search by name',
  'media.kinds': 'Kinds',
  'media.all': 'All',
  'media.kind.video': 'Videos',
  'media.kind.picture': 'Pictures',
  'media.kind.document': 'Documents',
  'media.kind.audio': 'Audio',
  'media.grid': 'As pictures',
  'media.list': 'As a list',
  'media.upload': 'Upload',
  'media.record': 'Record',
  'media.drop': 'Drop to upload',
} as const satisfies Record<string, Word>;
