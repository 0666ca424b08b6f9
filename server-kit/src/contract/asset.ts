import { z } from 'zod';
import { ASSET_KINDS, ASSET_STATES, LINK_PURPOSES, UPLOAD_STATES, VIEWERS } from './names.ts';
import { cursor, id, instant, memberRef, page } from './primitives.ts';
import { problem } from './problem.ts';

const assetName = z.string().trim().min(1).max(200);
const assetKey = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/)
  .meta({ description: 'What templates call it: `{{ asset.birthday.url }}`' });
const linkDays = z
  .int()
  .min(1)
  .max(3650)
  .nullable()
  .meta({ description: 'How long new links live, in days; null: for good' });

export const assetUsage = z
  .object({
    sent: z.int().nonnegative().meta({ description: 'Messages that carry it or a link to it' }),
    workflows: z.int().nonnegative(),
    views: z.int().nonnegative().meta({ description: 'By people; machines are not counted' }),
    viewers: z.int().nonnegative().meta({ description: 'Contacts who watched or opened it' }),
  })
  .meta({ id: 'AssetUsage' });

export const asset = z
  .object({
    id,
    kind: z.enum(ASSET_KINDS),
    name: z.string(),
    key: z.string().nullable(),
    state: z.enum(ASSET_STATES),
    reason: z.string().nullable().meta({ description: 'Why it was refused, in plain words' }),
    content_type: z.string(),
    size: z.int().meta({ description: 'Bytes' }),
    sha256: z.string().meta({ description: 'In hexadecimal' }),
    width: z.int().nullable().meta({ description: 'As it is shown, after rotation' }),
    height: z.int().nullable(),
    duration_ms: z.int().nullable(),
    video_codec: z.string().nullable(),
    audio_codec: z.string().nullable(),
    plays: z
      .enum(['everywhere', 'some', 'download'])
      .meta({ description: '`some`: HEVC and the like, which not every browser plays' }),
    file_url: z.string().meta({ description: 'For members’ browsers: signed, ends within 48 hours' }),
    poster_url: z.string().nullable(),
    captions_url: z.string().nullable(),
    url: z.string().meta({ description: 'The asset’s own link, which stays whatever file is behind it' }),
    download: z.boolean().meta({ description: 'Whether the play page offers the file' }),
    link_days: linkDays,
    usage: assetUsage,
    author: memberRef.nullable(),
    version: z.int().meta({ description: 'The ETag' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Asset' });
export type Asset = z.infer<typeof asset>;
export const assetPage = page(asset, 'AssetPage');

export const listAssetsQuery = z.object({
  q: z.string().max(200).optional().meta({ description: 'Part of a name' }),
  kind: z.enum(ASSET_KINDS).optional(),
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});
export type ListAssetsQuery = Partial<z.input<typeof listAssetsQuery>>;

export const updateAsset = z
  .object({
    name: assetName.optional(),
    key: assetKey.nullable().optional(),
    download: z.boolean().optional(),
    link_days: linkDays.optional(),
  })
  .meta({ id: 'UpdateAsset' });
export type UpdateAsset = z.input<typeof updateAsset>;

/** Said once, before the first byte; the bytes follow by tus (https://tus.io) at `url`. */
export const createUpload = z
  .object({
    id: id.optional().meta({ description: "The client's own id: the same id again is the same upload" }),
    name: assetName,
    size: z.int().nonnegative().meta({ description: 'Bytes; a file without any is refused' }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    purpose: z.enum(['asset', 'replace', 'poster', 'captions']).default('asset'),
    asset_id: id.optional().meta({ description: 'Whose file, poster or captions; left out for a new asset' }),
    key: assetKey.optional(),
    download: z.boolean().optional(),
    link_days: linkDays.optional(),
  })
  .meta({ id: 'CreateUpload' });
export type CreateUpload = z.input<typeof createUpload>;

/** Of a file that comes in one go; the body is the file. */
export const uploadFileQuery = z.object({
  id: id
    .optional()
    .meta({ description: "The client's own id of the asset: the same id again is the same asset" }),
  name: assetName.optional().meta({ description: 'Left out: as the form calls it' }),
  key: assetKey.optional(),
  download: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional(),
  link_days: z.coerce.number().int().min(1).max(3650).optional(),
});

export const upload = z
  .object({
    id,
    url: z.string().meta({ description: 'Where tus sends the bytes' }),
    state: z.enum(UPLOAD_STATES),
    name: z.string(),
    size: z.int(),
    received: z.int(),
    asset: asset.nullable().meta({ description: 'When it is done' }),
    problem: problem.nullable().meta({ description: 'Why it was refused' }),
    expires_at: instant,
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof upload>;

export const assetLink = z
  .object({
    id,
    asset_id: id,
    url: z.string(),
    purpose: z.enum(LINK_PURPOSES),
    contact_id: id.nullable(),
    message_id: id.nullable(),
    download: z.boolean(),
    expires_at: instant.nullable(),
    revoked_at: instant.nullable(),
    views: z.int().nonnegative(),
    watched: z.number().min(0).max(1).meta({ description: 'The largest share that one visit has played' }),
    created_at: instant,
  })
  .meta({ id: 'AssetLink' });
export type AssetLink = z.infer<typeof assetLink>;
export const assetLinkPage = page(assetLink, 'AssetLinkPage');

export const createLink = z
  .object({
    purpose: z.enum(LINK_PURPOSES).default('page'),
    contact_id: id.optional().meta({ description: 'Whose link it is: their views are theirs' }),
    download: z.boolean().optional().meta({ description: 'Left out: as the asset says' }),
    expires_at: instant
      .nullable()
      .optional()
      .meta({ description: 'Left out: as the asset says; null: never' }),
  })
  .meta({ id: 'CreateLink' });
export type CreateLink = z.input<typeof createLink>;

export const assetView = z
  .object({
    id,
    link_id: id,
    contact_id: id.nullable(),
    contact_name: z.string().nullable(),
    by: z.enum(VIEWERS),
    reason: z.string().nullable(),
    share: z.number().min(0).max(1),
    started_at: instant,
    seen_at: instant,
  })
  .meta({ id: 'AssetView' });
export type AssetView = z.infer<typeof assetView>;
export const assetViewPage = page(assetView, 'AssetViewPage');

export const listViewsQuery = z.object({
  by: z.enum(VIEWERS).optional(),
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});
export type ListViewsQuery = Partial<z.input<typeof listViewsQuery>>;

export const listLinksQuery = z.object({
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});
