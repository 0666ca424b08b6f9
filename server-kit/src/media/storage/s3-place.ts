/** Where an upload to S3 is: what its caller keeps between two calls. */
import type { UploadPlace } from './storage.ts';

/** S3 takes no smaller parts than 5 MiB, and ten thousand of them; R2 wants all of one size. */
export const PART = 8 << 20;

/** What stands in an `UploadPlace`. */
export interface Place {
  id: string;
  /** What S3 calls the upload. */
  upload: string;
  /** The ETags of the parts, all of them full. */
  parts: string[];
  /** What came after the last part, in order: [object, bytes]. */
  rest: [string, number][];
  /**
   * Objects that this place and the one before it need no more. A caller stores a place while the next bytes come, so what
   * only this one has done without may still be asked for.
   */
  gone: [string[], string[]];
}

export const receivedAt = (place: Place) =>
  place.parts.length * PART + place.rest.reduce((sum, [, size]) => sum + size, 0);

export function placeOf(place: UploadPlace): Place {
  const { upload, parts, rest } = place as unknown as Place;
  if (typeof upload !== 'string' || !Array.isArray(parts) || !Array.isArray(rest)) {
    throw new TypeError('This is not the place of an upload to S3.');
  }
  return place as unknown as Place;
}
