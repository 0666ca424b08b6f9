/** A workflow of many short steps, people in it, some of whom text STOP, and what must be true of them in the end. */
import { expect } from 'vitest';
import type { TestKit } from '../../testing/kit.ts';
import { stopForOptOut } from '../triggers/stops.ts';
import { definitionOf, World } from './world.ts';

const steps = [1, 2, 3, 4].flatMap((nth) => [
  { id: `score-${nth}`, kind: 'score', by: 1 },
  { id: `text-${nth}`, kind: 'send_sms', body: `Text ${nth}` },
  { id: `moment-${nth}`, kind: 'wait', for: '0 minutes' },
]);
export interface Crowd {
  w: World;
  people: string[];
}

/** Everybody is in at once, and due. */
export async function crowd(kit: TestKit, tenant: string, count: number): Promise<Crowd> {
  await kit.kit.tenants.upsert({ id: tenant, name: tenant });
  await kit.kit.tenants.addSender({
    tenant,
    address: `+1312557${String(1000 + tenant.length)}`,
    segmentsPerSecond: null,
  });
  const w = new World(kit, { tenant, now: new Date().toISOString() });
  await w.publish(definitionOf({ steps }));
  const people = await w.people(count);
  await w.enroll('test', people);
  return { w, people };
}

/** How many are still in. */
export const active = (w: World) =>
  w.tx(async ({ sql, tenant }) => {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::integer as n from enrollments where tenant_id = ${tenant} and end_reason is null`;
    return row!.n;
  });

/** Somebody texts STOP: as the inbound path does, in one transaction. Returns how many texts they had until then. */
export async function stop(w: World, contact: string): Promise<number> {
  await w.tx(async (tx) => {
    const { sql, tenant } = tx;
    const withdrawn = await sql<{ channel: 'sms'; address: string }[]>`
      insert into suppressions (tenant_id, channel, address, source)
      select tenant_id, 'sms', phone, 'keyword' from contacts where tenant_id = ${tenant} and contact_id = ${contact}
      on conflict do nothing returning channel, address`;
    await stopForOptOut(tx, withdrawn);
  });
  return textsTo(w, contact);
}

const textsTo = (w: World, contact: string) =>
  w.tx(async ({ sql, tenant }) => {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::integer as n from messages where tenant_id = ${tenant} and contact_id = ${contact}`;
    return row!.n;
  });

/** What must be true in the end, whatever happened. */
export async function expectClean(w: World, stopped: Map<string, number>): Promise<void> {
  const [row] = await w.tx(
    async ({ sql, tenant }) => sql<Record<string, number>[]>`
      with did as materialized (
        select enrollment_id, count(*) as steps, count(distinct step) as different,
          count(*) filter (where step like 'score-%') as scores
        from step_runs where tenant_id = ${tenant} group by enrollment_id
      ), texts as materialized (
        select (detail ->> 'message_id')::uuid as message_id from step_runs
        where tenant_id = ${tenant} and step like 'text-%'
      ), runs as materialized (
        select e.contact_id, e.state, e.end_reason, e.ordinal, coalesce(d.steps, 0) as steps,
          coalesce(d.different, 0) as different, coalesce(d.scores, 0) as scores
        from enrollments e left join did d using (enrollment_id) where e.tenant_id = ${tenant}
      ), scored as materialized (
        select contact_id, sum(scores) as scores from runs group by contact_id
      )
      select
        (select count(*)::integer from runs where end_reason is null) as unexplained,
        (select count(*)::integer from runs where state = 'failed') as failed,
        (select count(*)::integer from runs where ordinal <> steps) as gaps,
        (select count(*)::integer from runs where steps <> different) as doubled,
        (select count(*)::integer from contacts c join scored s using (contact_id)
          where c.tenant_id = ${tenant} and coalesce(c.lead_score, 0) <> s.scores) as wrong_scores,
        (select count(*)::integer from texts left join messages m on m.tenant_id = ${tenant} and m.message_id = texts.message_id
          where m.message_id is null) as lost_texts,
        (select count(*)::integer from messages where tenant_id = ${tenant}) - (select count(*)::integer from texts)
          as extra_texts,
        (select count(*)::integer from runs where state = 'completed' and ordinal <> 12) as short_runs`,
  );
  let afterStop = 0;
  const texts = await w.tx(
    async ({ sql, tenant }) => sql<{ contact_id: string; n: number }[]>`
      select contact_id, count(*)::integer as n from messages where tenant_id = ${tenant} group by contact_id`,
  );
  const sent = new Map(texts.map(({ contact_id, n }) => [contact_id, n]));
  for (const [contact, before] of stopped) if ((sent.get(contact) ?? 0) !== before) afterStop += 1;
  expect({ ...row, afterStop }).toEqual(CLEAN);
}

const CLEAN = {
  unexplained: 0,
  failed: 0,
  gaps: 0,
  doubled: 0,
  wrong_scores: 0,
  lost_texts: 0,
  extra_texts: 0,
  short_runs: 0,
  afterStop: 0,
};
