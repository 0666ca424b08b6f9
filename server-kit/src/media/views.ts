/**
 * Who has watched. A view is what a page's script tells after something was really played, or opened by a click; it belongs to
 * one visit, grows with it, and never shrinks. Machines that fetch a page are written down as such, once an hour and link.
 */
import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import type { AssetKind, AssetView, Viewer } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { record } from '../events/record.ts';
import { lengthOf, mergePlayed, shareOf, type Played } from './played.ts';

/** A link as far as views go. */
export interface ViewedLink {
  linkId: string;
  assetId: string;
  contactId: string | null;
  messageId: string | null;
  name: string;
  kind: AssetKind;
  /** Null: not known from the file. */
  durationMs: number | null;
}

export interface Report {
  played: Played;
  /** What the player says, where the file does not. */
  durationMs: number | null;
  /** Opened or kept by a click. */
  opened: boolean;
  /** Somebody has touched the page. */
  active: boolean;
}

/** From here on it is a view: longer than a wrong touch, or half of what is shorter. */
const SEEN_MS = 2_000;
/** From here on it was watched to its end: what follows is credits. */
const FINISHED = 0.95;
/** Nobody plays faster; what says so was not played. */
const FASTEST = 4;

export type Told = 'counted' | 'too_little' | 'not_possible';

/** Adds what a visit tells to its view. `elapsedMs`: since the page was given out. */
export async function recordVisit(
  tx: Tx,
  link: ViewedLink,
  visitId: string,
  elapsedMs: number,
  report: Report,
): Promise<Told> {
  const { sql, tenant } = tx;
  const duration = link.durationMs ?? report.durationMs ?? 0;
  const told = mergePlayed([], report.played, duration);
  // a second for the rounding of when the page was given out
  if (lengthOf(told) > (elapsedMs + 1_000) * FASTEST) return 'not_possible';
  if (!report.opened && lengthOf(told) < Math.min(SEEN_MS, duration / 2 || Infinity)) return 'too_little';

  const by: Viewer = report.active ? 'human' : 'machine';
  const [made] = await sql`
    insert into asset_views (tenant_id, view_id, link_id, asset_id, contact_id, by, reason, started_at, seen_at)
    values (${tenant}, ${visitId}, ${link.linkId}, ${link.assetId}, ${link.contactId}, ${by},
      ${by === 'machine' ? 'nobody touched the page' : null}, moment(), moment())
    on conflict (tenant_id, view_id) do nothing returning 1`;
  const [before] = await sql<{ by: Viewer; played: Played; share: number }[]>`
    select by, played, share from asset_views where tenant_id = ${tenant} and view_id = ${visitId} for update`;
  const was = before!;
  const played = mergePlayed(was.played, told, duration);
  const reached = isPlayed(link.kind) ? shareOf(played, duration) : 1;
  const share = Math.max(was.share, Math.min(1, reached));
  const now: Viewer = was.by === 'human' ? 'human' : by;
  await sql`
    update asset_views set by = ${now}, reason = case when ${now === 'machine'} then reason end,
      played = ${sql.json(played)}, share = ${share}, seen_at = moment()
    where tenant_id = ${tenant} and view_id = ${visitId}`;

  const begins = made !== undefined || now !== was.by;
  const ends = now === 'human' && isPlayed(link.kind) && share >= FINISHED && was.share < FINISHED;
  if (begins || ends) {
    const reason = now === 'machine' ? { reason: 'nobody touched the page' } : {};
    await record(tx, [viewed(link, { by: now, share, ...reason })]);
  }
  return 'counted';
}

/** A machine has fetched the page. One row an hour and link, whatever comes; true when this was its first. */
export async function recordMachine(tx: Tx, link: ViewedLink, reason: string, now: Date): Promise<boolean> {
  const { sql, tenant } = tx;
  const [made] = await sql`
    insert into asset_views (tenant_id, view_id, link_id, asset_id, contact_id, by, reason, started_at, seen_at)
    values (${tenant}, ${hourOf(link.linkId, now)}, ${link.linkId}, ${link.assetId}, ${link.contactId}, 'machine',
      ${reason}, moment(), moment())
    on conflict (tenant_id, view_id) do nothing returning 1`;
  if (!made) return false;
  await record(tx, [viewed(link, { by: 'machine', share: 0, reason })]);
  return true;
}

/** What a machine did is not something that happened with the contact: no timeline shows it, and no filter counts it. */
function viewed(link: ViewedLink, told: { by: Viewer; share: number; reason?: string }) {
  return {
    type: 'asset.viewed' as const,
    contactId: told.by === 'human' ? link.contactId : null,
    data: {
      asset_id: link.assetId,
      name: link.name,
      kind: link.kind,
      link_id: link.linkId,
      ...(link.messageId && { message_id: link.messageId }),
      ...told,
    },
  };
}

export function isPlayed(kind: AssetKind): boolean {
  return kind === 'video' || kind === 'audio';
}

const HOUR = 3_600_000;

/** The same id for every process within an hour, and in its place among the others by time. */
function hourOf(linkId: string, now: Date): string {
  const hour = Math.floor(now.getTime() / HOUR) * HOUR;
  const random = createHash('sha256').update(`${linkId} ${hour}`).digest().subarray(0, 16);
  return v7({ msecs: hour, seq: random.readUInt32BE(0), random });
}

export interface ViewsAsked {
  assetId: string;
  by: Viewer | null;
  /** The last view of the page before. */
  after: string | null;
  limit: number;
}

/** Newest first, one more than asked for. For the caller's pipeline. */
export function readViews({ sql, tenant }: Tx, { assetId, by, after, limit }: ViewsAsked) {
  return sql<AssetView[]>`
    select v.view_id as id, v.link_id, v.contact_id,
      nullif(concat_ws(' ', k.first_name, k.last_name), '') as contact_name, v.by, v.reason, v.share, v.started_at, v.seen_at
    from asset_views v left join contacts k on k.tenant_id = v.tenant_id and k.contact_id = v.contact_id
    where v.tenant_id = ${tenant} and v.asset_id = ${assetId} and (${by}::text is null or v.by = ${by})
      and (${after}::uuid is null or v.view_id < ${after})
    order by v.view_id desc limit ${limit + 1}`;
}
