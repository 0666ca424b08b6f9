import { randomBytes } from 'node:crypto';

/** Twilio's identifiers: two letters for the kind of thing, then 32 hexadecimal digits. */
export interface Ids {
  sid(prefix: string): string;
  uuid(): string;
  /** A number in [0, 1): the source of every chance the sandbox takes, so that a seed repeats a run. */
  random(): number;
}

/** Without a seed the identifiers are random, so a restart that keeps its messages never hands out one twice. */
export function createIds(seed?: number): Ids {
  const random = seed === undefined ? Math.random : mulberry32(seed);
  const hex = seed === undefined ? () => randomBytes(16).toString('hex') : () => seededHex(random);
  return {
    sid: (prefix) => prefix + hex(),
    uuid: () => hex().replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5'),
    random,
  };
}

function seededHex(random: () => number): string {
  let out = '';
  for (let i = 0; i < 4; i++)
    out += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return out;
}

/** Tommy Ettinger's mulberry32: small, fast, and good enough for choosing whom to disturb. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
