/**
 * Uploads as rows. Vocabulary:
 *
 * - *fence*: whoever wants to write takes the next number. The highest one is who shall write.
 * - *writer*: the number that writes now. It stays the writer until it lets go, or until its lease has ended because its
 *   process was killed; so two never write at once, and one that was overtaken says last what it has got.
 * - *lease*: renewed with every place that is stored, and each second while nothing comes.
 */
import type { AssetKind, CreateUpload, MemberRef, Problem, UploadState } from '../../contract/index.ts';
import type { Database, Tx } from '../../db/client.ts';
import type { Found } from '../examine.ts';
import type { UploadPlace } from '../storage/storage.ts';

export interface UploadRow {
  tenant_id: string;
  upload_id: string;
  purpose: NonNullable<CreateUpload['purpose']>;
  asset_id: string;
  name: string;
  size: number;
  received: number;
  settings: UploadSettings;
  sha256: Buffer | null;
  storage_key: string;
  place: UploadPlace | null;
  state: UploadState;
  problem: Problem | null;
  author: MemberRef;
  fence: number;
  writer: number | null;
  created_at: string;
  expires_at: string;
}

export interface UploadSettings {
  key?: string | undefined;
  download?: boolean | undefined;
  link_days?: number | null | undefined;
  /** What the name says it is. */
  claimed?: AssetKind | undefined;
  /** What it is, once it has been looked at: after that nobody looks again. */
  found?: Found;
}

/** Seconds after which a writer that says nothing is taken for dead. */
const LEASE = '5 seconds';
/** After this long without an end somebody looks whether a finish was interrupted. */
const FINISH_SOON = '20 seconds';

/** For the caller's pipeline. */
export function uploadById({ sql, tenant }: Tx, id: string) {
  return sql<UploadRow[]>`select *, size::float8 as size, received::float8 as received
    from uploads where tenant_id = ${tenant} and upload_id = ${id}`;
}

/** For the caller's pipeline; nothing when the id is taken. */
export function insertUpload(
  { sql, tenant }: Tx,
  row: Pick<UploadRow, 'purpose' | 'name' | 'size' | 'settings' | 'author'> & {
    id: string;
    assetId: string;
    key: string;
    sha256: Buffer | null;
  },
) {
  return sql`
    with made as (
      insert into uploads (tenant_id, upload_id, purpose, asset_id, name, size, settings, sha256, storage_key, author)
      values (${tenant}, ${row.id}, ${row.purpose}, ${row.assetId}, ${row.name}, ${row.size},
        ${sql.json(row.settings as never)}, ${row.sha256}, ${row.key}, ${sql.json(row.author)})
      on conflict do nothing returning upload_id, expires_at)
    insert into upload_alarms (tenant_id, upload_id, due_at) select ${tenant}, upload_id, expires_at from made
    returning 1`;
}

/** One that came in one go, for what is still to be done with it. */
export async function insertDone(
  tx: Tx,
  row: Omit<Parameters<typeof insertUpload>[1], 'purpose' | 'settings' | 'sha256'>,
): Promise<void> {
  const { sql, tenant } = tx;
  await insertUpload(tx, { ...row, purpose: 'asset', settings: {}, sha256: null });
  await sql`update uploads set state = 'done', received = size where tenant_id = ${tenant} and upload_id = ${row.id}`;
}

/**
 * A claim to write. `isWriter`: nobody else does. `overDead`: whoever did has said nothing for a lease, and may yet wake up. Null: the
 * upload takes no more bytes, or is not there.
 */
export async function takeNumber(
  database: Database,
  tenant: string,
  id: string,
): Promise<{ number: number; isWriter: boolean; overDead: boolean } | null> {
  const [[row]] = await database.pipeline(tenant, ({ sql }) => [
    sql<{ number: number; is_writer: boolean; over_dead: boolean }[]>`
      with before as (
        select upload_id, writer from uploads
        where tenant_id = ${tenant} and upload_id = ${id} and state = 'open' for no key update)
      update uploads u set fence = u.fence + 1,
        writer = case when u.writer is null or u.lease_until <= moment() then u.fence + 1 else u.writer end,
        lease_until = case when u.writer is null or u.lease_until <= moment()
          then moment() + ${LEASE}::interval else u.lease_until end
      from before b where u.tenant_id = ${tenant} and u.upload_id = b.upload_id
      returning u.fence as number, u.writer = u.fence as is_writer, b.writer is not null as over_dead`,
  ]);
  return row ? { number: row.number, isWriter: row.is_writer, overDead: row.over_dead } : null;
}

/** Asked again until it is `writing`, or `overtaken` by a yet higher number, or the upload is `over`. */
export async function becomeWriter(
  database: Database,
  tenant: string,
  id: string,
  number: number,
): Promise<{ now: 'writing' | 'waiting' | 'overtaken' | 'over'; overDead: boolean }> {
  const [[row]] = await database.pipeline(tenant, ({ sql }) => [
    sql<{ fence: number; writer: number | null; over_dead: boolean }[]>`
      with before as (
        select upload_id, writer from uploads
        where tenant_id = ${tenant} and upload_id = ${id} and state = 'open' for no key update)
      update uploads u set
        writer = case when u.fence = ${number} and (u.writer is null or u.lease_until <= moment()) then u.fence
          else u.writer end,
        lease_until = case when u.fence = ${number} and (u.writer is null or u.lease_until <= moment())
          then moment() + ${LEASE}::interval else u.lease_until end
      from before b where u.tenant_id = ${tenant} and u.upload_id = b.upload_id
      returning u.fence, u.writer, b.writer is not null as over_dead`,
  ]);
  if (!row) return { now: 'over', overDead: false };
  const now = row.writer === number ? 'writing' : row.fence > number ? 'overtaken' : 'waiting';
  return { now, overDead: row.over_dead };
}

/**
 * Stores how far it is. With the last byte nobody may write any more, and the rest is `finish.ts`'s. Null: somebody else
 * writes, and nothing was stored.
 */
export async function storePlace(
  database: Database,
  tenant: string,
  id: string,
  number: number,
  place: UploadPlace | null,
  received: number,
): Promise<{ wanted: boolean } | null> {
  const [[row]] = await database.pipeline(tenant, ({ sql }) => [
    sql<{ wanted: boolean }[]>`
      update uploads set place = ${place && sql.json(place as never)}, received = ${received},
        state = case when size = ${received} then 'finishing' else state end, lease_until = moment() + ${LEASE}::interval
      where tenant_id = ${tenant} and upload_id = ${id} and writer = ${number} and state = 'open'
      returning fence > ${number} as wanted`,
    sql`update upload_alarms a set due_at = moment() + ${FINISH_SOON}::interval from uploads u
        where a.tenant_id = ${tenant} and a.upload_id = ${id} and u.tenant_id = ${tenant} and u.upload_id = ${id}
          and u.state = 'finishing'`,
  ]);
  return row ?? null;
}

/** While nothing comes. */
export async function keepLease(
  database: Database,
  tenant: string,
  id: string,
  number: number,
): Promise<{ wanted: boolean } | null> {
  const [[row]] = await database.pipeline(tenant, ({ sql }) => [
    sql<{ wanted: boolean }[]>`
      update uploads set lease_until = moment() + ${LEASE}::interval
      where tenant_id = ${tenant} and upload_id = ${id} and writer = ${number}
      returning fence > ${number} as wanted`,
  ]);
  return row ?? null;
}

/** Lets go. */
export async function stopWriting(
  database: Database,
  tenant: string,
  id: string,
  number: number,
): Promise<void> {
  await database.pipeline(tenant, ({ sql }) => [
    sql`update uploads set writer = null, lease_until = null
        where tenant_id = ${tenant} and upload_id = ${id} and writer = ${number}`,
  ]);
}

/** Who finishes. Null: somebody is at it, or there is nothing to finish. */
export async function takeFinish(database: Database, tenant: string, id: string): Promise<UploadRow | null> {
  const [[row]] = await database.pipeline(tenant, ({ sql }) => [
    sql<UploadRow[]>`
      update uploads set fence = fence + 1, writer = fence + 1,
        lease_until = moment() + ${LEASE}::interval
      where tenant_id = ${tenant} and upload_id = ${id} and state = 'finishing'
        and (writer is null or lease_until <= moment())
      returning *, size::float8 as size, received::float8 as received`,
  ]);
  return row ?? null;
}
