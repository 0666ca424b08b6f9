/** So many at once, and so many a second from then on, for each key. In this process alone: it spares the database. */
export interface Limits {
  /** False: too many of this key just now. */
  allows(key: string): boolean;
}

interface LimitOptions {
  burst: number;
  perSecond: number;
  /** Keys that are remembered; beyond, the oldest is forgotten. Default 10,000. */
  most?: number;
  /** Milliseconds that only grow. */
  now?: () => number;
}

export function limits({
  burst,
  perSecond,
  most = 10_000,
  now = () => performance.now(),
}: LimitOptions): Limits {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    allows(key) {
      const time = now();
      const bucket = buckets.get(key) ?? { left: burst, at: time };
      buckets.delete(key);
      buckets.set(key, bucket);
      if (buckets.size > most) buckets.delete(buckets.keys().next().value!);
      bucket.left = Math.min(burst, bucket.left + ((time - bucket.at) / 1000) * perSecond);
      bucket.at = time;
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}
