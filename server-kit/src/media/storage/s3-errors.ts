/** What went wrong with S3, out of a dozen names for it. */
import { StorageError } from './storage.ts';

const MISSING = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload']);
const FULL = new Set(['QuotaExceeded', 'StorageFull', 'XMinioStorageFull', 'InsufficientStorage']);
const DAMAGED = new Set([
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'XAmzContentChecksumMismatch',
  'InvalidDigest',
]);

interface S3Error {
  name?: string;
  code?: string;
  message?: string;
  cause?: unknown;
  $metadata?: { httpStatusCode?: number };
}

/** flydrive wraps what the SDK says. */
function originOf(error: unknown): S3Error {
  const known: S3Error = error ?? {};
  return known.code?.startsWith('E_') === true && known.cause !== undefined ? originOf(known.cause) : known;
}

export function codeOf(error: unknown): 'missing' | 'full' | 'damaged' | 'beyond' | undefined {
  const { name = '', $metadata } = originOf(error);
  if (MISSING.has(name)) return 'missing';
  if (FULL.has(name) || $metadata?.httpStatusCode === 507) return 'full';
  if (DAMAGED.has(name)) return 'damaged';
  return name === 'InvalidRange' ? 'beyond' : undefined;
}

export async function asStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError || error instanceof TypeError) throw error;
    const code = codeOf(error);
    if (code === 'missing') throw new StorageError('missing', 'There is no such file.', error);
    if (code === 'full') throw new StorageError('full', 'The bucket for media is full.', error);
    const { name, code: network, message } = originOf(error);
    const said = [network ?? name, message].filter(Boolean).join(': ');
    throw new StorageError(
      'unavailable',
      `The bucket for media does not answer as it should. ${said}`,
      error,
    );
  }
}
