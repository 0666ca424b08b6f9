/** How many of some contacts would come into a workflow, and why the others would not: counted, nothing is written. */
import { sql, type SQL } from 'drizzle-orm';
import { contacts } from '../contacts/tables.ts';
import { MARKETING_KINDS, type EnrollmentPreview, type WorkflowSettings } from '../contract/index.ts';
import type { Definition } from '../contract/workflow/index.ts';
import { writeArray } from '../db/arrays.ts';
import type { Tx } from '../db/client.ts';
import { runOnce } from '../db/drizzle.ts';
import { kindOf } from './counts.ts';
import { entryOf } from './enrolling.ts';

/** Milliseconds; whoever waits for it looks at a dialog. */
const TIMEOUT = '20000';

interface Counted extends Record<string, unknown> {
  total: number;
  in_it: number;
  not_again: number;
  no_number: number;
  blocked: number;
  no_consent: number;
  paused: boolean;
}

/** `who`: a condition about `contacts`; undefined: everybody. Throws `not_found`, `workflow_not_active`. */
export async function previewEntering(
  tx: Tx,
  workflowId: string,
  who: SQL | undefined,
): Promise<EnrollmentPreview> {
  const { tenant } = tx;
  const { definition } = await entryOf(tx, workflowId);
  const marketing = definition.settings.purpose === 'marketing';
  await tx.sql`select set_config('statement_timeout', ${TIMEOUT}, true)`;
  const [row] = await runOnce<Counted>(
    tx,
    // each person is counted by the first thing that is in the way
    sql`with who as materialized (
      select ${contacts.contact_id} as contact_id, ${contacts.phone} as phone, 'sms' = any(${contacts.dnd}) as muted
      from ${contacts}
      where ${contacts.tenant_id} = ${tenant}::text and ${contacts.merged_into} is null and ${who ?? sql`true`}
    ), runs as (
      select e.contact_id, bool_or(e.state in ('active', 'paused')) as live, count(*)::integer as times,
        max(e.started_at) as last
      from enrollments e
      where e.tenant_id = ${tenant}::text and e.workflow_id = ${workflowId}::uuid and e.retry_of is null
        and e.contact_id in (select contact_id from who)
      group by e.contact_id
    ), judged as (
      select case
        when r.live then 'in_it'
        when r.contact_id is not null and ${outAgain(definition.settings)} then 'not_again'
        when w.phone is null then 'no_number'
        when w.muted or s.address is not null or a.address is not null then 'blocked'
        when ${String(marketing)}::boolean and c.address is null then 'no_consent'
        else 'enters' end as so
      from who w
      left join runs r on r.contact_id = w.contact_id
      left join suppressions s on s.tenant_id = ${tenant}::text and s.channel = 'sms' and s.address = w.phone
      left join agency_suppressions a on a.channel = 'sms' and a.address = w.phone and a.tenant_id = (
        select coalesce(parent_tenant_id, tenant_id) from tenants where tenant_id = ${tenant}::text)
      left join consents c on c.tenant_id = ${tenant}::text and c.channel = 'sms' and c.address = w.phone
        and c.state = 'granted' and c.kind = any(${writeArray([...MARKETING_KINDS])}::text[])
        and (c.expires_at is null or c.expires_at > moment())
    )
    select count(*)::integer as total,
      (count(*) filter (where so = 'in_it'))::integer as in_it,
      (count(*) filter (where so = 'not_again'))::integer as not_again,
      (count(*) filter (where so = 'no_number'))::integer as no_number,
      (count(*) filter (where so = 'blocked'))::integer as blocked,
      (count(*) filter (where so = 'no_consent'))::integer as no_consent,
      (select state = 'paused' from workflows
        where tenant_id = ${tenant}::text and workflow_id = ${workflowId}::uuid) as paused
    from judged`,
  );
  const { total, in_it, not_again, paused, no_number, blocked, no_consent } = row!;
  return {
    total,
    enters: total - in_it - not_again,
    in_it,
    not_again,
    texts: sendsTexts(definition) ? { no_number, blocked, no_consent } : null,
    paused,
  };
}

/** As `mayEnter` of the engine has it, of somebody who has been in it. */
function outAgain({ re_entry: rule }: Pick<WorkflowSettings, 're_entry'>): SQL {
  if (rule === 'always') return sql`false`;
  if (rule === 'never') return sql`true`;
  if ('at_most' in rule) return sql`r.times >= ${String(rule.at_most)}::integer`;
  return sql`r.last > moment() - ${rule.after}::interval`;
}

const sendsTexts = ({ steps }: Definition) => steps.some(({ kind }) => kindOf(kind)?.sends === 'sms');
