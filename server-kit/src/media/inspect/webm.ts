/**
 * WebM: elements in elements (RFC 8794, RFC 9559). A browser that records live knows no length when it writes the head, so
 * the last cluster is asked.
 */
import { CUT_OFF, milliseconds, Refusal, type FileReader } from './reader.ts';
import type { Movie, Track } from './iso.ts';

const [EBML, DOC_TYPE, SEGMENT, INFO, TRACKS, CLUSTER] = [
  0x1a45dfa3, 0x4282, 0x18538067, 0x1549a966, 0x1654ae6b, 0x1f43b675,
];
const [SCALE, DURATION, TRACK, TYPE, CODEC, VIDEO, WIDTH, HEIGHT] = [
  0x2ad7b1, 0x4489, 0xae, 0x83, 0x86, 0xe0, 0xb0, 0xba,
];
const [TIMESTAMP, SIMPLE_BLOCK, BLOCK_GROUP] = [0xe7, 0xa3, 0xa0];
const CODECS: Record<string, string> = {
  V_VP8: 'vp8',
  V_VP9: 'vp9',
  V_AV1: 'av1',
  'V_MPEG4/ISO/AVC': 'avc1',
  'V_MPEGH/ISO/HEVC': 'hvc1',
  A_OPUS: 'opus',
  A_VORBIS: 'vorbis',
  A_AAC: 'mp4a.40',
};
const MAX_ELEMENTS = 1000;
/** How far from the end the last cluster is looked for, and in what steps. */
const [FARTHEST, STEP] = [16 << 20, 1 << 20];

interface Element {
  id: number;
  body: number;
  /** Infinite: until its parent ends, or something that cannot be in it begins. */
  end: number;
}

export async function readWebm(file: FileReader): Promise<Movie> {
  let segment: Element | undefined;
  let type = '';
  for await (const element of elements(file, 0, file.size)) {
    if (element.id === EBML) {
      for await (const field of elements(file, element.body, element.end)) {
        if (field.id === DOC_TYPE) type = await text(file, field);
      }
    }
    if (element.id !== SEGMENT) continue;
    segment = element;
    break;
  }
  if (!segment || type !== 'webm') throw new Refusal(CUT_OFF);

  let [scale, ticks] = [1_000_000, 0];
  let tracks: Track[] | undefined;
  let first: number | undefined;
  for await (const element of elements(file, segment.body, Math.min(segment.end, file.size))) {
    if (element.id === INFO) {
      for await (const field of elements(file, element.body, element.end)) {
        if (field.id === SCALE) scale = await number(file, field);
        if (field.id === DURATION) ticks = await float(file, field);
      }
    }
    if (element.id === TRACKS) tracks = await readTracks(file, element);
    if (element.id !== CLUSTER) continue;
    first = element.body;
    break;
  }
  if (!tracks || first === undefined) throw new Refusal(CUT_OFF);
  if (!(ticks > 0)) ticks = await lastTick(file, first);
  return { brand: type, tracks, durationMs: milliseconds(ticks * scale, 1_000_000_000) };
}

async function readTracks(file: FileReader, parent: Element): Promise<Track[]> {
  const tracks: Track[] = [];
  for await (const entry of elements(file, parent.body, parent.end)) {
    if (entry.id !== TRACK) continue;
    const track: Track = { video: false, codec: null, width: 0, height: 0 };
    let type = 0;
    for await (const field of elements(file, entry.body, entry.end)) {
      if (field.id === TYPE) type = await number(file, field);
      if (field.id === CODEC) {
        const name = await text(file, field);
        track.codec = CODECS[name] ?? name.replaceAll(/[^A-Za-z0-9._/-]/g, '').toLowerCase();
      }
      if (field.id !== VIDEO) continue;
      for await (const side of elements(file, field.body, field.end)) {
        if (side.id === WIDTH) track.width = await number(file, side);
        if (side.id === HEIGHT) track.height = await number(file, side);
      }
    }
    track.video = type === 1;
    if (type === 1 || type === 2) tracks.push(track);
  }
  return tracks;
}

/** The time of the last block that is written: in what the last cluster's head says, and its blocks count on from there. */
async function lastTick(file: FileReader, first: number): Promise<number> {
  const mark = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);
  for (let end = file.size; end > first && file.size - end < FARTHEST; end -= STEP) {
    const start = Math.max(first - 12, end - STEP);
    // what begins at the edge belongs to this step
    const bytes = Buffer.from(await file.upTo(start, end - start + 16));
    for (let at = bytes.lastIndexOf(mark); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(mark, at - 1)) {
      const ticks = await ticksFrom(file, start + at);
      if (ticks !== null) return ticks;
    }
  }
  return 0;
}

/** Null: those four bytes were no cluster. */
async function ticksFrom(file: FileReader, start: number): Promise<number | null> {
  let [base, last]: [number | null, number] = [null, 0];
  try {
    const cluster = await elementAt(file, start, file.size);
    if (cluster.id !== CLUSTER) return null;
    for await (const element of elements(file, cluster.body, Math.min(cluster.end, file.size))) {
      if (element.id === TIMESTAMP) base = await number(file, element);
      else if (base === null) return null;
      if (element.id === SIMPLE_BLOCK || element.id === BLOCK_GROUP) {
        const block =
          element.id === SIMPLE_BLOCK ? element : await elementAt(file, element.body, element.end);
        // number of the track, then the time since the cluster's
        const head = await file.at(block.body, 10);
        last = Math.max(last, head.readInt16BE(lengthOf(head[0]!)));
      }
      if (!file.affords(4)) break;
    }
  } catch (error) {
    // a live recording may end in the middle of a block
    if (!(error instanceof Refusal)) throw error;
  }
  return base === null ? null : base + last;
}

async function* elements(file: FileReader, start: number, end: number): AsyncGenerator<Element> {
  let position = start;
  for (let count = 0; position < end && count < MAX_ELEMENTS * 10; count++) {
    const element = await elementAt(file, position, end);
    yield element;
    // what has no end is only ever the last one that is walked
    if (element.end === Infinity) return;
    position = element.end;
  }
}

async function elementAt(file: FileReader, start: number, end: number): Promise<Element> {
  const head = await file.upTo(start, Math.min(12, end - start));
  const idLength = lengthOf(head[0] ?? 0);
  if (idLength > 4 || head.length < idLength + 1) throw new Refusal(CUT_OFF);
  const id = head.readUIntBE(0, idLength);
  const sizeLength = lengthOf(head[idLength]!);
  if (sizeLength > 8 || head.length < idLength + sizeLength) throw new Refusal(CUT_OFF);
  let size = head[idLength]! & (0xff >> sizeLength);
  let ones = size === 0xff >> sizeLength;
  for (const byte of head.subarray(idLength + 1, idLength + sizeLength)) {
    size = size * 256 + byte;
    ones &&= byte === 0xff;
  }
  const body = start + idLength + sizeLength;
  if (ones) return { id, body, end: Infinity };
  // the segment and its last cluster may have lost their ends
  if (body + size > end && id !== SEGMENT && id !== CLUSTER) throw new Refusal(CUT_OFF);
  return { id, body, end: Math.min(body + size, end) };
}

/** Zeros before the first one say how many bytes a number has. */
const lengthOf = (byte: number) => Math.clz32(byte) - 23;

async function number(file: FileReader, element: Element): Promise<number> {
  const length = element.end - element.body;
  if (length > 8) throw new Refusal(CUT_OFF);
  let value = 0;
  for (const byte of await file.at(element.body, length)) value = value * 256 + byte;
  return value;
}

async function float(file: FileReader, element: Element): Promise<number> {
  const length = element.end - element.body;
  const bytes = await file.at(element.body, Math.min(length, 8));
  return length === 8 ? bytes.readDoubleBE(0) : length === 4 ? bytes.readFloatBE(0) : 0;
}

async function text(file: FileReader, element: Element): Promise<string> {
  return (await file.at(element.body, Math.min(element.end - element.body, 64)))
    .toString('latin1')
    .replace(/\0+$/, '');
}
