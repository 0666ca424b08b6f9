import { addNote as kind } from '../../contract/workflow/steps/add-note.ts';
import { renderAll } from './rendering.ts';
import { defineStep, type Outcome } from './step.ts';

/** As the notes' own limit. */
const LONGEST = 10_000;

export const addNote = defineStep(kind, async (batch): Promise<Outcome[]> => {
  const rendered = await renderAll(batch, batch.runs, { body: batch.step.body });
  return batch.runs.map(({ contact }, nth): Outcome => {
    const made = rendered[nth]!;
    if ('outcome' in made) return made.outcome;
    const body = String(made.value['body']).trim().slice(0, LONGEST);
    if (body === '') return { fail: 'The note is empty: its template had nothing to say.' };
    batch.effects.note(contact.id, body);
    return { done: true };
  });
});
