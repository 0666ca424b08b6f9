/** Steps that failed for good, as they cross the wire, and how they are tried again. */
import { z } from 'zod';
import { cursor, id, instant, page } from '../primitives.ts';
import { RETRY_BARS } from './names.ts';
import { enrollment } from './wire.ts';

const count = z.int().nonnegative();
const stepName = z.string().min(1).max(63);
const reason = z.string().max(2_000);

export const workflowFailure = z
  .object({
    id: z.string().meta({ description: 'The run and the number of the step in it' }),
    enrollment_id: id,
    ordinal: count,
    workflow: z.object({ id, name: z.string() }),
    contact: enrollment.shape.contact,
    step: z.string(),
    words: z.string().meta({ description: 'What the step does' }),
    reason: z.string().meta({ description: 'What the carrier or the other system said, in words' }),
    says: z.string(),
    goes_on: z.boolean().meta({ description: 'The run ended with it: tried again, it goes on from there' }),
    barred: z.enum(RETRY_BARS).nullable().meta({ description: 'Why it cannot be tried again; null: it can' }),
    at: instant.meta({ description: 'When it became known' }),
  })
  .meta({ id: 'WorkflowFailure' });
export type WorkflowFailure = z.infer<typeof workflowFailure>;
export const workflowFailurePage = page(workflowFailure, 'WorkflowFailurePage');

const paging = { after: cursor.optional(), limit: z.coerce.number().int().min(1).max(100).default(30) };
export const listFailuresQuery = z.object({ workflow_id: id.optional(), ...paging });
export const listFailuresOfQuery = z.object({
  step: stepName.optional(),
  reason: reason.optional().meta({ description: 'Exactly these words' }),
  ...paging,
});
export type ListFailuresOfQuery = Partial<z.input<typeof listFailuresOfQuery>>;

export const failureCounts = z
  .object({
    total: count,
    items: z
      .array(
        z.object({
          step: z.string(),
          words: z.string().nullable().meta({ description: 'Null: the published version has no such step' }),
          reason: z.string(),
          count,
          last_at: instant,
        }),
      )
      .meta({ description: 'By step and reason, the most frequent first, no more than 100' }),
  })
  .meta({ id: 'WorkflowFailureCounts' });
export type FailureCounts = z.infer<typeof failureCounts>;

export const retryFailures = z
  .object({
    failures: z
      .array(z.strictObject({ enrollment_id: id, ordinal: count }))
      .min(1)
      .max(500),
  })
  .meta({ id: 'RetryFailures' });
export const retryFailuresOf = z
  .object({
    step: stepName.optional(),
    reason: reason.optional().meta({ description: 'Exactly these words' }),
  })
  .meta({ id: 'RetryFailuresOf' });
export type RetryFailuresOf = z.infer<typeof retryFailuresOf>;
export const retriedFailures = z
  .object({
    retried: count,
    skipped: count.meta({ description: 'Tried again already, barred, or gone' }),
    left: count.meta({ description: 'More of them than are tried again at once: ask again' }),
  })
  .meta({ id: 'RetriedFailures' });
export type RetriedFailures = z.infer<typeof retriedFailures>;
