/** How long sound is. What cannot be told cheaply is null: a player finds out. */
import { milliseconds, Refusal, type FileReader } from './reader.ts';

const NOT_SOUND =
  'This file begins like a recording, but what follows is none. Export it again, and upload that.';
const MAX_CHUNKS = 200;
/** Of the last page of an Ogg file: 255 segments of 255 bytes and its head. */
const OGG_PAGE = 65_307;

export async function wavLength(file: FileReader): Promise<number | null> {
  let [position, bytesPerSecond] = [12, 0];
  for (let count = 0; count < MAX_CHUNKS; count++) {
    const head = await file.at(position, 8);
    const [type, length] = [head.toString('latin1', 0, 4), head.readUInt32LE(4)];
    if (type === 'fmt ') bytesPerSecond = (await file.at(position + 16, 4)).readUInt32LE(0);
    if (type === 'data') {
      if (bytesPerSecond === 0) throw new Refusal(NOT_SOUND);
      // a recorder that was stopped hard leaves 0 or all ones there
      const there = file.size - position - 8;
      return milliseconds(length === 0 ? there : Math.min(length, there), bytesPerSecond);
    }
    position += 8 + length + (length & 1);
  }
  throw new Refusal(NOT_SOUND);
}

/** [kbit/s of layer III, samples a frame], for MPEG 1 and for 2 and 2.5. */
const RATES = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const HERTZ = [44_100, 48_000, 32_000];

interface Frame {
  bytes: number;
  samples: number;
  hertz: number;
  mpeg1: boolean;
  mono: boolean;
}

function frameOf(head: Buffer): Frame | null {
  const bits = head.readUInt32BE(0);
  const [version, layer] = [(bits >> 19) & 3, (bits >> 17) & 3];
  const [rate, frequency] = [(bits >> 12) & 15, (bits >> 10) & 3];
  if (bits >>> 21 !== 0x7ff || version === 1 || layer !== 1 || rate === 0 || rate === 15 || frequency === 3)
    return null;
  const mpeg1 = version === 3;
  const hertz = HERTZ[frequency]! / (mpeg1 ? 1 : version === 2 ? 2 : 4);
  const kilobits = RATES[mpeg1 ? 0 : 1]![rate]!;
  const samples = mpeg1 ? 1152 : 576;
  const bytes = Math.floor((samples / 8) * ((kilobits * 1000) / hertz)) + ((bits >> 9) & 1);
  return { bytes, samples, hertz, mpeg1, mono: ((bits >> 6) & 3) === 3 };
}

/** Two frames in a row, behind the tags; a Xing or Info head counts the frames, else all are as long as the first. */
export async function mp3Length(file: FileReader): Promise<number | null> {
  const tag = await file.at(0, 10);
  let start = 0;
  if (tag.toString('latin1', 0, 3) === 'ID3') {
    start = 10 + [...tag.subarray(6, 10)].reduce((size, byte) => size * 128 + (byte & 127), 0);
  }
  const room = await file.upTo(start, 4096);
  let frame: Frame | null = null;
  // tags may be followed by padding
  for (let at = 0; at + 4 <= room.length && !frame; at++) {
    frame = frameOf(room.subarray(at, at + 4));
    if (!frame) continue;
    const after = start + at + frame.bytes;
    if (after + 4 <= file.size && !frameOf(await file.at(after, 4))) frame = null;
    else start += at;
  }
  if (!frame) throw new Refusal(NOT_SOUND);
  const info = await file.upTo(start + 4 + (frame.mpeg1 ? (frame.mono ? 17 : 32) : frame.mono ? 9 : 17), 12);
  const name = info.toString('latin1', 0, 4);
  const counted = info.length === 12 && (name === 'Xing' || name === 'Info') && (info[7]! & 1) === 1;
  const frames = counted ? info.readUInt32BE(8) : (file.size - start) / frame.bytes;
  return milliseconds(frames * frame.samples, frame.hertz);
}

/** The last page says how many samples came before its end. */
export async function oggLength(file: FileReader): Promise<{ codec: string; durationMs: number | null }> {
  const head = await file.upTo(0, 300);
  const segments = head[26] ?? 0;
  const packet = head.subarray(27 + segments);
  let [codec, hertz, skip] = ['', 0, 0];
  if (packet.toString('latin1', 0, 8) === 'OpusHead' && packet.length >= 12) {
    [codec, hertz, skip] = ['opus', 48_000, packet.readUInt16LE(10)];
  } else if (packet.toString('latin1', 1, 7) === 'vorbis' && packet.length >= 16) {
    [codec, hertz] = ['vorbis', packet.readUInt32LE(12)];
  } else {
    throw new Refusal(NOT_SOUND);
  }
  const start = Math.max(0, file.size - OGG_PAGE);
  const tail = await file.at(start, file.size - start);
  const page = tail.lastIndexOf('OggS');
  if (page < 0 || page + 14 > tail.length) return { codec, durationMs: null };
  return { codec, durationMs: milliseconds(Number(tail.readBigInt64LE(page + 6)) - skip, hertz) };
}

/** AMR narrow and wide band: fifty frames a second, each as long as its first byte says. */
const AMR = {
  '#!AMR\n': [12, 13, 15, 17, 19, 20, 26, 31, 5],
  '#!AMR-WB\n': [17, 23, 32, 36, 40, 46, 50, 58, 60, 5],
};

export async function amrLength(file: FileReader): Promise<number | null> {
  const start = (await file.upTo(0, 9)).toString('latin1');
  const [magic, lengths] = Object.entries(AMR).find(([name]) => start.startsWith(name)) ?? [];
  if (!magic || !lengths) throw new Refusal(NOT_SOUND);
  let frames = 0;
  for (let position = magic.length; position < file.size && file.affords(1); frames++) {
    const kind = ((await file.at(position, 1))[0]! >> 3) & 15;
    if (kind < 15 && lengths[kind] === undefined) throw new Refusal(NOT_SOUND);
    position += 1 + (lengths[kind] ?? 0);
  }
  if (frames === 0) throw new Refusal(NOT_SOUND);
  return frames * 20;
}
