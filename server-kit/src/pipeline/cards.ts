/** Cards: opportunities, and people who just stand on a stage. */
import { present } from '../contacts/rows.ts';
import type { MemberRef, Stage } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { memberById } from '../tenancy/directory.ts';
import { followCards } from './leading.ts';
import { enterStage, gone, insertCard, type Beside, type CardRow, type NewCard } from './placing.ts';

export interface CardInput extends Omit<NewCard, 'stageId'> {
  stageId?: string | undefined;
  pipelineId?: string | undefined;
}

/** Throws `not_found`, `contact_merged`, `invalid_request`. */
export async function createCard(tx: Tx, input: CardInput, actor: MemberRef): Promise<string> {
  const { sql, tenant } = tx;
  const { pipelineId = null, stageId = null } = input;
  checkValue(input);
  if (input.owner_id) await memberById(tx, input.owner_id, 'owner_id');
  await lockContact(tx, input.contactId);
  const [stage] = await sql<{ stage_id: string; is_default: boolean }[]>`
    select s.stage_id, p.is_default from stages s
    join pipelines p on p.tenant_id = s.tenant_id and p.pipeline_id = s.pipeline_id
    where s.tenant_id = ${tenant} and (${stageId}::uuid is null or s.stage_id = ${stageId}::uuid)
      and (${pipelineId}::uuid is null or s.pipeline_id = ${pipelineId}::uuid)
      and (${stageId ?? pipelineId}::uuid is not null or p.is_default)
    order by s.position limit 1`;
  if (!stage) throw notFound('stage');
  const id = await insertCard(tx, { ...input, stageId: stage.stage_id }, actor);
  if (id === undefined) {
    throw new ProblemError(
      'invalid_request',
      'There is already a card with this id. Make a new id for it.',
      'id',
    );
  }
  if (stage.is_default) await followCards(tx, [input.contactId]);
  return id;
}

export interface CardChange {
  name?: string | null | undefined;
  value?: number | null | undefined;
  currency?: string | null | undefined;
  owner_id?: string | null | undefined;
  expected_close?: string | null | undefined;
}

/** Throws `not_found`, `edited_elsewhere`, `invalid_request`. */
export async function updateCard(
  tx: Tx,
  id: string,
  change: CardChange,
  expected: number | null,
  actor: MemberRef,
): Promise<void> {
  const { sql, tenant } = tx;
  const [before] = await sql<(CardRow & { owner_id: string | null; expected_close: string | null })[]>`
    select opportunity_id, pipeline_id, stage_id, contact_id, name, value::float8 as value, currency, version, owner_id,
      expected_close::text as expected_close
    from opportunities where tenant_id = ${tenant} and opportunity_id = ${id} for update`;
  if (!before) throw gone();
  if (expected !== null && before.version !== expected) {
    throw new ProblemError(
      'edited_elsewhere',
      'Someone else changed this card meanwhile. Load it again, then change it.',
    );
  }
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const changed = given
    .filter(([key, value]) => before[key as keyof CardChange] !== value)
    .map(([key]) => key);
  if (changed.length === 0) return;
  const next = { ...before, ...(Object.fromEntries(given) as CardChange) };
  // a value that goes takes its currency along
  if (change.value === null) next.currency = null;
  checkValue(next);
  if (change.owner_id) await memberById(tx, change.owner_id, 'owner_id');
  await sql`
    update opportunities set name = ${next.name ?? null}, value = ${next.value ?? null}, currency = ${next.currency ?? null},
      owner_id = ${next.owner_id ?? null}, expected_close = ${next.expected_close ?? null}::text::date,
      version = version + 1, updated_at = moment()
    where tenant_id = ${tenant} and opportunity_id = ${id}`;
  const { name, value, currency } = next;
  await record(tx, [
    {
      type: 'opportunity.updated',
      contactId: before.contact_id,
      actor,
      data: { opportunity_id: id, stage_id: before.stage_id, changed, name, value, currency },
    },
  ]);
}

export interface Move extends Beside {
  stage_id: string;
  from?: string | undefined;
}

/** Throws `not_found`, and `edited_elsewhere` when it is not where it was seen. */
export async function moveCard(tx: Tx, id: string, move: Move, actor: MemberRef): Promise<void> {
  const { sql, tenant } = tx;
  const [seen] = await sql<{ contact_id: string }[]>`
    select contact_id from opportunities where tenant_id = ${tenant} and opportunity_id = ${id}`;
  if (!seen) throw gone();
  await lockContact(tx, seen.contact_id);
  const [card] = await sql<{ contact_id: string; stage_id: string; stage: string; is_default: boolean }[]>`
    select o.contact_id, o.stage_id, s.name as stage, p.is_default
    from opportunities o join stages s on s.tenant_id = o.tenant_id and s.stage_id = o.stage_id
    join pipelines p on p.tenant_id = o.tenant_id and p.pipeline_id = o.pipeline_id
    where o.tenant_id = ${tenant} and o.opportunity_id = ${id}`;
  if (!card) throw gone();
  if (move.from !== undefined && card.stage_id !== move.from) {
    throw new ProblemError('edited_elsewhere', `Someone else moved this card to "${card.stage}" meanwhile.`);
  }
  const entered = await enterStage(tx, id, move.stage_id, move, actor);
  if (!entered) return;
  // out of the default pipeline or into it: either way the contact's stage is another
  const [now] = await sql<{ contact_id: string; is_default: boolean }[]>`
    select o.contact_id, p.is_default from opportunities o
    join pipelines p on p.tenant_id = o.tenant_id and p.pipeline_id = o.pipeline_id
    where o.tenant_id = ${tenant} and o.opportunity_id = ${id}`;
  if (card.is_default || now?.is_default) await followCards(tx, [now?.contact_id ?? card.contact_id]);
}

/** Throws `not_found`. */
export async function deleteCard(tx: Tx, id: string, actor: MemberRef): Promise<void> {
  const { sql, tenant } = tx;
  const [seen] = await sql<{ contact_id: string; is_default: boolean }[]>`
    select o.contact_id, p.is_default from opportunities o
    join pipelines p on p.tenant_id = o.tenant_id and p.pipeline_id = o.pipeline_id
    where o.tenant_id = ${tenant} and o.opportunity_id = ${id}`;
  if (!seen) throw gone();
  await lockContact(tx, seen.contact_id);
  const [card] = await sql<CardRow[]>`
    delete from opportunities where tenant_id = ${tenant} and opportunity_id = ${id}
    returning contact_id, stage_id, name, value::float8 as value, currency`;
  if (!card) throw gone();
  const { contact_id, stage_id, name, value, currency } = card;
  await record(tx, [
    {
      type: 'opportunity.deleted',
      contactId: contact_id,
      actor,
      data: { opportunity_id: id, stage_id, name, value, currency },
    },
  ]);
  if (seen.is_default) await followCards(tx, [contact_id]);
}

/**
 * Takes all cards of a stage that is about to go to another one, in their order, behind what is there. Throws
 * `stage_in_use` when there are some and nobody has said where they go.
 */
export async function moveCardsOf(
  tx: Tx,
  stage: Pick<Stage, 'id' | 'name'>,
  target: string | null,
  actor: MemberRef,
): Promise<void> {
  const { sql, tenant } = tx;
  const cards = await sql<{ id: string }[]>`
    select opportunity_id as id from opportunities
    where tenant_id = ${tenant} and stage_id = ${stage.id} order by rank`;
  if (cards.length === 0) return;
  if (target === null) {
    throw new ProblemError(
      'stage_in_use',
      `There are ${cards.length} cards on "${stage.name}". Say where they go: move_cards.`,
      'move_cards',
    );
  }
  const [last] = await sql<{ id: string }[]>`
    select opportunity_id as id from opportunities
    where tenant_id = ${tenant} and stage_id = ${target} order by rank desc limit 1`;
  let after = last?.id ?? null;
  for (const { id } of cards) {
    await enterStage(tx, id, target, { after }, actor);
    after = id;
  }
  const people = await sql<{ contact_id: string }[]>`
    select distinct o.contact_id from opportunities o
    join pipelines p on p.tenant_id = o.tenant_id and p.pipeline_id = o.pipeline_id and p.is_default
    where o.tenant_id = ${tenant} and o.stage_id = ${target}`;
  await followCards(
    tx,
    people.map((row) => row.contact_id),
  );
}

async function lockContact({ sql, tenant }: Tx, id: string): Promise<void> {
  const [contact] = await sql<{ merged_into: string | null }[]>`
    select merged_into from contacts where tenant_id = ${tenant} and contact_id = ${id} for no key update`;
  present(contact);
}

function checkValue({ value, currency }: CardChange): void {
  if ((value ?? null) === null ? (currency ?? null) === null : (currency ?? null) !== null) return;
  throw new ProblemError(
    'invalid_request',
    'A value needs a currency, and a currency a value. Send both or neither.',
    value === null || value === undefined ? 'value' : 'currency',
  );
}
