/** What makes a workflow start. Each names its event; `where` narrows it to some contacts, in the filter language. */
import { z } from 'zod';
import { filter } from '../filter.ts';
import {
  dateField,
  duration,
  fieldName,
  segmentId,
  stageName,
  tagName,
  timeOfDay,
  workflowRef,
} from './primitives.ts';

const where = filter.optional().meta({ description: 'Only contacts of whom this is true' });
const text = z.string().trim().min(1).max(200);

/** `on` is the trigger's kind. */
const kindOf = <const On extends string, S extends z.ZodRawShape>(on: On, shape: S) =>
  z.strictObject({ on: z.literal(on), ...shape, where });

export const workflowTrigger = z
  .discriminatedUnion('on', [
    kindOf('contact.created', { source: text.optional() }),
    kindOf('stage.entered', { stage: stageName.optional(), pipeline: text.optional() }),
    kindOf('tag.added', { tag: tagName }),
    kindOf('tag.removed', { tag: tagName }),
    kindOf('field.changed', {
      field: fieldName,
      to: z.union([text, z.number(), z.boolean()]).optional(),
    }),
    kindOf('questionnaire.submitted', { name: text.optional() }),
    kindOf('form.submitted', { name: text.optional() }),
    kindOf('message.received', {
      keyword: text
        .optional()
        .meta({ description: 'The whole text, whatever its case and the space around it' }),
      contains: text.optional(),
    }),
    kindOf('no_reply', { for: duration.meta({ description: 'Since our last text to them' }) }),
    kindOf('call.completed', { disposition: text.optional(), missed: z.boolean().optional() }),
    kindOf('segment.entered', { segment: segmentId }),
    kindOf('segment.left', { segment: segmentId }),
    kindOf('date', {
      field: dateField.meta({ description: '`birthday`, or a date field as `fields.renewal`' }),
      every: z.enum(['year', 'once']).default('year'),
      offset_days: z.int().min(-365).max(365).default(0),
      at: timeOfDay.default('10:00'),
      feb_29: z
        .enum(['feb_28', 'mar_1', 'leap_years'])
        .default('feb_28')
        .meta({ description: 'When somebody of February 29 has their day in other years' }),
      year_field: fieldName.optional().meta({
        description:
          'A number that holds the last year in which they were reached, as `last_birthday_sent_year`: who has this year there stays out',
      }),
    }),
    kindOf('schedule', {
      cron: text.meta({ description: 'Five fields, in `zone`' }),
      zone: text.optional().meta({ description: 'Default: the tenant’s' }),
    }),
    kindOf('manual', {}),
    kindOf('api', {}),
    kindOf('webhook', {
      key: z
        .string()
        .regex(/^[a-z][a-z0-9_-]{0,62}$/)
        .meta({ description: 'Names its URL; several of one workflow have several' }),
      map: z.record(z.string(), z.string().max(200)).default({}).meta({
        description:
          'From a contact’s field (`phone`, `first_name`, `fields.x`) or a variable (`vars.x`) to a path in the payload, as `data.lead.phone`',
      }),
      signed: z.boolean().default(false).meta({ description: 'Refuse what is not signed' }),
      sample: z.unknown().optional(),
    }),
    kindOf('qr.scanned', { name: text.optional() }),
    kindOf('url.visited', { name: text.optional() }),
    kindOf('mail.delivered', { name: text.optional() }),
    kindOf('link.clicked', { link: text.optional().meta({ description: 'Part of its address' }) }),
    kindOf('gift_card.redeemed', { name: text.optional() }),
    kindOf('workflow.finished', { workflow: workflowRef }),
  ])
  .meta({ id: 'WorkflowTrigger' });
export type WorkflowTrigger = z.infer<typeof workflowTrigger>;
