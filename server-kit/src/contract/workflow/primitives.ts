/**
 * The small shapes that definitions are made of. A host's own step kinds use them too: what is said with `tagName` or `stepId`
 * is found by the check, wherever in a step it stands.
 */
import { z } from 'zod';
import { filter } from '../filter.ts';
import { id } from '../primitives.ts';
import { WEEKDAYS, WORKFLOW_LIMITS } from './names.ts';

/** A step's own name in its workflow: what `next` and branches point at, and what a diff goes by. */
export const stepId = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/)
  .meta({ description: 'Lower-case letters, digits, - and _; the first a letter' });

/** A Liquid template. `contract/workflow` only knows that it is text; `workflows/templates` reads it. */
export const template = z.string().min(1).max(WORKFLOW_LIMITS.template);

/** `10 minutes`, `1 day`, `2 weeks`: minutes and hours are spans of time, the others count on the calendar. */
export const duration = z
  .string()
  .regex(/^\d{1,5} (minute|hour|day|week|month)s?$/)
  .meta({ description: 'As `10 minutes`, `1 day`, `2 weeks`' });

/** A time of day, `10:00`; an end may be `24:00`. */
export const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/)
  .meta({ description: 'As `10:00`' });

export const weekday = z.enum(WEEKDAYS);

/** When sending steps may run, in the workflow's zone. `from` after `to` is over midnight. */
export const window = z
  .strictObject({
    days: z.array(weekday).min(1).max(7).optional(),
    from: timeOfDay.optional(),
    to: timeOfDay.optional(),
  })
  .meta({ id: 'WorkflowWindow' });
export type Window = z.infer<typeof window>;

const word = z.string().trim().min(1).max(100);
export const tagName = word.meta({ description: 'A tag' });
export const stageName = word.meta({ description: 'A stage’s name or id' });
export const fieldName = word.meta({ description: 'A column, as `lead_type`, or `fields.<key>`' });
/** Where a date stands: of the contact, or of what set the run off. */
export const dateField = z
  .string()
  .max(200)
  .regex(/^(birthday|created_at|(fields|vars|event)\.[^\s].*)$/)
  .meta({ description: 'As `birthday`, `fields.appointment`, `vars.at`' });
export const templateKey = word.meta({ description: 'A template of the library, by its key' });
export const workflowRef = word.meta({ description: 'Another workflow, by its key' });
export const segmentId = id.meta({ description: 'A segment’s id' });
export const assetKey = z.string().min(1).max(100).meta({ description: 'An asset’s key or id' });
export const memberId = z.string().min(1).max(200).meta({ description: 'A member’s id, or `owner`' });
export const eventType = z.string().min(1).max(100).meta({ description: 'As `message.received`' });
/** Where a request goes: a template, too. */
export const address = template.meta({ description: 'https, and never a machine of the network inside' });

/** What a text or a value of a definition is about, wherever it stands. */
export const MARKS: ReadonlyMap<z.ZodType, Mark> = new Map<z.ZodType, Mark>([
  [stepId, 'step'],
  [filter, 'filter'],
  [tagName, 'tag'],
  [stageName, 'stage'],
  [fieldName, 'field'],
  [templateKey, 'template'],
  [workflowRef, 'workflow'],
  [segmentId, 'segment'],
  [assetKey, 'asset'],
  [memberId, 'member'],
  [eventType, 'event'],
  [address, 'address'],
]);
export type Mark =
  | 'step'
  | 'filter'
  | 'tag'
  | 'stage'
  | 'field'
  | 'template'
  | 'workflow'
  | 'segment'
  | 'asset'
  | 'member'
  | 'event'
  | 'address';
