import { z } from 'zod';
import { channel, cursor, id, instant, page } from './primitives.ts';

const shortText = z.string().trim().max(200);

export const contactConsent = z
  .object({
    channel,
    state: z.enum(['granted', 'withdrawn', 'unknown']),
    source: z.string().nullable(),
    at: instant.nullable(),
  })
  .meta({ id: 'ContactConsent' });

export const contact = z
  .object({
    id,
    first_name: z.string().nullable(),
    last_name: z.string().nullable(),
    name: z.string().nullable().meta({ description: 'Both names joined; null when neither is known' }),
    phone: z.string().nullable(),
    email: z.string().nullable(),
    tags: z.array(z.string()),
    lead_type: z.string().nullable(),
    stage: z.string().nullable(),
    source: z.string().nullable(),
    state: z.string().nullable().meta({ description: 'State or province of residence' }),
    time_zone: z.string().nullable().meta({ description: 'IANA zone; null: the tenant’s' }),
    fields: z.record(z.string(), z.string()),
    consent: z.array(contactConsent),
    version: z.int().meta({ description: 'Counts up with every change; the ETag' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Contact' });
export type Contact = z.infer<typeof contact>;

export const contactPage = page(contact, 'ContactPage');

const editable = {
  first_name: shortText.nullable().optional(),
  last_name: shortText.nullable().optional(),
  phone: z
    .string()
    .max(40)
    .nullable()
    .optional()
    .meta({ description: 'As people write it; stored as E.164' }),
  email: z.email().max(320).nullable().optional(),
  tags: z.array(z.string().trim().min(1).max(100)).max(200).optional(),
  lead_type: shortText.nullable().optional(),
  stage: shortText.nullable().optional(),
  source: shortText.nullable().optional(),
  state: shortText.nullable().optional(),
  time_zone: z.string().max(60).nullable().optional(),
  fields: z.record(z.string().max(100), z.string().max(2000)).optional(),
};

export const createContact = z.object({ id: id.optional(), ...editable }).meta({ id: 'CreateContact' });
export type CreateContact = z.input<typeof createContact>;
export const updateContact = z.object(editable).meta({ id: 'UpdateContact' });
export type UpdateContact = z.input<typeof updateContact>;

export const listContactsQuery = z.object({
  q: z.string().max(200).optional(),
  tag: z.string().max(100).optional(),
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});
