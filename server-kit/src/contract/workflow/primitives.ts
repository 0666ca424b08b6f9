/** The small shapes that definitions are made of. */
import { z } from 'zod';
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

export const tagName = z.string().trim().min(1).max(100);
export const assetKey = z.string().min(1).max(100).meta({ description: 'An asset’s key or id' });
