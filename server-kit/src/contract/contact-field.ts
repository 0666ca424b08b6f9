import { z } from 'zod';
import { FIELD_TYPES } from './names.ts';
import { id } from './primitives.ts';

/**
 * What a field of a contact may hold on the wire; which of these, says the field's type: text for `text`, `date`
 * (`1990-04-23`), `choice`, `url` and `phone` (E.164), a list for `multi_choice`.
 */
export const fieldValue = z
  .union([z.string().max(2000), z.number(), z.boolean(), z.array(z.string().max(200)).max(100)])
  .meta({ id: 'FieldValue' });
export type FieldValue = z.infer<typeof fieldValue>;

export const contactField = z
  .object({
    id,
    key: z.string().meta({ description: 'The name of its values in a contact’s `fields`; never changes' }),
    label: z.string(),
    type: z.enum(FIELD_TYPES),
    options: z.array(z.string()).meta({ description: 'Of choice and multi_choice' }),
    position: z.int(),
    archived: z.boolean().meta({ description: 'No longer asked for; values stay' }),
  })
  .meta({ id: 'ContactField' });
export type ContactField = z.infer<typeof contactField>;

const changeable = {
  label: z.string().trim().min(1).max(200),
  options: z.array(z.string().trim().min(1).max(200)).max(200).optional(),
  position: z.int().min(0).max(100_000).optional(),
};

export const createContactField = z
  .object({
    id: id.optional(),
    key: z.string().trim().min(1).max(100),
    type: z.enum(FIELD_TYPES),
    ...changeable,
  })
  .meta({ id: 'CreateContactField' });
export type CreateContactField = z.input<typeof createContactField>;

export const updateContactField = z
  .object({ ...changeable, label: changeable.label.optional(), archived: z.boolean().optional() })
  .meta({ id: 'UpdateContactField' });
export type UpdateContactField = z.input<typeof updateContactField>;
