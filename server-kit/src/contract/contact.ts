import { z } from 'zod';
import { contactConsent } from './consent.ts';
import { fieldValue } from './contact-field.ts';
import { ZONE_SOURCES } from './names.ts';
import { channel, cursor, id, instant, page } from './primitives.ts';

const shortText = z.string().trim().max(200);

export const contactAddress = z
  .object({
    kind: z.enum(['phone', 'email']),
    address: z.string().meta({ description: 'E.164, or an e-mail address in lower case' }),
    label: z.string().nullable(),
  })
  .meta({ id: 'ContactAddress' });
export type ContactAddress = z.infer<typeof contactAddress>;

export const contact = z
  .object({
    id,
    first_name: z.string().nullable(),
    middle_name: z.string().nullable(),
    last_name: z.string().nullable(),
    name: z
      .string()
      .nullable()
      .meta({ description: 'First and last name joined; null when neither is known' }),
    phone: z.string().nullable(),
    email: z.string().nullable(),
    addresses: z
      .array(contactAddress)
      .meta({ description: 'Further numbers and e-mail addresses, beside `phone` and `email`' }),
    birthday: z
      .string()
      .nullable()
      .meta({ description: '`1990-04-23`, or `--04-23` where the year is unknown' }),
    last_birthday_sent_year: z.int().nullable(),
    tags: z.array(z.string()),
    lead_type: z.string().nullable(),
    lead_score: z.int().nullable(),
    stage: z.string().nullable(),
    source: z.string().nullable(),
    owner_id: z.string().nullable().meta({ description: 'The member who looks after this person' }),
    street: z.string().nullable(),
    city: z.string().nullable(),
    postal_code: z.string().nullable(),
    state: z.string().nullable().meta({ description: 'State or province of residence' }),
    country: z.string().nullable().meta({ description: 'ISO 3166-1, two letters' }),
    time_zone: z.string().nullable().meta({ description: 'IANA zone as somebody set it; null: see `zone`' }),
    zone: z
      .object({ name: z.string(), source: z.enum(ZONE_SOURCES) })
      .meta({ description: 'The clock that counts for this person, and where it is known from' }),
    do_not_call: z.boolean(),
    dnd: z.array(channel).meta({ description: 'Channels on which this person is left alone for now' }),
    messenger_id: z.string().nullable(),
    whatsapp_id: z.string().nullable(),
    profile: z.record(z.string(), fieldValue).meta({ description: 'Answers of the tenant’s questionnaire' }),
    fields: z.record(z.string(), fieldValue).meta({ description: 'By the keys of /v1/contact-fields' }),
    consent: z.array(contactConsent),
    version: z.int().meta({ description: 'Counts up with every change; the ETag' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Contact' });
export type Contact = z.infer<typeof contact>;

export const contactPage = page(contact, 'ContactPage');

const text = shortText.nullable().optional();

const editable = {
  first_name: text,
  middle_name: text,
  last_name: text,
  phone: z
    .string()
    .max(40)
    .nullable()
    .optional()
    .meta({ description: 'As people write it; stored as E.164' }),
  email: z.email().max(320).nullable().optional(),
  addresses: z
    .array(
      z.object({
        kind: z.enum(['phone', 'email']),
        address: z.string().trim().min(1).max(320),
        label: text,
      }),
    )
    .max(50)
    .optional()
    .meta({ description: 'All of them: what is left out is removed' }),
  birthday: z.string().trim().max(20).nullable().optional(),
  last_birthday_sent_year: z.int().min(1900).max(9999).nullable().optional(),
  tags: z.array(z.string().trim().min(1).max(100)).max(200).optional(),
  lead_type: text,
  lead_score: z.int().min(-1_000_000).max(1_000_000).nullable().optional(),
  stage: text,
  source: text,
  owner_id: z.string().max(200).nullable().optional(),
  street: text,
  city: text,
  postal_code: z.string().trim().max(20).nullable().optional(),
  state: text,
  country: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^([A-Z]{2})?$/, 'must be two letters, as in US')
    .nullable()
    .optional(),
  time_zone: z.string().max(60).nullable().optional(),
  do_not_call: z.boolean().optional(),
  dnd: z.array(channel).max(20).optional(),
  messenger_id: text,
  whatsapp_id: text,
  profile: z
    .record(z.string().max(100), fieldValue)
    .refine((answers) => Object.keys(answers).length <= 200, 'at most 200 answers')
    .optional(),
  fields: z
    .record(z.string().max(100), fieldValue.nullable())
    .optional()
    .meta({ description: 'All of them: what is left out, null or empty is removed' }),
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
