import type { Job, MemberRef, Role } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { createJob, jobById, toJob } from './jobs.ts';
import type { LinkContext } from './file-links.ts';
import { checkTarget } from './targets.ts';

/** Begins the job that enrolls everybody who is in a segment. Throws `not_found`. */
export function enrollSegment(context: LinkContext) {
  return async (
    tx: Tx,
    { workflowId, segmentId }: { workflowId: string; segmentId: string },
    { member, role }: { member: MemberRef; role: Role },
  ): Promise<Job> => {
    const target = { segment_id: segmentId };
    await checkTarget(tx, target);
    const action = { type: 'enroll', workflow_id: workflowId };
    const settings = { action, target };
    const id = await createJob(tx, { kind: 'bulk', state: 'queued', name: null, settings }, member);
    const [row] = await jobById(tx, id);
    return toJob(context, row!, role);
  };
}
