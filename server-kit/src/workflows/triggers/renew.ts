/** New addresses for webhooks whose old one somebody knows who should not. */
import { randomBytes } from 'node:crypto';
import type { MemberRef } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { notFound, ProblemError } from '../../errors.ts';
import { record } from '../../events/record.ts';

/** What stands in an address: 144 bits, as nothing else keeps strangers out. */
export const newToken = (): string => randomBytes(18).toString('base64url');

/** Throws `not_found`. Neither address is told to the log, which more people read. */
export async function renewHook(
  tx: Tx,
  { workflowId, key, graceHours }: { workflowId: string; key: string; graceHours: number },
  actor: MemberRef,
): Promise<void> {
  const { sql, tenant } = tx;
  const [hook] = await sql<{ token: string; ordinal: number }[]>`
    select token, ordinal from workflow_triggers
    where tenant_id = ${tenant} and workflow_id = ${workflowId} and kind = 'webhook' and trigger ->> 'key' = ${key}
      and token is not null for update`;
  if (!hook) throw notFound('webhook');
  const until = sql`moment() + make_interval(hours => ${graceHours})`;
  // whoever renews because an address is known wants none of the earlier ones either
  await sql`
    update workflow_old_hooks set until = least(until, ${until})
    where tenant_id = ${tenant} and workflow_id = ${workflowId} and key = ${key}`;
  await sql`
    insert into workflow_old_hooks (tenant_id, token, workflow_id, key, until)
    values (${tenant}, ${hook.token}, ${workflowId}, ${key}, ${until})`;
  await sql`
    update workflow_triggers set token = ${newToken()}
    where tenant_id = ${tenant} and workflow_id = ${workflowId} and ordinal = ${hook.ordinal}`;
  await record(tx, [
    {
      type: 'workflow.webhook_renewed',
      actor,
      data: { workflow_id: workflowId, key, grace_hours: graceHours },
    },
  ]);
}

/** Whose old address this is, while it is good; null: it is none. Throws `webhook_ended`. */
export async function replaced({ sql, tenant }: Tx, token: string) {
  const [old] = await sql<{ workflow_id: string; key: string; good: boolean }[]>`
    select workflow_id, key, until > moment() as good from workflow_old_hooks
    where tenant_id = ${tenant} and token = ${token}`;
  if (!old) return null;
  if (!old.good)
    throw new ProblemError(
      'webhook_ended',
      'This address was replaced by a new one. Ask whoever gave it to you.',
    );
  return old;
}
