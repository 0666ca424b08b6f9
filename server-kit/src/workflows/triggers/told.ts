/** What happens in the host's own product, told by it: written into the log as if it had happened here. */
import { createContact } from '../../contacts/contacts.ts';
import { regionOf } from '../../contacts/input.ts';
import type { Stages } from '../../contacts/stages.ts';
import type { MemberRef, ToldEvent, ToldEvents } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { record } from '../../events/record.ts';
import { findPeople, readNamed, type Named } from './people.ts';

type Told = ToldEvents['items'][number];

/** Each event once by its id. Those about nobody change nothing, and are said to be so; the others are not kept waiting by them. */
export async function tellEvents(
  tx: Tx,
  events: readonly ToldEvent[],
  actor: MemberRef,
  stages: Stages,
): Promise<Told[]> {
  const region = await regionOf(tx);
  const named = events.map(({ contact }) => readNamed(contact, region));
  const known = await toldBefore(
    tx,
    events.flatMap(({ id }) => id ?? []),
  );
  const found = await findPeople(tx, named);
  const made = new Map<string, string>();
  const results: Told[] = [];
  const fresh: { event: ToldEvent; contactId: string }[] = [];
  for (const [nth, event] of events.entries()) {
    const { id = null } = event;
    const who = named[nth] ?? null;
    const before = id === null ? undefined : known.get(id);
    if (before !== undefined) results.push({ id, contact_id: before, result: 'duplicate' });
    else if (who === null) results.push({ id, contact_id: null, result: 'invalid_contact' });
    else {
      const contactId = found[nth] ?? (event.create ? await make(tx, who, made, actor, stages) : null);
      results.push({
        id,
        contact_id: contactId,
        result: contactId === null ? 'no_such_contact' : 'recorded',
      });
      if (contactId !== null) {
        fresh.push({ event, contactId });
        if (id !== null) known.set(id, contactId);
      }
    }
  }
  await keepTold(tx, fresh);
  if (fresh.length > 0)
    await record(
      tx,
      fresh.map(({ event: { type, data }, contactId }) => ({ type, contactId, actor, data })),
    );
  return results;
}

/** By their ids, with whom they were about. Those that another request is telling right now are waited for. */
async function toldBefore({ sql, tenant }: Tx, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const sorted = [...new Set(ids)].sort();
  await sql`
    select pg_advisory_xact_lock(hashtextextended('patchbay:told:' || current_schema() || ':' || ${tenant} || ':' || id, 0))
    from unnest(${sorted}::text[]) as id`;
  const rows = await sql<{ key: string; contact_id: string }[]>`
    select key, answer ->> 'contact_id' as contact_id from told_events
    where tenant_id = ${tenant} and key = any(${sorted.map((id) => `event:${id}`)}::text[])`;
  return new Map(rows.map((row) => [row.key.slice('event:'.length), row.contact_id]));
}

async function keepTold(
  { sql, tenant }: Tx,
  fresh: readonly { event: ToldEvent; contactId: string }[],
): Promise<void> {
  const rows = fresh.flatMap(({ event: { id }, contactId }) =>
    id === undefined ? [] : [{ key: `event:${id}`, answer: { contact_id: contactId } }],
  );
  if (rows.length === 0) return;
  await sql`
    insert into told_events (tenant_id, key, answer)
    select ${tenant}, key, answer from jsonb_to_recordset(${sql.json(rows)}) as r (key text, answer jsonb)
    on conflict do nothing`;
  await forgetTold({ sql, tenant });
}

/** What was told a month ago may be told anew. */
export async function forgetTold({ sql, tenant }: Pick<Tx, 'sql' | 'tenant'>): Promise<void> {
  await sql`delete from told_events where tenant_id = ${tenant} and told_at < moment() - interval '30 days'`;
}

/** Somebody new, once a request. */
async function make(
  tx: Tx,
  { phone, email }: Named,
  made: Map<string, string>,
  actor: MemberRef,
  stages: Stages,
): Promise<string | null> {
  const address = phone ?? email;
  // an id that nobody has cannot be made into a person
  if (address === undefined) return null;
  const before = made.get(address);
  if (before !== undefined) return before;
  const id = await createContact(tx, { ...(phone ? { phone } : { email }) }, actor, stages);
  made.set(address, id);
  return id;
}
