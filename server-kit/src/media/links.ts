/** A stand-in until the links themselves are here. */
import { randomBytes } from 'node:crypto';
import type { KitContext } from '../context.ts';
import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../ids.ts';
import { signLink } from '../signing.ts';

export interface NewLink {
  assetId: string;
  purpose: 'page' | 'file';
  contactId?: string | null;
  messageId?: string | null;
  expiresAt?: string | null | undefined;
  download?: boolean;
  author?: MemberRef | null;
}

export async function createLink(tx: Tx, link: NewLink): Promise<{ id: string; code: string }> {
  const { sql, tenant } = tx;
  const id = newId();
  const code = randomBytes(9).toString('base64url').replace(/[-_]/g, 'x');
  await sql`
    insert into asset_links (tenant_id, link_id, asset_id, code, purpose, contact_id, message_id, expires_at)
    select ${tenant}, ${id}, asset_id, ${code}, ${link.purpose}, ${link.contactId ?? null}, ${link.messageId ?? null},
      case when ${link.expiresAt === undefined} then moment() + make_interval(days => link_days)
        else ${link.expiresAt ?? null}::timestamptz end
    from assets where tenant_id = ${tenant} and asset_id = ${link.assetId}`;
  await sql`insert into link_directory (tenant_id, link_id, code) values (${tenant}, ${id}, ${code})`;
  return { id, code };
}

export function linkUrl(
  { publicUrl }: Pick<KitContext, 'publicUrl'>,
  domain: string | null,
  code: string,
): string {
  return `${domain ?? publicUrl}/m/${code}`;
}

const BUCKET = 24 * 3600;

export function fileUrl(
  { secret, mountPath, clock }: Pick<KitContext, 'secret' | 'mountPath' | 'clock'>,
  tenant: string,
  fileId: string,
): string {
  const expiry = (Math.floor(clock().getTime() / 1000 / BUCKET) + 2) * BUCKET;
  const query = new URLSearchParams({
    t: tenant,
    e: String(expiry),
    s: signLink(secret, 'media-file', [tenant, fileId, expiry]),
  });
  return `${mountPath}/v1/media/files/${fileId}?${query}`;
}
