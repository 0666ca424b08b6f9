/** Everything automatic of one contact, over all workflows: for whoever talks to them and wants nothing in between. */
import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { pauseEnrollments, resumeEnrollments } from './engine/control.ts';
import { skipDue } from './resume.ts';

interface Standing {
  enrollment_id: string;
  workflow_id: string;
}

function standing({ sql, tenant }: Tx, contactId: string, state: 'active' | 'paused') {
  return sql<Standing[]>`
    select enrollment_id, workflow_id from enrollments
    where tenant_id = ${tenant} and contact_id = ${contactId} and state = ${state} and retry_of is null`;
}

/** What is paused already stays as it is. */
export async function pauseContact(tx: Tx, contactId: string, actor: MemberRef): Promise<void> {
  const runs = await standing(tx, contactId, 'active');
  if (runs.length > 0) await pauseEnrollments(tx, ids(runs), actor);
}

/** `skip`: what came due meanwhile is passed over, as far as each run’s next wait that lies ahead. */
export async function resumeContact(
  tx: Tx,
  contactId: string,
  due: 'run' | 'skip',
  actor: MemberRef,
): Promise<void> {
  await resumeRuns(tx, await standing(tx, contactId, 'paused'), due, actor);
}

/** One run. What is not paused stays as it is. */
export async function resumeRun(tx: Tx, id: string, due: 'run' | 'skip', actor: MemberRef): Promise<void> {
  const { sql, tenant } = tx;
  const runs = await sql<Standing[]>`
    select enrollment_id, workflow_id from enrollments
    where tenant_id = ${tenant} and enrollment_id = ${id} and state = 'paused'`;
  await resumeRuns(tx, runs, due, actor);
}

async function resumeRuns(tx: Tx, runs: readonly Standing[], due: 'run' | 'skip', actor: MemberRef) {
  if (runs.length === 0) return;
  await resumeEnrollments(tx, ids(runs), actor);
  if (due === 'run') return;
  // nobody takes them up before this is committed
  for (const workflowId of new Set(runs.map(({ workflow_id }) => workflow_id)))
    await skipDue(tx, workflowId, ids(runs.filter(({ workflow_id }) => workflow_id === workflowId)));
}

const ids = (runs: readonly Standing[]) => runs.map(({ enrollment_id }) => enrollment_id);
