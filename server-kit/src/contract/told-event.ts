import { z } from 'zod';
import { id, instant } from './primitives.ts';
import { TOLD_EVENTS } from './workflow/names.ts';

/** Exactly one of the three. */
const who = z
  .strictObject({
    id: id.optional(),
    phone: z.string().max(40).optional(),
    email: z.email().max(320).optional(),
  })
  .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, {
    message: 'say exactly one of id, phone and email',
  });

export const toldEvent = z
  .object({
    id: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'Yours: told again with it within 30 days, nothing happens' }),
    type: z.enum(TOLD_EVENTS),
    contact: who,
    create: z.boolean().default(false).meta({ description: 'Make the contact when there is none' }),
    data: z
      .record(z.string().max(100), z.unknown())
      .default({})
      .refine((data) => JSON.stringify(data).length <= 8_000, 'at most 8,000 characters as JSON')
      .meta({
        description:
          '`name` of a form, code or card, `disposition` and `missed` of a call; more for templates',
      }),
  })
  .meta({ id: 'ToldEvent' });
export type ToldEvent = z.infer<typeof toldEvent>;

export const tellEvents = z.object({ events: z.array(toldEvent).min(1).max(500) }).meta({ id: 'TellEvents' });
export type TellEvents = z.input<typeof tellEvents>;

export const toldEvents = z
  .object({
    items: z
      .array(
        z.object({
          id: z.string().nullable(),
          contact_id: id.nullable(),
          result: z.enum(['recorded', 'duplicate', 'no_such_contact', 'invalid_contact']),
        }),
      )
      .meta({ description: 'In the order of the request' }),
  })
  .meta({ id: 'ToldEvents' });
export type ToldEvents = z.infer<typeof toldEvents>;

/** What an editor shows of a webhook trigger. */
export const workflowHook = z
  .object({
    key: z.string(),
    url: z.string().meta({ description: 'Where the other system posts JSON or a form' }),
    secret: z.string().meta({ description: 'For signatures, as standardwebhooks.com has them' }),
    signed: z.boolean(),
    last: z
      .object({ at: z.string(), payload: z.unknown() })
      .nullable()
      .meta({ description: 'What came last, at most one in ten seconds' }),
    old_until: instant
      .nullable()
      .meta({ description: 'Until when an address that was replaced is good; null: none is' }),
  })
  .meta({ id: 'WorkflowHook' });
export type WorkflowHook = z.infer<typeof workflowHook>;
export const workflowHooks = z.object({ items: z.array(workflowHook) }).meta({ id: 'WorkflowHooks' });

export const renewHook = z
  .object({
    grace_hours: z.int().min(0).max(168).default(24).meta({
      description: 'How long the address until now stays good; those before it, too. 0: not at all',
    }),
  })
  .meta({ id: 'RenewHook' });
