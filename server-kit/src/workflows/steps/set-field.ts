import { setField as kind } from '../../contract/workflow/steps/set-field.ts';
import { renderAll } from './rendering.ts';
import { defineStep } from './step.ts';

export const setField = defineStep(kind, async (batch) => {
  const { step, runs, effects } = batch;
  const { field, value } = step;
  // columns that hold numbers take what a template comes to as one
  const numeric = NUMERIC.has(field);
  const made = typeof value === 'string' ? await renderAll(batch, runs, { value }) : null;
  return runs.map(({ contact }, nth) => {
    const one = made?.[nth] ?? { value: { value } };
    if ('outcome' in one) return one.outcome;
    const text = one.value['value'] as string | number | boolean | null;
    const wanted = numeric && typeof text === 'string' ? Number(text) : text;
    if (Number.isNaN(wanted)) return { fail: `“${String(text)}” is no number, which ${field} needs.` };
    effects.setField(contact.id, field, wanted);
    return { done: true as const };
  });
});

const NUMERIC = new Set(['lead_score', 'last_birthday_sent_year']);
