import { z } from 'zod';
import { message } from './message.ts';
import { TIMELINE_KINDS, type TimelineKind } from './names.ts';
import { cursor, id, instant, memberRef } from './primitives.ts';
import { task } from './task.ts';

const kind = z.enum(Object.keys(TIMELINE_KINDS) as [TimelineKind, ...TimelineKind[]]);

/** One thing that happened with a contact. A message is one entry, however often its status has changed. */
export const timelineEntry = z
  .object({
    id: id.meta({ description: 'Of the event; the live feed brings it under the same id' }),
    kind,
    type: z.string().meta({ description: 'The event’s type; new ones may come with any version' }),
    at: instant,
    actor: memberRef.nullable(),
    data: z.record(z.string(), z.unknown()),
    message: message.nullable().meta({ description: 'As it is now' }),
  })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntry = z.infer<typeof timelineEntry>;

export const timelinePage = z
  .object({
    items: z.array(timelineEntry).meta({ description: 'Newest first' }),
    upcoming: z.array(message).meta({
      description:
        'What waits for its hour (`hold` says for what and until when), soonest first; on the newest page, and not among its items',
    }),
    tasks: z
      .array(task)
      .meta({ description: 'Open tasks, soonest first, on the newest page; with all kinds and with `task`' }),
    before: cursor.nullable().meta({ description: 'Pass as `before` for what was earlier' }),
    after: cursor.nullable().meta({ description: 'Pass as `after` for what was later' }),
  })
  .meta({ id: 'TimelinePage' });
export type TimelinePage = z.infer<typeof timelinePage>;

export const timelineQuery = z.object({
  before: cursor.optional(),
  after: cursor.optional(),
  kind: kind.optional().meta({ description: 'Only these; with `upcoming` for all and for `message`' }),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type TimelineQuery = Partial<z.input<typeof timelineQuery>>;
