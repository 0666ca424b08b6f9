/** What is in the clients' libraries: small files beside this one, sent up as a browser would. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Asset, CreateUpload, Upload } from '@patchbay/server-kit/contract';
import type { TenantId } from '../agency.ts';

interface SeedFile {
  file: string;
  name: string;
  key?: string;
  /** A picture of a video; a browser makes it when somebody uploads one. */
  poster?: string;
  download?: boolean;
}

/** Oldest first. */
const FILES: Readonly<Record<TenantId, readonly SeedFile[]>> = {
  harbor: [
    { file: 'welcome.pdf', name: 'Welcome packet', key: 'welcome', download: true },
    { file: 'house.jpg', name: '9 Maple Court, front' },
    { file: 'tour.mp4', name: 'The lake shore in ten seconds', poster: 'tour.jpg' },
    {
      file: 'birthday.mp4',
      name: 'Happy birthday from all of us',
      key: 'birthday',
      poster: 'birthday.jpg',
    },
    { file: 'walkthrough.mp4', name: '14 Maple Court, walkthrough', poster: 'walkthrough.jpg' },
  ],
  lakeside: [
    { file: 'first-visit.pdf', name: 'Your first visit', key: 'first_visit', download: true },
    { file: 'extraction.mp4', name: 'After your extraction', key: 'extraction', poster: 'extraction.jpg' },
    { file: 'braces.mp4', name: 'How to brush with braces', key: 'braces', poster: 'braces.jpg' },
  ],
};

/** Asks the kit as a member; the answer's JSON, or null where there is none. */
export type Ask = <T>(
  method: string,
  path: string,
  body?: object | Uint8Array,
  headers?: Record<string, string>,
) => Promise<T>;

/** Resolves with the ids of the files, by the names of what they were made from. Safe to repeat. */
export async function addMedia(tenant: TenantId, ask: Ask): Promise<Map<string, string>> {
  const { items } = await ask<{ items: Asset[] }>('GET', '/v1/assets?limit=100');
  const ids = new Map<string, string>();
  for (const { file, poster, ...settings } of FILES[tenant]) {
    const known = items.find(({ name }) => name === settings.name);
    const asset = known ?? (await send(ask, file, settings));
    if (poster && !known) await send(ask, poster, { name: poster, purpose: 'poster', asset_id: asset.id });
    ids.set(file, asset.id);
  }
  return ids;
}

async function send(ask: Ask, file: string, settings: Omit<CreateUpload, 'size'>): Promise<Asset> {
  const folder = file === 'house.jpg' ? '../../public/pictures' : './files';
  const bytes = readFileSync(new URL(`${folder}/${file}`, import.meta.url));
  const { id } = await ask<Upload>('POST', '/v1/media/uploads', {
    id: randomUUID(),
    size: bytes.length,
    ...settings,
  });
  await ask('PATCH', `/v1/media/uploads/${id}`, bytes, {
    'tus-resumable': '1.0.0',
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  });
  for (;;) {
    const { state, asset, problem } = await ask<Upload>('GET', `/v1/media/uploads/${id}/state`);
    if (asset) return asset;
    if (state === 'refused') throw new Error(`The seed's ${file} was refused: ${problem?.detail}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
