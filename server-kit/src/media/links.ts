/**
 * The ways to an asset from outside: `/m/{code}`. Codes travel in texts, so they are short: eight characters drawn at random,
 * and six of a signature, without which nobody asks the database. The first character says what the code is for, and is signed
 * with the rest: a digit for the bytes alone, a letter for the page. So a code for one is none for the other.
 */
import { randomInt } from 'node:crypto';
import type { KitContext } from '../context.ts';
import type { AssetLink, LinkPurpose, MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { newId } from '../ids.ts';
import { isSame, sign } from '../signing.ts';

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ALPHABET = DIGITS + LETTERS;
const DRAWN = 8;
const SIGNED = 6;

export interface NewLink {
  assetId: string;
  purpose: LinkPurpose;
  /** Whose link it is: their views are theirs. */
  contactId?: string | null | undefined;
  messageId?: string | null | undefined;
  /** Left out: as the asset says. Null: for good. */
  expiresAt?: Date | string | null | undefined;
  /** Left out: as the asset says, also when that changes later. */
  download?: boolean | undefined;
  author?: MemberRef | null | undefined;
  /** The asset's own link has the asset's id. */
  id?: string | undefined;
  /** Drawn already (`drawCode`), because its address stands in a text. One that somebody else has drawn too is an error. */
  code?: string | undefined;
}

export interface MadeLink {
  id: string;
  /** As the table has it; `linkUrl` signs it. */
  code: string;
}

/** Draws a number from 0 to below `limit`. Tests bring their own. */
export type Draw = (limit: number) => number;

/** Throws `not_found` when there is no such asset. Whether it is ready is for the caller to ask. */
export async function createLink(tx: Tx, link: NewLink, draw: Draw = randomInt): Promise<MadeLink> {
  const [made] = await createLinks(tx, [link], draw);
  return made!;
}

/** Many at once, in their order. Throws `not_found` when one of the assets is not there. */
export async function createLinks(
  tx: Tx,
  links: readonly NewLink[],
  draw: Draw = randomInt,
): Promise<MadeLink[]> {
  if (links.length === 0) return [];
  const { sql, tenant } = tx;
  const made = links.map(({ id = newId(), purpose, code }) => ({
    id,
    code: code ?? drawCode(purpose, draw),
  }));
  const rows = links.map((link, nth) => ({
    ...made[nth]!,
    asset_id: link.assetId,
    purpose: link.purpose,
    contact_id: link.contactId ?? null,
    message_id: link.messageId ?? null,
    download: link.download ?? null,
    as_asset: link.expiresAt === undefined,
    expires_at: (link.expiresAt instanceof Date ? link.expiresAt.toISOString() : link.expiresAt) ?? null,
    author: (link.author ?? null) as never,
  }));
  const written = await sql`
    insert into asset_links (tenant_id, link_id, asset_id, code, purpose, contact_id, message_id, download, expires_at, author,
      created_at)
    select ${tenant}, l.id, a.asset_id, l.code, l.purpose, l.contact_id, l.message_id, l.download,
      case when l.as_asset then moment() + make_interval(days => a.link_days) else l.expires_at end,
      nullif(l.author, 'null'), moment()
    from jsonb_to_recordset(${sql.json(rows)}) as l (id uuid, asset_id uuid, code text, purpose text, contact_id uuid,
      message_id uuid, download boolean, as_asset boolean, expires_at timestamptz, author jsonb)
    join assets a on a.tenant_id = ${tenant} and a.asset_id = l.asset_id and a.deleted_at is null
    returning 1`;
  if (written.length < rows.length) throw notFound('file');
  // codes are all tenants', so another one may have drawn the same
  for (let open = rows; ;) {
    const listed = await sql<{ link_id: string }[]>`
      insert into link_directory (tenant_id, link_id, code)
      select ${tenant}, l.id, l.code from jsonb_to_recordset(${sql.json(open)}) as l (id uuid, code text)
      on conflict (code) do nothing returning link_id`;
    if (listed.length === open.length) return rows.map(({ id, code }) => ({ id, code }));
    const done = new Set(listed.map(({ link_id }) => link_id));
    open = open.filter(({ id }) => !done.has(id));
    if (open.some(({ id }) => links[rows.findIndex((row) => row.id === id)]!.code !== undefined))
      throw new Error('A code of a link was drawn twice. What was to be written is done again with another.');
    for (const row of open) row.code = drawCode(row.purpose, draw);
    await sql`
      update asset_links l set code = n.code
      from jsonb_to_recordset(${sql.json(open)}) as n (id uuid, code text)
      where l.tenant_id = ${tenant} and l.link_id = n.id`;
  }
}

/**
 * From now on it leads nowhere. One that was revoked before stays as it was. Throws `not_found`; `link_permanent` for an asset's
 * own, to which templates, pages and printed codes lead that nobody could ask for another one.
 */
export async function revokeLink(tx: Tx, id: string): Promise<void> {
  const { sql, tenant } = tx;
  // whoever keeps what he has found of links hears of it
  tx.touch();
  const [row] = await sql`
    update asset_links set revoked_at = coalesce(revoked_at, moment())
    where tenant_id = ${tenant} and link_id = ${id} and asset_id <> link_id returning 1`;
  if (row) return;
  const [own] = await sql`select 1 from asset_links where tenant_id = ${tenant} and link_id = ${id}`;
  if (!own) throw notFound('link');
  throw new ProblemError(
    'link_permanent',
    'This is the file’s own link, which lasts as long as the file does. Replace or delete the file, and send links that can be ended.',
  );
}

export interface LinkRow extends Omit<AssetLink, 'url'> {
  code: string;
  link_domain: string | null;
}

/** For the caller's pipeline. */
export function readLink(tx: Tx, id: string) {
  return linksWhere(tx, tx.sql`l.link_id = ${id}`, 1);
}

/** Newest first, one more than asked for. For the caller's pipeline. */
export function readLinks(tx: Tx, assetId: string, after: string | null, limit: number) {
  const { sql } = tx;
  return linksWhere(
    tx,
    sql`l.asset_id = ${assetId} and (${after}::uuid is null or l.link_id < ${after})`,
    limit + 1,
  );
}

function linksWhere({ sql, tenant }: Tx, which: ReturnType<Tx['sql']>, limit: number) {
  return sql<LinkRow[]>`
    select l.link_id as id, l.asset_id, l.code, l.purpose, l.contact_id, l.message_id,
      coalesce(l.download, a.download) as download, l.expires_at, l.revoked_at, v.views, v.watched, l.created_at,
      t.settings ->> 'link_domain' as link_domain
    from asset_links l
    join assets a on a.tenant_id = l.tenant_id and a.asset_id = l.asset_id
    join tenants t on t.tenant_id = l.tenant_id
    cross join lateral (
      select count(*)::integer as views, coalesce(max(share), 0) as watched from asset_views v
      where v.tenant_id = l.tenant_id and v.link_id = l.link_id and v.by = 'human') v
    where l.tenant_id = ${tenant} and ${which}
    order by l.link_id desc limit ${limit}`;
}

/** The whole address. `linkDomain` is the tenant's own (`settings.link_domain`), if it has one. */
export function linkUrl(
  { secret, publicUrl }: Pick<KitContext, 'secret' | 'publicUrl'>,
  linkDomain: string | null | undefined,
  code: string,
): string {
  return `${linkDomain ?? publicUrl}/m/${code}${tagOf(secret, code)}`;
}

export interface OpenedCode {
  code: string;
  purpose: LinkPurpose;
}

/** What stands in an address, checked; null for what this kit did not sign. */
export function openCode(secret: string, text: string): OpenedCode | null {
  if (!/^[0-9A-Za-z]{14}$/.test(text)) return null;
  const code = text.slice(0, DRAWN);
  if (!isSame(Buffer.from(tagOf(secret, code)), Buffer.from(text.slice(DRAWN)))) return null;
  return { code, purpose: purposeOf(code) };
}

function purposeOf(code: string): LinkPurpose {
  return DIGITS.includes(code[0]!) ? 'file' : 'page';
}

export function drawCode(purpose: LinkPurpose, draw: Draw = randomInt): string {
  const first = purpose === 'file' ? DIGITS : LETTERS;
  const rest = drawText(DRAWN - 1, draw);
  return first[draw(first.length)] + rest;
}

/** Letters and digits, at random. */
export function drawText(length: number, draw: Draw = randomInt): string {
  return Array.from({ length }, () => ALPHABET[draw(ALPHABET.length)]).join('');
}

function tagOf(secret: string, code: string): string {
  return tagFor(secret, `link ${purposeOf(code)}`, code);
}

/** A signature of six characters: enough that guesses do not reach the database. */
export function tagFor(secret: string, purpose: string, code: string): string {
  let number = sign(secret, purpose, code, 8).readBigUInt64BE();
  let tag = '';
  for (let place = 0; place < SIGNED; place += 1) {
    tag += ALPHABET[Number(number % 62n)];
    number /= 62n;
  }
  return tag;
}
