import { ProblemError } from '../errors.ts';
import type { StorageError } from './storage/storage.ts';

/** What a storage could not do, in the words of the API. */
export function storageProblem(error: StorageError): ProblemError {
  if (error.reason === 'full') {
    return new ProblemError(
      'storage_full',
      'There is no room left for files. What has arrived is kept: free some room, then go on.',
    );
  }
  if (error.reason === 'missing') {
    return new ProblemError('file_refused', 'What had arrived of this file is gone. Send it again.');
  }
  return new ProblemError('unavailable', 'The storage of files does not answer. Try again shortly.');
}
