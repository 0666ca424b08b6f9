/** What a host says about files: where they are kept, how large they may be, who scans them. */
import { ASSET_KINDS, type AssetKind } from '../contract/index.ts';
import { SetupError } from '../errors.ts';
import type { ScanHook } from './scan.ts';
import { localMedia, type LocalMediaOptions } from './storage/local.ts';
import type { MediaStorage } from './storage/storage.ts';

export interface MediaOptions {
  /** Default: a folder, `.patchbay/media` in the working directory. Or a storage of the host’s own making. */
  storage?: LocalMediaOptions | MediaStorage;
  /**
   * The largest file of each kind, in bytes. Default: videos 2 GiB, pictures 25 MiB, documents and audio 100 MiB. A tenant's
   * `settings.media.limits` may lower them.
   */
  limits?: Partial<Record<AssetKind, number>>;
  /** Asked about each new file before anybody can be sent it. Default: nobody is asked. */
  scan?: ScanHook;
}

export interface ResolvedMediaOptions {
  limits: Record<AssetKind, number>;
  scan: ScanHook | undefined;
}

/** What routes and jobs get of it. */
export interface MediaContext {
  storage: MediaStorage;
  options: ResolvedMediaOptions;
}

const MIB = 1024 ** 2;
const LIMITS: Record<AssetKind, number> = {
  video: 2048 * MIB,
  picture: 25 * MIB,
  document: 100 * MIB,
  audio: 100 * MIB,
};

/** Opens nothing yet. */
export function storageOf(given: MediaOptions['storage']): MediaStorage {
  return given && 'append' in given ? given : localMedia(given);
}

/** Throws `SetupError`. */
export function checkedMedia(options: MediaOptions = {}): ResolvedMediaOptions {
  for (const [kind, limit] of Object.entries(options.limits ?? {})) {
    if (!(ASSET_KINDS as readonly string[]).includes(kind)) {
      throw new SetupError(`media.limits: "${kind}" is none of ${ASSET_KINDS.join(', ')}.`);
    }
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new SetupError(`media.limits.${kind} must be a number of bytes; it is ${String(limit)}.`);
    }
  }
  return { limits: { ...LIMITS, ...options.limits }, scan: options.scan };
}

/** The host’s limits, or the tenant’s own where they are lower. */
export function limitsOf(
  { options }: Pick<MediaContext, 'options'>,
  settings: unknown,
): Record<AssetKind, number> {
  const own = (settings as { media?: { limits?: Partial<Record<AssetKind, unknown>> } } | null)?.media
    ?.limits;
  const limit = (kind: AssetKind) => {
    const lower = own?.[kind];
    return typeof lower === 'number' && lower >= 0
      ? Math.min(lower, options.limits[kind])
      : options.limits[kind];
  };
  return Object.fromEntries(ASSET_KINDS.map((kind) => [kind, limit(kind)])) as Record<AssetKind, number>;
}
