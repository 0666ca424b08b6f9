/**
 * Work over many contacts that outlasts a request: a bulk action, an import, an export. It runs in the worker, piece by
 * piece, survives its worker, and tells how far it is.
 */
import { z } from 'zod';
import { fieldValue } from './contact-field.ts';
import { EXPORT_FORMATS, EXPORT_SUBJECTS, JOB_KINDS, JOB_STATES } from './names.ts';
import { id, instant, memberRef } from './primitives.ts';

const tags = z.array(z.string().trim().min(1).max(100)).min(1).max(50);
/** Documented as a Filter, but judged by `checkFilter`, which says where the mistake is. */
const anyFilter = z.unknown().meta({ $ref: '#/components/schemas/Filter' });

/** Whom a job is about: those ticked, a whole segment, or everybody whom a filter or search finds. */
export const jobTarget = z
  .union([
    z.strictObject({ ids: z.array(id).min(1).max(10_000) }),
    z.strictObject({ segment_id: id }),
    z.strictObject({
      filter: anyFilter.optional(),
      q: z.string().max(200).optional(),
      time_zone: z.string().max(60).nullable().optional(),
    }),
  ])
  .meta({ id: 'JobTarget' });
export type JobTarget = z.infer<typeof jobTarget>;

export const bulkAction = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('add_tags'), tags }),
    z.strictObject({ type: z.literal('remove_tags'), tags }),
    z.strictObject({
      type: z.literal('set_field'),
      field: z.string().min(1).max(110).meta({ description: '`lead_type`, `state`, … or `fields.<key>`' }),
      value: fieldValue.nullable(),
    }),
    z.strictObject({ type: z.literal('set_stage'), stage: z.string().trim().max(200).nullable() }),
    z.strictObject({ type: z.literal('set_owner'), owner_id: z.string().max(200).nullable() }),
    z.strictObject({ type: z.literal('add_to_segment'), segment_id: id }),
    z.strictObject({ type: z.literal('remove_from_segment'), segment_id: id }),
    z.strictObject({ type: z.literal('enroll'), workflow_id: id }),
    z.strictObject({ type: z.literal('delete') }),
  ])
  .meta({ id: 'BulkAction' });
export type BulkAction = z.infer<typeof bulkAction>;

export const startBulk = z
  .object({ id: id.optional(), target: jobTarget, action: bulkAction })
  .meta({ id: 'StartBulk' });

export const startExport = z
  .object({
    id: id.optional(),
    subject: z.enum(EXPORT_SUBJECTS),
    format: z.enum(EXPORT_FORMATS).default('csv'),
    bom: z.boolean().default(true).meta({ description: 'Of CSV: the mark by which Excel knows UTF-8' }),
    target: jobTarget
      .optional()
      .meta({ description: 'Whose; left out: everybody’s. Not for `audit`, which is the whole log' }),
    from: instant.optional(),
    to: instant.optional(),
  })
  .meta({ id: 'StartExport' });

export const job = z
  .object({
    id,
    kind: z.enum(JOB_KINDS),
    state: z.enum(JOB_STATES),
    action: bulkAction.nullable().meta({ description: 'Of a bulk action' }),
    name: z.string().nullable().meta({ description: 'Of the file that is read or written' }),
    total: z.int().nullable().meta({ description: 'Contacts or rows to see to; null while it is not known' }),
    done: z.int().meta({ description: 'Seen to so far, those that failed among them' }),
    failed: z.int(),
    counts: z
      .record(z.string(), z.int())
      .meta({ description: 'What became of them, as `created`, `updated`, `skipped`' }),
    reason: z.string().nullable().meta({ description: 'Why it ended early, and what to do' }),
    download: z.string().nullable().meta({
      description:
        'Address of the finished export (for managers), or of an import’s refused rows. It needs no token and ends within the hour; the job says a new one',
    }),
    member: memberRef.nullable(),
    created_at: instant,
    finished_at: instant.nullable(),
  })
  .meta({ id: 'Job' });
export type StartExport = z.infer<typeof startExport>;
export type Job = z.infer<typeof job>;

export const jobList = z.object({ items: z.array(job) }).meta({ id: 'JobList' });
