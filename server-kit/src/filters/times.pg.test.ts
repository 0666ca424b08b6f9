/** Points and periods in Postgres against the evaluator's calendar: leap days, short months, clocks that change. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PERIODS, TIME_UNITS, type FilterPeriod, type FilterPoint } from '../contract/index.ts';
import { runOnce } from '../db/drizzle.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { ends, pointAt } from './evaluate.ts';
import { insideSql, periodSql, pointSql } from './times.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const MOMENTS = [
  // two days after the clocks went forward, and after they went back, in Chicago
  '2026-03-10T15:37:00.000Z',
  '2026-11-03T15:37:00.000Z',
  '2024-02-29T23:59:59.999Z',
  '2026-03-31T04:30:00.000Z',
  '2026-01-01T00:00:00.000Z',
];
const ZONES = ['America/Chicago', 'UTC', 'Asia/Kolkata', 'Pacific/Kiritimati', 'Europe/London'];
const PLACES = MOMENTS.flatMap((now) => ZONES.map((zone) => [now, zone] as const));
const SPANS = [0, 1, 2, 3, 31];

const POINTS: FilterPoint[] = [
  '2026-03-08',
  '2026-11-01',
  '2024-02-29',
  '2026-03-08T09:00:00-05:00',
  ...TIME_UNITS.flatMap((unit) =>
    SPANS.flatMap((n) => [
      { ago: n, unit },
      { ahead: n, unit },
    ]),
  ),
];
const FILTER_PERIODS: FilterPeriod[] = [
  ...PERIODS,
  ...TIME_UNITS.flatMap((unit) =>
    SPANS.flatMap((n) => [
      { last: n, unit },
      { next: n, unit },
    ]),
  ),
  { from: '2026-03-08', to: '2026-03-08' },
  { from: { ago: 3, unit: 'days' }, to: '2026-11-01' },
];

it.each(PLACES)('a point is the same moment, at %s in %s', async (now, zone) => {
  const columns = POINTS.map((point) => pointSql(point, { now, zone }));
  const [[row]] = await kit.database.pipeline('alpha', (tx) => [
    runOnce<{ at: string[] }>(tx, sql`select to_jsonb(array[${sql.join(columns, sql`, `)}]) as at`),
  ]);
  const place = { now: Date.parse(now), zone };
  expect(row!.at.map((at) => new Date(at).toISOString())).toEqual(
    POINTS.map((point) => new Date(pointAt(point, place)).toISOString()),
  );
});

it.each(PLACES)('a period ends at the same millisecond, at %s in %s', async (now, zone) => {
  const place = { now: Date.parse(now), zone };
  const probesOf = (period: FilterPeriod) => {
    const { from, last } = ends(period, place);
    return [from! - 1, from!, last!, last! + 1];
  };
  const columns = FILTER_PERIODS.flatMap((period) =>
    probesOf(period).map((at) =>
      insideSql(sql`${new Date(at).toISOString()}::timestamptz`, periodSql(period, { now, zone })),
    ),
  );
  const [[row]] = await kit.database.pipeline('alpha', (tx) => [
    runOnce<{ inside: boolean[] }>(tx, sql`select to_jsonb(array[${sql.join(columns, sql`, `)}]) as inside`),
  ]);
  FILTER_PERIODS.forEach((period, index) => {
    const { from, last } = ends(period, place);
    const expected = probesOf(period).map((at) => at >= from! && at <= last!);
    expect([period, row!.inside.slice(index * 4, index * 4 + 4)]).toEqual([period, expected]);
  });
});
