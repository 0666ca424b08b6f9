/** Codecs as browsers name them in `canPlayType`: RFC 6381, and ISO/IEC 14496-15 for what follows the first dot. */
import { boxes, child, type Box } from './boxes.ts';
import type { FileReader } from './reader.ts';

/** How long a description is before the boxes in it. */
const VISUAL = 78;
const SOUND = [28, 44, 64];

const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');
const two = (number: number) => String(number).padStart(2, '0');

export async function videoCodec(file: FileReader, entry: Box): Promise<string> {
  const type = entry.type.trim();
  const config = async (name: string, length: number) => {
    const box = await child(file, entry, name, VISUAL);
    return box && box.end - box.body >= length ? await file.at(box.body, length) : null;
  };
  if (type === 'avc1' || type === 'avc3') {
    const bytes = await config('avcC', 4);
    return bytes ? `${type}.${hex(bytes[1]!)}${hex(bytes[2]!)}${hex(bytes[3]!)}` : type;
  }
  if (type === 'hvc1' || type === 'hev1') {
    const bytes = await config('hvcC', 13);
    return bytes ? `${type}.${hevc(bytes)}` : type;
  }
  if (type === 'vp09') {
    const bytes = await config('vpcC', 7);
    return bytes ? `vp09.${two(bytes[4]!)}.${two(bytes[5]!)}.${two(bytes[6]! >> 4)}` : type;
  }
  if (type === 'av01') {
    const bytes = await config('av1C', 3);
    if (!bytes) return type;
    const tier = bytes[2]! & 0x80 ? 'H' : 'M';
    const depth = bytes[2]! & 0x40 ? (bytes[2]! & 0x20 ? 12 : 10) : 8;
    return `av01.${bytes[1]! >> 5}.${two(bytes[1]! & 31)}${tier}.${two(depth)}`;
  }
  return plain(type);
}

function hevc(config: Buffer): string {
  const space = ['', 'A', 'B', 'C'][config[1]! >> 6];
  let [flags, turned] = [config.readUInt32BE(2), 0];
  for (let bit = 0; bit < 32; bit++, flags >>>= 1) turned = ((turned << 1) | (flags & 1)) >>> 0;
  const constraints = [...config.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const tier = config[1]! & 0x20 ? 'H' : 'L';
  return [
    `${space}${config[1]! & 31}`,
    turned.toString(16).toUpperCase(),
    `${tier}${config[12]!}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ].join('.');
}

export async function audioCodec(file: FileReader, entry: Box): Promise<string> {
  const type = entry.type.trim();
  if (type === 'Opus') return 'opus';
  if (type !== 'mp4a') return plain(type);
  const version = (await file.at(entry.body + 8, 2)).readUInt16BE(0);
  const start = entry.body + (SOUND[version] ?? SOUND[0]!);
  for await (const box of boxes(file, start, entry.end)) {
    if (box.type === 'esds') return await aac(file, box);
    if (box.type === 'wave') {
      const inner = await child(file, box, 'esds');
      if (inner) return await aac(file, inner);
    }
  }
  return type;
}

/** Descriptors (ISO/IEC 14496-1): 3, in it 4 with the kind of object, in it 5 whose first five bits say which AAC. */
async function aac(file: FileReader, esds: Box): Promise<string> {
  const bytes = await file.at(esds.body, Math.min(esds.end - esds.body, 64));
  let at = 4;
  const tag = (): number | undefined => {
    const found = bytes[at++];
    // lengths of 7 bits a byte
    while ((bytes[at] ?? 0) & 0x80) at++;
    at++;
    return found;
  };
  if (tag() === 3) {
    const flags = bytes[at + 2] ?? 0;
    at += 3 + (flags & 0x80 ? 2 : 0) + (flags & 0x40 ? 1 + (bytes[at + 3] ?? 0) : 0) + (flags & 0x20 ? 2 : 0);
  }
  if (tag() !== 4) return 'mp4a';
  const object = bytes[at] ?? 0;
  if (object === 0x69 || object === 0x6b) return 'mp3';
  if (object !== 0x40) return `mp4a.${object.toString(16)}`;
  at += 13;
  return tag() === 5 ? `mp4a.40.${(bytes[at] ?? 0) >> 3}` : 'mp4a.40';
}

/** A name of four signs that somebody else wrote. */
function plain(type: string): string {
  return type.replaceAll(/[^A-Za-z0-9._-]/g, '').toLowerCase() || 'unknown';
}
