import { z } from 'zod';
import { filter } from '../filter.ts';
import { duration, window } from './primitives.ts';

/** How a workflow behaves. What is left out is what most people want. */
export const workflowSettings = z
  .strictObject({
    zone: z
      .string()
      .min(1)
      .max(64)
      .default('contact')
      .meta({ description: '`contact`, `tenant`, or an IANA zone' }),
    window: window.optional().meta({ description: 'When sending steps may run. Default: at any time' }),
    re_entry: z
      .union([
        z.enum(['never', 'always']),
        z.strictObject({ at_most: z.int().min(1).max(1_000) }),
        z.strictObject({ after: duration }),
      ])
      .default('never')
      .meta({ description: 'Whether a contact who was in it may come in again. Never twice at once' }),
    stop_on_reply: z.boolean().default(false),
    goal: filter.optional().meta({ description: 'Whoever this is true of leaves: the goal is reached' }),
    on_opt_out: z.enum(['cancel', 'skip_channel']).default('cancel'),
    max_messages_per_day: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'To one contact on a day of theirs, counted over all workflows' }),
    priority: z.int().min(0).max(9).default(5).meta({ description: 'Higher goes first' }),
    purpose: z.enum(['marketing', 'conversation']).default('marketing'),
    missing_variable: z.enum(['empty', 'skip', 'fail']).default('empty').meta({
      description: 'When a template has nothing to put in: leave it out, pass over the step, or fail it',
    }),
  })
  .meta({ id: 'WorkflowSettings' });
export type WorkflowSettings = z.infer<typeof workflowSettings>;
