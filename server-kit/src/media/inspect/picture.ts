/** Pictures: as large as their heads say, once what follows is a picture too. Nothing is decoded. */
import { boxes, child } from './boxes.ts';
import { CUT_OFF, Refusal, type FileReader } from './reader.ts';

export interface Size {
  width: number;
  height: number;
}

const MAX_SEGMENTS = 500;
const MAX_CHUNKS = 1000;
const MAX_PROPERTIES = 2000;
const NOT_A_PICTURE =
  'This file begins like a picture, but what follows is none. Export the picture again, and upload that.';
const PICTURE_CUT_OFF = 'A part of this picture is missing. Export or send it again, and upload that.';

/** IHDR first, then chunks up to the first of the picture itself. */
export async function pngSize(file: FileReader): Promise<Size> {
  const head = await file.at(0, 33);
  if (head.toString('latin1', 12, 16) !== 'IHDR') throw new Refusal(NOT_A_PICTURE);
  let position = 33;
  for (let count = 0; count < MAX_CHUNKS; count++) {
    const chunk = await file.at(position, 8);
    const type = chunk.toString('latin1', 4, 8);
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Refusal(NOT_A_PICTURE);
    const end = position + 12 + chunk.readUInt32BE(0);
    if (end > file.size) throw new Refusal(PICTURE_CUT_OFF);
    if (type === 'IDAT') return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
    position = end;
  }
  throw new Refusal(NOT_A_PICTURE);
}

/** Segments up to the start of the scan: the frame has the size, EXIF says how the camera was held. */
export async function jpegSize(file: FileReader): Promise<Size> {
  let position = 2;
  let size: Size | undefined;
  let turned = false;
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    const head = await file.at(position, 4);
    const marker = head[1]!;
    if (head[0] !== 0xff) throw new Refusal(NOT_A_PICTURE);
    // any marker may have ff before it to fill up
    if (marker === 0xff) {
      position++;
      continue;
    }
    const length = head.readUInt16BE(2);
    if (length < 2) throw new Refusal(NOT_A_PICTURE);
    if (position + 2 + length >= file.size) throw new Refusal(PICTURE_CUT_OFF);
    // start of frame: c0 to cf, but for tables (c4, cc) and an extension (c8)
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const frame = await file.at(position + 4, 5);
      size = { height: frame.readUInt16BE(1), width: frame.readUInt16BE(3) };
    }
    if (marker === 0xe1) turned ||= isTurned(await file.at(position + 4, Math.min(length - 2, 4096)));
    if (marker === 0xda) {
      if (!size) throw new Refusal(NOT_A_PICTURE);
      return turned ? { width: size.height, height: size.width } : size;
    }
    position += 2 + length;
  }
  throw new Refusal(NOT_A_PICTURE);
}

/** EXIF's orientation (TIFF tag 0x112): 5 to 8 lie on their side. */
function isTurned(exif: Buffer): boolean {
  if (exif.toString('latin1', 0, 6) !== 'Exif\0\0' || exif.length < 20) return false;
  const tiff = exif.subarray(6);
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number) =>
    at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
  const start = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  for (let entry = 0; entry < Math.min(short(start), 200); entry++) {
    const at = start + 2 + entry * 12;
    if (short(at) === 0x112) return short(at + 8) >= 5 && short(at + 8) <= 8;
  }
  return false;
}

/** Blocks up to the first image: a comment may follow the head at once, a script may not. */
export async function gifSize(file: FileReader): Promise<Size> {
  const head = await file.at(0, 13);
  let position = 13 + (head[10]! & 0x80 ? 3 << ((head[10]! & 7) + 1) : 0);
  for (let count = 0; count < MAX_CHUNKS; count++) {
    const [kind] = await file.at(position, 1);
    if (kind === 0x2c) {
      await file.at(position, 11);
      return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
    }
    if (kind !== 0x21) throw new Refusal(NOT_A_PICTURE);
    position += 2;
    for (let blocks = 0; ; blocks++) {
      const length = (await file.at(position, 1))[0]!;
      position += 1 + length;
      if (length === 0) break;
      if (blocks > MAX_CHUNKS) throw new Refusal(NOT_A_PICTURE);
    }
  }
  throw new Refusal(NOT_A_PICTURE);
}

export async function webpSize(file: FileReader): Promise<Size> {
  const head = await file.at(0, 30);
  if (head.readUInt32LE(4) + 8 > file.size) throw new Refusal(PICTURE_CUT_OFF);
  const kind = head.toString('latin1', 12, 16);
  if (kind === 'VP8X') return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
  if (kind === 'VP8L' && head[20] === 0x2f) {
    const bits = head.readUInt32LE(21);
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  if (kind === 'VP8 ' && head.readUIntBE(23, 3) === 0x9d012a) {
    return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
  }
  throw new Refusal(NOT_A_PICTURE);
}

/** HEIC and AVIF: a phone's picture is a grid of tiles, and the largest size is that of the whole. */
export async function heifSize(file: FileReader): Promise<Size> {
  let [size, turned]: [Size, boolean] = [{ width: 0, height: 0 }, false];
  let data = false;
  for await (const box of boxes(file, 0, file.size)) {
    data ||= box.type === 'mdat' || box.type === 'moov';
    if (box.type !== 'meta') continue;
    // a full box: version and flags come first
    data ||= (await child(file, box, 'idat', 4)) !== null;
    const items = await child(file, box, 'iprp', 4);
    const properties = items && (await child(file, items, 'ipco'));
    if (!properties) continue;
    let count = 0;
    for await (const property of boxes(file, properties.body, properties.end)) {
      if (count++ > MAX_PROPERTIES) break;
      if (property.type === 'ispe') {
        const fields = await file.at(property.body + 4, 8);
        const [width, height] = [fields.readUInt32BE(0), fields.readUInt32BE(4)];
        if (width * height > size.width * size.height) size = { width, height };
      }
      if (property.type === 'irot') turned ||= ((await file.at(property.body, 1))[0]! & 1) === 1;
    }
  }
  if (!data) throw new Refusal(CUT_OFF);
  if (size.width === 0) throw new Refusal(NOT_A_PICTURE);
  return turned ? { width: size.height, height: size.width } : size;
}
