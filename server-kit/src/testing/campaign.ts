/**
 * Fault suites run as campaigns: many rounds, each from a seed that its failure names. CI runs a sample; the whole
 * campaign is `npm run test:long`. PATCHBAY_FAULT_SCALE multiplies the sample, PATCHBAY_SEED moves it elsewhere.
 */
export interface Random {
  /** From 0 to just under 1. */
  next(): number;
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(things: readonly T[]): T;
  shuffle<T>(things: readonly T[]): T[];
}

/** Mulberry32: small, fast, and the same numbers everywhere. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (things) => things[below(things.length)]!,
    shuffle(things) {
      const order = [...things];
      for (let last = order.length - 1; last > 0; last -= 1) {
        const other = below(last + 1);
        [order[last], order[other]] = [order[other]!, order[last]!];
      }
      return order;
    },
  };
}

/** How many of something to do: a sample of `some`, or all of the campaign. */
export function campaign(some: number, all: number): number {
  if (process.env['PATCHBAY_LONG'] === '1') return all;
  return Math.max(1, Math.round(some * Number(process.env['PATCHBAY_FAULT_SCALE'] ?? 1)));
}

/** The same on every run, so that what CI finds is about the change before it; `npm run test:long` takes another each time. */
export const BASE_SEED = Number(process.env['PATCHBAY_SEED'] ?? 1);

/** Milliseconds a campaign may take before it counts as hung. */
export const CAMPAIGN_TIMEOUT = process.env['PATCHBAY_LONG'] === '1' ? 3_600_000 : 300_000;

/** Runs `work` for each seed, a few at a time, and names the seed of one that fails. */
export async function forEachSeed(
  count: number,
  lanes: number,
  work: (seed: number) => Promise<void>,
): Promise<void> {
  let started = 0;
  const lane = async () => {
    while (started < count) {
      const seed = BASE_SEED * 1_000_003 + started;
      started += 1;
      try {
        await work(seed);
      } catch (error) {
        started = count;
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
