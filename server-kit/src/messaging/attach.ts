/** Files of the library in messages: their links, what the carrier fetches, and what a failed message becomes. */
import type { KitContext } from '../context.ts';
import { withLinks, type MemberRef, type SendAs } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { createLinks, linkUrl } from '../media/links.ts';
import { linksOf, type MediaEntry } from './entries.ts';
import { waysOf, type Sendable, type Way } from './mms.ts';

export type AttachContext = Pick<KitContext, 'publicUrl' | 'secret' | 'carrier' | 'clock'>;

export interface AssetWish {
  id: string;
  as?: SendAs | undefined;
  /** Null: the link never ends. Left out: as the asset says. */
  expires_at?: string | null | undefined;
}

/** The message that the files are for. */
export interface Carrying {
  messageId: string;
  contactId: string;
  from: string;
  to: string;
  /** Addresses that it carries besides. */
  others: number;
  /** Null: now. */
  sendAt: string | null;
  author: MemberRef | null;
}

/** How long the carrier can fetch a file, from when its message may leave; a number may wait for its registration. */
const FETCHED_WITHIN = 30 * 24 * 3600 * 1000;
const DAY = 24 * 3600 * 1000;

interface AssetRow extends Sendable {
  asset_id: string;
  kind: string;
  state: string;
  reason: string | null;
  link_days: number | null;
  file_id: string;
  width: number | null;
  height: number | null;
  duration_ms: number | null;
  poster_id: string | null;
}

/** Makes the entries of a message that is being written, and their links. Throws `not_found`, `asset_not_ready`, `file_refused`. */
export async function attach(
  context: AttachContext,
  tx: Tx,
  wishes: readonly AssetWish[],
  message: Carrying,
): Promise<MediaEntry[]> {
  const assets = await assetsOf(tx, wishes);
  const ways = waysOf(
    context.carrier.mms,
    message,
    assets.map((asset, nth) => ({ ...asset, as: wishes[nth]!.as ?? 'auto' })),
  );
  return entriesFor(context, tx, assets, ways, wishes, message);
}

/**
 * The same for many messages in a few statements. What somebody insists on and the carrier does not take goes as a link: nobody is
 * there who could choose. Throws `not_found`, `asset_not_ready`.
 */
export async function attachMany(
  context: AttachContext,
  tx: Tx,
  messages: readonly { wishes: readonly AssetWish[]; carrying: Carrying }[],
): Promise<MediaEntry[][]> {
  const all = [...new Set(messages.flatMap(({ wishes }) => wishes.map(({ id }) => id)))];
  const found = await assetsOf(
    tx,
    all.map((id) => ({ id })),
  );
  const byId = new Map(found.map((asset) => [asset.asset_id, asset]));
  return entriesForAll(
    context,
    tx,
    messages.map(({ wishes, carrying }) => {
      const assets = wishes.map(({ id }) => byId.get(id)!);
      return { assets, wishes, message: carrying, ways: possibleWays(context, assets, wishes, carrying) };
    }),
  );
}

function possibleWays(
  { carrier: { mms } }: AttachContext,
  assets: readonly AssetRow[],
  wishes: readonly AssetWish[],
  message: Carrying,
): Way[] {
  const wanted = assets.map((asset, nth) => ({ ...asset, as: wishes[nth]!.as ?? 'auto' }));
  try {
    return waysOf(mms, message, wanted);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'file_refused') throw error;
    const milder = wanted.map((file) => (file.as === 'attachment' ? { ...file, as: 'auto' as const } : file));
    return waysOf(mms, message, milder);
  }
}

/** Whether a request asks for the files that a message has. */
export function areSame(
  media: readonly MediaEntry[],
  urls: readonly string[],
  wishes: readonly AssetWish[],
): boolean {
  const plain = media.filter(({ asset_id }) => asset_id === undefined);
  const assets = media.filter(({ asset_id }) => asset_id !== undefined);
  return (
    plain.length === urls.length &&
    plain.every(({ url }, nth) => url === urls[nth]) &&
    assets.length === wishes.length &&
    assets.every(({ asset_id, sent_as }, nth) => {
      const { id, as = 'auto' } = wishes[nth]!;
      return asset_id === id && (as === 'auto' || as === sent_as);
    })
  );
}

/** The words as they leave. */
export function wordsWith(body: string, media: readonly MediaEntry[]): string {
  return media.some(({ asset_id }) => asset_id !== undefined) ? withLinks(body, linksOf(media)) : body;
}

/** Words that somebody has changed: a link that went missing comes back at the end. */
export function wordsKeeping(body: string, media: readonly MediaEntry[]): string {
  const missing = linksOf(media).filter((link) => !body.includes(link));
  return missing.length === 0 ? body : withLinks(body, missing);
}

/**
 * What a message becomes that failed because of its files: those of the library go as links, with their picture; when the
 * picture was the fault, or no picture gets through, without. Null: nothing to change.
 */
export async function asLinks(
  context: AttachContext,
  tx: Tx,
  media: readonly MediaEntry[],
  code: string | null,
  message: Carrying,
): Promise<MediaEntry[] | null> {
  const { mms } = context.carrier;
  if (code === null || !mms.refusals.has(code)) return null;
  const attached = media.filter(({ sent_as }) => sent_as === 'attachment');
  if (attached.length === 0) {
    if (!media.some(({ picture }) => picture)) return null;
    return media.map((entry) => (entry.picture ? { ...entry, picture: null } : entry));
  }
  const wishes = attached.map(({ asset_id }) => ({ id: asset_id! }));
  const assets = await assetsOf(tx, wishes);
  const allowed = !mms.unsupported.has(code) && mms.reaches(message.from, message.to);
  const ways = assets.map(({ poster_type }): Way => ({
    as: 'link',
    picture: allowed && poster_type !== null && mms.types[poster_type]?.shows === true,
  }));
  const links = await entriesFor(context, tx, assets, ways, wishes, message);
  return media.map((entry) => (entry.sent_as === 'attachment' ? links.shift()! : entry));
}

/**
 * A message leaves at another time than its links were made for: the carrier can fetch its files until some time after,
 * and what lives for so many days does so from then.
 */
export function renewLinks(
  { sql, tenant }: Tx,
  messageId: string,
  media: readonly MediaEntry[],
  leaves: Date,
) {
  const fetched = new Date(leaves.getTime() + FETCHED_WITHIN).toISOString();
  return [
    sql`
      update asset_links set expires_at = greatest(expires_at, ${fetched})
      where tenant_id = ${tenant} and message_id = ${messageId} and purpose = 'file' and expires_at is not null`,
    ...media.flatMap(({ asset_id, days }) =>
      asset_id === undefined || days === undefined
        ? []
        : sql`
      update asset_links set expires_at = ${new Date(leaves.getTime() + days * DAY).toISOString()}
      where tenant_id = ${tenant} and message_id = ${messageId} and asset_id = ${asset_id} and purpose = 'page'
        and revoked_at is null`,
    ),
  ];
}

/** Nothing that was made for a message leads anywhere any more. */
export function revokeLinks({ sql, tenant }: Tx, messageId: string) {
  return sql`
    update asset_links set revoked_at = moment()
    where tenant_id = ${tenant} and message_id = ${messageId} and revoked_at is null`;
}

async function assetsOf(tx: Tx, wishes: readonly { id: string }[]): Promise<AssetRow[]> {
  const rows = await tx.sql<AssetRow[]>`
    select a.asset_id, a.kind, a.name, a.state, a.reason, a.link_days, a.file_id, a.poster_id, f.content_type,
      f.size::float8 as size, f.width, f.height, f.duration_ms, f.video_codec,
      p.content_type as poster_type, p.size::float8 as poster_size
    from assets a
    join files f on f.tenant_id = a.tenant_id and f.file_id = a.file_id
    left join files p on p.tenant_id = a.tenant_id and p.file_id = a.poster_id
    where a.tenant_id = ${tx.tenant} and a.asset_id = any(${wishes.map(({ id }) => id)}::uuid[])
      and a.deleted_at is null
    -- it is not deleted while a message with it is being written
    for share of a`;
  return wishes.map(({ id }, nth) => {
    const asset = rows.find(({ asset_id }) => asset_id === id);
    if (!asset) throw notFound('asset');
    if (asset.state === 'ready') return asset;
    throw new ProblemError(
      'asset_not_ready',
      asset.state === 'refused'
        ? `“${asset.name}” cannot be sent: ${asset.reason ?? 'the file was refused.'}`
        : `“${asset.name}” is still being made ready. Send it in a moment.`,
      `assets.${nth}`,
    );
  });
}

async function entriesFor(
  context: AttachContext,
  tx: Tx,
  assets: readonly AssetRow[],
  ways: readonly Way[],
  wishes: readonly AssetWish[],
  message: Carrying,
): Promise<MediaEntry[]> {
  const [entries] = await entriesForAll(context, tx, [{ assets, ways, wishes, message }]);
  return entries!;
}

interface Plan {
  assets: readonly AssetRow[];
  ways: readonly Way[];
  wishes: readonly AssetWish[];
  message: Carrying;
}

async function entriesForAll(
  context: AttachContext,
  tx: Tx,
  plans: readonly Plan[],
): Promise<MediaEntry[][]> {
  const [settings] = await tx.sql<{ domain: string | null }[]>`
    select settings ->> 'link_domain' as domain from tenants where tenant_id = ${tx.tenant}`;
  const now = context.clock().getTime();
  const wanted = plans.flatMap(({ assets, ways, wishes, message }) => {
    const leaves = message.sendAt === null ? now : Date.parse(message.sendAt);
    return assets.map((asset, nth) => {
      const way = ways[nth]!;
      const { expires_at } = wishes[nth]!;
      const days = asset.link_days === null ? null : leaves + asset.link_days * DAY;
      const ends = way.as === 'attachment' ? leaves + FETCHED_WITHIN : days;
      const end = ends === null ? null : new Date(ends).toISOString();
      return {
        assetId: asset.asset_id,
        purpose: way.as === 'attachment' ? ('file' as const) : ('page' as const),
        contactId: message.contactId,
        messageId: message.messageId,
        expiresAt: way.as === 'link' && expires_at !== undefined ? expires_at : end,
        author: message.author,
      };
    });
  });
  const links = await createLinks(tx, wanted);
  let next = 0;
  return plans.map(({ assets, ways, wishes }) =>
    assets.map((asset, nth): MediaEntry => {
      const way = ways[nth]!;
      const { expires_at } = wishes[nth]!;
      const url = linkUrl(context, settings?.domain ?? null, links[next++]!.code);
      return {
        url,
        content_type: asset.content_type,
        name: asset.name,
        size: asset.size,
        width: asset.width,
        height: asset.height,
        duration_ms: asset.duration_ms,
        asset_id: asset.asset_id,
        file_id: asset.file_id,
        poster_id: asset.poster_id,
        sent_as: way.as,
        ...(way.as === 'link' && { picture: way.picture ? `${url}/poster` : null }),
        ...(way.as === 'link' &&
          expires_at === undefined &&
          asset.link_days !== null && { days: asset.link_days }),
      };
    }),
  );
}
