import { notify as kind } from '../../contract/workflow/steps/notify.ts';
import { memberFor, membersAmong } from './members.ts';
import { renderAll } from './rendering.ts';
import { defineStep, type Outcome } from './step.ts';

export const notify = defineStep(kind, async (batch): Promise<Outcome[]> => {
  const { step, runs, tx, effects } = batch;
  const wanted = runs.map((run) => memberFor(step.member, run));
  const there = await membersAmong(tx, wanted);
  const rendered = await renderAll(batch, runs, { body: step.body });
  return runs.map(({ contact }, nth): Outcome => {
    const member = wanted[nth]!;
    if (member === null) return { skip: 'no_address', detail: { member: 'owner' } };
    if (!there.has(member)) return { fail: `There is no member “${member}” in this account.` };
    const made = rendered[nth]!;
    if ('outcome' in made) return made.outcome;
    const body = String(made.value['body']).trim();
    if (body === '') return { fail: 'There is nothing to tell: the template had nothing to say.' };
    effects.notify(contact.id, member, body);
    return { done: true, detail: { member } };
  });
});
