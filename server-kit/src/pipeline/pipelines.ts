/** Pipelines and their stages, which are read, edited and versioned together. */
import { PIPELINE_LIMITS, type MemberRef, type Pipeline, type StageInput } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { moveCardsOf } from './cards.ts';
import { nameContactsAnew, seatContacts } from './follow.ts';

const UNIQUE_VIOLATION = '23505';

const STAGES_AT_FIRST: StageInput[] = [
  { name: 'New', kind: 'open', color: 'blue', probability: 10 },
  { name: 'Contacted', kind: 'open', color: 'teal', probability: 25 },
  { name: 'Qualified', kind: 'open', color: 'amber', probability: 50 },
  { name: 'Won', kind: 'won', color: 'green', probability: 100 },
  { name: 'Lost', kind: 'lost', color: 'gray', probability: 0 },
];

/** All, or one, with their stages in order. For the caller's pipeline. */
export function readPipelines({ sql, tenant }: Tx, id: string | null = null) {
  return sql<Pipeline[]>`
    select p.pipeline_id as id, p.name, p.is_default, p.version, p.created_at, p.updated_at,
      coalesce((select jsonb_agg(jsonb_build_object('id', s.stage_id, 'name', s.name, 'kind', s.kind, 'color', s.color,
          'probability', s.probability) order by s.position, s.stage_id)
        from stages s where s.tenant_id = p.tenant_id and s.pipeline_id = p.pipeline_id), '[]') as stages
    from pipelines p where p.tenant_id = ${tenant} ${id === null ? sql`` : sql`and p.pipeline_id = ${id}`}
    order by p.position, p.pipeline_id`;
}

/** Throws `not_found`. */
export async function readPipeline(tx: Tx, id: string): Promise<Pipeline> {
  const [found] = await readPipelines(tx, id);
  if (!found) throw notFound('pipeline');
  return found;
}

/** The tenant's pipelines; asked for the first time, there is one to begin with. */
export async function pipelinesOf(tx: Tx, actor: MemberRef): Promise<Pipeline[]> {
  const found = await readPipelines(tx);
  if (found.length > 0) return [...found];
  await lockPipelines(tx);
  // somebody else may have asked first
  const again = await readPipelines(tx);
  if (again.length > 0) return [...again];
  const id = await insertPipeline(tx, { name: 'Sales', stages: STAGES_AT_FIRST }, actor);
  return [await readPipeline(tx, id)];
}

/** Throws `pipeline_exists`, `invalid_request`. */
export async function createPipeline(
  tx: Tx,
  input: { id?: string | undefined; name: string; stages?: StageInput[] | undefined },
  actor: MemberRef,
): Promise<string> {
  await lockPipelines(tx);
  return insertPipeline(tx, { ...input, stages: input.stages ?? STAGES_AT_FIRST }, actor);
}

async function insertPipeline(
  tx: Tx,
  { id = newId(), name, stages }: { id?: string | undefined; name: string; stages: StageInput[] },
  actor: MemberRef,
): Promise<string> {
  const { sql, tenant } = tx;
  distinctNames(stages);
  const [counted] = await sql<{ count: number }[]>`
    select count(*)::integer as count from pipelines where tenant_id = ${tenant}`;
  if (counted!.count >= PIPELINE_LIMITS.pipelines) {
    throw new ProblemError(
      'invalid_request',
      `An account has at most ${PIPELINE_LIMITS.pipelines} pipelines.`,
    );
  }
  const [made] = await sql<{ is_default: boolean }[]>`
    insert into pipelines (tenant_id, pipeline_id, name, is_default, position)
    select ${tenant}, ${id}, ${name}, not exists (select from pipelines where tenant_id = ${tenant} and is_default),
      (select coalesce(max(position), -1) + 1 from pipelines where tenant_id = ${tenant})
    on conflict do nothing returning is_default`;
  if (!made) throw exists();
  // the stages of another pipeline are not taken over: ids count only where a pipeline is edited
  await writeStages(
    tx,
    id,
    stages.map((stage) => ({ ...stage, id: newId() })),
  );
  if (made.is_default) await seatContacts(tx, id);
  await record(tx, [{ type: 'pipeline.updated', actor, data: { pipeline_id: id } }]);
  return id;
}

export interface PipelineChange {
  name?: string | undefined;
  stages?: StageInput[] | undefined;
  move_cards: Record<string, string>;
}

/**
 * Changes the name, or all stages at once: those with an id are kept, those without are new, those left out go. Throws
 * `not_found`, `edited_elsewhere`, `stage_in_use`, `pipeline_exists`, `invalid_request`.
 */
export async function updatePipeline(
  tx: Tx,
  id: string,
  change: PipelineChange,
  expected: number | null,
  actor: MemberRef,
): Promise<void> {
  const { sql, tenant } = tx;
  await sql`select 1 from pipelines where tenant_id = ${tenant} and pipeline_id = ${id} for update`;
  const before = await readPipeline(tx, id);
  if (expected !== null && before.version !== expected) {
    throw new ProblemError(
      'edited_elsewhere',
      'Someone else changed this pipeline meanwhile. Load it again, then change it.',
    );
  }
  if (change.stages) await replaceStages(tx, before, change.stages, change.move_cards, actor);
  await sql`
    update pipelines set name = ${change.name ?? before.name}, version = version + 1, updated_at = moment()
    where tenant_id = ${tenant} and pipeline_id = ${id}`.catch((error: Error & { code?: string }) => {
    throw error.code === UNIQUE_VIOLATION ? exists() : error;
  });
  await record(tx, [{ type: 'pipeline.updated', actor, data: { pipeline_id: id } }]);
}

async function replaceStages(
  tx: Tx,
  before: Pipeline,
  wanted: StageInput[],
  moves: Record<string, string>,
  actor: MemberRef,
): Promise<void> {
  const { sql, tenant } = tx;
  const known = new Map(before.stages.map((stage) => [stage.id, stage]));
  distinctNames(wanted);
  const stages = wanted.map((stage) => ({
    ...stage,
    id: stage.id ?? newId(),
    isNew: stage.id === undefined,
  }));
  const kept = new Set(stages.map(({ id }) => id));
  if (kept.size < stages.length || stages.some((stage) => !stage.isNew && !known.has(stage.id))) {
    throw new ProblemError(
      'invalid_request',
      'A stage is named that this pipeline does not have, or one is named twice. Load it again.',
      'stages',
    );
  }
  // nobody may move a card there while it goes
  await sql`select 1 from stages where tenant_id = ${tenant} and pipeline_id = ${before.id} order by stage_id for update`;
  const gone = before.stages.filter(({ id }) => !kept.has(id));
  for (const stage of gone) {
    const target = moves[stage.id];
    if (target !== undefined && !kept.has(target)) {
      throw new ProblemError('invalid_request', 'Cards can only go to a stage that stays.', 'move_cards');
    }
    await moveCardsOf(tx, stage, target ?? null, actor);
  }
  await sql`delete from stages
    where tenant_id = ${tenant} and stage_id = any(${gone.map(({ id }) => id)}::uuid[])`;
  // only now: a new stage may have the name of one that went
  await writeStages(tx, before.id, stages);
  if (!before.is_default) return;
  const renamed = stages.filter(({ id, name }) => known.has(id) && known.get(id)!.name !== name);
  await nameContactsAnew(
    tx,
    renamed.map(({ id }) => id),
    actor,
  );
}

async function writeStages({ sql, tenant }: Tx, pipelineId: string, stages: StageInput[]): Promise<void> {
  const rows = stages.map((stage, position) => ({ ...stage, position }));
  await sql`
    insert into stages (tenant_id, stage_id, pipeline_id, name, kind, color, probability, position)
    select ${tenant}, s.id, ${pipelineId}, s.id::text, s.kind, s.color, s.probability, s.position
    from jsonb_to_recordset(${sql.json(rows)})
      as s (id uuid, kind text, color text, probability smallint, position integer)
    on conflict (tenant_id, stage_id) do nothing`;
  // all names in one statement: two stages may have swapped theirs
  await sql`
    update stages set name = s.name, kind = s.kind, color = s.color, probability = s.probability, position = s.position
    from jsonb_to_recordset(${sql.json(rows)})
      as s (id uuid, name text, kind text, color text, probability smallint, position integer)
    where stages.tenant_id = ${tenant} and stages.stage_id = s.id and stages.pipeline_id = ${pipelineId}`;
}

/** Throws `not_found`, and `stage_in_use` while there are cards, or when it is the default one. */
export async function deletePipeline(tx: Tx, id: string, actor: MemberRef): Promise<void> {
  const { sql, tenant } = tx;
  await lockPipelines(tx);
  await sql`select 1 from pipelines where tenant_id = ${tenant} and pipeline_id = ${id} for update`;
  const pipeline = await readPipeline(tx, id);
  if (pipeline.is_default) {
    throw new ProblemError(
      'stage_in_use',
      'This is the pipeline that contacts’ stages follow. Change it instead.',
    );
  }
  const [card] = await sql`
    select 1 from opportunities where tenant_id = ${tenant} and pipeline_id = ${id} limit 1`;
  if (card) {
    throw new ProblemError(
      'stage_in_use',
      'There are still cards in this pipeline. Move or delete them first.',
    );
  }
  await sql`delete from pipelines where tenant_id = ${tenant} and pipeline_id = ${id}`;
  await record(tx, [{ type: 'pipeline.updated', actor, data: { pipeline_id: id, deleted: true } }]);
}

/** One at a time makes or deletes pipelines of a tenant, so that exactly one is the default. */
async function lockPipelines({ sql, tenant }: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('patchbay:pipelines:' || current_schema() || ${`:${tenant}`}, 0))`;
}

function distinctNames(stages: StageInput[]): void {
  const names = new Set(stages.map(({ name }) => name.toLowerCase()));
  if (names.size === stages.length) return;
  throw new ProblemError('invalid_request', 'Two stages have the same name. Give each its own.', 'stages');
}

function exists(): ProblemError {
  return new ProblemError(
    'pipeline_exists',
    'There is already a pipeline with this name, or with this id. Choose another.',
    'name',
  );
}
