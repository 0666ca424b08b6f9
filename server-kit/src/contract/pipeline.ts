/** Pipelines, their stages, and the cards on them. A card is an opportunity; without name and value, just a person. */
import { z } from 'zod';
import { PIPELINE_LIMITS, STAGE_COLORS, STAGE_KINDS } from './names.ts';
import { cursor, id, instant, memberRef, page } from './primitives.ts';

const name = z.string().trim().min(1).max(100);
const cardName = z.string().trim().min(1).max(200);
const probability = z.int().min(0).max(100).nullable();
const currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .meta({ description: 'ISO 4217, three letters' });
/** Far below 2^53, so that sums of thousands are exact in every client. */
const value = z
  .int()
  .min(0)
  .max(1_000_000_000_000)
  .meta({ description: 'In minor units of the currency: cents' });
const day = z.iso.date();
const limit = (most: number) => z.coerce.number().int().min(0).max(most);

export const stage = z
  .object({
    id,
    name: z.string(),
    kind: z.enum(STAGE_KINDS),
    color: z.enum(STAGE_COLORS).meta({ description: 'The name of a colour; the brand says how it looks' }),
    probability: probability.meta({ description: 'Percent of cards here that are won in the end' }),
  })
  .meta({ id: 'Stage' });
export type Stage = z.infer<typeof stage>;

export const pipeline = z
  .object({
    id,
    name: z.string(),
    is_default: z.boolean().meta({ description: 'Its stages are what `stage` of a contact follows' }),
    stages: z.array(stage).meta({ description: 'In their order' }),
    version: z.int().meta({ description: 'Counts up with every change of it or its stages; the ETag' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Pipeline' });
export type Pipeline = z.infer<typeof pipeline>;

export const pipelineList = z.object({ items: z.array(pipeline) }).meta({ id: 'PipelineList' });
export type PipelineList = z.infer<typeof pipelineList>;

const stageInput = z.object({
  id: id.optional().meta({ description: 'Of a stage that is kept; without it a new one is made' }),
  name,
  kind: z.enum(STAGE_KINDS).default('open'),
  color: z.enum(STAGE_COLORS).default('gray'),
  probability: probability.default(null),
});
export type StageInput = z.infer<typeof stageInput>;
const stagesInput = z.array(stageInput).min(1).max(PIPELINE_LIMITS.stages);

export const createPipeline = z
  .object({ id: id.optional(), name, stages: stagesInput.optional() })
  .meta({ id: 'CreatePipeline', description: 'Without stages: New, Contacted, Qualified, Won, Lost' });
export type CreatePipeline = z.input<typeof createPipeline>;

export const updatePipeline = z
  .object({
    name: name.optional(),
    stages: stagesInput
      .optional()
      .meta({ description: 'All stages in their new order; one that is left out is deleted' }),
    move_cards: z
      .record(id, id)
      .default({})
      .meta({ description: 'For a stage that is deleted with cards on it: the stage that they go to' }),
  })
  .meta({ id: 'UpdatePipeline' });
export type UpdatePipeline = z.input<typeof updatePipeline>;

export const opportunity = z
  .object({
    id,
    pipeline_id: id,
    stage_id: id,
    contact: z.object({
      id,
      name: z.string().nullable(),
      phone: z.string().nullable(),
      do_not_call: z.boolean(),
      conversation_id: id.nullable().meta({ description: 'Of texts; null before the first' }),
    }),
    name: z.string().nullable(),
    value: value.nullable(),
    currency: currency.nullable(),
    owner: memberRef.nullable(),
    expected_close: day.nullable(),
    entered_at: instant.meta({ description: 'When it came to its stage' }),
    closed_at: instant.nullable().meta({ description: 'When it was won or lost' }),
    last_activity_at: instant.meta({ description: 'The last text, or the last change of the card' }),
    version: z.int(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Opportunity' });
export type Opportunity = z.infer<typeof opportunity>;

export const createOpportunity = z
  .object({
    id: id.optional(),
    contact_id: id,
    pipeline_id: id.optional().meta({ description: 'Left out: that of the stage, else the default one' }),
    stage_id: id.optional().meta({ description: 'Left out: the first' }),
    name: cardName.nullable().default(null),
    value: value.nullable().default(null),
    currency: currency.nullable().default(null),
    owner_id: z.string().max(200).nullable().default(null),
    expected_close: day.nullable().default(null),
  })
  .meta({ id: 'CreateOpportunity' });
export type CreateOpportunity = z.input<typeof createOpportunity>;

export const updateOpportunity = z
  .object({
    name: cardName.nullable().optional(),
    value: value.nullable().optional(),
    currency: currency.nullable().optional(),
    owner_id: z.string().max(200).nullable().optional(),
    expected_close: day.nullable().optional(),
  })
  .meta({ id: 'UpdateOpportunity' });
export type UpdateOpportunity = z.input<typeof updateOpportunity>;

export const moveOpportunity = z
  .object({
    stage_id: id,
    from: id
      .optional()
      .meta({ description: 'The stage that it was seen on; refused when it is elsewhere by now' }),
    after: id.nullable().optional().meta({ description: 'The card that it shall stand right behind' }),
    before: id.nullable().optional().meta({
      description: 'The card that it shall stand right in front of. With neither, or neither there: first',
    }),
  })
  .meta({ id: 'MoveOpportunity' });
export type MoveOpportunity = z.input<typeof moveOpportunity>;

const cardsFilter = {
  owner: z.string().max(200).optional().meta({ description: 'A member’s id, `me`, or `none`' }),
  q: z.string().max(200).optional().meta({ description: 'In the card’s name, the person’s name or number' }),
  filter: z.string().max(4_000).optional().meta({ description: 'A Filter about the contact, as JSON' }),
};

export const boardQuery = z.object({
  ...cardsFilter,
  limit: limit(100).default(25).meta({ description: 'Cards of each stage; 0 for counts and sums alone' }),
});
export type BoardQuery = Partial<z.input<typeof boardQuery>>;

export const stageCardsQuery = z.object({
  ...cardsFilter,
  after: cursor.optional(),
  limit: limit(100).min(1).default(25),
});
export type StageCardsQuery = Partial<z.input<typeof stageCardsQuery>>;

export const opportunityPage = page(opportunity, 'OpportunityPage');

export const board = z
  .object({
    pipeline,
    stages: z.array(
      z.object({
        id,
        count: z.int().nonnegative(),
        sums: z
          .array(z.object({ currency, value: z.int() }))
          .meta({ description: 'One a currency, the largest first' }),
        cards: z.array(opportunity),
        next: cursor.nullable().meta({ description: 'Pass as `after` to GET /v1/stages/{id}/cards' }),
      }),
    ),
  })
  .meta({ id: 'Board' });
export type Board = z.infer<typeof board>;

export const contactOpportunities = z
  .object({ items: z.array(opportunity) })
  .meta({ id: 'ContactOpportunities' });
