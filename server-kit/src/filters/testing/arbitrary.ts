/** Any filter, and a world of people to ask it about. Small vocabularies, so that filters often find somebody. */
import fc from 'fast-check';
import type { Filter, FilterPeriod, FilterPoint } from '../../contract/index.ts';
import {
  CHANNELS,
  CONVERSATION_STATES,
  PERIODS,
  TIME_UNITS,
  type FilterOperator,
} from '../../contract/names.ts';
import { newId } from '../../ids.ts';
import type { Random } from '../../testing/campaign.ts';
import { pointAt, type Person, type World } from '../evaluate.ts';

const WORDS = ['new', 'New', 'won', 'new_x', '100%', 'a\\b', "o'x", '{a,b}', 'null', 'x"y', '7'];
const TAGS = ['vip', 'buyer', 'a,b', '{x}', 'NULL', 'q"t'];
const NUMBERS = ['100', '99.5', '-3', '0', '7', '1e5', '12abc', '+4'];
const DAYS = [
  '2026-03-07',
  '2026-03-08',
  '2026-03-09',
  '2026-03-10',
  '2026-03-11',
  '2026-02-28',
  '2025-12-31',
  '2026-03-10T09:00:00Z',
  '2026-99-99',
];
/** Around the world's now, around the ends of its year, and the day that most years lack. */
const BIRTHDAYS = [
  { month: 2, day: 28 },
  { month: 2, day: 29 },
  { month: 3, day: 1 },
  { month: 3, day: 8 },
  { month: 3, day: 10 },
  { month: 3, day: 12 },
  { month: 12, day: 31 },
  { month: 1, day: 1 },
  { month: 7, day: 4 },
];
const EVENTS = [
  'message.received',
  'message.sent',
  'message.delivered',
  'contact.created',
  'conversation.updated',
];
const PATTERNS = [...EVENTS, 'message.*', 'contact.*'];
const TEXT_FIELDS = [
  'first_name',
  'last_name',
  'name',
  'phone',
  'email',
  'stage',
  'state',
  'source',
  'lead_type',
];
const CUSTOM = ['fields.budget', 'fields.born', 'fields.odd key.1'];
const MEMBERS = ['m1', 'm2'];

const unit = fc.constantFrom(...TIME_UNITS);
/** Few, so that people at such an edge and filters with it meet. */
const SPANS = [0, 1, 2, 3, 5, 31];
const span = fc.constantFrom(...SPANS);
const point: fc.Arbitrary<FilterPoint> = fc.oneof(
  fc.constantFrom('2026-03-08', '2026-03-10', '2026-03-01', '2025-12-31'),
  fc.constantFrom('2026-03-08T08:00:00Z', '2026-03-10T15:37:00.000Z', '2026-03-09T00:00:00-05:00'),
  fc.record({ ago: span, unit }),
  fc.record({ ahead: span, unit }),
);
const period: fc.Arbitrary<FilterPeriod> = fc.oneof(
  fc.constantFrom(...PERIODS),
  fc.record({ last: span, unit }),
  fc.record({ next: span, unit }),
  fc.record({ from: point }),
  fc.record({ to: point }),
  fc.record({ from: point, to: point }),
);
const word = fc.constantFrom(...WORDS);
const several = (one: fc.Arbitrary<string>) => fc.array(one, { minLength: 1, maxLength: 4 });
const number = fc.constantFrom(100, 99.5, -3, 0, 7, 1e21, 0.1);

const ask = (field: fc.Arbitrary<string>, ops: FilterOperator[], value?: fc.Arbitrary<unknown>) =>
  fc.record({ field, op: fc.constantFrom(...ops), ...(value && { value }) }) as fc.Arbitrary<Filter>;
const text = fc.constantFrom(...TEXT_FIELDS, ...CUSTOM);
const custom = fc.constantFrom(...CUSTOM);
const dated = fc.constantFrom('created_at', 'updated_at', ...CUSTOM);
const count = fc.integer({ min: 0, max: 4 });

/** `segments` are those that a condition may ask about. */
export function anyFilter(segments: string[]): fc.Arbitrary<Filter> {
  const condition: fc.Arbitrary<Filter> = fc.oneof(
    ask(text, ['is', 'is_not', 'contains', 'starts_with'], word),
    ask(custom, ['is', 'is_not'], fc.oneof(number, fc.boolean(), fc.constantFrom(...NUMBERS))),
    ask(text, ['in', 'not_in'], several(word)),
    ask(fc.constantFrom(...TEXT_FIELDS, ...CUSTOM, 'tags', 'created_at'), ['is_empty', 'is_set']),
    ask(custom, ['gt', 'gte', 'lt', 'lte'], number),
    ask(custom, ['between'], fc.tuple(number, number)),
    ask(dated, ['before', 'after'], point),
    ask(dated, ['between'], fc.tuple(point, point)),
    ask(dated, ['within'], period),
    ask(fc.constant('tags'), ['has_any', 'has_all', 'has_none'], several(fc.constantFrom(...TAGS))),
    ask(fc.constant('lead_score'), ['is', 'is_not', 'gt', 'gte', 'lt', 'lte'], number),
    ask(fc.constant('lead_score'), ['between'], fc.tuple(number, number)),
    ask(fc.constant('do_not_call'), ['is'], fc.boolean()),
    ask(fc.constant('dnd'), ['has_any', 'has_all', 'has_none'], several(fc.constantFrom(...CHANNELS))),
    ask(fc.constant('birthday'), ['within'], period),
    ask(fc.constantFrom('lead_score', 'dnd', 'birthday'), ['is_empty', 'is_set']),
    fc.record({
      consent: fc.record({
        channel: fc.constantFrom(...CHANNELS),
        state: fc.constantFrom('granted', 'withdrawn', 'unknown'),
      }),
    }),
    fc.record({
      event: fc
        .tuple(
          fc.constantFrom(...PATTERNS),
          fc.option(period, { nil: undefined }),
          fc.oneof(
            fc.constant({}),
            fc.record({ exactly: count }),
            fc.record({ at_least: fc.integer({ min: 1, max: 4 }) }),
            fc.record({ at_most: count }),
            fc.record({ at_least: fc.integer({ min: 1, max: 4 }), at_most: count }),
          ),
        )
        .map(([type, within, times]) => ({ type, ...(within && { within }), ...times })),
    }),
    fc.record({
      no_event: fc.record({ type: fc.constantFrom(...PATTERNS), since: fc.constantFrom(...PATTERNS) }),
    }),
    fc
      .record(
        {
          channel: fc.constantFrom('sms' as const, 'email' as const),
          state: fc.constantFrom(...CONVERSATION_STATES),
          unread: fc.boolean(),
          assignee: fc.constantFrom(null, ...MEMBERS),
        },
        { requiredKeys: [] },
      )
      .filter((conversation) => Object.keys(conversation).length > 0)
      .map((conversation) => ({ conversation })),
    fc.constantFrom(...segments).map((id) => ({ segment: { id } })),
  );
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
      condition,
      fc.record({ all: fc.array(tie('filter'), { maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('filter') }),
    ),
  })).filter;
}

export function anyWorld(random: Random, size: number, segments: string[]): World {
  const place = { now: Date.parse('2026-03-10T15:37:00.000Z'), zone: 'America/Chicago' };
  const maybe = <T>(value: () => T) => (random.chance(0.3) ? null : value());
  /** Often just at an edge that filters ask about. */
  const time = () => {
    const edge = pointAt(
      random.chance(0.3)
        ? random.pick(['2026-03-08', '2026-03-09', '2026-03-11', '2026-03-01', '2026-01-01'])
        : { ago: random.pick(SPANS), unit: random.pick(TIME_UNITS) },
      place,
    );
    return edge + random.pick([-1, 0, 1, 0, 1_800_000, -1_800_000, random.below(30 * 86_400_000)]);
  };
  const people = Array.from({ length: size }, (_, index): Person => {
    const [first_name, last_name] = [maybe(() => random.pick(WORDS)), maybe(() => random.pick(WORDS))];
    const columns: Person['columns'] = {
      first_name,
      last_name,
      name: `${first_name ?? ''} ${last_name ?? ''}`.trim() || null,
      phone: maybe(() => `+1312555${String(1000 + index)}`),
      email: maybe(() => `p${index}@example.com`),
    };
    for (const name of ['stage', 'state', 'source', 'lead_type']) {
      columns[name] = maybe(() => random.pick([...WORDS, '']));
    }
    const fields: Person['fields'] = {};
    if (random.chance(0.7))
      fields['budget'] = random.pick<string | number | boolean | null>([
        ...NUMBERS,
        ...WORDS,
        '',
        42,
        true,
        null,
      ]);
    if (random.chance(0.7)) fields['born'] = random.pick([...DAYS, '', 'soon']);
    if (random.chance(0.5)) fields['odd key.1'] = random.pick([...NUMBERS, ...DAYS, ...WORDS]);
    return {
      id: newId(),
      columns,
      fields,
      lead_score: maybe(() => random.pick([-3, 0, 7, 99, 100])),
      do_not_call: random.chance(0.3),
      dnd: CHANNELS.filter(() => random.chance(0.3)),
      birthday: maybe(() => random.pick(BIRTHDAYS)),
      tags: TAGS.filter(() => random.chance(0.3)),
      created_at: time(),
      updated_at: time(),
      events: Array.from({ length: random.below(7) }, () => ({ type: random.pick(EVENTS), at: time() })),
      conversations: (['sms', 'email'] as const).flatMap((channel) =>
        random.chance(0.5)
          ? {
              channel,
              state: random.pick(CONVERSATION_STATES),
              unread: random.below(3),
              assignee: random.pick([null, ...MEMBERS]),
            }
          : [],
      ),
      segments: segments.filter(() => random.chance(0.4)),
    };
  });
  const addresses = people
    .flatMap(({ columns: { phone, email } }) => [phone, email])
    .filter((one) => one !== null);
  const about = () => ({ channel: random.pick(CHANNELS), address: random.pick(addresses as string[]) });
  return {
    ...place,
    people,
    ledger: Array.from({ length: size * 3 }, () => ({
      ...about(),
      action: random.pick(['grant', 'withdraw'] as const),
    })),
    blocked: Array.from({ length: size }, about),
  };
}
