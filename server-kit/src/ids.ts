import { v7, validate } from 'uuid';

/** Makes the ids of rows: uuid version 7, so that new rows lie together in their indexes. Tests bring their own. */
export type NewId = () => string;

/** Asked for one by one, random bytes cost more than the rest of an id. */
const POOL = new Uint8Array(16 * 256);
let used = POOL.length;
let lastMs = -Infinity;
let sequence = 0;

/** Those of one process ascend, also within a millisecond (RFC 9562, 6.2, method 1). */
export const newId: NewId = () => {
  if (used === POOL.length) {
    crypto.getRandomValues(POOL);
    used = 0;
  }
  const random = POOL.subarray(used, (used += 16));
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // 31 of its 32 bits, so that there is room to count up
    sequence = ((random[6]! & 0x7f) << 24) | (random[7]! << 16) | (random[8]! << 8) | random[9]!;
  } else {
    sequence = (sequence + 1) | 0;
    if (sequence === 0) lastMs += 1;
  }
  return v7({ random, msecs: lastMs, seq: sequence });
};

export function isUuid(text: string): boolean {
  return validate(text);
}
