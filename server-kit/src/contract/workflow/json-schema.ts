/** The definition as JSON Schema, so that editors complete and underline it: `server-kit/workflow.schema.json` is its text. */
import { z } from 'zod';
import { definitionFrame } from './definition.ts';
import type { StepKind } from './kind.ts';
import { kindsByName } from './kinds.ts';
import { WORKFLOW_LIMITS } from './names.ts';

/** `kinds`: the host's own, for a schema of its own. Draft 7, which every editor knows. */
export function definitionSchema(kinds?: readonly StepKind[]): object {
  const all = [...kindsByName(kinds).values()];
  const titles = new Map<unknown, string>(all.map(({ schema, title }) => [schema, title]));
  const { layout, ...frame } = definitionFrame.shape;
  const whole = z.strictObject({
    $schema: z.string().optional(),
    ...frame,
    steps: z
      .array(
        z.discriminatedUnion(
          'kind',
          all.map(({ schema }) => schema) as unknown as [z.ZodObject, ...z.ZodObject[]],
        ),
      )
      .min(1)
      .max(WORKFLOW_LIMITS.steps)
      .meta({ description: 'In order: each leads to the next, where it does not say otherwise' }),
    layout: layout.meta({ description: 'Where the canvas puts the steps; no part of their meaning' }),
  });
  return {
    $id: 'https://unpkg.com/@patchbay/server-kit/workflow.schema.json',
    title: 'Patchbay workflow',
    ...z.toJSONSchema(whole, {
      io: 'input',
      target: 'draft-7',
      override({ zodSchema, jsonSchema }) {
        const title = titles.get(zodSchema);
        if (title !== undefined) jsonSchema.title = title;
      },
    }),
  };
}
