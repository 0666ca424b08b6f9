import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { address } from '../primitives.ts';
import { shortened, textsIn } from '../wording.ts';

/** Tells another system and goes on at once. Signed as Standard Webhooks 1.0 says. */
export const webhook = defineKind({
  kind: 'webhook',
  title: 'Send a webhook',
  icon: 'bolt',
  group: 'connect',
  schema: stepSchema('webhook', {
    url: address,
    data: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'Beside the contact; texts are templates' }),
  }),
  templates: ({ url, data }) => ({ url, ...textsIn({ data }) }),
  words: ({ url }) => `Tell ${shortened(url)}`,
});
