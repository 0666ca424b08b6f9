/**
 * A file in a file: GIFs that are scripts, pictures with a ZIP behind them. What we store is served with its own type, and
 * `nosniff`, so that none of them runs from our origin; they are refused because nobody sends them by accident.
 */
import type { FileReader } from './reader.ts';

const LOOK = 64 << 10;
/** At the end of a ZIP: its directory's place and size, and a comment that is as long as it says. */
const ZIP_END = Buffer.from('PK\x05\x06', 'latin1');
/** Long enough not to come up by chance in compressed data. */
const SCRIPT =
  /<script[\s>/]|<\/script|<html[\s>]|<!doctype html|<\?php|javascript:|http:\/\/www\.w3\.org\/2000\/svg|<iframe[\s>]/i;

/** Null: nothing. */
export async function hiddenIn(file: FileReader, type: string): Promise<string | null> {
  if (!/^(image|video|audio)\/|^application\/pdf$/.test(type)) return null;
  const [name] = type.split('/');
  const tail = Buffer.from(await file.upTo(Math.max(0, file.size - LOOK), LOOK));
  for (let at = tail.lastIndexOf(ZIP_END); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(ZIP_END, at - 1)) {
    if (at + 22 <= tail.length && at + 22 + tail.readUInt16LE(at + 20) === tail.length) {
      return 'There is an archive (ZIP) hidden in this file. Export it again, and upload that.';
    }
  }
  // PDFs have forms and links; theirs are looked at by whoever opens the download
  const head = (await file.upTo(0, name === 'application' ? 1024 : LOOK)).toString('latin1');
  if (SCRIPT.test(head) || (name === 'image' && SCRIPT.test(tail.toString('latin1')))) {
    return 'There is a web page or a script hidden in this file. Export it again, and upload that.';
  }
  if (name === 'image' && tail.includes('%PDF-1.')) {
    return 'There is a PDF hidden in this picture. Export it again, and upload that.';
  }
  return null;
}
