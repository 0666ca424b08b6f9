/**
 * How much of a campaign to run, and chance that can be repeated. CI runs a sample; `npm run test:long` runs all of it.
 * PATCHBAY_FAULT_SCALE multiplies the sample, PATCHBAY_SEED moves it elsewhere.
 */
export const LONG = process.env['PATCHBAY_LONG'] === '1';
export const SEED = Number(process.env['PATCHBAY_SEED'] ?? 1);
/** Milliseconds after which a test counts as hung. */
export const TIMEOUT = LONG ? 3_600_000 : 180_000;

export function campaign(some: number, all: number): number {
  return LONG ? all : Math.max(1, Math.round(some * Number(process.env['PATCHBAY_FAULT_SCALE'] ?? 1)));
}

/** Numbers from 0 to just under 1 (mulberry32). */
export function chance(seed: number): {
  next(): number;
  below(limit: number): number;
  pick<T>(of: readonly T[]): T;
} {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { next, below, pick: (of) => of[below(of.length)]! };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** Looks until `condition` gives something; throws `what` when it has not in time. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  within = 30_000,
): Promise<T> {
  for (const deadline = performance.now() + within; ; await pause(20)) {
    const found = await condition();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited ${within / 1000} s in vain until ${what}`);
  }
}
