import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { address, stepId } from '../primitives.ts';
import { shortened, textsIn } from '../wording.ts';

/** Leaves through an outbox, after the commit that decided it; the run waits for the answer. */
export const httpRequest = defineKind({
  kind: 'http_request',
  title: 'HTTP request',
  icon: 'globe',
  group: 'connect',
  schema: stepSchema('http_request', {
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
    url: address,
    headers: z.record(z.string().max(100), z.string().max(2_000)).default({}),
    body: z.unknown().optional().meta({ description: 'JSON; the texts in it are templates' }),
    timeout_seconds: z.int().min(1).max(60).default(10),
    retries: z.int().min(0).max(5).default(3),
    map: z
      .record(z.string().regex(/^[a-z][a-z0-9_]{0,62}$/), z.string().max(200))
      .default({})
      .meta({ description: 'From a variable (`vars.<name>`) to a path in the answer, as `data.id`' }),
    on_failure: stepId.optional().meta({ description: 'Default: `next`' }),
  }),
  branches: ({ next, on_failure }) => [
    { label: 'Then', to: next },
    ...(on_failure ? [{ label: 'If it fails', to: on_failure }] : []),
  ],
  templates: ({ url, headers, body }) => ({ url, ...textsIn({ headers, body }) }),
  words: ({ method, url }) => `${method} ${shortened(url)}`,
});
