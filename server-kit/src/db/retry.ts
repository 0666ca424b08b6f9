/** Serialization failure, deadlock: the work was rolled back as a whole and may simply be done again. */
const COLLISIONS = new Set(['40001', '40P01']);
const MAX_TRIES = 4;

/** For work that locks rows in an order of its own, against writers that lock them in another. */
export async function retryCollisions<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === MAX_TRIES || !COLLISIONS.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}
