import { assign as kind } from '../../contract/workflow/steps/assign.ts';
import type { Tx } from '../../db/client.ts';
import { membersAmong } from './members.ts';
import { defineStep, type Outcome } from './step.ts';

export const assign = defineStep(kind, async (batch): Promise<Outcome[]> => {
  const { step, runs, tx, effects } = batch;
  const { to, only_if_unassigned: onlyUnassigned } = step;
  const named = 'round_robin' in to ? to.round_robin : 'member' in to ? [to.member] : [];
  const there = await membersAmong(tx, named);
  // one who has left is passed over, and the others share what was theirs
  const members = named.filter((id) => there.has(id));
  if (!('nobody' in to) && members.length === 0) {
    return runs.map(() => ({
      fail: `There is no member ${named.map((id) => `“${id}”`).join(', ')} in this account.`,
    }));
  }
  const open = runs.filter(({ contact }) => !onlyUnassigned || contact.owner_id === null);
  let turn = members.length > 1 ? await turns(tx, open.length, runs[0]!.workflowId, step.id) : 0n;
  return runs.map(({ contact }): Outcome => {
    if (onlyUnassigned && contact.owner_id !== null)
      return { skip: 'already_so', detail: { member: contact.owner_id } };
    const member = 'nobody' in to ? null : members[Number(turn % BigInt(members.length))]!;
    if (members.length > 1) turn += 1n;
    if (contact.owner_id === member) return { done: true, detail: { member } };
    effects.assign(contact.id, member);
    return { done: true, detail: { member } };
  });
});

/**
 * Takes the next turns. The row's lock puts batches that assign at once behind one another, so the turns are shared out evenly
 * whoever commits when; a batch that is undone gives its turns back. The one row that a step writes itself: the next must see it.
 */
async function turns({ sql, tenant }: Tx, count: number, workflowId: string, step: string): Promise<bigint> {
  if (count === 0) return 0n;
  const [row] = await sql<{ first: string }[]>`
    insert into workflow_rotations as r (tenant_id, workflow_id, step, turn)
    values (${tenant}, ${workflowId}, ${step}, ${count})
    on conflict (tenant_id, workflow_id, step) do update set turn = r.turn + excluded.turn
    returning turn - ${count}::bigint as first`;
  return BigInt(row!.first);
}
