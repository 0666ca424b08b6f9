/**
 * Cleans up behind crashes. Bytes and rows cannot disagree, because of the order in which they come and go:
 *
 * - A file's row is written after its bytes stand whole under their key, in one transaction with the asset's row and the end of
 *   the upload. A process that is killed before leaves bytes without a row, or an upload that is `finishing`: its alarm rings
 *   and the finish is done again, which it allows.
 * - A row goes before its bytes. A process that is killed between leaves bytes without a row.
 *
 * So what can be left over is bytes that no row names, and those are collected here when they are a day old; nothing takes that
 * long between its bytes and its row. The other case, a row without bytes, is only made by whoever deletes files by hand: it
 * is reported and not touched, as a backup may bring them back.
 */
import type { KitContext } from '../context.ts';
import { processAsset, toProcess } from './processing.ts';
import { dropUpload, finishUpload, readUpload } from './uploads/finish.ts';
import type { UploadRow } from './uploads/rows.ts';

type KeeperContext = Pick<KitContext, 'database' | 'media' | 'log' | 'clock'>;

const LOOK_EVERY_MS = 5_000;
const COLLECT_EVERY_MS = 6 * 3_600_000;
/** An alarm that was seen to rings again after this long, unless it was the last. */
const AGAIN = '1 minute';
const PUT_OFF_MS = 20_000;
const DAY_MS = 24 * 3_600_000;
/** Uploads live for two days. */
const UPLOAD_MS = 3 * DAY_MS;
/** Kept so long after an asset was deleted, so that a mistake can be mended by hand. */
const DELETED_KEPT = '30 days';
const BATCH = 500;

export interface Keeper {
  /** Sees to the uploads whose alarm rings. */
  look(): Promise<void>;
  /** Removes what nobody names. */
  collect(): Promise<Collected>;
  stop(): Promise<void>;
  /** When nothing is converted any more. */
  idle(): Promise<void>;
}

export interface Collected {
  /** Rows of files that nothing names any more. */
  files: number;
  /** Bytes that no row names. */
  orphans: number;
  /** Uploads to a bucket that no row names: of a form, whose process was killed or whose bucket was down. */
  uploads: number;
  /** Keys of rows whose bytes are not there. */
  missing: string[];
}

export function startMediaKeeper(context: KeeperContext): Keeper {
  const keeper = createMediaKeeper(context);
  let working: Promise<unknown> = Promise.resolve();
  const queue = (work: () => Promise<unknown>) => {
    working = working.then(work);
  };
  const looks = setInterval(() => queue(keeper.look), LOOK_EVERY_MS);
  const collects = setInterval(() => queue(keeper.collect), COLLECT_EVERY_MS);
  return {
    ...keeper,
    async stop() {
      clearInterval(looks);
      clearInterval(collects);
      await keeper.stop();
      await working;
    },
  };
}

/** One that does only what it is told to. */
export function createMediaKeeper(context: KeeperContext): Keeper {
  const { database, media, log, clock } = context;
  const { storage } = media;
  let stopped = false;
  const stopping = new AbortController();
  let converting: Promise<void> | undefined;
  const told = (what: string) => (error: unknown) => {
    log.warn({ err: (error as Error).message }, what);
  };

  async function look(): Promise<void> {
    const now = database.options.clock?.().toISOString() ?? null;
    const due = await database
      .directory(
        (sql) => sql<{ tenant_id: string; upload_id: string }[]>`
          select tenant_id, upload_id from upload_alarms where due_at <= coalesce(${now}::timestamptz, now())
          order by due_at limit 100`,
      )
      .catch((error: unknown) => {
        told('uploads that are due could not be read; they are looked for again')(error);
        return [];
      });
    for (const { tenant_id: tenant, upload_id: id } of due) {
      if (stopped) return;
      await ring(tenant, id).catch(told('an upload could not be seen to; it is tried again'));
    }
  }

  async function ring(tenant: string, id: string): Promise<void> {
    const [[mine]] = await database.pipeline(tenant, ({ sql }) => [
      sql`update upload_alarms set due_at = moment() + ${AGAIN}::interval
          where tenant_id = ${tenant} and upload_id = ${id} and due_at <= (select moment()) returning 1`,
    ]);
    if (!mine) return;
    const row = await readUpload(database, tenant, id);
    if (!row) return;
    const isOver = Date.parse(row.expires_at) <= clock().getTime();
    if (row.state === 'finishing') await finishUpload(context, tenant, id);
    else if (await isProcessing(row, isOver)) return;
    else if (isOver) await dropUpload(context, tenant, id);
    else if (row.state === 'done') await rest(row);
  }

  /** Nothing is left to do for it but to drop it when its time is over. */
  async function rest({ tenant_id: tenant, upload_id: id, expires_at: end }: UploadRow): Promise<void> {
    await database.pipeline(tenant, ({ sql }) => [
      sql`update upload_alarms set due_at = ${end} where tenant_id = ${tenant} and upload_id = ${id}`,
    ]);
  }

  /** One at a time in a process: ffmpeg takes all the processors there are. Its alarm is put off while it works. */
  async function isProcessing(row: UploadRow, isOver: boolean): Promise<boolean> {
    const { tenant_id: tenant, upload_id: id, asset_id: asset } = row;
    if (row.state !== 'done') return false;
    const [[source]] = await database.pipeline(tenant, (tx) => [toProcess(tx, asset)]);
    if (!source) return false;
    // a poster is not tried for for ever
    if (source.state === 'ready' && (isOver || media.options.converter === null)) return false;
    if (converting) return true;
    const lease = setInterval(() => {
      database
        .pipeline(tenant, ({ sql }) => [
          sql`update upload_alarms set due_at = moment() + ${AGAIN}::interval
              where tenant_id = ${tenant} and upload_id = ${id}`,
        ])
        .catch(() => undefined);
    }, PUT_OFF_MS);
    converting = processAsset(context, tenant, asset, source, stopping.signal)
      .then(() => rest(row))
      .catch(told('a video could not be converted; it is tried again'))
      .finally(() => {
        clearInterval(lease);
        converting = undefined;
      });
    return true;
  }

  async function collect(): Promise<Collected> {
    const collected: Collected = { files: 0, orphans: 0, uploads: 0, missing: [] };
    try {
      const seen = await listByTenant(storage);
      for (const tenant of await tenantsWithLinks(database))
        if (!seen.has(tenant)) seen.set(tenant, new Map());
      for (const [tenant, keys] of seen) {
        if (stopped) break;
        collected.orphans += await removeOrphans(tenant, keys);
        collected.files += await removeUnnamed(tenant);
        collected.missing.push(...(await missingBytes(tenant, keys)));
      }
      collected.orphans += await removeSpools();
      collected.uploads = await abandonUnknown();
    } catch (error) {
      told('files could not be cleaned up; it is tried again later')(error);
    }
    if (collected.missing.length > 0) {
      log.error({ keys: collected.missing.slice(0, 20) }, 'bytes of files are missing from the storage');
    }
    return collected;
  }

  const isOld = (modified: Date, age: number) => clock().getTime() - modified.getTime() > age;

  async function removeOrphans(tenant: string, keys: Keys): Promise<number> {
    const old = [...keys].filter(([, modified]) => isOld(modified, DAY_MS)).map(([key]) => key);
    let removed = 0;
    for (let from = 0; from < old.length; from += BATCH) {
      const some = old.slice(from, from + BATCH);
      const [named] = await database.pipeline(tenant, ({ sql }) => [
        sql<{ key: string }[]>`
          select storage_key as key from files where tenant_id = ${tenant} and storage_key = any(${some}::text[])
          union all
          select storage_key from uploads where tenant_id = ${tenant} and storage_key = any(${some}::text[])
            and state in ('open', 'finishing')`,
      ]);
      const kept = new Set(named.map(({ key }) => key));
      for (const key of some) {
        if (kept.has(key)) continue;
        await storage.remove(key);
        keys.delete(key);
        removed += 1;
      }
    }
    return removed;
  }

  async function removeUnnamed(tenant: string): Promise<number> {
    const [, gone] = await database.pipeline(tenant, ({ sql }) => [
      sql`update assets set file_id = null, poster_id = null, captions_id = null
          where tenant_id = ${tenant} and deleted_at < moment() - ${DELETED_KEPT}::interval and file_id is not null`,
      sql<{ storage_key: string }[]>`
        delete from files f where f.tenant_id = ${tenant} and f.file_id in (
          select o.file_id from files o
          where o.tenant_id = ${tenant} and o.wanted_at < moment() - interval '1 day'
            and not exists (select 1 from assets a where a.tenant_id = ${tenant} and a.file_id = o.file_id)
            and not exists (select 1 from assets a where a.tenant_id = ${tenant} and a.poster_id = o.file_id)
            and not exists (select 1 from assets a where a.tenant_id = ${tenant} and a.captions_id = o.file_id)
            and not exists (select 1 from message_files m where m.tenant_id = ${tenant} and m.file_id = o.file_id)
            and not exists (select 1 from files c where c.tenant_id = ${tenant} and c.converted_from = o.file_id)
          limit ${BATCH})
        returning f.storage_key`,
    ]);
    // what a crash leaves of these are orphans
    for (const { storage_key: key } of gone) await storage.remove(key);
    return gone.length;
  }

  async function missingBytes(tenant: string, keys: Keys): Promise<string[]> {
    const missing: string[] = [];
    for (let after = ''; ;) {
      const [rows] = await database.pipeline(tenant, ({ sql }) => [
        sql<{ key: string }[]>`select storage_key as key from files
          where tenant_id = ${tenant} and storage_key > ${after} order by storage_key limit ${BATCH}`,
      ]);
      for (const { key } of rows) {
        // one that came after the list was read is there all the same
        if (!keys.has(key) && (await storage.stat(key)) === null) missing.push(key);
      }
      if (rows.length < BATCH) return missing;
      after = rows.at(-1)!.key;
    }
  }

  /** Of uploads that were begun and whose rows are gone: none lives that long. */
  async function removeSpools(): Promise<number> {
    let removed = 0;
    for await (const { key, modified } of storage.list('uploads')) {
      if (!isOld(modified, UPLOAD_MS)) continue;
      await storage.remove(key);
      removed += 1;
    }
    return removed;
  }

  /** Forms have no row while they come, but none takes that long. */
  async function abandonUnknown(): Promise<number> {
    let abandoned = 0;
    for await (const upload of storage.unfinished?.() ?? []) {
      const { key, begun } = upload;
      if (!/^(videos|files)\//.test(key) || !isOld(begun, UPLOAD_MS)) continue;
      // one that cannot be finished for days is still somebody's
      const [wanted] = await database.pipeline(tenantOfKey(key), ({ sql, tenant }) => [
        sql`select 1 from uploads where tenant_id = ${tenant} and storage_key = ${key} and state in ('open', 'finishing')`,
      ]);
      if (wanted.length > 0) continue;
      await upload.abandon();
      abandoned += 1;
    }
    return abandoned;
  }

  return {
    look,
    collect,
    async stop() {
      stopped = true;
      stopping.abort();
      await converting;
    },
    idle: async () => converting,
  };
}

/** When each was written. */
type Keys = Map<string, Date>;

async function listByTenant(storage: KeeperContext['media']['storage']): Promise<Map<string, Keys>> {
  const byTenant = new Map<string, Keys>();
  for (const folder of ['videos', 'files']) {
    for await (const { key, modified } of storage.list(folder)) {
      const tenant = tenantOfKey(key);
      const keys = byTenant.get(tenant) ?? new Map<string, Date>();
      byTenant.set(tenant, keys.set(key, modified));
    }
  }
  return byTenant;
}

/** As `mediaKey` writes it: `.` and `:` of a tenant's id are `!2e` and `!3a`. */
function tenantOfKey(key: string): string {
  const place = key.split('/')[1] ?? '';
  return place.replaceAll(/!([0-9a-f]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Each asset has a link. From tenant to tenant by the index, rather than over every link. */
async function tenantsWithLinks(database: KeeperContext['database']): Promise<string[]> {
  const rows = await database.directory(
    (sql) => sql<{ tenant_id: string }[]>`
      with recursive t as (
        (select tenant_id from link_directory order by tenant_id limit 1)
        union all
        select (select d.tenant_id from link_directory d where d.tenant_id > t.tenant_id order by d.tenant_id limit 1)
        from t where t.tenant_id is not null)
      select tenant_id from t where tenant_id is not null`,
  );
  return rows.map((row) => row.tenant_id);
}
