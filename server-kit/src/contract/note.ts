import { z } from 'zod';
import { cursor, id, instant, memberRef, page } from './primitives.ts';

const text = z
  .string()
  .trim()
  .min(1)
  .max(10_000)
  .meta({ description: 'Members are mentioned as `<@id>`, and told' });

export const note = z
  .object({
    id,
    contact_id: id,
    text: z.string(),
    mentions: z.array(memberRef).meta({ description: 'Who is behind each `<@id>` in the text' }),
    author: memberRef,
    version: z.int().meta({ description: 'Above 1: edited. The ETag' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Note' });
export type Note = z.infer<typeof note>;
export const notePage = page(note, 'NotePage');

export const createNote = z.object({ id: id.optional(), text }).meta({ id: 'CreateNote' });
export type CreateNote = z.input<typeof createNote>;
export const updateNote = z.object({ text }).meta({ id: 'UpdateNote' });

export const listNotesQuery = z.object({
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});
export type ListNotesQuery = Partial<z.input<typeof listNotesQuery>>;
