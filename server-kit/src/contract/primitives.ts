/**
 * The small shapes that everything on the wire is made of.
 *
 * This folder is pure: zod and nothing that does I/O. Elements read it as types only (`segments.ts` and `names.ts`
 * are the two files without zod whose code they may bundle), the server validates with it, and the OpenAPI document
 * is generated from it, so the three cannot disagree.
 */
import { z } from 'zod';
import { CHANNELS, ROLES } from './names.ts';

/** A uuid in canonical form. The server makes version 7; a client may bring any version for what it creates. */
export const id = z.uuid().meta({ description: 'A uuid; the server makes version 7' });

/** RFC 3339 with zone, as `2026-11-21T09:30:00.000Z`. */
export const instant = z.iso.datetime({ offset: true }).meta({ description: 'RFC 3339 date and time' });

/** An opaque place in a list, as given by an earlier page. */
export const cursor = z.string().min(1).max(200);

export const channel = z.enum(CHANNELS).meta({ id: 'Channel' });
export type Channel = z.infer<typeof channel>;

export const role = z.enum(ROLES).meta({ id: 'Role' });
export type Role = z.infer<typeof role>;

/** A phone number as ITU-T E.164 writes it, `+13125550177`. What people type goes through `contacts/phone.ts` first. */
export const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/);

/** A member as others see them. The id is the host product's own user id. */
export const memberRef = z.object({ id: z.string(), name: z.string() }).meta({ id: 'MemberRef' });
export type MemberRef = z.infer<typeof memberRef>;

/** The number or address that messages leave from. */
export const sender = z
  .object({
    id,
    channel,
    address: z.string(),
    name: z.string().nullable(),
    status: z.enum(['active', 'pending', 'paused']),
    status_reason: z.string().nullable(),
    is_default: z.boolean(),
  })
  .meta({ id: 'Sender' });
export type Sender = z.infer<typeof sender>;

export function page<T extends z.ZodType>(item: T, name: string) {
  return z
    .object({
      items: z.array(item),
      next: cursor.nullable().meta({ description: 'Pass as `after` for more' }),
    })
    .meta({ id: name });
}
export interface Page<T> {
  items: T[];
  next: string | null;
}
