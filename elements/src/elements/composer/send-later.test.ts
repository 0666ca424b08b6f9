import { expect } from '../../testing/browser.ts';
import { presets } from './send-later.ts';

const CHICAGO = 'America/Chicago';
const offered = (now: string) =>
  presets(Date.parse(now), CHICAGO).map(({ word, at }) => [word, at.toISOString()]);

it('offers the hours of the person who will read it', () => {
  // a Thursday, 10:00 in Chicago (UTC−6)
  expect(offered('2026-01-15T16:00:00Z')).to.eql([
    ['later.hour', '2026-01-15T17:00:00.000Z'],
    ['later.evening', '2026-01-16T00:00:00.000Z'],
    ['later.morning', '2026-01-16T15:00:00.000Z'],
    ['later.monday', '2026-01-19T15:00:00.000Z'],
  ]);
});

it('leaves the evening out when it is over, by their clock', () => {
  expect(offered('2026-01-16T00:30:00Z').map(([word]) => word)).to.eql([
    'later.hour',
    'later.morning',
    'later.monday',
  ]);
});

it('calls Monday “tomorrow” on a Sunday, and offers the next one on a Monday', () => {
  expect(offered('2026-01-18T16:00:00Z').map(([word]) => word)).not.to.include('later.monday');
  expect(Object.fromEntries(offered('2026-01-19T16:00:00Z'))['later.monday']).to.eql(
    '2026-01-26T15:00:00.000Z',
  );
});

it('keeps nine o’clock across a change of clocks', () => {
  // clocks go forward in the night before 8 March 2026, a Sunday
  expect(Object.fromEntries(offered('2026-03-07T18:00:00Z'))['later.morning']).to.eql(
    '2026-03-08T14:00:00.000Z',
  );
});
