import { z } from 'zod';
import { id, instant, memberRef, role, sender } from './primitives.ts';

/** Who the bearer of the token is, and what the elements need to know before they draw anything. */
export const me = z
  .object({
    member: memberRef.extend({ role }),
    tenant: z.object({ id: z.string(), name: z.string(), time_zone: z.string() }),
    members: z.array(memberRef).meta({ description: 'Whom a conversation can be assigned to' }),
    senders: z.array(sender),
    token_expires_at: instant,
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof me>;

/** A tenant's looks. Token names are without `--pb-`; the elements turn them into custom properties. */
export const brand = z
  .object({
    name: z.string(),
    logo_url: z.string().nullable(),
    locale: z.string().nullable(),
    tokens: z.object({
      light: z.record(z.string(), z.string()),
      dark: z.record(z.string(), z.string()),
    }),
    words: z
      .record(z.string(), z.string())
      .meta({ description: 'Own wordings, by the keys of the elements’ words' }),
  })
  .meta({ id: 'Brand' });
export type Brand = z.infer<typeof brand>;

export const quickReply = z
  .object({
    id,
    shortcut: z.string().trim().min(1).max(40).meta({ description: 'What is typed after the slash' }),
    title: z.string().trim().min(1).max(100),
    body: z.string().min(1).max(1600).meta({ description: 'May hold {{ first_name }} and the like' }),
  })
  .meta({ id: 'QuickReply' });
export type QuickReply = z.infer<typeof quickReply>;
export const quickReplyList = z.object({ items: z.array(quickReply) }).meta({ id: 'QuickReplyList' });
export const createQuickReply = quickReply.partial({ id: true }).meta({ id: 'CreateQuickReply' });
