import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { tagName } from '../primitives.ts';
import { named } from '../wording.ts';

export const addTag = defineKind({
  kind: 'add_tag',
  title: 'Add a tag',
  icon: 'tag',
  group: 'contact',
  schema: stepSchema('add_tag', { tags: z.array(tagName).min(1).max(20) }),
  words: ({ tags }) => `Add the ${named('tag', tags)}`,
});
