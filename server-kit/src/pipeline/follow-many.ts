/** What `follow.ts` does for one person, for the thousands of a bulk action or an import: the same rules, set-wise. */
import type { Entering, Stages } from '../contacts/stages.ts';
import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { record, type NewEvent } from '../events/record.ts';
import { newId } from '../ids.ts';
import { followCards } from './leading.ts';
import type { StageRow } from './placing.ts';
import { behind } from './ranks.ts';

/** Where somebody stands: their leading card, when they have one. */
interface Standing {
  contact_id: string;
  conversation_id: string | null;
  opportunity_id: string | null;
  stage_id: string | null;
  stage: string | null;
  name: string | null;
  value: number | null;
  currency: string | null;
}

/** A card on its way, perhaps a new one. */
interface Placed {
  id: string;
  isNew: boolean;
  stage: StageRow;
  rank: string;
  person: Standing;
}

export async function spelled({ sql, tenant }: Tx, names: string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const rows = await sql<{ given: string; name: string }[]>`
    select n.given, s.name from unnest(${names}::text[]) as n (given)
    join stages s on s.tenant_id = ${tenant} and s.name_key = lower(btrim(n.given))
    join pipelines p on p.tenant_id = s.tenant_id and p.pipeline_id = s.pipeline_id and p.is_default`;
  return new Map(rows.map(({ given, name }) => [given, name]));
}

export const enteredMany: Stages['enteredMany'] = async (tx, people, actor, data) => {
  if (people.length === 0) return;
  const stages = await lockNamed(tx, people);
  const ids = people.map(({ contactId }) => contactId);
  const [, found] = await Promise.all([
    tx.sql`select 1 from opportunities where tenant_id = ${tx.tenant} and contact_id = any(${ids}::uuid[])
      order by opportunity_id for update`,
    standingOf(tx, ids),
  ]);
  const standing = new Map(found.map((row) => [row.contact_id, row]));
  const moving = new Map<StageRow, Standing[]>();
  const leaving: Standing[] = [];
  for (const { contactId, stage } of people) {
    const person = standing.get(contactId);
    if (!person) continue;
    if (stage === null || stage.trim() === '') leaving.push(person);
    const wanted = stage === null ? undefined : stages.get(stage);
    if (wanted && wanted.stage_id !== person.stage_id)
      moving.set(wanted, [...(moving.get(wanted) ?? []), person]);
  }
  const placed: Placed[] = [];
  for (const [stage, those] of moving) placed.push(...(await placesOn(tx, stage, those)));
  await leave(tx, leaving, actor, data);
  if (placed.length === 0) return;
  await Promise.all([
    moveAll(
      tx,
      placed.filter(({ isNew }) => !isNew),
    ),
    insertAll(
      tx,
      placed.filter(({ isNew }) => isNew),
    ),
    record(
      tx,
      placed.flatMap((card) => entering(card, actor, data)),
    ),
  ]);
};

/** The stages of the default pipeline by the names that were given, locked in the order of their ids, as by whoever edits them. */
async function lockNamed({ sql, tenant }: Tx, people: Entering[]): Promise<Map<string, StageRow>> {
  const names = [...new Set(people.flatMap(({ stage }) => stage ?? []))];
  if (names.length === 0) return new Map();
  const rows = await sql<(StageRow & { given: string })[]>`
    select n.given, s.stage_id, s.pipeline_id, s.name, s.kind, p.name as pipeline, p.is_default from stages s
    join pipelines p on p.tenant_id = s.tenant_id and p.pipeline_id = s.pipeline_id and p.is_default
    join unnest(${names}::text[]) as n (given) on s.name_key = lower(btrim(n.given))
    where s.tenant_id = ${tenant} order by s.stage_id for no key update of s`;
  const byId = new Map(rows.map((row) => [row.stage_id, row]));
  return new Map(rows.map(({ given, stage_id }) => [given, byId.get(stage_id)!]));
}

function standingOf({ sql, tenant }: Tx, ids: string[]) {
  return sql<Standing[]>`
    select c.contact_id, v.conversation_id, l.* from unnest(${ids}::uuid[]) as t (id)
    join contacts c on c.tenant_id = ${tenant} and c.contact_id = t.id and c.merged_into is null
    left join lateral (
      select conversation_id from conversations where tenant_id = ${tenant} and contact_id = t.id limit 1) v on true
    left join lateral (
      select o.opportunity_id, o.stage_id, s.name as stage, o.name, o.value::float8 as value, o.currency
      from opportunities o
      join pipelines p on p.tenant_id = o.tenant_id and p.pipeline_id = o.pipeline_id and p.is_default
      join stages s on s.tenant_id = o.tenant_id and s.stage_id = o.stage_id
      where o.tenant_id = ${tenant} and o.contact_id = t.id
      order by o.entered_at desc, o.opportunity_id desc limit 1) l on true`;
}

/** At the end of a stage that is locked: thousands at once are not what somebody wants to see first. */
async function placesOn({ sql, tenant }: Tx, stage: StageRow, people: Standing[]): Promise<Placed[]> {
  const [last] = await sql<{ rank: string | null }[]>`
    select max(rank) as rank from opportunities where tenant_id = ${tenant} and stage_id = ${stage.stage_id}`;
  const ranks = behind(last!.rank, people.length);
  return people.map((person, nth) => ({
    id: person.opportunity_id ?? newId(),
    isNew: person.opportunity_id === null,
    stage,
    rank: ranks[nth]!,
    person,
  }));
}

/** For `unnest`. */
const asArrays = (placed: Placed[]) => ({
  ids: placed.map(({ id }) => id),
  stages: placed.map(({ stage }) => stage.stage_id),
  ranks: placed.map(({ rank }) => rank),
});

async function moveAll({ sql, tenant }: Tx, placed: Placed[]): Promise<void> {
  if (placed.length === 0) return;
  const { ids, stages, ranks } = asArrays(placed);
  // never earlier than it was: a transaction that has waited is older than what it finds, and the card still leads
  await sql`
    update opportunities o set rank = n.rank, stage_id = n.stage_id, pipeline_id = s.pipeline_id,
      entered_at = greatest(moment(), o.entered_at), closed_at = case when s.kind <> 'open' then moment() end,
      version = o.version + 1, updated_at = moment()
    from unnest(${ids}::uuid[], ${stages}::uuid[], ${ranks}::text[]) as n (id, stage_id, rank)
    join stages s on s.tenant_id = ${tenant} and s.stage_id = n.stage_id
    where o.tenant_id = ${tenant} and o.opportunity_id = n.id`;
}

async function insertAll({ sql, tenant }: Tx, placed: Placed[]): Promise<void> {
  if (placed.length === 0) return;
  const { ids, stages, ranks } = asArrays(placed);
  const people = placed.map(({ person }) => person.contact_id);
  await sql`
    insert into opportunities (tenant_id, opportunity_id, stage_id, pipeline_id, rank, closed_at, contact_id)
    select ${tenant}, n.id, n.stage_id, s.pipeline_id, n.rank, case when s.kind <> 'open' then moment() end, n.contact_id
    from unnest(${ids}::uuid[], ${stages}::uuid[], ${ranks}::text[], ${people}::uuid[])
      as n (id, stage_id, rank, contact_id)
    join stages s on s.tenant_id = ${tenant} and s.stage_id = n.stage_id`;
}

function entering(
  { id, isNew, stage, person }: Placed,
  actor: MemberRef | null,
  more: Record<string, unknown>,
): NewEvent[] {
  const { contact_id: contactId, conversation_id: conversationId, name, value, currency } = person;
  const about = { contactId, conversationId, actor };
  const deal = { ...more, opportunity_id: id, name, value, currency };
  const data = {
    ...deal,
    pipeline_id: stage.pipeline_id,
    pipeline: stage.pipeline,
    from: isNew ? null : { id: person.stage_id, name: person.stage },
    to: { id: stage.stage_id, name: stage.name },
  };
  const entered: NewEvent = { ...about, type: 'stage.entered', data };
  return stage.kind === 'open'
    ? [entered]
    : [entered, { ...about, type: `opportunity.${stage.kind}`, data: deal }];
}

/** Whoever has no stage any more loses the card that said no more than the stage; an opportunity stays, and is followed. */
async function leave(
  tx: Tx,
  people: Standing[],
  actor: MemberRef | null,
  more: Record<string, unknown>,
): Promise<void> {
  if (people.length === 0) return;
  const { sql, tenant } = tx;
  const plain = people.filter(
    (one) => one.opportunity_id !== null && one.name === null && one.value === null,
  );
  if (plain.length > 0) {
    await sql`delete from opportunities where tenant_id = ${tenant}
      and opportunity_id = any(${plain.map((one) => one.opportunity_id!)}::uuid[])`;
    await record(
      tx,
      plain.map(({ contact_id: contactId, opportunity_id, stage_id }) => ({
        type: 'opportunity.deleted' as const,
        contactId,
        actor,
        data: { ...more, opportunity_id, stage_id },
      })),
    );
  }
  await followCards(
    tx,
    people.map(({ contact_id }) => contact_id),
  );
}
