import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { tagName } from '../primitives.ts';
import { named } from '../wording.ts';

export const removeTag = defineKind({
  kind: 'remove_tag',
  title: 'Remove a tag',
  icon: 'tag',
  group: 'contact',
  schema: stepSchema('remove_tag', { tags: z.array(tagName).min(1).max(20) }),
  words: ({ tags }) => `Remove the ${named('tag', tags)}`,
});
