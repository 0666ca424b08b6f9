import { z } from 'zod';
import { contact } from './contact.ts';
import { DUPLICATE_REASONS } from './names.ts';
import { id, instant } from './primitives.ts';

export const duplicates = z
  .object({
    items: z.array(
      z.object({
        contact,
        reasons: z
          .array(z.enum(DUPLICATE_REASONS))
          .meta({ description: 'What both have in common, surest first' }),
      }),
    ),
  })
  .meta({ id: 'Duplicates' });
export type Duplicates = z.infer<typeof duplicates>;

export const mergeContacts = z
  .object({ with: id.meta({ description: 'Who becomes part of the contact in the path' }) })
  .meta({ id: 'MergeContacts' });
export type MergeContacts = z.input<typeof mergeContacts>;

export const contactMerge = z
  .object({
    id: id.meta({ description: 'Names the merge when it is undone' }),
    contact: contact.meta({ description: 'The contact that remains' }),
    merged_id: id.meta({ description: 'The one that is part of it now' }),
    merged_at: instant,
  })
  .meta({ id: 'ContactMerge' });
export type ContactMerge = z.infer<typeof contactMerge>;

export const contactUnmerge = z
  .object({ contacts: z.array(contact).meta({ description: 'Both, as they stand again' }) })
  .meta({ id: 'ContactUnmerge' });
export type ContactUnmerge = z.infer<typeof contactUnmerge>;
