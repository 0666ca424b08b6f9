/** The boxes of ISO/IEC 14496-12: a size, a type of four signs, and what is in them, which may be boxes again. */
import { CUT_OFF, Refusal, type FileReader } from './reader.ts';

export interface Box {
  type: string;
  /** Where its content begins, and where it ends. */
  body: number;
  end: number;
}

const MAX_BOXES = 2000;
export const NO_BOXES =
  'This file begins like a video, but what follows is none. Export the video again, and upload that.';

/** The boxes between two places. One that claims more than there is ends the file in the middle. */
export async function* boxes(file: FileReader, start: number, end: number): AsyncGenerator<Box> {
  let position = start;
  for (let count = 0; position + 8 <= end; count++) {
    if (count >= MAX_BOXES) return;
    const head = await file.upTo(position, 16);
    const type = head.toString('latin1', 4, 8);
    let size = head.readUInt32BE(0);
    let body = position + 8;
    if (size === 1) {
      size = Number(head.readBigUInt64BE(8));
      body += 8;
    } else if (size === 0) {
      size = end - position;
    }
    if (size < body - position) throw new Refusal(NO_BOXES);
    if (position + size > end) throw new Refusal(CUT_OFF);
    yield { type, body, end: position + size };
    position += size;
  }
}

export async function child(file: FileReader, parent: Box, type: string, skip = 0): Promise<Box | null> {
  for await (const box of boxes(file, parent.body + skip, parent.end)) {
    if (box.type === type) return box;
  }
  return null;
}
