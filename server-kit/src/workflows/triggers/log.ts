/**
 * Triggers, stops and waits, from the event log. One look at a tenant reads a page from its cursor and does all that follows from it
 * in one transaction: who comes in, whose run ends, who is woken. Only events of finished transactions are read (as
 * `segments/keeper.ts` does), and whoever holds the cursor's row is alone, so each event is read once; were it read again, the
 * keys of `enrollments` would let nobody in twice.
 *
 * A storm is read page by page, each set-wise. Nothing here waits for a carrier: who comes in is a row that is due.
 */
import type { KitContext } from '../../context.ts';
import type { MemberRef, WorkflowTrigger } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { isUuid } from '../../ids.ts';
import { enrollEach, type Enrolling, type Entering } from '../engine/enroll.ts';
import { trueOf } from './judge.ts';
import {
  happeningsOf,
  isLogged,
  isMeant,
  loggedTypes,
  whereOf,
  type Asked,
  type Happening,
} from './matches.ts';
import { goalsOf, stopForGoals, stopForReplies } from './stops.ts';
import { wakeOnEvent } from '../engine/control.ts';
import { failCalls, failTexts } from '../late-failures.ts';
import { wakesOf } from './waking.ts';

/** Events a look. */
export const PAGE = 1_000;

export interface Look {
  /** Events that were read. */
  events: number;
  /** There is more to read at once. */
  more: boolean;
  /** There is something that cannot be read yet, because an older transaction is still running. */
  ahead: boolean;
}

export type Reading = Pick<KitContext, 'database' | 'log'>;

/** What a carrier says of a text long after its step. */
const FAILED = ['message.failed', 'message.undelivered'];
/** The same of a call. */
const CALLS = ['call.canceled', 'call.completed'];

/** One look at a tenant. Who is being looked at by another process is passed over. */
export async function readLog({ database, log }: Reading, tenant: string, page = PAGE): Promise<Look> {
  return database.transaction(tenant, async (tx) => {
    const { sql } = tx;
    const [cursor] = await sql<{ tx: string; position: string }[]>`
      select tx::text, position::text from workflow_cursors where tenant_id = ${tenant} for update skip locked`;
    if (!cursor) return { events: 0, more: false, ahead: false };
    const [triggers, goals, wakes] = await Promise.all([loggedTriggers(tx), goalsOf(tx), wakesOf(tx)]);
    const types = [
      ...new Set(
        ['message.received', ...FAILED, ...CALLS, ...triggers.map(({ kind }) => kind), ...wakes].flatMap(
          loggedTypes,
        ),
      ),
    ];
    const rows = await sql<Row[]>`
      select tx::text, position::text, e.type, contact_id,
        case when wanted then event_id end as id, case when wanted then message_id end as message_id,
        case when wanted then data end as data
      from (
        select *, contact_id is not null and only_for is null and (${goals.length > 0} or type = any(${types}::text[]))
          as wanted
        from events
        where tenant_id = ${tenant} and (tx, position) > (${cursor.tx}::xid8, ${cursor.position}::bigint)
          and tx < pg_snapshot_xmin(pg_current_snapshot())
        order by events.tx, events.position limit ${page}) e
      order by e.tx, e.position`;
    const last = rows.at(-1);
    if (last) {
      const happenings = await aboutPeople(tx, rows);
      await stopForReplies(tx, happenings);
      await stopForGoals(tx, goals, happenings, log);
      await wakeOnEvent(
        tx,
        happenings.flatMap(({ tx: _, messageId: __, ...event }) => (wakes.includes(event.type) ? event : [])),
      );
      await failTexts(
        tx,
        rows.flatMap(({ type, message_id }) =>
          FAILED.includes(type) && message_id !== null ? message_id : [],
        ),
      );
      await failCalls(
        tx,
        rows.flatMap(({ type, data }) => {
          const id = CALLS.includes(type) ? data?.['call_id'] : null;
          return typeof id === 'string' && isUuid(id) ? id : [];
        }),
      );
      await letIn(tx, triggers, happenings, log);
      await sql`
        update workflow_cursors set tx = ${last.tx}::xid8, position = ${last.position}::bigint, read_at = moment()
        where tenant_id = ${tenant}`;
    }
    const more = rows.length === page;
    const { tx: at, position } = last ?? cursor;
    const [beyond] = more
      ? []
      : await sql`select 1 from events
          where tenant_id = ${tenant} and (tx, position) > (${at}::xid8, ${position}::bigint) limit 1`;
    return { events: rows.length, more, ahead: beyond !== undefined };
  });
}

interface Row {
  tx: string;
  position: string;
  type: string;
  contact_id: string | null;
  /** Null: nobody asks for it. */
  id: string | null;
  message_id: string | null;
  data: Record<string, unknown> | null;
}

/** What the events mean, each for the contact that it is about now: whoever is part of somebody else by now acts as that one. */
async function aboutPeople({ sql, tenant }: Tx, rows: readonly Row[]): Promise<Happening[]> {
  const wanted = rows.flatMap(({ id, tx: at, type, contact_id, message_id, data }) =>
    id === null || contact_id === null
      ? []
      : [{ id, tx: BigInt(at), type, contactId: contact_id, messageId: message_id, data: data ?? {} }],
  );
  if (wanted.length === 0) return [];
  const merged = await sql<{ contact_id: string; merged_into: string }[]>`
    select contact_id, merged_into from contacts
    where tenant_id = ${tenant} and contact_id = any(${[...new Set(wanted.map((one) => one.contactId))]}::uuid[])
      and merged_into is not null`;
  const into = new Map(merged.map((row) => [row.contact_id, row.merged_into]));
  return wanted.flatMap((event) =>
    happeningsOf({ ...event, contactId: into.get(event.contactId) ?? event.contactId }),
  );
}

/** A trigger of a published version, with what letting somebody in needs. */
export interface Standing {
  workflow_id: string;
  ordinal: number;
  kind: string;
  trigger: WorkflowTrigger;
  /** The transaction that published it. */
  since: string;
  name: string;
  version: number;
  first_step: string;
  re_entry: Enrolling['workflow']['settings']['re_entry'];
}

/**
 * Of workflows that take people in. A paused one does, too: they stand at its first step until it goes on, so that a pause
 * loses nobody, and whoever resumes it is asked about them.
 */
export function standing({ sql, tenant }: Tx) {
  return sql`
    select t.workflow_id, t.ordinal, t.kind, t.trigger, t.since::text, w.name, v.version, v.first_step,
      coalesce(v.re_entry, '"never"') as re_entry
    from workflow_triggers t
    join workflows w on w.tenant_id = t.tenant_id and w.workflow_id = t.workflow_id
    join workflow_versions v on v.tenant_id = t.tenant_id and v.workflow_id = t.workflow_id
      and v.version = w.published
    where t.tenant_id = ${tenant} and w.state in ('active', 'paused') and v.first_step is not null`;
}

async function loggedTriggers(tx: Tx): Promise<Standing[]> {
  const rows = await tx.sql<Standing[]>`${standing(tx)} order by t.workflow_id, t.ordinal`;
  return rows.filter(({ kind }) => isLogged(kind));
}

/** Whose doing it is, in the log. */
export const actorOf = ({ workflow_id, name }: Pick<Standing, 'workflow_id' | 'name'>): MemberRef => ({
  id: `workflow:${workflow_id}`,
  name,
});

/** What `enroll` is told of the workflow. */
export const wayInto = ({ workflow_id, version, first_step, re_entry }: Standing): Enrolling['workflow'] => ({
  id: workflow_id,
  version,
  firstStep: first_step,
  settings: { re_entry },
});

async function letIn(
  tx: Tx,
  triggers: readonly Standing[],
  happenings: readonly Happening[],
  log: KitContext['log'],
): Promise<void> {
  const byType = Map.groupBy(happenings, ({ type }) => type);
  const asked = await askedOf(tx, triggers, byType);
  for (const one of triggers) {
    const since = BigInt(one.since);
    const meant = (byType.get(one.kind) ?? []).filter(
      (each) => each.tx > since && isMeant(one.trigger, each, asked),
    );
    if (meant.length === 0) continue;
    const where = whereOf(one.trigger);
    const who = where && (await trueOf(tx, where, [...new Set(meant.map((each) => each.contactId))], log));
    const people = meant
      .filter(({ contactId }) => who === undefined || who.has(contactId))
      .map((each) => entering(each, asked));
    await enrollEach(tx, wayInto(one), people, actorOf(one));
  }
}

function entering({ id, type, contactId, messageId, data }: Happening, { texts }: Asked): Entering {
  const text = messageId === null ? undefined : texts.get(messageId);
  return {
    contactId,
    // what it brought along is `{{ event.… }}` in templates
    source: { ...data, ...(text !== undefined && { text }), on: type, event_id: id },
    sourceKey: id,
    variables: {},
  };
}

/** What matching has to know besides the events: read once a page, and only where a trigger asks for it. */
async function askedOf(
  { sql, tenant }: Tx,
  triggers: readonly Standing[],
  byType: Map<string, Happening[]>,
): Promise<Asked> {
  const kinds = new Set(triggers.map(({ kind }) => kind));
  const messages = kinds.has('message.received')
    ? (byType.get('message.received') ?? []).flatMap(({ messageId }) => messageId ?? [])
    : [];
  const keys = triggers.flatMap(({ trigger }) =>
    trigger.on === 'workflow.finished' ? trigger.workflow : [],
  );
  const [texts, workflows] = await Promise.all([
    messages.length === 0
      ? []
      : sql<{ message_id: string; body: string }[]>`
          select message_id, body from messages
          where tenant_id = ${tenant} and message_id = any(${messages}::uuid[])`,
    keys.length === 0
      ? []
      : sql<{ workflow_id: string; key: string }[]>`
          select workflow_id, key from workflows
          where tenant_id = ${tenant} and key = any(${keys}::text[]) and state <> 'archived'`,
  ]);
  return {
    texts: new Map(texts.map((row) => [row.message_id, row.body])),
    workflows: new Map(workflows.map((row) => [row.key, row.workflow_id])),
  };
}
