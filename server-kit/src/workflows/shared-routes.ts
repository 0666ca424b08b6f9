/** What the routes of one workflow share: their answer is the workflow as it is now, with its version as ETag. */
import type { Context } from 'hono';
import type { KitContext } from '../context.ts';
import type { MemberRef, WorkflowDetails } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import type { AppEnv } from '../http/env.ts';
import { etag, versionIn } from '../http/etag.ts';
import { requireManager } from '../http/routes.ts';
import type { HostKinds } from './read-source.ts';
import { presentWorkflow, toWorkflow, workflowRows } from './rows.ts';
import { readDraft } from './store.ts';

/** What a change of a workflow may answer. */
export const CHANGES = [
  'not_found',
  'edited_elsewhere',
  'workflow_not_active',
  'forbidden',
  'invalid_request',
] as const;

/** Throws `not_found`. */
export async function workflowNow(tx: Tx, id: string, kinds: HostKinds): Promise<WorkflowDetails> {
  const [found] = await workflowRows(tx, { id });
  const row = presentWorkflow(found);
  const { problems } = await readDraft(tx, row.draft, kinds);
  return { ...toWorkflow(row), source: row.draft, problems };
}

/** Changes it as a manager who has seen the version of `If-Match`. `doing` completes "Only a manager may …". */
export async function changeWorkflow(
  { database }: KitContext,
  c: Context<AppEnv>,
  { id, doing, kinds }: { id: string; doing: string; kinds: HostKinds },
  work: (tx: Tx, seen: number | null, member: MemberRef) => Promise<unknown>,
): Promise<WorkflowDetails> {
  const { session } = c.var;
  requireManager(session, doing);
  const seen = versionIn(c.req.header('if-match'));
  const body = await database.transaction(session.tenant, async (tx) => {
    await work(tx, seen, session.member);
    return workflowNow(tx, id, kinds);
  });
  c.header('etag', etag(body));
  return body;
}
