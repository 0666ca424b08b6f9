/** The bytes as rows: once a tenant, never changed, and there only when the storage has them whole. */
import type { Tx } from '../db/client.ts';
import { newId } from '../ids.ts';
import type { Found } from './examine.ts';

export interface FileRow {
  file_id: string;
  storage_key: string;
  size: number;
  content_type: string;
}

/** The tenant's file with these bytes, which is wanted from now on: nobody collects it within a day. */
export async function fileByHash({ sql, tenant }: Tx, sha256: string): Promise<FileRow | undefined> {
  const [row] = await sql<FileRow[]>`
    update files set wanted_at = moment() where tenant_id = ${tenant} and sha256 = ${Buffer.from(sha256, 'hex')}
    returning file_id, storage_key, size::float8 as size, content_type`;
  return row;
}

/** `isNew` is false where the same bytes were here already, under another key: those count. */
export async function insertFile(
  tx: Tx,
  found: Found,
  key: string,
  convertedFrom: string | null = null,
): Promise<FileRow & { isNew: boolean }> {
  const { sql, tenant } = tx;
  const id = newId();
  for (;;) {
    const [made] = await sql<FileRow[]>`
      insert into files (tenant_id, file_id, sha256, size, content_type, storage_key, width, height, duration_ms,
        video_codec, audio_codec, plays, converted_from, created_at, wanted_at)
      values (${tenant}, ${id}, ${Buffer.from(found.sha256, 'hex')}, ${found.size}, ${found.content_type}, ${key},
        ${found.width}, ${found.height}, ${found.duration_ms}, ${found.video_codec}, ${found.audio_codec},
        ${found.plays}, ${convertedFrom}, moment(), moment())
      on conflict (tenant_id, sha256) do nothing
      returning file_id, storage_key, size::float8 as size, content_type`;
    if (made) return { ...made, isNew: true };
    const known = await fileByHash(tx, found.sha256);
    // else it was collected in between, and the place is free now
    if (known) return { ...known, isNew: false };
  }
}

/** A message shows these: they stay as long as it does. For the caller's pipeline. */
export function keepForMessage({ sql, tenant }: Tx, messageId: string, fileIds: string[]) {
  return sql`
    insert into message_files (tenant_id, message_id, file_id)
    select ${tenant}, ${messageId}, unnest(${fileIds}::uuid[]) on conflict do nothing`;
}

/** The same for many messages at once. */
export function keepForMessages({ sql, tenant }: Tx, shown: { messageId: string; fileId: string }[]) {
  return sql`
    insert into message_files (tenant_id, message_id, file_id)
    select ${tenant}, * from unnest(${shown.map(({ messageId }) => messageId)}::uuid[],
      ${shown.map(({ fileId }) => fileId)}::uuid[])
    on conflict do nothing`;
}
