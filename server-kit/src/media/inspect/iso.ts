/**
 * The family of MP4: MOV, M4V, 3GP, M4A, HEIC, AVIF. A file is boxes in boxes (ISO/IEC 14496-12); what is wanted stands in
 * `moov`, which a recorder writes last: without it nothing plays.
 */
import { boxes, child, NO_BOXES, type Box } from './boxes.ts';
import { audioCodec, videoCodec } from './iso-codecs.ts';
import { CUT_OFF, milliseconds, Refusal, type FileReader } from './reader.ts';

export interface Track {
  video: boolean;
  codec: string | null;
  /** As it is shown. */
  width: number;
  height: number;
}

export interface Movie {
  brand: string;
  tracks: Track[];
  durationMs: number | null;
}

const MAX_MOOV = 64 << 20;
const MAX_TRACKS = 64;

/** As cameras, recorders and ffmpeg write them; something else at the top is no movie. */
const TOP = new Set(['ftyp', 'moov', 'mdat', 'moof', 'free', 'skip', 'wide', 'meta', 'uuid', 'udta', 'pnot']);
const TOP_MORE = [
  'sidx',
  'styp',
  'mfra',
  'emsg',
  'prft',
  'pdin',
  'ssix',
  'PICT',
  'junk',
  'bloc',
  'beam',
  'mpvd',
];

export async function readMovie(file: FileReader): Promise<Movie> {
  const known = new Set([...TOP, ...TOP_MORE]);
  let brand = '';
  let moov: Box | null = null;
  let [segments, media] = [0, false];
  let lastFragment: Box | null = null;
  let [count, reached, cut] = [0, 0, false];
  try {
    for await (const box of boxes(file, 0, file.size)) {
      reached = box.end;
      if (count++ > 0 && !known.has(box.type) && moov === null) throw new Refusal(NO_BOXES);
      if (box.type === 'ftyp') brand = (await file.at(box.body, 4)).toString('latin1');
      else if (box.type === 'moov') moov ??= box;
      else if (box.type === 'mdat') media = true;
      else if (box.type === 'moof') lastFragment = box;
      else if (box.type === 'sidx') segments = Math.max(segments, (await indexed(file, box)) ?? 0);
    }
  } catch (error) {
    // a recording in fragments plays up to where it was cut off
    if (!(error instanceof Refusal) || lastFragment === null || moov === null) throw error;
    cut = true;
  }
  if (!moov || !(media || lastFragment)) throw new Refusal(CUT_OFF);
  if (moov.end - moov.body > MAX_MOOV) throw new Refusal(NO_BOXES);
  const movie = await readMoov(file, moov);
  let durationMs = movie.durationMs ?? (segments || null);
  // of a day in fragments of a second, the last is not looked for
  const found = cut || reached + 8 > file.size;
  if (durationMs === null && lastFragment && found)
    durationMs = await endOf(file, lastFragment, movie.scales);
  return { brand, tracks: movie.tracks, durationMs };
}

async function readMoov(file: FileReader, moov: Box) {
  const tracks: Track[] = [];
  const scales = new Map<number, number>();
  let [durationMs, longest]: (number | null)[] = [null, null];
  for await (const box of boxes(file, moov.body, moov.end)) {
    if (box.type === 'mvhd') durationMs = await durationIn(file, box);
    if (box.type === 'mvex') {
      const header = await child(file, box, 'mehd');
      if (header) {
        const ticks = await fullNumber(file, header, 4);
        durationMs ??= milliseconds(ticks, await scaleOf(file, moov));
      }
    }
    if (box.type !== 'trak' || tracks.length >= MAX_TRACKS) continue;
    const found = await readTrack(file, box);
    if (!found) continue;
    tracks.push(found.track);
    scales.set(found.id, found.scale);
    longest = Math.max(longest ?? 0, found.durationMs ?? 0) || null;
  }
  return { tracks, scales, durationMs: durationMs ?? longest };
}

async function readTrack(file: FileReader, trak: Box) {
  const mdia = await child(file, trak, 'mdia');
  const header = await child(file, trak, 'tkhd');
  if (!mdia || !header) return null;
  const [hdlr, mdhd, minf] = [
    await child(file, mdia, 'hdlr'),
    await child(file, mdia, 'mdhd'),
    await child(file, mdia, 'minf'),
  ];
  if (!hdlr || !mdhd || !minf) return null;
  const handler = (await file.at(hdlr.body + 8, 4)).toString('latin1');
  if (handler !== 'vide' && handler !== 'soun') return null;
  const stbl = await child(file, minf, 'stbl');
  const stsd = stbl && (await child(file, stbl, 'stsd'));
  if (!stsd) return null;
  // the first of its descriptions; more than one is a film that was put together of two
  let entry: Box | undefined;
  for await (const box of boxes(file, stsd.body + 8, stsd.end)) {
    entry = box;
    break;
  }
  if (!entry) return null;
  const long = (await file.at(header.body, 1))[0] === 1;
  const id = (await file.at(header.body + (long ? 20 : 12), 4)).readUInt32BE(0);
  const video = handler === 'vide';
  const size = video ? await shownSize(file, header, entry, long) : { width: 0, height: 0 };
  const codec = video ? await videoCodec(file, entry) : await audioCodec(file, entry);
  const version = (await file.at(mdhd.body, 1))[0];
  const scale = (await file.at(mdhd.body + (version === 1 ? 20 : 12), 4)).readUInt32BE(0);
  return { id, scale, track: { video, codec, ...size }, durationMs: await durationIn(file, mdhd) };
}

/** A phone that was held upright writes a lying picture and a matrix that turns it. */
async function shownSize(file: FileReader, tkhd: Box, entry: Box, long: boolean) {
  const at = tkhd.body + (long ? 52 : 40);
  const matrix = await file.at(at, 36);
  const shown = await file.at(at + 36, 8);
  let [width, height] = [shown.readUInt32BE(0) >>> 16, shown.readUInt32BE(4) >>> 16];
  if (width === 0 || height === 0) {
    const coded = await file.at(entry.body + 24, 4);
    [width, height] = [coded.readUInt16BE(0), coded.readUInt16BE(2)];
  }
  const turned = matrix.readInt32BE(0) === 0 && matrix.readInt32BE(4) !== 0;
  return turned ? { width: height, height: width } : { width, height };
}

/** Of `mvhd` and `mdhd`, which begin alike. All ones is "unknown". */
async function durationIn(file: FileReader, box: Box): Promise<number | null> {
  const long = (await file.at(box.body, 1))[0] === 1;
  if (long) {
    const fields = await file.at(box.body + 20, 12);
    const ticks = fields.readBigUInt64BE(4);
    return ticks === 0xffffffffffffffffn ? null : milliseconds(ticks, fields.readUInt32BE(0));
  }
  const fields = await file.at(box.body + 12, 8);
  const ticks = fields.readUInt32BE(4);
  return ticks === 0xffffffff ? null : milliseconds(ticks, fields.readUInt32BE(0));
}

async function scaleOf(file: FileReader, moov: Box): Promise<number> {
  const box = await child(file, moov, 'mvhd');
  if (!box) return 0;
  const long = (await file.at(box.body, 1))[0] === 1;
  return (await file.at(box.body + (long ? 20 : 12), 4)).readUInt32BE(0);
}

/** A number of 4 or, in version 1, 8 bytes. */
async function fullNumber(file: FileReader, box: Box, offset: number): Promise<number> {
  const long = (await file.at(box.body, 1))[0] === 1;
  const bytes = await file.at(box.body + offset, long ? 8 : 4);
  return long ? Number(bytes.readBigUInt64BE(0)) : bytes.readUInt32BE(0);
}

/** An index of segments tells how long each is. */
async function indexed(file: FileReader, box: Box): Promise<number | null> {
  const long = (await file.at(box.body, 1))[0] === 1;
  const scale = (await file.at(box.body + 8, 4)).readUInt32BE(0);
  const start = box.body + (long ? 28 : 20);
  const count = (await file.at(start + 2, 2)).readUInt16BE(0);
  const entries = await file.at(start + 4, count * 12);
  let ticks = 0;
  for (let entry = 0; entry < count; entry++) ticks += entries.readUInt32BE(entry * 12 + 4);
  return milliseconds(ticks, scale);
}

/** Where the last fragment ends: its own start (`tfdt`) and its samples (`trun`). */
async function endOf(file: FileReader, moof: Box, scales: Map<number, number>): Promise<number | null> {
  let longest = 0;
  for await (const traf of boxes(file, moof.body, moof.end)) {
    if (traf.type !== 'traf') continue;
    const header = await child(file, traf, 'tfhd');
    const time = await child(file, traf, 'tfdt');
    if (!header || !time) continue;
    const fields = await file.at(header.body, 8);
    const flags = fields.readUIntBE(1, 3);
    const usual = (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
    const each = flags & 8 ? (await file.at(header.body + 8 + usual, 4)).readUInt32BE(0) : 0;
    let ticks = await fullNumber(file, time, 4);
    for await (const run of boxes(file, traf.body, traf.end)) {
      if (run.type === 'trun') ticks += await lengthOf(file, run, each);
    }
    longest = Math.max(longest, milliseconds(ticks, scales.get(fields.readUInt32BE(4)) ?? 0) ?? 0);
  }
  return longest || null;
}

async function lengthOf(file: FileReader, trun: Box, each: number): Promise<number> {
  const fields = await file.at(trun.body, 8);
  const [flags, count] = [fields.readUIntBE(1, 3), Math.min(fields.readUInt32BE(4), 100_000)];
  if (!(flags & 0x100)) return count * each;
  const step = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  const samples = await file.at(trun.body + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0), count * step);
  let ticks = 0;
  for (let sample = 0; sample < count; sample++) ticks += samples.readUInt32BE(sample * step);
  return ticks;
}
