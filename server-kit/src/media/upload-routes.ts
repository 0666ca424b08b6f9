import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  asset,
  createUpload,
  upload,
  uploadFileQuery,
  type Asset,
  type AssetKind,
  type CreateUpload,
  type Upload,
} from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import type { ClientBindings } from '../http/client-address.ts';
import type { AppEnv } from '../http/env.ts';
import { etag } from '../http/etag.ts';
import { once } from '../http/idempotency.ts';
import { fileOfForm, isForm } from '../http/multipart.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { cleanQuery, routeGroup } from '../http/routes.ts';
import { newId } from '../ids.ts';
import type { Session } from '../tenancy/tokens.ts';
import { assetById, checkKey, createAsset, presentAsset, readAssets, toAsset } from './assets.ts';
import { keyFor, limitFor, storeBytes } from './bytes.ts';
import { checkSize, kindOfName, refused } from './examine.ts';
import { ringFor, stateFor } from './processing.ts';
import { readUpload } from './uploads/finish.ts';
import { insertDone, insertUpload, uploadById, type UploadRow } from './uploads/rows.ts';
import { tusUploads } from './uploads/tus.ts';

const REFUSALS = ['file_refused', 'payload_too_large', 'storage_full', 'asset_key_taken'] as const;
const file = z.string().meta({ format: 'binary' });

const postUpload = createRoute({
  method: 'post',
  path: '/media/uploads',
  operationId: 'createUpload',
  tags: ['media'],
  summary: 'Begin an upload that can be interrupted',
  description:
    'The bytes follow by tus (HEAD and PATCH at `url`, DELETE to give it up), in pieces of 16 to 32 MiB. It may be resumed for two days.',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(createUpload) },
  responses: {
    201: json(upload, 'Waiting for its bytes'),
    ...problems(
      'not_found',
      'invalid_request',
      'idempotency_mismatch',
      'idempotency_in_progress',
      ...REFUSALS,
    ),
  },
});

const getState = createRoute({
  method: 'get',
  path: '/media/uploads/{id}/state',
  operationId: 'getUpload',
  tags: ['media'],
  summary: 'How far an upload is, and what has become of it',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(upload, 'The upload'), ...problems('not_found') },
});

const patchUpload = createRoute({
  method: 'patch',
  path: '/media/uploads/{id}',
  operationId: 'sendBytes',
  tags: ['media'],
  summary: 'Bytes of an upload (tus)',
  description: 'The answer to the last ones says whether the file can be used: 204, or why not.',
  security: bearer,
  request: {
    params: idParam,
    // looked at by @tus/server
    body: {
      content: { 'application/offset+octet-stream': { schema: { type: 'string', format: 'binary' } } },
    },
  },
  responses: {
    204: { description: 'Stored', headers: { 'upload-offset': { schema: { type: 'integer' } } } },
    ...problems('not_found', 'invalid_request', 'upload_moved', 'upload_ended', ...REFUSALS),
  },
});

const headUpload = createRoute({
  method: 'head',
  path: '/media/uploads/{id}',
  operationId: 'askUpload',
  tags: ['media'],
  summary: 'Where an upload goes on (tus)',
  security: bearer,
  request: { params: idParam },
  responses: {
    200: { description: 'In its headers', headers: { 'upload-offset': { schema: { type: 'integer' } } } },
    ...problems('not_found', 'invalid_request', 'upload_ended', ...REFUSALS),
  },
});

const deleteUpload = createRoute({
  method: 'delete',
  path: '/media/uploads/{id}',
  operationId: 'cancelUpload',
  tags: ['media'],
  summary: 'Give an upload up (tus)',
  security: bearer,
  request: { params: idParam },
  responses: { 204: { description: 'Gone' }, ...problems('not_found') },
});

const whole = (path: string, operationId: string, summary: string) =>
  createRoute({
    method: 'post',
    path,
    operationId,
    tags: ['media'],
    summary,
    description:
      'The body is the file, as it is, or a form with it (the first file counts). The same `id` again is the same asset. For large files and poor lines: `POST /media/uploads`.',
    security: bearer,
    request: {
      query: uploadFileQuery,
      body: {
        content: {
          'application/octet-stream': { schema: file },
          // not of zod: that would have the whole form read before anybody looks at it
          'multipart/form-data': {
            schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } },
          },
        },
        required: true,
      },
    },
    responses: {
      201: json(asset, 'Ready, unless it says otherwise'),
      ...problems('invalid_file', 'invalid_request', ...REFUSALS),
    },
  });
const postFile = whole('/media/upload', 'uploadFile', 'Upload a file in one go');
const postVideo = whole('/media/upload-video', 'uploadVideo', 'Upload a video in one go');

export function uploadRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database, media } = context;
  const app = routeGroup();
  const tus = tusUploads(context);

  app.openapi(postUpload, async (c) => {
    const wanted = c.req.valid('json');
    const { tenant } = c.var.session;
    const { limit, kind } = await limitFor(context, tenant, wanted.name, wantedKind(wanted.purpose));
    if (wanted.size === 0) throw refused('The file is empty. Choose it again.');
    checkSize(wanted.size, limit, kind);
    const { body } = await once(context, c, async (tx) => ({
      status: 201,
      body: await beginUpload(context, tx, wanted, c.var.session),
    }));
    return c.json(body, 201);
  });

  app.openapi(getState, async (c) => {
    const { tenant, member } = c.var.session;
    const row = await readUpload(database, tenant, c.req.valid('param').id);
    if (row?.author.id !== member.id) throw notFound('upload');
    const [[made]] =
      row.state === 'done'
        ? await database.pipeline(tenant, (tx) => [readAssets(tx, { id: row.asset_id })])
        : [[]];
    return c.json(toUpload(context, row, made ? toAsset(context, tenant, made) : null), 200);
  });

  const byTus = async (c: Context<AppEnv>, id: string) => {
    const { tenant, member } = c.var.session;
    const { incoming } = (c.env ?? {}) as Partial<ClientBindings>;
    // what a host's body parser has read is in the request alone
    const fresh = incoming?.readableDidRead === false ? incoming : undefined;
    return (await tus.handle(c.req.raw, { tenant, member: member.id }, id, fresh)) as never;
  };
  app.openapi(patchUpload, (c) => byTus(c, c.req.valid('param').id));
  app.openapi(deleteUpload, (c) => byTus(c, c.req.valid('param').id));
  app.openAPIRegistry.registerPath(headUpload);
  // Hono asks the GET route for HEAD, and GET itself would be half a file
  app.get('/media/uploads/:id', (c) => {
    const { success, data } = idParam.safeParse(c.req.param());
    if (c.req.method !== 'HEAD' || !success) throw notFound('upload');
    return byTus(c, data.id);
  });

  app.openapi(postFile, async (c) => {
    const made = await take(c.req.raw, c.var.session, cleanQuery(c.req.valid('query')));
    c.header('etag', etag(made));
    return c.json(made, 201);
  });

  app.openapi(postVideo, async (c) => {
    const made = await take(c.req.raw, c.var.session, cleanQuery(c.req.valid('query')), 'video');
    c.header('etag', etag(made));
    return c.json(made, 201);
  });

  async function take(
    request: Request,
    { tenant, member }: Session,
    { id = newId(), name, key, ...settings }: z.output<typeof uploadFileQuery>,
    kind?: AssetKind,
  ): Promise<Asset> {
    const before = await database.transaction(tenant, async (tx) => {
      const [known] = await readAssets(tx, { id });
      if (!known) await checkKey(tx, key, id);
      return known;
    });
    if (before) return toAsset(context, tenant, before);
    const type = request.headers.get('content-type') ?? '';
    const form = isForm(type) ? await fileOfForm(request.body, type) : null;
    const called = (name ?? form?.name ?? '').slice(0, 200).trim() || 'File';
    const stored = await storeBytes(context, tenant, {
      bytes: form?.bytes ?? request.body ?? (async function* () {})(),
      name: called,
      kind,
    });
    const made = await database.transaction(tenant, async (tx) => {
      const { fileId, size } = stored;
      const state = stateFor(media, stored);
      const options = { key, download: settings.download, linkDays: settings.link_days, state };
      const asset = { id, kind: stored.kind as AssetKind, name: called, fileId, ...options };
      const isNew = await createAsset(tx, asset, member);
      if (isNew && stored.kind === 'video' && media.options.converter !== null) {
        const uploadId = newId();
        const storageKey = keyFor(tenant, called);
        await insertDone(tx, {
          id: uploadId,
          assetId: id,
          name: called,
          size,
          key: storageKey,
          author: member,
        });
        await ringFor(tx, media, stored, uploadId);
      }
      return assetById(tx, id);
    });
    return toAsset(context, tenant, made);
  }

  return app;
}

const wantedKind = (purpose: UploadRow['purpose']) =>
  purpose === 'poster' ? 'picture' : purpose === 'captions' ? 'captions' : undefined;

/** Throws `not_found`, `invalid_request`, `asset_key_taken`. The same id again is the same upload. */
async function beginUpload(
  context: KitContext,
  tx: Tx,
  wanted: CreateUpload & { purpose: UploadRow['purpose'] },
  { tenant, member }: Session,
): Promise<Upload> {
  const { id = newId(), name, size, sha256, purpose, key, download, link_days } = wanted;
  const [known] = await uploadById(tx, id);
  if (known) {
    const isSame = known.name === name && known.size === size && known.purpose === purpose;
    if (known.author.id === member.id && isSame) return toUpload(context, known, null);
    throw idTaken();
  }
  let assetId = newId();
  if (purpose !== 'asset') {
    if (wanted.asset_id === undefined) {
      throw new ProblemError('invalid_request', 'Say whose it is: asset_id.', 'asset_id');
    }
    assetId = presentAsset((await readAssets(tx, { id: wanted.asset_id }))[0]).asset_id;
  }
  await checkKey(tx, key, assetId);
  const [made] = await insertUpload(tx, {
    id,
    assetId,
    purpose,
    name,
    size,
    key: keyFor(tenant, name),
    sha256: sha256 === undefined ? null : Buffer.from(sha256, 'hex'),
    settings: { key, download, link_days, claimed: kindOfName(name) },
    author: member,
  });
  if (!made) throw idTaken();
  const [row] = await uploadById(tx, id);
  return toUpload(context, row!, null);
}

function idTaken(): ProblemError {
  return new ProblemError(
    'invalid_request',
    'There is already an upload with this id. Make a new id for it.',
    'id',
  );
}

function toUpload({ mountPath }: Pick<KitContext, 'mountPath'>, row: UploadRow, made: Asset | null): Upload {
  return {
    id: row.upload_id,
    url: `${mountPath}/v1/media/uploads/${row.upload_id}`,
    state: row.state,
    name: row.name,
    size: row.size,
    received: row.received,
    asset: made,
    problem: row.problem,
    expires_at: row.expires_at,
  };
}
