/** Which files of a message go in the message itself, and which as a link. The carrier's rules are data (`MmsRules`). */
import type { MmsRules } from '../carriers/carrier.ts';
import type { SendAs } from '../contract/index.ts';
import { ProblemError } from '../errors.ts';

export interface Sendable {
  name: string;
  content_type: string;
  size: number;
  video_codec: string | null;
  poster_type: string | null;
  poster_size: number | null;
}

export interface Route {
  from: string;
  to: string;
  /** Files that the message has besides. */
  others: number;
}

export type Way = { as: 'attachment' } | { as: 'link'; picture: boolean };

/**
 * Decides for all files of one message together, as they share its size. What somebody insists on has its room first, then
 * what may be attached, then the pictures beside links. Throws `file_refused` for what cannot be attached.
 */
export function waysOf(
  rules: MmsRules,
  { from, to, others }: Route,
  files: readonly (Sendable & { as: SendAs })[],
): Way[] {
  const reached = rules.reaches(from, to);
  const room = { files: rules.files - others, bytes: rules.bytes };
  const take = (bytes: number) => {
    if (!reached || room.files < 1 || room.bytes < bytes) return false;
    room.files -= 1;
    room.bytes -= bytes;
    return true;
  };
  const ways: Way[] = files.map(() => ({ as: 'link', picture: false }));

  for (const [nth, file] of files.entries()) {
    if (file.as !== 'attachment') continue;
    const reason = reached
      ? unfit(rules, file)
      : 'Files cannot go to this number in the text itself, only within the United States and Canada. Send a link.';
    if (reason !== null) throw refused(nth, reason);
    if (!take(file.size)) {
      throw refused(
        nth,
        `A text holds ${rules.files} files and ${inWords(rules.bytes)} in all. Send some of them as links.`,
      );
    }
    ways[nth] = { as: 'attachment' };
  }
  for (const [nth, file] of files.entries()) {
    if (file.as === 'auto' && unfit(rules, file) === null && isShown(rules, file) && take(file.size))
      ways[nth] = { as: 'attachment' };
  }
  for (const [nth, { as, poster_type, poster_size }] of files.entries()) {
    if (as !== 'auto' || ways[nth]!.as === 'attachment' || poster_type === null || poster_size === null)
      continue;
    const limit = rules.types[poster_type];
    if (limit?.shows === true && poster_size <= limit.bytes && take(poster_size))
      ways[nth] = { as: 'link', picture: true };
  }
  return ways;
}

/** Why the carrier does not take it, or null. */
function unfit(rules: MmsRules, { content_type, size, name }: Sendable): string | null {
  const limit = rules.types[content_type];
  if (!limit)
    return `The carrier takes no files of the type ${content_type} in a text. Send a link to “${name}”.`;
  if (size > limit.bytes) {
    return (
      `“${name}” has ${inWords(size)}; in a text the carrier takes at most ${inWords(limit.bytes)} of this type. ` +
      'Send a link, or a smaller file.'
    );
  }
  return null;
}

function isShown(rules: MmsRules, { content_type, video_codec }: Sendable): boolean {
  const shows = rules.types[content_type]?.shows ?? false;
  return typeof shows === 'boolean' ? shows : shows.test(video_codec ?? '');
}

function refused(nth: number, reason: string): ProblemError {
  return new ProblemError('file_refused', reason, `assets.${nth}`);
}

function inWords(bytes: number): string {
  const [amount, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / 1024 / 1024, 'MB'];
  return `${Number(amount.toFixed(1))} ${unit}`;
}
