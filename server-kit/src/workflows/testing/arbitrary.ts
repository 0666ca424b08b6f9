/** Any workflow over a small vocabulary, and what happens to its contact meanwhile. */
import type { Definition } from '../../contract/workflow/index.ts';
import type { Random } from '../../testing/campaign.ts';
import type { SimulatedEvent } from '../simulate.ts';
import { definitionOf } from './world.ts';

export const START = '2026-03-05T15:00:00.000Z';
export const UNTIL = '2026-03-25T15:00:00.000Z';
export const ZONES = ['America/New_York', 'America/Chicago', 'Pacific/Auckland', 'Asia/Kolkata'];
const TAGS = ['red', 'green', 'goal'];
const SPANS = ['0 minutes', '5 minutes', '7 hours', '1 day', '2 days', '1 week'];

export function anyDefinition(random: Random, key = 'random'): Definition {
  const count = 1 + random.below(9);
  const ids = Array.from({ length: count }, (_, nth) => `s${nth}`);
  const somewhere = () => (random.chance(0.5) ? { next: random.pick(ids) } : {});
  const step = (id: string): Record<string, unknown> => {
    const tags = [random.pick(TAGS)];
    switch (random.below(10)) {
      case 0:
      case 1:
        return { id, kind: 'send_sms', body: id, ...(random.chance(0.2) ? somewhere() : {}) };
      case 2:
        return { id, kind: 'add_tag', tags };
      case 3:
        return { id, kind: 'remove_tag', tags };
      case 4:
        return { id, kind: 'score', by: 1, ...(random.chance(0.2) ? somewhere() : {}) };
      case 5:
        return {
          id,
          kind: 'condition',
          branches: Array.from({ length: 1 + random.below(2) }, () => ({
            when: { field: 'tags', op: 'has_any', value: [random.pick(TAGS)] },
            to: random.pick(ids),
          })),
          ...(random.chance(0.5) ? { else: random.pick(ids) } : {}),
        };
      case 6:
        return random.chance(0.4)
          ? { id, kind: 'go_to', step: random.pick(ids) }
          : { id, kind: 'score', by: 2 };
      case 7:
        return random.chance(0.3) ? { id, kind: 'end' } : { id, kind: 'wait', for: random.pick(SPANS) };
      case 8:
        return {
          id,
          kind: 'wait',
          for_event: {
            type: random.pick(['message.received', 'link.clicked']),
            timeout: random.pick(SPANS.slice(1)),
            ...(random.chance(0.5) ? { on_timeout: random.pick(ids) } : {}),
          },
        };
      default:
        return { id, kind: 'wait', for: random.pick(SPANS), ...(random.chance(0.2) ? somewhere() : {}) };
    }
  };
  return definitionOf({
    key,
    settings: {
      on_opt_out: random.pick(['cancel', 'skip_channel']),
      stop_on_reply: random.chance(0.2),
      ...(random.chance(0.3) ? { goal: { field: 'tags', op: 'has_any', value: ['goal'] } } : {}),
      ...(random.chance(0.3) ? { max_messages_per_day: 1 + random.below(2) } : {}),
      ...(random.chance(0.5)
        ? {
            window: random.pick([
              { from: '10:00', to: '18:00' },
              { from: '22:00', to: '06:30' },
              { days: ['tue', 'sat', 'sun'], from: '09:00', to: '12:00' },
            ]),
          }
        : {}),
    },
    steps: ids.map(step),
  });
}

const SPAN_MS = Date.parse(UNTIL) - Date.parse(START);

/** At a whole minute that no step is due at, so that nobody has to say which of two things came first. */
export function anyInstant(random: Random): string {
  const minute = Math.floor((random.next() * SPAN_MS) / 60_000);
  return new Date(Date.parse(START) + minute * 60_000 + 17_017).toISOString();
}

/** `instants`: at some of these alone, so that much happens at once when many run side by side. */
export function anyEvents(random: Random, instants?: readonly string[]): SimulatedEvent[] {
  const count = random.below(6);
  const at = instants
    ? random.shuffle(instants).slice(0, count)
    : Array.from({ length: count }, () => anyInstant(random));
  return at.map((instant) => ({
    at: instant,
    type: random.chance(0.15) ? 'consent.withdrawn' : random.pick(['message.received', 'link.clicked']),
  }));
}
