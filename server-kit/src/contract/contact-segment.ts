import { z } from 'zod';
import { filter } from './filter.ts';
import { CONTACT_SORTS, SEGMENT_KINDS } from './names.ts';
import { contact } from './contact.ts';
import { cursor, id, instant } from './primitives.ts';

const name = z.string().trim().min(1).max(200);
const timeZone = z
  .string()
  .max(60)
  .nullable()
  .meta({ description: 'IANA zone that dates of the filter are read in; null: the tenant’s' });
/** Documented as a Filter, but judged by `checkFilter`, which says where the mistake is. */
const anyFilter = z.unknown().meta({ $ref: '#/components/schemas/Filter' });
const limit = z.int().min(1).max(100).default(30);

export const segment = z
  .object({
    id,
    name: z.string(),
    kind: z.enum(SEGMENT_KINDS),
    filter: filter.nullable().meta({ description: 'Null for a static list' }),
    time_zone: timeZone,
    members: z.int().nonnegative().meta({ description: 'How many people are in it now' }),
    version: z.int().meta({ description: 'Counts up with every change; the ETag' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Segment' });
export type Segment = z.infer<typeof segment>;

export const segmentList = z.object({ items: z.array(segment) }).meta({ id: 'SegmentList' });

export const createSegment = z
  .object({
    id: id.optional(),
    name,
    kind: z.enum(SEGMENT_KINDS).default('dynamic'),
    filter: anyFilter.optional(),
    time_zone: timeZone.optional(),
  })
  .meta({ id: 'CreateSegment' });
export type CreateSegment = z.input<typeof createSegment>;

export const updateSegment = z
  .object({ name: name.optional(), filter: anyFilter.optional(), time_zone: timeZone.optional() })
  .meta({ id: 'UpdateSegment' });
export type UpdateSegment = z.input<typeof updateSegment>;

export const previewSegment = z
  .object({ filter: anyFilter, time_zone: timeZone.optional(), limit })
  .meta({ id: 'PreviewSegment' });
export type PreviewSegment = z.input<typeof previewSegment>;

export const segmentPreview = z
  .object({
    count: z.int().nonnegative(),
    items: z.array(contact),
    next: cursor.nullable().meta({ description: 'Pass as `after` to POST /v1/contacts/search for more' }),
  })
  .meta({ id: 'SegmentPreview' });
export type SegmentPreview = z.infer<typeof segmentPreview>;

export const searchContacts = z
  .object({
    filter: anyFilter.optional(),
    time_zone: timeZone.optional(),
    q: z.string().max(200).optional(),
    sort: z.enum(CONTACT_SORTS).default('newest').meta({ description: 'A cursor belongs to its order' }),
    counted: z.boolean().default(false).meta({ description: 'Whether `count` is wanted: it takes longer' }),
    after: cursor.optional(),
    limit,
  })
  .meta({ id: 'SearchContacts' });
export type SearchContacts = z.input<typeof searchContacts>;

export const contactsFound = z
  .object({
    items: z.array(contact),
    next: cursor
      .nullable()
      .meta({ description: 'Pass as `after`, with the same filter and order, for more' }),
    count: z.int().nonnegative().nullable().meta({ description: 'How many in all; null when not asked for' }),
  })
  .meta({ id: 'ContactsFound' });
export type ContactsFound = z.infer<typeof contactsFound>;

export const changeMembers = z
  .object({
    add: z.array(id).max(1_000).default([]),
    remove: z.array(id).max(1_000).default([]),
  })
  .meta({ id: 'ChangeSegmentMembers', description: 'Who is in `add` and in `remove` is removed' });

export const listSegmentContactsQuery = z.object({
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});
