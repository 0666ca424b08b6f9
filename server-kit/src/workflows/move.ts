/** From one version to another: only ever because somebody said so. */
import type { Definition, MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { wakeWorkflows } from './engine/bell.ts';
import { versionById } from './store.ts';

export interface Move {
  /** Left out: the published one. */
  version?: number | undefined;
  /** Left out: the step of the same id. */
  step?: string | undefined;
}

/** The run goes on at once at the step, whose wait begins again. Throws `not_found`, `enrollment_over`, `invalid_request`. */
export async function moveEnrollment(tx: Tx, id: string, move: Move, actor: MemberRef): Promise<void> {
  const { sql, tenant } = tx;
  const [held] = await sql<
    {
      workflow_id: string;
      contact_id: string;
      version: number;
      published: number;
      state: string;
      step: string | null;
      ended_at: string | null;
    }[]
  >`
    select e.workflow_id, e.contact_id, e.version, w.published, e.state, e.step, e.ended_at from enrollments e
    join workflows w on w.tenant_id = e.tenant_id and w.workflow_id = e.workflow_id
    where e.tenant_id = ${tenant} and e.enrollment_id = ${id} for no key update of e`;
  if (!held) throw notFound('run');
  if (held.step === null || held.ended_at !== null)
    throw new ProblemError('enrollment_over', 'This run is over. Enroll the contact again.');
  const version = move.version ?? held.published;
  const { definition } = await versionById(tx, held.workflow_id, version);
  const step = move.step ?? held.step;
  if (!hasStep(definition, step)) {
    throw new ProblemError(
      'invalid_request',
      `Version ${version} has no step ${step}. Say in \`step\` where this run is to go on.`,
      'step',
    );
  }
  if (version === held.version && step === held.step) return;
  await sql`
    update enrollments set version = ${version}, step = ${step}, attempt = 0, waiting = null, wakes_on = null,
      due_at = moment()
    where tenant_id = ${tenant} and enrollment_id = ${id}`;
  await record(tx, [
    {
      type: 'enrollment.moved',
      contactId: held.contact_id,
      actor,
      data: { enrollment_id: id, workflow_id: held.workflow_id, version, before: held.version, step },
    },
  ]);
  await wakeWorkflows(tx);
}

const hasStep = ({ steps }: Definition, step: string) => steps.some(({ id }) => id === step);
