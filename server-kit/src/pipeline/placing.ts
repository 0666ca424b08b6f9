/**
 * Putting a card in its place. Whoever does holds the stage's row, so that of two who drag at once the second reads what
 * the first has written: no two cards get one rank. Locks are taken in one order, contact, stage, card; who comes from another
 * side (a merge, a manager who edits the stages) may collide, and is tried again by `retryCollisions`.
 */
import type { MemberRef, StageKind } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record, type NewEvent } from '../events/record.ts';
import { newId } from '../ids.ts';
import { between, isLong, spread } from './ranks.ts';

/** The cards that another one shall stand behind, or in front of. */
export interface Beside {
  after?: string | null | undefined;
  before?: string | null | undefined;
}

export interface StageRow {
  stage_id: string;
  pipeline_id: string;
  name: string;
  kind: StageKind;
  pipeline: string;
  is_default: boolean;
}

export interface CardRow {
  opportunity_id: string;
  pipeline_id: string;
  stage_id: string;
  contact_id: string;
  name: string | null;
  value: number | null;
  currency: string | null;
  version: number;
}

/** Keeps others from placing cards on this stage. Throws `not_found`. */
export async function lockStage({ sql, tenant }: Tx, id: string): Promise<StageRow> {
  // "no key": a card that is only written elsewhere looks whether its stage is there, and need not wait
  const [stage] = await sql<StageRow[]>`
    select s.stage_id, s.pipeline_id, s.name, s.kind, p.name as pipeline, p.is_default from stages s
    join pipelines p on p.tenant_id = s.tenant_id and p.pipeline_id = s.pipeline_id
    where s.tenant_id = ${tenant} and s.stage_id = ${id} for no key update of s`;
  if (!stage) throw notFound('stage');
  return stage;
}

/** Where on a stage that is locked. What is not there any more is passed over; with neither, the first place. */
export async function placeOn(
  tx: Tx,
  stageId: string,
  beside: Beside,
  moving: string | null,
): Promise<string> {
  for (;;) {
    const rank = await gapOn(tx, stageId, beside, moving);
    if (!isLong(rank)) return rank;
    await numberAnew(tx, stageId);
  }
}

async function gapOn(
  { sql, tenant }: Tx,
  stageId: string,
  beside: Beside,
  moving: string | null,
): Promise<string> {
  const { after = null, before = null } = beside;
  const [gap] = await sql<{ low: string | null; high: string | null }[]>`
    with others as not materialized (
      select opportunity_id as id, rank from opportunities
      where tenant_id = ${tenant} and stage_id = ${stageId} and opportunity_id is distinct from ${moving}::uuid
    ), beside as (
      select (select rank from others where id = ${after}::uuid) as after,
        (select rank from others where id = ${before}::uuid) as before
    )
    select
      case when after is not null then after
        when before is not null then (select max(rank) from others where rank < before) end as low,
      case when after is not null then (select min(rank) from others where rank > after)
        when before is not null then before
        else (select min(rank) from others) end as high
    from beside`;
  return between(gap!.low, gap!.high);
}

/** Every drag into one and the same gap halves it. */
async function numberAnew({ sql, tenant }: Tx, stageId: string): Promise<void> {
  const cards = await sql<{ id: string }[]>`
    select opportunity_id as id from opportunities
    where tenant_id = ${tenant} and stage_id = ${stageId} order by rank`;
  await sql`
    update opportunities o set rank = n.rank
    from unnest(${cards.map(({ id }) => id)}::uuid[], ${spread(cards.length)}::text[]) as n (id, rank)
    where o.tenant_id = ${tenant} and o.opportunity_id = n.id`;
}

/** Moves a card to a stage, or within it. Returns whether it is another stage than before. */
export async function enterStage(
  tx: Tx,
  cardId: string,
  stageId: string,
  beside: Beside,
  actor: MemberRef,
): Promise<boolean> {
  const { sql, tenant } = tx;
  const stage = await lockStage(tx, stageId);
  const [before] = await sql<(CardRow & { from_name: string })[]>`
    select o.opportunity_id, o.pipeline_id, o.stage_id, o.contact_id, o.name, o.value::float8 as value, o.currency,
      o.version, s.name as from_name
    from opportunities o join stages s on s.tenant_id = o.tenant_id and s.stage_id = o.stage_id
    where o.tenant_id = ${tenant} and o.opportunity_id = ${cardId} for update of o`;
  if (!before) throw gone();
  const rank = await placeOn(tx, stageId, beside, cardId);
  const entered = before.stage_id !== stageId;
  await sql`
    update opportunities set rank = ${rank}, stage_id = ${stageId}, pipeline_id = ${stage.pipeline_id},
      entered_at = case when ${entered} then moment() else entered_at end,
      closed_at = case when ${stage.kind === 'open'} then null when ${entered} then moment() else closed_at end,
      version = version + ${entered ? 1 : 0}, updated_at = case when ${entered} then moment() else updated_at end
    where tenant_id = ${tenant} and opportunity_id = ${cardId}`;
  if (entered) {
    const from = { id: before.stage_id, name: before.from_name };
    await record(tx, await entering(tx, before, stage, from, actor));
  } else {
    // who has the board open has to see it; in a timeline it is nothing
    const data = { pipeline_id: stage.pipeline_id, opportunity_id: cardId };
    await record(tx, [{ type: 'pipeline.updated', actor, data }]);
  }
  return entered;
}

export interface NewCard {
  id?: string | undefined;
  contactId: string;
  stageId: string;
  name?: string | null;
  value?: number | null;
  currency?: string | null;
  owner_id?: string | null;
  expected_close?: string | null;
}

/** Makes a card, first on its stage. Returns nothing when there is one with this id already. */
export async function insertCard(tx: Tx, card: NewCard, actor: MemberRef): Promise<string | undefined> {
  const { sql, tenant } = tx;
  const { id = newId(), contactId, name = null, value = null, currency = null } = card;
  const stage = await lockStage(tx, card.stageId);
  const rank = await placeOn(tx, card.stageId, {}, null);
  const [made] = await sql`
    insert into opportunities (tenant_id, opportunity_id, pipeline_id, stage_id, contact_id, rank, name, value, currency,
      owner_id, expected_close, closed_at)
    values (${tenant}, ${id}, ${stage.pipeline_id}, ${stage.stage_id}, ${contactId}, ${rank}, ${name}, ${value}, ${currency},
      ${card.owner_id ?? null}, ${card.expected_close ?? null}::text::date,
      case when ${stage.kind !== 'open'} then moment() end)
    on conflict (tenant_id, opportunity_id) do nothing returning 1`;
  if (!made) return undefined;
  const row = { opportunity_id: id, contact_id: contactId, name, value, currency };
  const data = { opportunity_id: id, stage_id: stage.stage_id, name, value, currency };
  await record(tx, [
    // a person put on a stage is no deal that somebody has made
    ...(name === null && value === null
      ? []
      : [{ type: 'opportunity.created' as const, contactId, actor, data }]),
    ...(await entering(tx, row, stage, null, actor)),
  ]);
  return id;
}

async function entering(
  { sql, tenant }: Tx,
  card: Pick<CardRow, 'opportunity_id' | 'contact_id' | 'name' | 'value' | 'currency'>,
  stage: StageRow,
  from: { id: string; name: string } | null,
  actor: MemberRef,
): Promise<NewEvent[]> {
  const [conversation] = await sql<{ conversation_id: string }[]>`
    select conversation_id from conversations where tenant_id = ${tenant} and contact_id = ${card.contact_id} limit 1`;
  const { opportunity_id, name, value, currency } = card;
  const about = {
    contactId: card.contact_id,
    // so that lists which show the stage are told too
    conversationId: conversation?.conversation_id ?? null,
    actor,
  };
  const data = {
    opportunity_id,
    pipeline_id: stage.pipeline_id,
    pipeline: stage.pipeline,
    from,
    to: { id: stage.stage_id, name: stage.name },
    name,
    value,
    currency,
  };
  return [
    { ...about, type: 'stage.entered', data },
    ...(stage.kind === 'open'
      ? []
      : [
          {
            ...about,
            type: `opportunity.${stage.kind}` as const,
            data: { opportunity_id, name, value, currency },
          },
        ]),
  ];
}

export function gone(): ProblemError {
  return new ProblemError('not_found', 'This card is gone: someone else has deleted it.');
}
