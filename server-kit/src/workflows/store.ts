/**
 * Workflows as members keep them.
 *
 *   draft ──publish──▶ active ◀──pause / resume──▶ paused
 *     └──────────────────┴───────archive────────────┴────▶ archived
 *
 * What is written is the draft, kept as it was written. Publishing freezes it as a version, with its source and with every
 * default filled in; runs stay on the version that they began on. `revision` counts up with every change: two members who
 * publish at once hold the same number, and the second is told so.
 */
import type { Definition, MemberRef, WorkflowState, WorkflowVersion } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { assetsOf } from './assets-of.ts';
import { endRuns } from './engine/control.ts';
import { wakeWorkflows } from './engine/bell.ts';
import { factsOf } from './facts.ts';
import { publishable, readWorkflow, summaryOf, type HostKinds, type Read } from './read-source.ts';
import { allowTime, skipDue } from './resume.ts';
import { syncTriggers } from './triggers/sync.ts';

const UNIQUE_VIOLATION = '23505';

interface Held {
  workflow_id: string;
  key: string;
  name: string;
  state: WorkflowState;
  draft: string;
  published: number | null;
  revision: number;
}

export interface WorkflowInput {
  id?: string | undefined;
  source: string;
}

/** Keeps a draft, also one with mistakes. Throws `invalid_workflow` where not even key and name can be read, `workflow_exists`. */
export async function createWorkflow(
  tx: Tx,
  input: WorkflowInput,
  actor: MemberRef,
  kinds: HostKinds = [],
): Promise<string> {
  const { sql, tenant } = tx;
  const { id = newId(), source } = input;
  const read = await readDraft(tx, source, kinds);
  const { key, name } = read;
  if (key === null || name === null) {
    throw new ProblemError(
      'invalid_workflow',
      read.problems[0]?.message ?? 'Give it a key, as `five-days-of-joy`, and a name.',
      'source',
      undefined,
      read.problems,
    );
  }
  const [made] = await sql`
    insert into workflows (tenant_id, workflow_id, key, name, draft, summary, author)
    values (${tenant}, ${id}, ${key}, ${name}, ${source}, ${sql.json(summaryOf(read) as never)}, ${sql.json(actor)})
    on conflict do nothing returning 1`;
  if (!made) throw exists(key);
  await tell(tx, 'workflow.updated', { workflow_id: id, name }, actor);
  return id;
}

/** Keeps what is being written. Throws `not_found`, `edited_elsewhere`, `workflow_exists`, `workflow_not_active`. */
export async function saveDraft(
  tx: Tx,
  id: string,
  source: string,
  expected: number | null,
  actor: MemberRef,
  kinds: HostKinds = [],
): Promise<void> {
  const { sql, tenant } = tx;
  const held = await hold(tx, id, expected);
  const read = await readDraft(tx, source, kinds);
  const key = read.key ?? held.key;
  if (key !== held.key && held.published !== null) {
    throw new ProblemError(
      'invalid_workflow',
      `Its key stays ${held.key}: other workflows and the API know it by that. Make a new workflow for another key.`,
      'source',
      undefined,
      read.problems,
    );
  }
  // members know it by the name under which it runs
  const name = held.published === null ? (read.name ?? held.name) : held.name;
  await sql`
    update workflows set draft = ${source}, key = ${key}, name = ${name}, summary = ${sql.json(summaryOf(read) as never)},
      revision = revision + 1, updated_at = moment()
    where tenant_id = ${tenant} and workflow_id = ${id}`.catch((error: Error & { code?: string }) => {
    throw error.code === UNIQUE_VIOLATION ? exists(key) : error;
  });
  await tell(tx, 'workflow.updated', { workflow_id: id, name }, actor);
}

/**
 * Makes the draft the version that new runs get. What is published already is not published again. Throws `not_found`,
 * `edited_elsewhere`, `invalid_workflow`, `workflow_not_active`.
 */
export async function publish(
  tx: Tx,
  id: string,
  expected: number | null,
  actor: MemberRef,
  kinds: HostKinds = [],
): Promise<number> {
  const held = await hold(tx, id, expected);
  const definition = publishable(await readDraft(tx, held.draft, kinds));
  const [current] = await tx.sql<{ source: string }[]>`
    select source from workflow_versions
    where tenant_id = ${tx.tenant} and workflow_id = ${id} and version = ${held.published}`;
  if (held.published !== null && current?.source === held.draft) return held.published;
  return freeze(tx, held, definition, held.draft, actor);
}

/** Publishes an old version anew, as the next one; the draft becomes it too. Throws as `publish`. */
export async function rollBack(
  tx: Tx,
  id: string,
  version: number,
  expected: number | null,
  actor: MemberRef,
  kinds: HostKinds = [],
): Promise<number> {
  const held = await hold(tx, id, expected);
  const { source } = await versionById(tx, id, version);
  if (version === held.published) return version;
  // what it names may be gone since
  const read = await readDraft(tx, source, kinds);
  const definition = publishable(read);
  await tx.sql`
    update workflows set draft = ${source}, summary = ${tx.sql.json(summaryOf(read) as never)}
    where tenant_id = ${tx.tenant} and workflow_id = ${id}`;
  return freeze(tx, held, definition, source, actor, { rolled_back_to: version });
}

async function freeze(
  tx: Tx,
  { workflow_id: id, key, state, published }: Held,
  definition: Definition,
  source: string,
  actor: MemberRef,
  more: Record<string, unknown> = {},
): Promise<number> {
  const { sql, tenant } = tx;
  if (definition.key !== key) throw new ProblemError('invalid_workflow', `Its key stays ${key}.`, 'source');
  const [made] = await sql<{ version: number }[]>`
    insert into workflow_versions (tenant_id, workflow_id, version, definition, source, published_by)
    select ${tenant}, ${id}, coalesce(max(version), 0) + 1, ${sql.json(definition as never)}, ${source}, ${sql.json(actor)}
    from workflow_versions where tenant_id = ${tenant} and workflow_id = ${id}
    returning version`;
  const { version } = made!;
  await sql`
    update workflows set published = ${version}, name = ${definition.name}, priority = ${definition.settings.priority},
      state = ${state === 'draft' ? 'active' : state}, revision = revision + 1, updated_at = moment()
    where tenant_id = ${tenant} and workflow_id = ${id}`;
  await useAssets(tx, id, assetsOf(definition));
  await syncTriggers(tx, id, definition);
  await tell(
    tx,
    'workflow.published',
    { workflow_id: id, name: definition.name, version, before: published, ...more },
    actor,
  );
  return version;
}

async function useAssets({ sql, tenant }: Tx, id: string, assets: string[]): Promise<void> {
  await sql`delete from workflow_assets where tenant_id = ${tenant} and workflow_id = ${id}`;
  await sql`
    insert into workflow_assets (tenant_id, workflow_id, asset)
    select ${tenant}, ${id}, unnest(${assets}::text[])`;
}

/** Nothing of it leaves from now on. One that is paused stays so. Throws `not_found`, `workflow_not_active`. */
export async function pauseWorkflow(
  tx: Tx,
  id: string,
  expected: number | null,
  actor: MemberRef,
): Promise<void> {
  const { sql, tenant } = tx;
  const { state, name } = await hold(tx, id, expected);
  if (state === 'paused') return;
  if (state !== 'active') throw notActive('It was never published: there is nothing to pause.');
  await sql`
    update workflows set state = 'paused', paused_at = moment(), revision = revision + 1, updated_at = moment()
    where tenant_id = ${tenant} and workflow_id = ${id}`;
  await tell(tx, 'workflow.paused', { workflow_id: id, name }, actor);
}

/**
 * Goes on. What came due meanwhile runs now, or is passed over; either way nothing runs twice. Throws `not_found`,
 * `workflow_not_active`. Returns how many runs were passed on.
 */
export async function resumeWorkflow(
  tx: Tx,
  id: string,
  due: 'run' | 'skip',
  expected: number | null,
  actor: MemberRef,
): Promise<number> {
  const { sql, tenant } = tx;
  const { state, name } = await hold(tx, id, expected);
  if (state === 'active') return 0;
  if (state !== 'paused') throw notActive('It was never published. Publish it to begin.');
  const skipped = due === 'skip' ? await skipDue(tx, id) : 0;
  await sql`
    update workflows set state = 'active', paused_at = null, revision = revision + 1, updated_at = moment()
    where tenant_id = ${tenant} and workflow_id = ${id}`;
  await tell(tx, 'workflow.resumed', { workflow_id: id, name, due, skipped }, actor);
  await wakeWorkflows(tx);
  return skipped;
}

/** Out of sight; its runs are canceled, its triggers and its claim on files are gone. Throws `not_found`, `edited_elsewhere`. */
export async function archiveWorkflow(
  tx: Tx,
  id: string,
  expected: number | null,
  actor: MemberRef,
): Promise<void> {
  const { sql, tenant } = tx;
  const { name } = await hold(tx, id, expected);
  await sql`
    update workflows set state = 'archived', paused_at = null, revision = revision + 1, updated_at = moment()
    where tenant_id = ${tenant} and workflow_id = ${id}`;
  await allowTime(tx);
  await endRuns(tx, sql`e.workflow_id = ${id}`, 'workflow_archived', actor);
  await syncTriggers(tx, id, { triggers: [] });
  await useAssets(tx, id, []);
  await tell(tx, 'workflow.archived', { workflow_id: id, name }, actor);
}

interface VersionRow extends WorkflowVersion {
  source: string;
  definition: Definition;
}

/** Newest first. For the caller's pipeline. */
export function versionsOf({ sql, tenant }: Tx, id: string) {
  return sql<WorkflowVersion[]>`
    select v.version, v.published_at, v.published_by, v.version = w.published as current, coalesce(r.running, 0) as running
    from workflow_versions v
    join workflows w on w.tenant_id = v.tenant_id and w.workflow_id = v.workflow_id
    left join (
      select version, count(*)::integer as running from enrollments
      where tenant_id = ${tenant} and workflow_id = ${id} and state in ('active', 'paused') and retry_of is null
      group by version
    ) r on r.version = v.version
    where v.tenant_id = ${tenant} and v.workflow_id = ${id} order by v.version desc limit 500`;
}

/** Throws `not_found`. */
export async function versionById({ sql, tenant }: Tx, id: string, version: number): Promise<VersionRow> {
  const [found] = await sql<VersionRow[]>`
    select v.version, v.published_at, v.published_by, v.version = w.published as current, v.source, v.definition,
      (select count(*)::integer from enrollments e where e.tenant_id = v.tenant_id and e.workflow_id = v.workflow_id
        and e.version = v.version and e.state in ('active', 'paused') and e.retry_of is null) as running
    from workflow_versions v join workflows w on w.tenant_id = v.tenant_id and w.workflow_id = v.workflow_id
    where v.tenant_id = ${tenant} and v.workflow_id = ${id} and v.version = ${version}`;
  if (!found) throw notFound('version');
  return found;
}

/** With what the account has: a draft is judged by that. */
export async function readDraft(tx: Tx, source: string, kinds: HostKinds = []): Promise<Read> {
  return readWorkflow(source, await factsOf(tx), kinds);
}

async function hold({ sql, tenant }: Tx, id: string, expected: number | null): Promise<Held> {
  const [held] = await sql<Held[]>`
    select workflow_id, key, name, state, draft, published, revision from workflows
    where tenant_id = ${tenant} and workflow_id = ${id} for no key update`;
  if (!held) throw notFound('workflow');
  if (expected !== null && held.revision !== expected) {
    throw new ProblemError(
      'edited_elsewhere',
      'Someone else changed this workflow meanwhile. Load it again, then change it.',
    );
  }
  if (held.state === 'archived') throw notActive('It is archived. Make a new one of its source.');
  return held;
}

function tell(
  tx: Tx,
  type: `workflow.${'updated' | 'published' | 'paused' | 'resumed' | 'archived'}`,
  data: Record<string, unknown>,
  actor: MemberRef,
) {
  return record(tx, [{ type, actor, data }]);
}

const notActive = (why: string) => new ProblemError('workflow_not_active', why);

function exists(key: string): ProblemError {
  return new ProblemError(
    'workflow_exists',
    `There is a workflow with the key ${key} already, or with this id. Change that one, or choose another key.`,
    'source',
  );
}
