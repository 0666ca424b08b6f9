/** Assets put on the shelf without an upload: bytes in a folder of their own, rows by SQL. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../db/client.ts';
import { newId } from '../../ids.ts';
import { getTestKit, type TestKit, type TestKitOptions, type TestTenant } from '../../testing/kit.ts';
import { createLink, linkUrl, type NewLink } from '../links.ts';
import { localMedia } from '../storage/local.ts';
import type { MediaStorage } from '../storage/storage.ts';

export interface Shelf extends TestKit {
  storage: MediaStorage;
  folder: string;
  /** The file's id. */
  file(tenant: TestTenant, bytes: Uint8Array, facts?: Facts): Promise<string>;
  /** The asset's id. */
  asset(tenant: TestTenant, asset?: Partial<ShelfAsset>): Promise<string>;
  /** The whole address, and what stands after `/m/`. */
  link(tenant: TestTenant, link: Partial<NewLink> & { assetId: string }): Promise<ShelfLink>;
  /** As somebody's browser does, without signing in. `path` is below `/m/`. */
  open(path: string, request?: OpenRequest): Promise<Response>;
  setTenant(tenant: TestTenant, change: { brand?: object; settings?: object }): Promise<void>;
}

export interface ShelfLink {
  id: string;
  url: string;
  text: string;
}

export interface OpenRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

interface Facts {
  type?: string;
  width?: number | null;
  height?: number | null;
  durationMs?: number | null;
}

interface ShelfAsset extends Facts {
  name: string;
  kind: 'video' | 'picture' | 'document' | 'audio';
  bytes: Uint8Array;
  poster: Uint8Array;
  captions: string;
  download: boolean;
  linkDays: number;
  state: 'processing' | 'ready' | 'refused';
}

export const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1';

export async function getShelf(options: TestKitOptions = {}): Promise<Shelf> {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-shelf-'));
  const storage = localMedia({ folder });
  const kit = await getTestKit({ ...options, media: { storage: { folder } } });
  // the kit's own time counts for what is made here, too
  const { clock } = options;
  const database = new Database({
    url: kit.url,
    schema: kit.schema,
    maxConnections: 1,
    ...(clock && { clock }),
  });
  const {
    secret = 'a secret of the tests, long enough for anyone',
    publicUrl = 'https://portal.example.com/crm',
  } = options;

  const shelf: Shelf = {
    ...kit,
    storage,
    folder,
    async file(tenant, bytes, { type = 'video/mp4', width = null, height = null, durationMs = null } = {}) {
      const id = newId();
      const key = `videos/${tenant.id}/${id}`;
      await storage.put(key, bytes, type);
      // a tenant has the same bytes once, and here they are whatever the last test calls them
      const [row] = await kit.admin(
        `insert into files (tenant_id, file_id, sha256, size, content_type, storage_key, width, height, duration_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (tenant_id, sha256) do update set content_type = excluded.content_type, width = excluded.width,
           height = excluded.height, duration_ms = excluded.duration_ms returning file_id`,
        [
          tenant.id,
          id,
          createHash('sha256').update(bytes).digest(),
          bytes.length,
          type,
          key,
          width,
          height,
          durationMs,
        ],
      );
      return row.file_id;
    },
    async asset(tenant, asset = {}) {
      const { name = 'Birthday', kind = 'video', bytes = randomBytes(5_000), state = 'ready' } = asset;
      const { poster, captions, download = false, linkDays = null } = asset;
      const fileId = await shelf.file(tenant, bytes, asset);
      const posterId =
        poster && (await shelf.file(tenant, poster, { type: 'image/jpeg', width: 640, height: 360 }));
      const captionsId = captions && (await shelf.file(tenant, Buffer.from(captions), { type: 'text/vtt' }));
      const id = newId();
      await kit.admin(
        `insert into assets (tenant_id, asset_id, kind, name, file_id, poster_id, captions_id, download, link_days, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [tenant.id, id, kind, name, fileId, posterId ?? null, captionsId ?? null, download, linkDays, state],
      );
      return id;
    },
    async link(tenant, link) {
      const made = await database.transaction(tenant.id, (tx) =>
        createLink(tx, { purpose: 'page', ...link }),
      );
      const url = linkUrl({ secret, publicUrl }, null, made.code);
      return { id: made.id, url, text: url.slice(url.lastIndexOf('/') + 1) };
    },
    open: (path, { method = 'GET', headers = {}, body } = {}) =>
      kit.kit.fetch(
        new Request(`${publicUrl}/m/${path}`, {
          method,
          headers: { 'user-agent': PHONE, 'accept-language': 'en', ...headers },
          ...(body !== undefined && { body }),
        }),
      ),
    async setTenant({ id }, change) {
      await kit.kit.tenants.upsert({ id, name: `Firm ${id}`, ...(change as object) });
    },
    async close() {
      await database.close();
      await kit.close();
      await storage.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return shelf;
}
