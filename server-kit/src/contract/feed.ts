import { z } from 'zod';
import { conversation } from './conversation.ts';
import { message } from './message.ts';
import { EVENT_TYPES } from './names.ts';
import { id, instant, memberRef } from './primitives.ts';

/**
 * One event of the log as the live feed carries it, with the message and the conversation *as they are now*, so a
 * client that applies it never has to ask again. `id` is what a client removes duplicates by: after a reconnect the
 * server may repeat an event, and never leaves one out.
 *
 * On the wire (text/event-stream): `id:` is the place to resume from, `data:` this object. Three named events beside:
 * `ready` (subscribed; everything before it was catch-up), `reset` (the place is unknown here: load afresh),
 * `bye` (the server is going or the token has ended: reconnect).
 */
export const feedEvent = z
  .object({
    id,
    type: z.enum(EVENT_TYPES),
    at: instant,
    contact_id: id.nullable(),
    actor: memberRef.nullable(),
    data: z.record(z.string(), z.unknown()),
    message: message.nullable(),
    conversation: conversation.nullable(),
  })
  .meta({ id: 'FeedEvent' });
export type FeedEvent = z.infer<typeof feedEvent>;
