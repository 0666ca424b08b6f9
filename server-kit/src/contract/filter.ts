/**
 * The filter language: one JSON tree that says which contacts are meant. Segments, searches, and whatever else asks
 * "who?" use it; the server compiles it to SQL (`filters/compile.ts`).
 *
 * A *clause* is a group (`all`, `any`, `not`) or a condition. Every clause is true or false of a contact, never unknown:
 * someone without a value is not `is` anything, and `is_not`, `not_in`, `has_none` and `not` are true of them.
 *
 * - Texts are compared as they are by `is` and `in`, without regard to case by `contains` and `starts_with`.
 * - Custom fields hold text. `gt` and its kin read it as a number, `before` and its kin as a date (`2026-11-21…`); what
 *   cannot be read so counts as having no value.
 * - A *point* is an instant (RFC 3339), a date (the start of that day), or a distance from now. A *period* is two points or
 *   a name. All are read in the filter's time zone. A date that ends a period includes its day.
 * - `before` is earlier than the point, `after` is from the point on.
 *
 * Mistakes are found by `checkFilter`, clause by clause; these schemas are the shape for documents and types.
 */
import { z } from 'zod';
import { CONVERSATION_STATES, FILTER_LIMITS, PERIODS, TIME_UNITS } from './names.ts';
import { channel, id, instant } from './primitives.ts';

const shortText = z.string().max(FILTER_LIMITS.text);
const someText = shortText.min(1);
const span = z.int().min(0).max(FILTER_LIMITS.span);
const unit = z.enum(TIME_UNITS);
const count = z.int().min(0).max(FILTER_LIMITS.count);

export const filterPoint = z
  .union([instant, z.iso.date(), z.strictObject({ ago: span, unit }), z.strictObject({ ahead: span, unit })])
  .meta({ id: 'FilterPoint' });
export type FilterPoint = z.infer<typeof filterPoint>;

export const filterPeriod = z
  .union([
    z.enum(PERIODS),
    z.strictObject({ last: span, unit }),
    z.strictObject({ next: span, unit }),
    z
      .strictObject({ from: filterPoint.optional(), to: filterPoint.optional() })
      .refine(({ from, to }) => from !== undefined || to !== undefined),
  ])
  .meta({ id: 'FilterPeriod' });
export type FilterPeriod = z.infer<typeof filterPeriod>;

const scalar = z.union([shortText, z.number(), z.boolean()]);
const list = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(FILTER_LIMITS.list);

/** What `value` may be, by operator. Null: there is none. Built-in texts are compared with texts only. */
export const FILTER_VALUES = {
  is: scalar,
  is_not: scalar,
  in: list(scalar),
  not_in: list(scalar),
  contains: someText,
  starts_with: someText,
  gt: z.number(),
  gte: z.number(),
  lt: z.number(),
  lte: z.number(),
  between: z.union([z.tuple([z.number(), z.number()]), z.tuple([filterPoint, filterPoint])]),
  before: filterPoint,
  after: filterPoint,
  within: filterPeriod,
  has_any: list(someText),
  has_all: list(someText),
  has_none: list(someText),
  is_empty: null,
  is_set: null,
} as const;

const withValue = <const Op extends string, T extends z.ZodType>(op: Op, value: T) =>
  z.strictObject({ field: z.string(), op: z.literal(op), value });

export const fieldCondition = z
  .discriminatedUnion('op', [
    withValue('is', FILTER_VALUES.is),
    withValue('is_not', FILTER_VALUES.is_not),
    withValue('in', FILTER_VALUES.in),
    withValue('not_in', FILTER_VALUES.not_in),
    withValue('contains', FILTER_VALUES.contains),
    withValue('starts_with', FILTER_VALUES.starts_with),
    withValue('gt', FILTER_VALUES.gt),
    withValue('gte', FILTER_VALUES.gte),
    withValue('lt', FILTER_VALUES.lt),
    withValue('lte', FILTER_VALUES.lte),
    withValue('between', FILTER_VALUES.between),
    withValue('before', FILTER_VALUES.before),
    withValue('after', FILTER_VALUES.after),
    withValue('within', FILTER_VALUES.within),
    withValue('has_any', FILTER_VALUES.has_any),
    withValue('has_all', FILTER_VALUES.has_all),
    withValue('has_none', FILTER_VALUES.has_none),
    z.strictObject({ field: z.string(), op: z.enum(['is_empty', 'is_set']) }),
  ])
  .meta({ id: 'FilterFieldCondition' });
export type FieldCondition = z.infer<typeof fieldCondition>;

export const consentCondition = z
  .strictObject({ consent: z.strictObject({ channel, state: z.enum(['granted', 'withdrawn', 'unknown']) }) })
  .meta({ id: 'FilterConsentCondition' });
export type ConsentCondition = z.infer<typeof consentCondition>;

export const eventCondition = z
  .strictObject({
    event: z
      .strictObject({
        type: z.string().meta({ description: 'A type of event, or all of a kind: `message.*`' }),
        at_least: count.min(1).optional(),
        at_most: count.optional(),
        exactly: count.optional(),
        within: filterPeriod.optional(),
        stage: z
          .string()
          .min(1)
          .max(FILTER_LIMITS.text)
          .optional()
          .meta({ description: 'With `stage.entered`: only this stage, by its id or the name it had then' }),
      })
      .refine((event) => event.stage === undefined || event.type === 'stage.entered', {
        message: 'only stage.entered can be asked for a stage',
        path: ['stage'],
      })
      .refine((event) => event.exactly === undefined || (event.at_least ?? event.at_most) === undefined, {
        message: 'use either exactly, or at_least and at_most',
        path: ['exactly'],
      }),
  })
  .meta({ id: 'FilterEventCondition', description: 'Without a number: at least once' });
export type EventCondition = z.infer<typeof eventCondition>;

export const noEventCondition = z
  .strictObject({ no_event: z.strictObject({ type: z.string(), since: z.string() }) })
  .meta({
    id: 'FilterNoEventCondition',
    description: 'The latest `since` has had no `type` after it. Not true of people who never had a `since`',
  });
export type NoEventCondition = z.infer<typeof noEventCondition>;

export const conversationCondition = z
  .strictObject({
    conversation: z
      .strictObject({
        channel: channel.optional(),
        state: z.enum(CONVERSATION_STATES).optional(),
        unread: z.boolean().optional(),
        assignee: shortText.nullable().optional().meta({ description: 'A member’s id; null: nobody' }),
      })
      .refine((conversation) => Object.values(conversation).some((value) => value !== undefined), {
        message: 'name at least one of channel, state, unread and assignee',
      }),
  })
  .meta({
    id: 'FilterConversationCondition',
    description: 'There is a conversation to which all of this applies',
  });
export type ConversationCondition = z.infer<typeof conversationCondition>;

export const segmentCondition = z
  .strictObject({ segment: z.strictObject({ id }) })
  .meta({ id: 'FilterSegmentCondition' });
export type SegmentCondition = z.infer<typeof segmentCondition>;

export type FilterCondition =
  | FieldCondition
  | ConsentCondition
  | EventCondition
  | NoEventCondition
  | ConversationCondition
  | SegmentCondition;
export type Filter = { all: Filter[] } | { any: Filter[] } | { not: Filter } | FilterCondition;

export const filter: z.ZodType<Filter> = z
  .lazy(() =>
    z.union([
      z.strictObject({ all: z.array(filter) }),
      z.strictObject({ any: z.array(filter).min(1) }),
      z.strictObject({ not: filter }),
      fieldCondition,
      consentCondition,
      eventCondition,
      noEventCondition,
      conversationCondition,
      segmentCondition,
    ]),
  )
  .meta({ id: 'Filter', description: '`{"all":[]}` is everybody' });
