import { expect, it } from 'vitest';
import { END_REASONS } from '../../contract/workflow/index.ts';
import { endWords, stepWords, waitingWords } from './trace.ts';

const now = new Date('2026-03-02T13:00:00Z');

it.each([
  [
    { reason: 'window', until: '2026-03-02T15:00:00Z', zone: 'America/Toronto' },
    'Waiting until 10:00 America/Toronto because of the window',
  ],
  [
    { reason: 'wait', until: '2026-03-09T14:00:00Z', zone: 'America/Toronto' },
    'Waiting until 9 March, 10:00 America/Toronto',
  ],
  [{ reason: 'wait', until: '2027-01-01T00:00:00Z', zone: 'UTC' }, 'Waiting until 1 January 2027, 00:00 UTC'],
  [
    { reason: 'window', until: '2026-03-02T16:00:00Z', zone: 'America/Chicago', instead_of: 'Mars/Base' },
    'Waiting until 10:00 America/Chicago because of the window (Mars/Base is no time zone)',
  ],
  [
    { reason: 'event', until: '2026-03-04T16:00:00Z', zone: 'America/Chicago', what: 'message.received' },
    'Waiting for message.received, at most until 4 March, 10:00 America/Chicago',
  ],
  [
    { reason: 'retry', until: '2026-03-02T13:05:00Z', what: 'busy' },
    'Trying again at 07:05 America/Chicago: busy',
  ],
] as const)('a run that waits says for what: %o', (waiting, words) => {
  expect(waitingWords(waiting, now, 'America/Chicago')).toBe(words);
});

it.each([
  [
    { outcome: 'skipped', detail: { reason: 'opted_out', since: '2026-03-04T03:00:00Z' } },
    'Skipped: opted out on 3 March',
  ],
  [{ outcome: 'done', detail: { held: { reason: 'window', until: null } } }, 'Done, held by the window'],
  [{ outcome: 'done', detail: { branch: 'VIP' } }, 'Took “VIP”'],
  [{ outcome: 'failed', detail: { reason: 'busy' } }, 'Failed: busy'],
] as const)('a step says what became of it: %o', (step, words) => {
  expect(
    stepWords({ ...step, at: '2026-03-05T00:00:00Z' }, new Date('2026-03-05T00:00:00Z'), 'America/Chicago'),
  ).toBe(words);
});

it('an end says why, whatever the reason', () => {
  const words = END_REASONS.map(endWords);
  expect(new Set(words).size).toBe(END_REASONS.length);
});
