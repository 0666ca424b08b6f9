import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { template } from '../primitives.ts';

/** Tells another system and goes on at once. Signed as Standard Webhooks 1.0 says. */
export const webhook = defineKind({
  kind: 'webhook',
  title: 'Send a webhook',
  icon: 'webhook',
  group: 'connect',
  schema: stepSchema('webhook', {
    url: template,
    data: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'Beside the contact; texts are templates' }),
  }),
  templates: ({ url }) => ({ url }),
  words: ({ url }) => `Tell ${url}`,
});
