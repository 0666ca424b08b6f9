/** The in-memory server's end of files: it keeps their names and facts, and forgets their bytes. */
import type {
  Asset,
  AssetLink,
  AssetView,
  Message,
  SendMessage,
  Upload,
} from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { kindOf } from '../stores/transfer.ts';
import type { FakeOptions } from './fake-types.ts';
import type { World } from './fake-world.ts';
import { ANA, fakeId } from './people.ts';

type Methods =
  | 'listAssets'
  | 'getAsset'
  | 'updateAsset'
  | 'deleteAsset'
  | 'createUpload'
  | 'getUpload'
  | 'sendBytes'
  | 'cancelUpload'
  | 'listAssetLinks'
  | 'createAssetLink'
  | 'revokeLink'
  | 'listAssetViews';

const MB = 1_000_000;
/** As much as the in-memory server takes. */
const LIMIT = 2048 * MB;
/** How much of a file arrives before anything can go wrong. */
const FIRST = 0.4;

const UNUSED = { sent: 0, workflows: 0, views: 0, viewers: 0 };
const VIDEO = {
  kind: 'video',
  content_type: 'video/mp4',
  width: 1280,
  height: 720,
  video_codec: 'h264',
  audio_codec: 'aac',
  poster_url: '/fixtures/photo.svg',
} as const;
const NAMED: readonly Partial<Asset>[] = [
  {
    ...VIDEO,
    name: '14 Maple Court, walkthrough',
    duration_ms: 124_000,
    size: 18.4 * MB,
    usage: { sent: 214, workflows: 3, views: 131, viewers: 97 },
  },
  {
    ...VIDEO,
    name: 'Happy birthday from all of us',
    key: 'birthday',
    duration_ms: 21_000,
    size: 6.1 * MB,
    usage: { sent: 38, workflows: 1, views: 30, viewers: 29 },
  },
  {
    kind: 'document',
    name: 'Welcome packet',
    key: 'welcome',
    content_type: 'application/pdf',
    size: 0.9 * MB,
    usage: { sent: 412, workflows: 1, views: 305, viewers: 288 },
  },
  { name: 'Front of the house', content_type: 'image/jpeg', size: 2.2 * MB, width: 1600, height: 1200 },
  {
    ...VIDEO,
    name: 'Neighbourhood tour, the long one with the lake and the school',
    content_type: 'video/quicktime',
    video_codec: 'hevc',
    plays: 'some',
    poster_url: null,
    duration_ms: 754_000,
    size: 640 * MB,
    key: null,
  },
  { kind: 'audio', name: 'Greeting', content_type: 'audio/mpeg', duration_ms: 9_000, size: 0.2 * MB },
];

export function fakeMedia(
  { answer, missing, emit, nextNumber, now, people }: World,
  { assets: count = 0 }: FakeOptions,
): {
  methods: Pick<PatchbayClient, Methods>;
  /** What a message carries of an asset. */
  sent: (asked: NonNullable<SendMessage['assets']>[number]) => Message['media'][number];
} {
  let assets: Asset[] = [];
  const uploads = new Map<
    string,
    { upload: Upload; purpose: string; assetId: string | null; head: string; kind: Asset['kind'] }
  >();
  const links = new Map<string, AssetLink[]>();

  const add = (given: Partial<Asset>, ago = 0): Asset => {
    const id = fakeId('f', nextNumber());
    const at = new Date(now() - ago).toISOString();
    const kind = given.kind ?? 'picture';
    const made: Asset = {
      id,
      kind,
      name: 'File',
      key: null,
      state: 'ready',
      reason: null,
      content_type: 'image/jpeg',
      size: MB,
      sha256: id.replaceAll('-', '').padEnd(64, '0'),
      width: null,
      height: null,
      duration_ms: null,
      video_codec: null,
      audio_codec: null,
      plays: kind === 'document' ? 'download' : 'everywhere',
      file_url:
        kind === 'picture' ? '/fixtures/photo.svg' : `/fixtures/${kind === 'video' ? 'clip.webm' : id}`,
      poster_url: kind === 'picture' ? '/fixtures/photo.svg' : null,
      captions_url: null,
      url: `https://harbor.video/m/${id.slice(-6)}`,
      download: false,
      link_days: null,
      usage: UNUSED,
      author: ANA,
      version: 1,
      created_at: at,
      updated_at: at,
      ...given,
    };
    made.size = Math.round(made.size);
    assets = [made, ...assets];
    return made;
  };
  for (let n = count - 1; n >= 0; n -= 1) {
    const named = NAMED[n % NAMED.length]!;
    const again = Math.floor(n / NAMED.length);
    add(
      { ...named, ...(again > 0 && { name: `${named.name} ${again + 1}`, key: null }) },
      n * 31 * 3_600_000,
    );
  }
  const held = (id: string): Asset => {
    const found = assets.find((each) => each.id === id);
    if (!found) throw missing();
    return found;
  };
  const change = (id: string, patch: Partial<Asset>): Asset => {
    const next = { ...held(id), ...patch, version: held(id).version + 1 };
    assets = assets.map((each) => (each.id === id ? next : each));
    emit({ type: 'asset.updated', data: { asset_id: id, name: next.name, kind: next.kind } });
    return next;
  };
  const uploadOf = (id: string) => {
    const found = uploads.get(id);
    if (!found) throw missing();
    return found;
  };

  /** All bytes are there: what is it? */
  const finish = (id: string): void => {
    const one = uploadOf(id);
    const { upload, purpose, assetId, head, kind } = one;
    if (head.startsWith('<')) {
      const detail = 'This is a web page, whatever its name says. Upload a video, a picture or a PDF.';
      const problem = {
        type: 'about:blank',
        title: 'This file cannot be used',
        status: 422,
        detail,
        code: 'file_refused',
      };
      one.upload = { ...upload, state: 'refused', problem: problem as Upload['problem'] };
      return;
    }
    const facts = {
      size: upload.size,
      kind,
      ...(kind === 'video' && { ...VIDEO, poster_url: null, duration_ms: 8_000 }),
    };
    let asset: Asset;
    if (purpose === 'poster') asset = change(assetId!, { poster_url: '/fixtures/photo.svg' });
    else if (purpose === 'captions') asset = change(assetId!, { captions_url: '/fixtures/captions.vtt' });
    else if (assetId !== null)
      asset = change(assetId, { ...facts, updated_at: new Date(now()).toISOString() });
    else {
      asset = add({ ...facts, name: upload.name });
      emit({ type: 'asset.created', data: { asset_id: asset.id, name: asset.name, kind: asset.kind } });
    }
    one.upload = { ...upload, state: 'done', asset };
  };

  const view = (asset: Asset, n: number): AssetView => {
    const person = people[n % Math.max(1, people.length)];
    const at = new Date(now() - n * 5_400_000 - 600_000).toISOString();
    return {
      id: fakeId('e', n + 1),
      link_id: asset.id,
      contact_id: person?.contact.id ?? null,
      contact_name: person?.contact.name ?? null,
      by: 'human',
      reason: null,
      share: [1, 0.78, 0.5, 0.12][n % 4]!,
      started_at: at,
      seen_at: at,
    };
  };

  const methods: Pick<PatchbayClient, Methods> = {
    listAssets: (query = {}, o) =>
      answer(
        'listAssets',
        [query],
        () => {
          const { q = '', kind, after, limit = 30 } = query;
          const found = assets.filter(
            (each) =>
              (kind === undefined || each.kind === kind) && each.name.toLowerCase().includes(q.toLowerCase()),
          );
          const [skip, size] = [Number(after ?? 0), Number(limit)];
          return {
            items: found.slice(skip, skip + size),
            next: found.length > skip + size ? String(skip + size) : null,
          };
        },
        o?.signal,
      ),
    getAsset: (id, o) => answer('getAsset', [id], () => held(id), o?.signal),
    updateAsset: (id, patch, version) =>
      answer('updateAsset', [id, patch, version], () => {
        if (patch.key && assets.some((each) => each.key === patch.key && each.id !== id))
          throw new ApiError(
            'asset_key_taken',
            409,
            'Another file has this key. Choose a different one.',
            'key',
          );
        return change(id, patch);
      }),
    deleteAsset: (id, force) =>
      answer('deleteAsset', [id, force], () => {
        const { usage, name, kind } = held(id);
        if (!force && usage.sent + usage.workflows > 0)
          throw new ApiError('asset_in_use', 409, 'It is sent by workflows.');
        assets = assets.filter((each) => each.id !== id);
        emit({ type: 'asset.deleted', data: { asset_id: id, name, kind } });
      }),
    createUpload: (body) =>
      answer('createUpload', [body], () => {
        const id = body.id ?? fakeId('4', nextNumber());
        const known = uploads.get(id);
        if (known) return known.upload;
        if (body.size > LIMIT)
          throw new ApiError(
            'payload_too_large',
            413,
            'A video can have 2 GB at most. Record it shorter, or smaller.',
          );
        const upload: Upload = {
          id,
          url: `/v1/media/uploads/${id}`,
          state: 'open',
          name: body.name,
          size: body.size,
          received: 0,
          asset: null,
          problem: null,
          expires_at: new Date(now() + 86_400_000).toISOString(),
        };
        uploads.set(id, {
          upload,
          purpose: body.purpose ?? 'asset',
          assetId: body.asset_id ?? null,
          head: '',
          kind: 'video',
        });
        return upload;
      }),
    getUpload: (id, o) => answer('getUpload', [id], () => uploadOf(id).upload, o?.signal),
    async sendBytes(id, bytes, { signal, onProgress } = {}) {
      const head = await bytes.slice(0, 64).text();
      const stopped = new Promise<never>((_, reject) => {
        const stop = () => reject(new ApiError('aborted', 0, ''));
        if (signal?.aborted) stop();
        signal?.addEventListener('abort', stop, { once: true });
      });
      // one that was canceled meanwhile ends below, and nobody hears of this
      stopped.catch(() => undefined);
      const one = uploadOf(id);
      one.head = head;
      one.kind = kindOf(bytes.type, '') ?? 'video';
      one.upload = { ...one.upload, received: Math.max(one.upload.received, Math.round(bytes.size * FIRST)) };
      onProgress?.(one.upload.received);
      await Promise.race([answer('sendBytes', [id, bytes.size], () => undefined, signal), stopped]);
      one.upload = { ...one.upload, received: bytes.size };
      onProgress?.(bytes.size);
      finish(id);
    },
    cancelUpload: (id) => answer('cancelUpload', [id], () => void uploads.delete(id)),
    listAssetLinks: (id, o) =>
      answer('listAssetLinks', [id], () => ({ items: links.get(id) ?? [], next: null }), o?.signal),
    createAssetLink: (id, body = {}) =>
      answer('createAssetLink', [id, body], () => {
        const made: AssetLink = {
          id: fakeId('3', nextNumber()),
          asset_id: id,
          url: `https://harbor.video/m/x${nextNumber()}`,
          purpose: body.purpose ?? 'page',
          contact_id: body.contact_id ?? null,
          message_id: null,
          download: body.download ?? held(id).download,
          expires_at: body.expires_at ?? null,
          revoked_at: null,
          views: 0,
          watched: 0,
          created_at: new Date(now()).toISOString(),
        };
        links.set(id, [made, ...(links.get(id) ?? [])]);
        return made;
      }),
    revokeLink: (id) =>
      answer('revokeLink', [id], () => {
        for (const [asset, all] of links) {
          const revoked_at = new Date(now()).toISOString();
          links.set(
            asset,
            all.map((each) => (each.id === id ? { ...each, revoked_at } : each)),
          );
        }
      }),
    listAssetViews: (id, query = {}, o) =>
      answer(
        'listAssetViews',
        [id, query],
        () => ({
          items: Array.from({ length: Math.min(4, held(id).usage.views) }, (_, n) => view(held(id), n)),
          next: null,
        }),
        o?.signal,
      ),
  };
  return {
    methods,
    sent({ id, as = 'auto' }) {
      const { content_type, name, size, duration_ms, poster_url, file_url, kind, url } = held(id);
      const attached = as === 'attachment' || (as === 'auto' && kind === 'picture' && size <= 5 * MB);
      return {
        url: attached ? file_url : url,
        content_type,
        name,
        size,
        ...(duration_ms !== null && { duration_ms }),
        ...(poster_url !== null && { poster_url }),
        asset_id: id,
        sent_as: attached ? 'attachment' : 'link',
      };
    },
  };
}
