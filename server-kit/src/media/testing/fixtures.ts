/**
 * One second of each kind, made with ffmpeg (`testsrc`, `sine`), none above 40 KB. `upright` is written lying with a matrix,
 * `fragments` as MediaRecorder writes MP4, `live` as it writes WebM: without a length.
 */
import { readFileSync } from 'node:fs';
import type { RandomReader } from '../inspect/index.ts';

const FOLDER = new URL('./fixtures/', import.meta.url);

export const fixture = (name: string): Buffer => readFileSync(new URL(name, FOLDER));

export const readerOf =
  (bytes: Uint8Array): RandomReader =>
  async (start, length) =>
    bytes.subarray(start, start + length);
