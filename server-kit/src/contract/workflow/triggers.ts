/** What makes a workflow start. Each names its event; `where` narrows it to some contacts, in the filter language. */
import { z } from 'zod';
import { filter } from '../filter.ts';
import { id } from '../primitives.ts';
import { duration, stepId, tagName, timeOfDay } from './primitives.ts';

const where = filter.optional().meta({ description: 'Only contacts of whom this is true' });
const text = z.string().trim().min(1).max(200);

/** `on` is the trigger's kind. */
const kindOf = <const On extends string, S extends z.ZodRawShape>(on: On, shape: S) =>
  z.strictObject({ on: z.literal(on), ...shape, where });

export const workflowTrigger = z
  .discriminatedUnion('on', [
    kindOf('contact.created', { source: text.optional() }),
    kindOf('stage.entered', { stage: text.optional(), pipeline: text.optional() }),
    kindOf('tag.added', { tag: tagName }),
    kindOf('tag.removed', { tag: tagName }),
    kindOf('field.changed', { field: text, to: z.union([text, z.number(), z.boolean()]).optional() }),
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
    kindOf('segment.entered', { segment: id }),
    kindOf('segment.left', { segment: id }),
    kindOf('date', {
      field: text.meta({ description: '`birthday`, or a date field as `fields.renewal`' }),
      every: z.enum(['year', 'once']).default('year'),
      offset_days: z.int().min(-365).max(365).default(0),
      at: timeOfDay.default('10:00'),
      feb_29: z.enum(['feb_28', 'mar_1', 'leap_years']).default('feb_28'),
    }),
    kindOf('schedule', {
      cron: text.meta({ description: 'Five fields, in `zone`' }),
      zone: text.optional().meta({ description: 'Default: the tenant’s' }),
    }),
    kindOf('manual', {}),
    kindOf('api', {}),
    kindOf('webhook', {
      key: stepId.meta({ description: 'Names its URL; several of one workflow have several' }),
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
    kindOf('workflow.finished', { workflow: text.meta({ description: 'Its key' }) }),
  ])
  .meta({ id: 'WorkflowTrigger' });
export type WorkflowTrigger = z.infer<typeof workflowTrigger>;
