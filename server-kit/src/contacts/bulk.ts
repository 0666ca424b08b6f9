/**
 * One change for many contacts, as one statement: they are locked in the order of their ids (as merging does), changed where
 * the change makes a difference, and each that was changed gets its version and its event.
 */
import type { PendingQuery } from 'postgres';
import type { FieldValue, MemberRef } from '../contract/index.ts';
import type { Row, Tx } from '../db/client.ts';
import { recordEach } from '../events/record.ts';
import { regionOf, type ContactValues } from './input.ts';
import type { Stages } from './stages.ts';
import { deriveZone, type Whereabouts } from './zones.ts';

export interface Change {
  ids: string[];
  actor: MemberRef | null;
  /** What the events say beside the names of what was changed. */
  data: Record<string, unknown>;
}

export interface Changed {
  updated: number;
  /** Those that were so already. */
  unchanged: number;
  /** Gone meanwhile, or part of somebody else. */
  skipped: number;
}

type Part = PendingQuery<Row[]>;

/** `set` is about `c`; `differs` too, and never null. `own`: what each one's event says besides, of `had`, the tags
 * that they had. */
interface What {
  changed: string[];
  set: Part;
  differs: Part;
  from?: Part;
  own?: Part;
}

async function change(
  tx: Tx,
  { ids, actor, data }: Change,
  { changed, set, differs, from, own }: What,
): Promise<Changed> {
  const { sql, tenant } = tx;
  const [row] = await sql<{ there: number; updated: number }[]>`
    with there as materialized (
      select contact_id, tags from contacts
      where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[]) and merged_into is null
      order by contact_id for no key update
    ), changed as (
      update contacts c set ${set}, version = c.version + 1, updated_at = (select moment())
      from there ${from ?? sql``}
      where c.tenant_id = ${tenant} and c.contact_id = there.contact_id and ${differs}
      returning c.contact_id, there.tags as had
    ), told as (${recordEach(tx, 'changed', { type: 'contact.updated', actor, data: { changed, ...data } }, own)})
    select (select count(*)::integer from there) as there, (select count(*)::integer from changed) as updated`;
  const { there, updated } = row!;
  return { updated, unchanged: there - updated, skipped: ids.length - there };
}

export function addTags(tx: Tx, of: Change, tags: string[]): Promise<Changed> {
  const { sql } = tx;
  const set = sql`tags = c.tags || array(select t from unnest(${tags}::text[]) with ordinality as g (t, nth)
    where t <> all(c.tags) order by nth)`;
  return change(tx, of, {
    changed: ['tags'],
    set,
    differs: sql`not c.tags @> ${tags}::text[]`,
    own: sql`jsonb_build_object('added', array(select t from unnest(${tags}::text[]) with ordinality as g (t, nth)
      where t <> all(had) order by nth))`,
  });
}

export function removeTags(tx: Tx, of: Change, tags: string[]): Promise<Changed> {
  const { sql } = tx;
  const set = sql`tags = array(select t from unnest(c.tags) with ordinality as g (t, nth)
    where t <> all(${tags}::text[]) order by nth)`;
  return change(tx, of, {
    changed: ['tags'],
    set,
    differs: sql`c.tags && ${tags}::text[]`,
    own: sql`jsonb_build_object('removed', array(select t from unnest(had) with ordinality as g (t, nth)
      where t = any(${tags}::text[]) order by nth))`,
  });
}

/** The one place where a stage is set for many. */
export async function setStages(tx: Tx, of: Change, stage: string | null, stages: Stages): Promise<Changed> {
  const names = stage === null ? null : await stages.spelled(tx, [stage]);
  const changed = await setColumns(tx, of, { stage: names?.get(stage!) ?? stage });
  const people = of.ids.map((contactId) => ({ contactId, stage }));
  await stages.enteredMany(tx, people, of.actor, of.data);
  return changed;
}

const WHEREABOUTS = ['postal_code', 'state', 'country'];

/** Columns of checked values, all or some of which may be what they were. */
export async function setColumns(tx: Tx, of: Change, values: ContactValues): Promise<Changed> {
  const { sql } = tx;
  const columns = Object.keys(values);
  const one = sql`jsonb_populate_record(null::contacts, ${sql.json(values as never)})`;
  const list = columns.map((column) => sql`${sql(column)} = wanted.${sql(column)}`);
  const own = columns.map((column) => sql`c.${sql(column)}`);
  const wanted = columns.map((column) => sql`wanted.${sql(column)}`);
  const zones = columns.some((column) => WHEREABOUTS.includes(column))
    ? await zonesAfter(tx, of.ids, values)
    : null;
  return change(tx, of, {
    changed: columns,
    set: zones
      ? sql`${joined(sql, list)}, derived_zone = z.derived_zone, derived_zone_source = z.derived_zone_source`
      : joined(sql, list),
    differs: sql`(${joined(sql, own)}) is distinct from (${joined(sql, wanted)})
      ${zones ? sql`and z.contact_id = c.contact_id` : sql``}`,
    from: zones
      ? sql`, ${one} as wanted, jsonb_to_recordset(${sql.json(zones)})
          as z (contact_id uuid, derived_zone text, derived_zone_source text)`
      : sql`, ${one} as wanted`,
  });
}

/** A value of a field of the tenant's own; null removes it. */
export function setField(tx: Tx, of: Change, key: string, value: FieldValue | null): Promise<Changed> {
  const { sql } = tx;
  const changed = ['fields'];
  const own = sql`${sql.json({ fields: [key] })}::jsonb`;
  if (value === null)
    return change(tx, of, {
      changed,
      set: sql`fields = c.fields - ${key}::text`,
      differs: sql`c.fields ? ${key}`,
      own,
    });
  const wanted = sql`${sql.json(value)}::jsonb`;
  return change(tx, of, {
    changed,
    set: sql`fields = c.fields || jsonb_build_object(${key}::text, ${wanted})`,
    differs: sql`(c.fields -> ${key}) is distinct from ${wanted}`,
    own,
  });
}

/** Adds to the lead score; who has none begins at 0. */
export function addScore(tx: Tx, of: Change, by: number): Promise<Changed> {
  const { sql } = tx;
  return change(
    tx,
    { ...of, data: { ...of.data, score: by } },
    {
      changed: ['lead_score'],
      set: sql`lead_score = coalesce(c.lead_score, 0) + ${by}::integer`,
      differs: sql`true`,
    },
  );
}

function joined(sql: Tx['sql'], parts: Part[]): Part {
  return parts.reduce((before, part) => sql`${before}, ${part}`);
}

/** The zones that follow from a change of address, for each contact. The rows are locked: their numbers must not change. */
async function zonesAfter(tx: Tx, ids: string[], values: Partial<Whereabouts>) {
  const { sql, tenant } = tx;
  const region = await regionOf(tx);
  const rows = await sql<({ contact_id: string } & Whereabouts)[]>`
    select contact_id, phone, postal_code, state, country from contacts
    where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[]) order by contact_id for no key update`;
  return Promise.all(
    rows.map(async ({ contact_id, ...where }) => ({
      contact_id,
      ...(await deriveZone({ ...where, ...values }, region)),
    })),
  );
}
