/** Cron, read by croner: five fields in a zone, right over changes of the clocks. */
import { Cron } from 'croner';

/** The first time after `after`; null: never again. Throws what croner says about five fields that mean nothing. */
export function nextTick(cron: string, zone: string, after: Date): Date | null {
  return reading(cron, zone).nextRun(after);
}

/** The last time at or before `now` and after `since`, so that a worker that was away makes up for one round and not for all. */
export function latestTick(cron: string, zone: string, since: Date, now: Date): Date | null {
  const [last] = reading(cron, zone).previousRuns(1, new Date(now.getTime() + 1_000));
  return last && last > since && last <= now ? last : null;
}

/** Without a clock of its own: it is asked, it runs nothing. */
function reading(cron: string, zone: string): Cron {
  return new Cron(cron, { timezone: zone, paused: true, mode: '5-part' });
}
