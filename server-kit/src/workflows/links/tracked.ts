/**
 * Links that tell who followed them: `/m/` and fifteen characters, nine drawn at random and six of a signature, without which
 * nobody asks the database. They lead where their row says and nowhere else, so nobody can make one lead elsewhere.
 */
import type { KitContext } from '../../context.ts';
import type { Tx } from '../../db/client.ts';
import { record } from '../../events/record.ts';
import { newId } from '../../ids.ts';
import { drawText, tagFor, type Draw } from '../../media/links.ts';
import { isSame } from '../../signing.ts';

const DRAWN = 9;
const PURPOSE = 'tracked link';

export interface NewTracked {
  code: string;
  url: string;
  contactId: string | null;
  /** What it was made for. */
  source: Record<string, unknown>;
  expiresAt?: string | null;
}

export function drawTracked(draw?: Draw): string {
  return drawText(DRAWN, draw);
}

/** `linkDomain` is the tenant's own, if it has one. */
export function trackedUrl(
  { secret, publicUrl }: Pick<KitContext, 'secret' | 'publicUrl'>,
  linkDomain: string | null | undefined,
  code: string,
): string {
  return `${linkDomain ?? publicUrl}/m/${code}${tagFor(secret, PURPOSE, code)}`;
}

/** What stands in an address, checked; null for what this kit did not sign. */
export function openTracked(secret: string, text: string): string | null {
  if (!/^[0-9A-Za-z]{15}$/.test(text)) return null;
  const code = text.slice(0, DRAWN);
  return isSame(Buffer.from(tagFor(secret, PURPOSE, code)), Buffer.from(text.slice(DRAWN))) ? code : null;
}

/** Throws when a code is taken: its address stands in a text already. */
export async function createTracked({ sql, tenant }: Tx, links: readonly NewTracked[]): Promise<void> {
  if (links.length === 0) return;
  const rows = links.map(({ contactId, expiresAt, source, ...link }) => ({
    ...link,
    id: newId(),
    contact_id: contactId,
    expires_at: expiresAt ?? null,
    source: source as never,
  }));
  const listed = await sql`
    with made as (
      insert into tracked_links (tenant_id, link_id, code, url, contact_id, source, expires_at)
      select ${tenant}, l.id, l.code, l.url, l.contact_id, l.source, l.expires_at
      from jsonb_to_recordset(${sql.json(rows)}) as l (id uuid, code text, url text, contact_id uuid, source jsonb,
        expires_at timestamptz)
      returning tenant_id, link_id, code)
    insert into tracked_link_directory (tenant_id, link_id, code) select * from made
    on conflict (code) do nothing returning 1`;
  if (listed.length < rows.length)
    throw new Error('A code of a link was drawn twice. What was to be written is done again with another.');
}

export interface FoundTracked {
  tenant: string;
  link_id: string;
  url: string;
  contact_id: string | null;
  source: Record<string, unknown>;
  expires_at: string | null;
}

/** Writes a visit down: a person's counts and is the contact's, a machine's is a remark. */
export async function recordClick(tx: Tx, link: FoundTracked, machine: string | null): Promise<void> {
  const { sql, tenant } = tx;
  if (machine === null) {
    await sql`
      update tracked_links set clicks = clicks + 1, first_click = coalesce(first_click, moment())
      where tenant_id = ${tenant} and link_id = ${link.link_id}`;
  }
  await record(tx, [
    {
      type: 'link.clicked',
      // what a machine did is nothing that the contact did: no timeline shows it, and no filter or trigger counts it
      contactId: machine === null ? link.contact_id : null,
      data: {
        link_id: link.link_id,
        url: link.url,
        by: machine === null ? 'human' : 'machine',
        ...(machine !== null && { reason: machine }),
        ...link.source,
      },
    },
  ]);
}
