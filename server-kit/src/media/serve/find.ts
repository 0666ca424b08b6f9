/**
 * Whose link is this, and what is behind it? A player asks for one video in a hundred ranges, so what was found is kept for a
 * moment: a link that another process has revoked leads on for that long.
 */
import type { KitContext } from '../../context.ts';
import type { AssetKind, AssetState, Brand, LinkPurpose } from '../../contract/index.ts';
import type { Sql } from '../../db/client.ts';
import { openCode } from '../links.ts';

export interface StoredFile {
  id: string;
  key: string;
  size: number;
  /** In hexadecimal. */
  sha256: string;
  type: string;
  width: number | null;
  height: number | null;
  duration_ms: number | null;
  created_at: string;
}

export interface FoundLink {
  tenant: string;
  linkId: string;
  assetId: string;
  /** As the table has it, without its signature. */
  code: string;
  purpose: LinkPurpose;
  contactId: string | null;
  messageId: string | null;
  download: boolean;
  expiresAt: string | null;
  revokedAt: string | null;
  name: string;
  kind: AssetKind;
  state: AssetState;
  deletedAt: string | null;
  file: StoredFile;
  poster: StoredFile | null;
  captions: StoredFile | null;
  account: { name: string; brand: Partial<Brand>; linkDomain: string | null };
}

/** `ended`: expired, revoked, or the asset is gone. `preparing`: there soon. */
export type LinkState = 'good' | 'ended' | 'preparing';

export interface LinkFinder {
  /** By what stands in the address. Null: forged, unknown, or somebody has mistyped it. */
  find(text: string): Promise<FoundLink | null>;
  /** What this process has just changed is not to be found as it was. */
  forget(tenant: string): void;
}

interface FinderOptions {
  /** Milliseconds. Default 1,000. */
  keepFor?: number;
  /** How many links. Default 1,000. */
  most?: number;
  /** Milliseconds that only grow. */
  now?: () => number;
}

export function linkFinder(
  { database, secret }: Pick<KitContext, 'database' | 'secret'>,
  { keepFor = 1_000, most = 1_000, now = () => performance.now() }: FinderOptions = {},
): LinkFinder {
  /** In the order of their finding. */
  const kept = new Map<string, { until: number; link: Promise<FoundLink | null>; tenant?: string }>();

  async function ask(code: string, purpose: LinkPurpose): Promise<FoundLink | null> {
    const [place] = await database.directory<{ tenant_id: string; link_id: string }>(
      (sql) => sql`select tenant_id, link_id from link_directory where code = ${code}`,
    );
    if (!place) return null;
    const [[row]] = await database.pipeline(place.tenant_id, ({ sql, tenant }) => [
      sql<(Omit<FoundLink, 'tenant' | 'account'> & Account)[]>`
        select l.link_id as "linkId", l.asset_id as "assetId", l.code, l.purpose, l.contact_id as "contactId",
          l.message_id as "messageId", coalesce(l.download, a.download) as download, l.expires_at as "expiresAt",
          l.revoked_at as "revokedAt", a.name, a.kind, a.state, a.deleted_at as "deletedAt",
          ${fileAs(sql, 'f')} as file, case when p.file_id is not null then ${fileAs(sql, 'p')} end as poster,
          case when c.file_id is not null then ${fileAs(sql, 'c')} end as captions,
          t.name as account_name, t.brand, t.settings ->> 'link_domain' as link_domain
        from asset_links l
        join assets a on a.tenant_id = l.tenant_id and a.asset_id = l.asset_id
        join files f on f.tenant_id = a.tenant_id and f.file_id = a.file_id
        left join files p on p.tenant_id = a.tenant_id and p.file_id = a.poster_id
        left join files c on c.tenant_id = a.tenant_id and c.file_id = a.captions_id
        join tenants t on t.tenant_id = l.tenant_id
        where l.tenant_id = ${tenant} and l.link_id = ${place.link_id}`,
    ]);
    if (!row || row.purpose !== purpose) return null;
    const { account_name: name, brand, link_domain: linkDomain, ...link } = row;
    return { ...link, tenant: place.tenant_id, account: { name, brand, linkDomain } };
  }

  return {
    find(text) {
      const known = kept.get(text);
      if (known && known.until > now()) return known.link;
      kept.delete(text);
      const opened = openCode(secret, text);
      if (!opened) return Promise.resolve(null);
      const link = ask(opened.code, opened.purpose);
      const entry: { until: number; link: typeof link; tenant?: string } = { until: now() + keepFor, link };
      link.then(
        (found) => found && (entry.tenant = found.tenant),
        () => kept.delete(text),
      );
      kept.set(text, entry);
      if (kept.size > most) kept.delete(kept.keys().next().value!);
      return link;
    },
    forget(tenant) {
      for (const [text, entry] of kept) {
        // one that is still being looked for may have been read before the change
        if (entry.tenant === undefined || entry.tenant === tenant) kept.delete(text);
      }
    },
  };
}

interface Account {
  account_name: string;
  brand: Partial<Brand>;
  link_domain: string | null;
}

export function linkState({ revokedAt, expiresAt, deletedAt, state }: FoundLink, now: Date): LinkState {
  const over = expiresAt !== null && Date.parse(expiresAt) <= now.getTime();
  if (revokedAt !== null || over || deletedAt !== null || state === 'refused') return 'ended';
  return state === 'processing' ? 'preparing' : 'good';
}

/** A row of `files`, by its alias, as JSON. */
function fileAs(sql: Sql, alias: 'f' | 'p' | 'c') {
  const row = sql(alias);
  return sql`jsonb_build_object('id', ${row}.file_id, 'key', ${row}.storage_key, 'size', ${row}.size,
    'sha256', encode(${row}.sha256, 'hex'), 'type', ${row}.content_type, 'width', ${row}.width, 'height', ${row}.height,
    'duration_ms', ${row}.duration_ms, 'created_at', ${row}.created_at)`;
}
