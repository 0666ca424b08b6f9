/** What members see of a file: a name, a link that stays, and the bytes behind it now. */
import type { Asset, AssetKind, AssetState, MemberRef, UpdateAsset } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { record } from '../events/record.ts';
import { createLink, linkUrl } from './links.ts';
import { fileUrl } from './serve/file-links.ts';
import { isUsed, usageColumns, usageInWords } from './usage.ts';

export interface AssetRow {
  asset_id: string;
  kind: AssetKind;
  name: string;
  key: string | null;
  state: AssetState;
  reason: string | null;
  file_id: string;
  poster_id: string | null;
  captions_id: string | null;
  content_type: string;
  size: number;
  sha256: string;
  width: number | null;
  height: number | null;
  duration_ms: number | null;
  video_codec: string | null;
  audio_codec: string | null;
  plays: Asset['plays'];
  code: string;
  link_domain: string | null;
  download: boolean;
  link_days: number | null;
  author: MemberRef | null;
  version: number;
  created_at: string;
  updated_at: string;
  sent: number;
  workflows: number;
  views: number;
  viewers: number;
}

type Which =
  | { id: string }
  | {
      q: string | undefined;
      kind: AssetKind | undefined;
      after: { at: string; id: string } | null;
      limit: number;
    };

/** Newest first, or one. For the caller's pipeline. Deleted ones are not found. */
export function readAssets(tx: Tx, which: Which) {
  const { sql, tenant } = tx;
  const condition = 'id' in which ? sql`and a.asset_id = ${which.id}` : listed(tx, which);
  return sql<AssetRow[]>`
    select a.asset_id, a.kind, a.name, a.key, a.state, a.reason, a.file_id, a.poster_id, a.captions_id, f.content_type,
      f.size::float8 as size, encode(f.sha256, 'hex') as sha256, f.width, f.height, f.duration_ms, f.video_codec,
      f.audio_codec, f.plays, l.code, t.settings ->> 'link_domain' as link_domain, a.download, a.link_days, a.author,
      a.version, a.created_at, a.updated_at, ${usageColumns(tx)}
    from assets a
      join files f on f.tenant_id = a.tenant_id and f.file_id = a.file_id
      join asset_links l on l.tenant_id = a.tenant_id and l.link_id = a.asset_id
      join tenants t on t.tenant_id = a.tenant_id
    where a.tenant_id = ${tenant} and a.deleted_at is null ${condition}`;
}

function listed({ sql }: Tx, { q, kind, after, limit }: Exclude<Which, { id: string }>) {
  const part = q?.trim() ? `%${q.trim().replaceAll(/[\\%_]/g, '\\$&')}%` : null;
  return sql`
    ${part === null ? sql`` : sql`and (a.name ilike ${part} or a.key ilike ${part})`}
    ${kind === undefined ? sql`` : sql`and a.kind = ${kind}`}
    ${after ? sql`and (a.created_at, a.asset_id) < (${after.at}, ${after.id})` : sql``}
    order by a.created_at desc, a.asset_id desc limit ${limit + 1}`;
}

/** Throws `not_found`. */
export async function assetById(tx: Tx, id: string): Promise<AssetRow> {
  const [row] = await readAssets(tx, { id });
  return presentAsset(row);
}

/** Throws `not_found`. */
export function presentAsset(row: AssetRow | undefined): AssetRow {
  if (!row) throw notFound('file');
  return row;
}

export type AssetLinkContext = Pick<KitContext, 'secret' | 'mountPath' | 'publicUrl' | 'clock'>;

/** As the wire has it. */
export function toAsset(context: AssetLinkContext, tenant: string, row: AssetRow): Asset {
  const url = (fileId: string | null) => (fileId === null ? null : fileUrl(context, tenant, fileId));
  return {
    id: row.asset_id,
    kind: row.kind,
    name: row.name,
    key: row.key,
    state: row.state,
    reason: row.reason,
    content_type: row.content_type,
    size: row.size,
    sha256: row.sha256,
    width: row.width,
    height: row.height,
    duration_ms: row.duration_ms,
    video_codec: row.video_codec,
    audio_codec: row.audio_codec,
    plays: row.plays,
    file_url: fileUrl(context, tenant, row.file_id),
    poster_url: url(row.poster_id),
    captions_url: url(row.captions_id),
    url: linkUrl(context, row.link_domain, row.code),
    download: row.download,
    link_days: row.link_days,
    usage: { sent: row.sent, workflows: row.workflows, views: row.views, viewers: row.viewers },
    author: row.author,
    version: row.version,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

export interface NewAsset {
  id: string;
  kind: AssetKind;
  name: string;
  fileId: string;
  key?: string | undefined;
  download?: boolean | undefined;
  linkDays?: number | null | undefined;
  state?: AssetState;
}

/** False: there is an asset with this id already. A key that somebody else has taken meanwhile is left out. */
export async function createAsset(tx: Tx, asset: NewAsset, author: MemberRef): Promise<boolean> {
  const { sql, tenant } = tx;
  const { id, kind, name, fileId, key, download = false, linkDays = null, state = 'ready' } = asset;
  const insert = (as: string | null) => sql`
    insert into assets (tenant_id, asset_id, kind, name, key, file_id, state, download, link_days, author, created_at,
      updated_at)
    values (${tenant}, ${id}, ${kind}, ${name}, ${as}, ${fileId}, ${state}, ${download}, ${linkDays},
      ${sql.json(author)}, moment(), moment())
    on conflict do nothing returning 1`;
  let [made] = await insert(key ?? null);
  if (!made && key !== undefined) [made] = await insert(null);
  if (!made) return false;
  await createLink(tx, { id, assetId: id, purpose: 'page', expiresAt: null, author });
  await record(tx, [{ type: 'asset.created', actor: author, data: { asset_id: id, name, kind } }]);
  return true;
}

/** What a finished upload changes of an asset that is there. Later ones win; none is lost, links stay. */
export async function changeFile(
  tx: Tx,
  id: string,
  what: 'replace' | 'convert' | 'poster' | 'captions',
  fileId: string,
  author: MemberRef | null,
  state?: AssetState,
): Promise<boolean> {
  const { sql, tenant } = tx;
  const [before] = await sql<{ file_id: string; poster_id: string | null; captions_id: string | null }[]>`
    select file_id, poster_id, captions_id from assets
    where tenant_id = ${tenant} and asset_id = ${id} and deleted_at is null for no key update`;
  if (!before) return false;
  const next = { ...before };
  if (what === 'poster') next.poster_id = fileId;
  else if (what === 'captions') next.captions_id = fileId;
  else next.file_id = fileId;
  // a picture of what was there before; a converted film is the same film
  if (what === 'replace' && next.file_id !== before.file_id) next.poster_id = null;
  const going = Object.values(before).filter((file) => file !== null && !Object.values(next).includes(file));
  const [row] = await sql<{ name: string; kind: AssetKind }[]>`
    update assets set ${sql(next)}, version = version + 1, updated_at = moment()
      ${state === undefined ? sql`` : sql`, state = ${state}, reason = null`}
    where tenant_id = ${tenant} and asset_id = ${id} returning name, kind`;
  // kept for a day: somebody may be watching it
  await sql`
    update files set wanted_at = moment() where tenant_id = ${tenant} and file_id = any(${going}::uuid[])`;
  await record(tx, [
    {
      type: 'asset.updated',
      actor: author,
      data: {
        asset_id: id,
        name: row!.name,
        kind: row!.kind,
        changed: what === 'convert' ? 'replace' : what,
      },
    },
  ]);
  return true;
}

/** Throws `not_found`, `edited_elsewhere`, `asset_key_taken`. */
export async function updateAsset(
  tx: Tx,
  id: string,
  change: UpdateAsset,
  expected: number | null,
  member: MemberRef,
): Promise<AssetRow> {
  const { sql, tenant } = tx;
  const before = await lockAsset(tx, id);
  if (expected !== null && before.version !== expected) {
    throw new ProblemError(
      'edited_elsewhere',
      'Someone else changed this file meanwhile. Load it again, then change it.',
    );
  }
  const next = {
    name: change.name ?? before.name,
    key: change.key === undefined ? before.key : change.key,
    download: change.download ?? before.download,
    link_days: change.link_days === undefined ? before.link_days : change.link_days,
  };
  const isSame = (Object.keys(next) as (keyof typeof next)[]).every((name) => next[name] === before[name]);
  if (isSame) return before;
  await checkKey(tx, next.key, id);
  await sql`
    update assets set name = ${next.name}, key = ${next.key}, download = ${next.download},
      link_days = ${next.link_days}, version = version + 1, updated_at = moment()
    where tenant_id = ${tenant} and asset_id = ${id}`;
  const { kind } = before;
  await record(tx, [{ type: 'asset.updated', actor: member, data: { asset_id: id, name: next.name, kind } }]);
  return assetById(tx, id);
}

/** Throws `not_found`; `asset_in_use` unless forced. Its links answer from now on that they have ended. */
export async function deleteAsset(tx: Tx, id: string, member: MemberRef, force: boolean): Promise<void> {
  const { sql, tenant } = tx;
  const before = await lockAsset(tx, id);
  if (!force && isUsed(before)) {
    throw new ProblemError(
      'asset_in_use',
      `This file was ${usageInWords(before)}. Links to it would end. A manager may delete it all the same.`,
    );
  }
  await sql`
    update assets set deleted_at = moment(), updated_at = moment(), version = version + 1
    where tenant_id = ${tenant} and asset_id = ${id}`;
  const { name, kind } = before;
  await record(tx, [{ type: 'asset.deleted', actor: member, data: { asset_id: id, name, kind } }]);
}

/** Throws `asset_key_taken`. Two at once meet in the unique index. */
export async function checkKey(
  { sql, tenant }: Tx,
  key: string | null | undefined,
  own: string,
): Promise<void> {
  if (key === null || key === undefined) return;
  const [taken] = await sql<{ name: string }[]>`
    select name from assets
    where tenant_id = ${tenant} and key = ${key} and deleted_at is null and asset_id <> ${own}`;
  if (taken) throw keyTaken(key);
}

export function keyTaken(key: string): ProblemError {
  return new ProblemError(
    'asset_key_taken',
    `Another file is called "${key}" in templates. Choose another key.`,
    'key',
  );
}

async function lockAsset(tx: Tx, id: string): Promise<AssetRow> {
  await tx.sql`select 1 from assets where tenant_id = ${tx.tenant} and asset_id = ${id} for no key update`;
  return assetById(tx, id);
}
