import { describe, expect, it } from 'vitest';
import { latestTick, nextTick } from './ticks.ts';

const all = (cron: string, zone: string, from: string, until: string) => {
  const found: string[] = [];
  for (
    let at = nextTick(cron, zone, new Date(from));
    at && at < new Date(until);
    at = nextTick(cron, zone, at)
  ) {
    found.push(at.toISOString());
  }
  return found;
};

describe('a schedule', () => {
  it('goes by the zone, the whole year round', () => {
    expect(all('0 9 * * 1', 'America/New_York', '2026-03-01T00:00:00Z', '2026-03-20T00:00:00Z')).toEqual([
      '2026-03-02T14:00:00.000Z',
      '2026-03-09T13:00:00.000Z',
      '2026-03-16T13:00:00.000Z',
    ]);
  });

  it('comes once where the clocks are turned, forward and back', () => {
    const spring = all('30 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', '2026-03-10T00:00:00Z');
    expect(spring.map((at) => at.slice(0, 10))).toEqual(['2026-03-08', '2026-03-09']);
    const autumn = all('30 1 * * *', 'America/New_York', '2026-10-31T12:00:00Z', '2026-11-02T23:00:00Z');
    expect(autumn.map((at) => at.slice(0, 10))).toEqual(['2026-11-01', '2026-11-02']);
  });

  it('makes up for the last round that was missed, and for no other', () => {
    const [since, now] = [new Date('2026-05-01T09:00:00Z'), new Date('2026-05-04T10:00:00Z')];
    expect(latestTick('0 9 * * *', 'UTC', since, now)?.toISOString()).toBe('2026-05-04T09:00:00.000Z');
    expect(latestTick('0 9 * * *', 'UTC', new Date('2026-05-04T09:00:00Z'), now)).toBeNull();
    expect(latestTick('0 10 * * *', 'UTC', since, now)).toEqual(now);
  });

  it('that never comes is null', () => {
    expect(nextTick('0 0 30 2 *', 'UTC', new Date('2026-01-01T00:00:00Z'))).toBeNull();
  });
});
