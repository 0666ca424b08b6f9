import type { Asset, CreateUpload, Upload } from '@patchbay/server-kit/contract';
import type { AssetKind } from '@patchbay/server-kit/contract/names';
import type { ApiError } from '../client/errors.ts';

/**
 * `waiting`: others go first. `offline`: goes on by itself when the server can be reached. `away`: begun before a reload, and
 * goes on once the same file is chosen again. `checking`: all is there, the server looks at what it is. `refused`: it will not
 * be taken. `failed`: it may be tried again.
 */
export type TransferState =
  'waiting' | 'uploading' | 'paused' | 'offline' | 'away' | 'checking' | 'done' | 'refused' | 'failed';

/** One file on its way. */
export interface Transfer {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  /** As the browser takes it for; the server looks for itself. */
  readonly kind: AssetKind | null;
  readonly purpose: NonNullable<CreateUpload['purpose']>;
  readonly assetId: string | null;
  readonly state: TransferState;
  readonly sent: number;
  /** Bytes a second, over the last ten; null while it is not known. */
  readonly speed: number | null;
  readonly secondsLeft: number | null;
  readonly error: ApiError | null;
  /** When it is done. */
  readonly asset: Asset | null;
  /** A picture of it, made here. */
  readonly poster: Blob | null;
  /** False: this browser shows no picture of it, so others will not either. */
  readonly plays: boolean;
  /** It went on where an earlier one had stopped. */
  readonly resumed: boolean;
}

/** One that has not begun. */
export const FRESH = {
  state: 'waiting',
  sent: 0,
  speed: null,
  secondsLeft: null,
  error: null,
  asset: null,
  poster: null,
  plays: true,
  resumed: false,
} as const satisfies Partial<Transfer>;
/** Lost with the page. */
export const BUSY: readonly TransferState[] = ['waiting', 'uploading', 'paused', 'offline'];
export const ENDED: readonly TransferState[] = ['done', 'refused'];
/** The server has looked at it, and nothing more will happen. */
export const ENDS: readonly Upload['state'][] = ['done', 'refused'];

/** What a person would call it: without the ending. */
export const nameOf = (file: string) => file.replace(/(.)\.\w{2,5}$/, '$1');

/** By type, and by the ending where the browser knows no type: QuickTime and HEIC are unknown to many. */
export function kindOf(type: string, name: string): AssetKind | null {
  const major = type.split('/')[0];
  if (major === 'video' || major === 'audio') return major;
  if (major === 'image') return 'picture';
  if (type === 'application/pdf' || /\.pdf$/i.test(name)) return 'document';
  if (/\.(mp4|m4v|mov|webm)$/i.test(name)) return 'video';
  if (/\.(jpe?g|png|gif|webp|heic)$/i.test(name)) return 'picture';
  if (/\.(mp3|m4a|ogg|wav)$/i.test(name)) return 'audio';
  return null;
}
