import { createTask as kind } from '../../contract/workflow/steps/create-task.ts';
import type { Tx } from '../../db/client.ts';
import { memberFor } from './members.ts';
import { defineStep, type Outcome } from './step.ts';
import { renderAll } from './rendering.ts';

/** As the tasks' own limit. */
const LONGEST = 200;

export const createTask = defineStep(kind, async (batch): Promise<Outcome[]> => {
  const { step, runs, tx, effects } = batch;
  const dueAt = step.due_in === undefined ? new Map<string, Date>() : await dueIn(batch, step.due_in, tx);
  const titles = await renderAll(batch, runs, { title: step.title });
  return runs.map((run, nth): Outcome => {
    const made = titles[nth]!;
    if ('outcome' in made) return made.outcome;
    const title = String(made.value['title']).trim().slice(0, LONGEST);
    if (title === '') return { fail: 'The task has no title: its template had nothing to say.' };
    const assignee = step.assignee === undefined ? null : memberFor(step.assignee, run);
    effects.task(run.contact.id, { title, dueAt: dueAt.get(run.contact.zone) ?? null, assignee });
    return { done: true };
  });
});

/** By zone: days and months are those of the contact's calendar. */
async function dueIn(
  { runs, now }: { runs: readonly { contact: { zone: string } }[]; now: Date },
  span: string,
  { sql }: Tx,
): Promise<Map<string, Date>> {
  const zones = [...new Set(runs.map(({ contact }) => contact.zone))];
  const rows = await sql<{ zone: string; at: string }[]>`
    select zone, case when ${/minute|hour/.test(span)} then ${now}::timestamptz + ${span}::interval
      else (${now}::timestamptz at time zone zone + ${span}::interval) at time zone zone end as at
    from unnest(${zones}::text[]) as z (zone)`;
  return new Map(rows.map(({ zone, at }) => [zone, new Date(at)]));
}
