/** Workflows to begin with. They are files, with comments for whoever makes them their own. */
import { readFileSync } from 'node:fs';
import { checkSource } from '../../contract/workflow/source.ts';
import type { Definition } from '../../contract/workflow/index.ts';

export interface LibraryEntry {
  /** YAML, with its comments. */
  source: string;
  definition: Definition;
}

/** In the order that they are offered in. */
const FILES = [
  'five-days-of-joy',
  'birthday-video',
  'missed-call-text-back',
  'speed-to-lead',
  'new-lead-nurture',
  'appointment-reminder',
  're-engagement',
  'review-request',
];

let read: readonly LibraryEntry[] | undefined;

export function libraryWorkflows(): readonly LibraryEntry[] {
  read ??= FILES.map((name) => {
    const source = readFileSync(new URL(`./${name}.yaml`, import.meta.url), 'utf8');
    const { definition, problems } = checkSource(source);
    if (!definition) throw new Error(`The library's ${name} is wrong: ${problems[0]?.message}`);
    return { source, definition };
  });
  return read;
}
