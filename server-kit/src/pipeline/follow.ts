/**
 * One truth for "on which stage is this person?": the stage of their card in the default pipeline, of several the one that
 * came to its stage last. `contacts.stage` is its name, written in the transaction that moves the card; and who writes a
 * stage into a contact moves the card, or makes one. A name that no stage of the default pipeline has is just a text.
 */
import type { Stages } from '../contacts/stages.ts';
import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';
import { enteredMany, spelled } from './follow-many.ts';
import { followCards } from './leading.ts';
import { enterStage, insertCard } from './placing.ts';
import { spread } from './ranks.ts';

export const stageKeeper: Stages = {
  async entered(tx, contactId, stage, actor) {
    const { sql, tenant } = tx;
    const card = await leadingCard(tx, contactId);
    if (stage === null || stage.trim() === '') {
      // of an opportunity there is more to know than where it stands: it stays, and is followed
      if (card && card.name === null && card.value === null) await removePlain(tx, contactId, card, actor);
      await followCards(tx, [contactId]);
      return;
    }
    const [wanted] = await sql<{ stage_id: string; name: string }[]>`
      select s.stage_id, s.name from stages s
      join pipelines p on p.tenant_id = s.tenant_id and p.pipeline_id = s.pipeline_id and p.is_default
      where s.tenant_id = ${tenant} and s.name_key = lower(${stage.trim()})`;
    if (!wanted) return;
    if (card && card.stage_id !== wanted.stage_id) {
      await enterStage(tx, card.opportunity_id, wanted.stage_id, {}, actor);
    } else if (!card) {
      await insertCard(tx, { contactId, stageId: wanted.stage_id }, actor);
    }
    // as the stage is written, whatever the case it was typed in
    await sql`update contacts set stage = ${wanted.name}
      where tenant_id = ${tenant} and contact_id = ${contactId} and stage is distinct from ${wanted.name}`;
  },
  enteredMany,
  spelled,
};

interface Leading {
  opportunity_id: string;
  stage_id: string;
  name: string | null;
  value: string | null;
}

async function leadingCard({ sql, tenant }: Tx, contactId: string): Promise<Leading | undefined> {
  const [card] = await sql<Leading[]>`
    select o.opportunity_id, o.stage_id, o.name, o.value::text as value from opportunities o
    join pipelines p on p.tenant_id = o.tenant_id and p.pipeline_id = o.pipeline_id and p.is_default
    where o.tenant_id = ${tenant} and o.contact_id = ${contactId}
    order by o.entered_at desc, o.opportunity_id desc limit 1`;
  return card;
}

async function removePlain(tx: Tx, contactId: string, card: Leading, actor: MemberRef): Promise<void> {
  const { sql, tenant } = tx;
  await sql`delete from opportunities where tenant_id = ${tenant} and opportunity_id = ${card.opportunity_id}`;
  await record(tx, [
    {
      type: 'opportunity.deleted',
      contactId,
      actor,
      data: { opportunity_id: card.opportunity_id, stage_id: card.stage_id },
    },
  ]);
}

/** After stages of the default pipeline were renamed. */
export async function nameContactsAnew(tx: Tx, stageIds: string[], actor: MemberRef): Promise<void> {
  const { sql, tenant } = tx;
  if (stageIds.length === 0) return;
  const rows = await sql<{ contact_id: string }[]>`
    select distinct contact_id from opportunities
    where tenant_id = ${tenant} and stage_id = any(${stageIds}::uuid[])`;
  const changed = await followCards(
    tx,
    rows.map((row) => row.contact_id),
  );
  if (changed.length === 0) return;
  // segments ask for stages by name, and see nothing that has no event
  await record(
    tx,
    changed.map((contactId) => ({
      type: 'contact.updated' as const,
      contactId,
      actor,
      data: { changed: ['stage'] },
    })),
  );
}

/** Whoever asks for the board first waits for it. The others have their card as soon as their stage is set again. */
const MOST_SEATED = 10_000;

/**
 * Puts whoever has the name of one of its stages already on the new default pipeline, newest first. Nothing has happened to
 * these people, so there are no events.
 */
export async function seatContacts({ sql, tenant }: Tx, pipelineId: string): Promise<void> {
  const people = await sql<{ contact_id: string; stage_id: string }[]>`
    select c.contact_id, s.stage_id from contacts c
    join stages s on s.tenant_id = c.tenant_id and s.pipeline_id = ${pipelineId} and s.name_key = lower(btrim(c.stage))
    where c.tenant_id = ${tenant} and c.merged_into is null order by c.contact_id desc limit ${MOST_SEATED}`;
  if (people.length === 0) return;
  await sql`
    insert into opportunities (tenant_id, opportunity_id, pipeline_id, stage_id, contact_id, rank)
    select ${tenant}, id, ${pipelineId}, stage_id, contact_id, rank
    from unnest(${people.map(() => newId())}::uuid[], ${people.map((row) => row.stage_id)}::uuid[],
      ${people.map((row) => row.contact_id)}::uuid[], ${spread(people.length)}::text[])
      as n (id, stage_id, contact_id, rank)`;
  await sql`
    update contacts c set stage = s.name from opportunities o join stages s on s.tenant_id = o.tenant_id and s.stage_id = o.stage_id
    where o.tenant_id = ${tenant} and o.pipeline_id = ${pipelineId} and c.tenant_id = ${tenant}
      and c.contact_id = o.contact_id and c.stage is distinct from s.name`;
}
