/**
 * Into a workflow: the one way, whoever asks (an event, a member, a segment, another workflow). Set-wise, so that a hundred
 * thousand people are a few statements. Nobody is in the same workflow twice at once (`enrollments_once`), and the same cause
 * enrolls the same person once (`enrollments_source`): both are unique keys, so asking again is harmless.
 */
import type { MemberRef, WorkflowSettings } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { recordEach } from '../../events/record.ts';
import { wakeWorkflows } from './bell.ts';

export interface Enrolling {
  workflow: {
    id: string;
    version: number;
    /** Where everybody begins. */
    firstStep: string;
    settings: Pick<WorkflowSettings, 're_entry'>;
  };
  contactIds: string[];
  /** What set it off, as `{"on":"tag.added","event_id":…}`. */
  source: Record<string, unknown>;
  /** The same key enrolls the same person once, for ever; null: whoever asks has looked. */
  sourceKey: string | null;
  variables: Record<string, unknown>;
  actor: MemberRef | null;
}

/** The contacts who came in, and their enrollments. Who may not (re-entry), is gone or is in it already, is not among them. */
export async function enroll(
  tx: Tx,
  { workflow, contactIds, source, sourceKey, variables, actor }: Enrolling,
): Promise<{ enrollment_id: string; contact_id: string }[]> {
  if (contactIds.length === 0) return [];
  const { sql, tenant } = tx;
  const enrolled = await sql<{ enrollment_id: string; contact_id: string }[]>`
    with enrolled as (
      insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, due_at, source,
        source_key, variables)
      select ${tenant}, gen_random_uuid(), ${workflow.id}, ${workflow.version}, c.contact_id, ${workflow.firstStep},
        moment(), ${sql.json(source as never)}, ${sourceKey}, ${sql.json(variables as never)}
      from contacts c
      where c.tenant_id = ${tenant} and c.contact_id = any(${contactIds}::uuid[]) and c.merged_into is null
        ${mayEnter(tx, workflow)}
      order by c.contact_id
      on conflict do nothing
      returning enrollment_id, contact_id
    ), told as (${recordEach(tx, 'enrolled', { type: 'enrollment.started', actor, data: { workflow_id: workflow.id } })})
    select enrollment_id, contact_id from enrolled`;
  if (enrolled.length > 0) await wakeWorkflows(tx);
  return [...enrolled];
}

/** Somebody with a cause of their own. */
export interface Entering {
  contactId: string;
  source: Record<string, unknown>;
  sourceKey: string | null;
  variables: Record<string, unknown>;
}

/** The same for people who each have a cause of their own, as the events of a page. */
export async function enrollEach(
  tx: Tx,
  workflow: Enrolling['workflow'],
  people: readonly Entering[],
  actor: MemberRef | null,
): Promise<{ enrollment_id: string; contact_id: string }[]> {
  if (people.length === 0) return [];
  const { sql, tenant } = tx;
  const rows = people.map(({ contactId, source, sourceKey, variables }, nth) => ({
    nth,
    contact_id: contactId,
    source,
    source_key: sourceKey,
    variables,
  }));
  const enrolled = await sql<{ enrollment_id: string; contact_id: string }[]>`
    with enrolled as (
      insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, due_at, source,
        source_key, variables)
      select ${tenant}, gen_random_uuid(), ${workflow.id}, ${workflow.version}, c.contact_id, ${workflow.firstStep},
        moment(), p.source, p.source_key, p.variables
      from jsonb_to_recordset(${sql.json(rows as never)})
        as p (nth integer, contact_id uuid, source jsonb, source_key text, variables jsonb)
      join contacts c on c.tenant_id = ${tenant} and c.contact_id = p.contact_id and c.merged_into is null
        ${mayEnter(tx, workflow)}
      order by c.contact_id, p.nth
      on conflict do nothing
      returning enrollment_id, contact_id
    ), told as (${recordEach(tx, 'enrolled', { type: 'enrollment.started', actor, data: { workflow_id: workflow.id } })})
    select enrollment_id, contact_id from enrolled`;
  if (enrolled.length > 0) await wakeWorkflows(tx);
  return [...enrolled];
}

function mayEnter({ sql, tenant }: Tx, { id, settings: { re_entry: rule } }: Enrolling['workflow']) {
  const before = sql`select 1 from enrollments e
    where e.tenant_id = ${tenant} and e.contact_id = c.contact_id and e.workflow_id = ${id}
      and e.retry_of is null`;
  if (rule === 'always') return sql``;
  if (rule === 'never') return sql`and not exists (${before})`;
  if ('at_most' in rule) return sql`and (select count(*) from (${before}) earlier) < ${rule.at_most}`;
  return sql`and not exists (${before} and e.started_at > moment() - ${rule.after}::interval)`;
}
