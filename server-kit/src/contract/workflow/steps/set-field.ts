import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { fieldName } from '../primitives.ts';
import { shortened } from '../wording.ts';

export const setField = defineKind({
  kind: 'set_field',
  title: 'Set a field',
  icon: 'edit',
  group: 'contact',
  schema: stepSchema('set_field', {
    field: fieldName,
    value: z
      .union([z.string().max(2_000), z.number(), z.boolean(), z.null()])
      .meta({ description: 'A text is a template; null clears' }),
  }),
  templates: ({ value }) => (typeof value === 'string' && value !== '' ? { value } : {}),
  words: ({ field, value }) =>
    value === null ? `Clear ${field}` : `Set ${field} to ${shortened(String(value))}`,
});
