/**
 * What a file is, by what is in it. Neither its name nor the sender's header is believed, and magic bytes alone are not
 * either: a video must have a track, a picture a size, a PDF its end. So what is served as a video is one, and a script with
 * the head of a GIF is refused with the reason.
 *
 * Nothing is decoded or inflated here. A PDF whose streams would blow up costs us nothing: we never open them.
 */
import { fileTypeFromBuffer } from 'file-type';
import type { AssetKind } from '../../contract/names.ts';
import { readMovie, type Movie } from './iso.ts';
import { gifSize, heifSize, jpegSize, pngSize, webpSize, type Size } from './picture.ts';
import { CUT_OFF, FileReader, ReadFailed, Refusal, type RandomReader } from './reader.ts';
import { amrLength, mp3Length, oggLength, wavLength } from './sound.ts';
import { hiddenIn } from './hidden.ts';
import { readWebm } from './webm.ts';

export type { RandomReader } from './reader.ts';

export interface FileFacts {
  kind: AssetKind;
  contentType: string;
  /** Without the dot. */
  extension: string;
  /** As it is shown, after rotation. */
  width: number | null;
  height: number | null;
  durationMs: number | null;
  /** As browsers name them: avc1.42E01E, hvc1.1.6.L93.B0, vp8. */
  videoCodec: string | null;
  audioCodec: string | null;
  /** `some`: not every browser or phone shows it. `download`: none does. */
  plays: 'everywhere' | 'some' | 'download';
}

export type Inspected =
  | ({ ok: true } & FileFacts)
  /** For whoever sent it: what is wrong, and what to do. */
  | { ok: false; reason: string };

const HEAD = 4100;
const MAX_PIXELS = 1 << 28;

/**
 * Ends with facts or a reason, whatever the file holds. Throws only what `read` throws. A `name` is held against what was
 * found: a `.mp4` that holds a PDF is refused.
 */
export async function inspect(read: RandomReader, size: number, name?: string): Promise<Inspected> {
  if (size === 0) {
    return refused('The file is empty. Export or record it again, and upload that.');
  }
  try {
    const facts = await factsOf(new FileReader(read, size));
    const claimed = name === undefined ? undefined : claimedKind(name);
    if (claimed && claimed.kind !== facts.kind) {
      return refused(
        `The file is called ${claimed.extension}, but holds ${A[facts.kind]}. Give it its right name, or choose another.`,
      );
    }
    return { ok: true, ...facts };
  } catch (error) {
    if (error instanceof ReadFailed) throw error.said;
    // what is no refusal is a field that claims more than its box holds
    return refused(error instanceof Refusal ? error.message : CUT_OFF);
  }
}

const refused = (reason: string): Inspected => ({ ok: false, reason });

const A: Record<AssetKind, string> = {
  video: 'a video',
  picture: 'a picture',
  document: 'a PDF',
  audio: 'sound',
};

const EXTENSIONS: Record<AssetKind, string[]> = {
  video: ['mp4', 'mov', 'm4v', '3gp', 'mkv', 'avi'],
  picture: ['jpg', 'jpeg', 'png', 'gif', 'webp', 'heic', 'heif', 'avif', 'svg', 'bmp', 'tiff'],
  document: ['pdf', 'doc', 'docx', 'txt', 'html', 'htm'],
  audio: ['mp3', 'm4a', 'wav', 'ogg', 'oga', 'opus', 'amr'],
};

/** WebM may be sound alone; what has no extension that we know claims nothing. */
function claimedKind(name: string): { kind: AssetKind; extension: string } | undefined {
  const extension = /\.([A-Za-z0-9]{2,5})$/.exec(name.trim())?.[1]?.toLowerCase() ?? '';
  const [kind] = Object.entries(EXTENSIONS).find(([, names]) => names.includes(extension)) ?? [];
  return kind === undefined ? undefined : { kind: kind as AssetKind, extension: `.${extension}` };
}

async function factsOf(file: FileReader): Promise<FileFacts> {
  const head = await file.upTo(0, HEAD);
  const type = await typeOf(head);
  const hidden = await hiddenIn(file, type);
  if (hidden !== null) throw new Refusal(hidden);
  const reader = READERS[type];
  if (!reader) throw new Refusal(notAccepted(type, head));
  return reader(file);
}

/** file-type's name for it; empty when it has none. */
async function typeOf(head: Buffer): Promise<string> {
  // it would inflate what is in a ZIP to tell which kind it is, and none of them is accepted
  if (head.toString('latin1', 0, 2) === 'PK') return 'application/zip';
  // a tag with a cover is longer than the head
  if (head.toString('latin1', 0, 3) === 'ID3') return 'audio/mpeg';
  if (head.toString('latin1', 0, 9) === '#!AMR-WB\n') return 'audio/amr';
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  return found?.mime.replace(/;.*/, '') ?? '';
}

const picture =
  (
    contentType: string,
    extension: string,
    size: (file: FileReader) => Promise<Size>,
    plays: FileFacts['plays'],
  ) =>
  async (file: FileReader): Promise<FileFacts> => {
    const { width, height } = await size(file);
    if (width === 0 || height === 0)
      throw new Refusal('This picture has no size. Export it again, and upload that.');
    if (width * height > MAX_PIXELS) {
      throw new Refusal(
        `This picture has ${Math.round((width * height) / 1e6)} megapixels, which phones cannot show. Make it smaller.`,
      );
    }
    return { ...NOTHING, kind: 'picture', contentType, extension, width, height, plays };
  };

const NOTHING = { width: null, height: null, durationMs: null, videoCodec: null, audioCodec: null };

const sound =
  (
    contentType: string,
    extension: string,
    audioCodec: string,
    length: (file: FileReader) => Promise<number | null>,
    plays: FileFacts['plays'],
  ) =>
  async (file: FileReader): Promise<FileFacts> => ({
    ...NOTHING,
    kind: 'audio',
    contentType,
    extension,
    audioCodec,
    durationMs: await length(file),
    plays,
  });

async function ogg(file: FileReader): Promise<FileFacts> {
  const { codec, durationMs } = await oggLength(file);
  const facts = { contentType: 'audio/ogg', extension: 'ogg', audioCodec: codec, durationMs };
  return { ...NOTHING, kind: 'audio', ...facts, plays: 'some' };
}

/** ISO 32000: the head at the first byte, so that no other reader finds something else there, and the end near the end. */
async function pdf(file: FileReader): Promise<FileFacts> {
  const head = await file.upTo(0, 8);
  const tail = await file.upTo(Math.max(0, file.size - 2048), 2048);
  if (!/^%PDF-\d\.\d/.test(head.toString('latin1'))) throw new Refusal(notAccepted('', head));
  if (!tail.includes('%%EOF') || !tail.includes('startxref')) {
    throw new Refusal('The end of this PDF is missing. Export it again, and upload that.');
  }
  return {
    ...NOTHING,
    kind: 'document',
    contentType: 'application/pdf',
    extension: 'pdf',
    plays: 'everywhere',
  };
}

type Container = [contentType: string, extension: string, audioType: string, audioExtension: string];

const movie =
  (read: (file: FileReader) => Promise<Movie>, container: Container) =>
  async (file: FileReader): Promise<FileFacts> => {
    const { tracks, durationMs, brand } = await read(file);
    const seen = tracks.find((track) => track.video && track.width > 0 && track.height > 0);
    const heard = tracks.find((track) => !track.video);
    const [contentType, extension, audioType, audioExtension] = container;
    const codecs = { audioCodec: heard?.codec ?? null, durationMs };
    // the cover of an audio book is a track of one picture
    if (seen && !(brand.startsWith('M4A') || brand.startsWith('M4B'))) {
      const { width, height, codec } = seen;
      const plays = playsWhere(contentType, codec, codecs.audioCodec);
      return { kind: 'video', contentType, extension, width, height, videoCodec: codec, ...codecs, plays };
    }
    if (!heard)
      throw new Refusal('There is neither picture nor sound in this file. Record or export it again.');
    const plays = audioType === 'audio/mp4' && isCommonSound(codecs.audioCodec) ? 'everywhere' : 'some';
    return { ...NOTHING, kind: 'audio', contentType: audioType, extension: audioExtension, ...codecs, plays };
  };

const isCommonSound = (codec: string | null) =>
  codec === null || codec === 'mp3' || codec.startsWith('mp4a.40');

/**
 * H.264 of 8 bits with AAC in an MP4 plays wherever there is a screen. HEVC, AV1, WebM and Opus need a newer phone or another
 * browser; what no browser decodes shows sound and no picture, without an error.
 */
function playsWhere(contentType: string, video: string | null, audio: string | null): FileFacts['plays'] {
  if (!/^(avc|hvc|hev|vp8|vp9|vp09|av01|av1)/.test(video ?? '')) return 'download';
  // profiles from High 10 (6E) on
  const common = /^avc[13]\.(42|4D|58|64)/.test(video ?? '') && isCommonSound(audio);
  return common && contentType === 'video/mp4' ? 'everywhere' : 'some';
}

const mp4 = movie(readMovie, ['video/mp4', 'mp4', 'audio/mp4', 'm4a']);
const threeGp = movie(readMovie, ['video/3gpp', '3gp', 'audio/3gpp', '3ga']);

const READERS: Record<string, ((file: FileReader) => Promise<FileFacts>) | undefined> = {
  'video/mp4': mp4,
  'video/x-m4v': mp4,
  'audio/x-m4a': mp4,
  'audio/mp4': mp4,
  'video/quicktime': movie(readMovie, ['video/quicktime', 'mov', 'audio/mp4', 'm4a']),
  'video/3gpp': threeGp,
  'video/3gpp2': threeGp,
  'video/webm': movie(readWebm, ['video/webm', 'webm', 'audio/webm', 'weba']),
  'image/jpeg': picture('image/jpeg', 'jpg', jpegSize, 'everywhere'),
  'image/png': picture('image/png', 'png', pngSize, 'everywhere'),
  'image/apng': picture('image/png', 'png', pngSize, 'everywhere'),
  'image/gif': picture('image/gif', 'gif', gifSize, 'everywhere'),
  'image/webp': picture('image/webp', 'webp', webpSize, 'everywhere'),
  'image/heic': picture('image/heic', 'heic', heifSize, 'some'),
  'image/heif': picture('image/heif', 'heif', heifSize, 'some'),
  'image/avif': picture('image/avif', 'avif', heifSize, 'some'),
  'application/pdf': pdf,
  'audio/mpeg': sound('audio/mpeg', 'mp3', 'mp3', mp3Length, 'everywhere'),
  'audio/wav': sound('audio/wav', 'wav', 'pcm', wavLength, 'everywhere'),
  'audio/ogg': ogg,
  'audio/amr': sound('audio/amr', 'amr', 'samr', amrLength, 'download'),
};

const ACCEPTED =
  'Videos (MP4, MOV, WebM), pictures (JPEG, PNG, GIF, WebP, HEIC, AVIF), PDFs and sound (MP3, M4A, WAV, OGG, AMR) can be sent.';

function notAccepted(type: string, head: Buffer): string {
  const text = head.toString('latin1').toLowerCase();
  if (/^[\s\0]*(\xef\xbb\xbf)?\s*<(\?xml|!doctype|html|svg|script|head|body|!--|[a-z]+[\s>])/.test(text)) {
    return `This is a web page or an SVG drawing, which may carry a script. Save it as PNG or PDF, and upload that. ${ACCEPTED}`;
  }
  if (type === 'application/zip' || /gzip|x-7z|x-rar|x-tar|x-bzip2|x-xz|zstd/.test(type)) {
    return `This is an archive (ZIP or the like), whatever it is called. Unpack it, and upload what is in it. ${ACCEPTED}`;
  }
  if (type === 'video/matroska') {
    return `This is a Matroska video (MKV), which phones do not play. Export it as MP4, and upload that. ${ACCEPTED}`;
  }
  if (/^%!ps|%pdf-/.test(text)) {
    return 'This is no whole PDF: something else stands before or instead of it. Print or export it as PDF again.';
  }
  return `This kind of file cannot be sent${type === '' ? '' : ` (${type})`}. ${ACCEPTED}`;
}
