/** The bytes of a file for members' browsers. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../../context.ts';
import { ProblemError } from '../../errors.ts';
import type { AppEnv } from '../../http/env.ts';
import { problems } from '../../http/openapi.ts';
import { routeGroup } from '../../http/routes.ts';
import { StorageError } from '../storage/storage.ts';
import { checkFileUrl } from './file-links.ts';
import { fileName, serveFile, type ServingContext } from './serve.ts';

const binary = { '*/*': { schema: z.string().meta({ format: 'binary' }) } };

const getFile = createRoute({
  method: 'get',
  path: '/media/files/{id}',
  operationId: 'getMediaFile',
  tags: ['assets'],
  summary: 'The bytes of a file',
  description:
    'Asked with the signed link of an asset or a message, without a token. Ranges, ETags and HEAD as RFC 9110 has them; `download` makes a browser keep it.',
  security: [],
  request: {
    params: z.object({ id: z.uuid() }),
    query: z.object({
      t: z.string().max(63),
      e: z.coerce.number().int(),
      s: z.string().max(64),
      download: z.string().optional(),
    }),
  },
  responses: {
    200: { description: 'The file', content: binary },
    206: { description: 'The part that was asked for', content: binary },
    304: { description: 'Not changed' },
    412: { description: 'Another file than `If-Match` says' },
    416: { description: 'There is no such part' },
    ...problems('not_found', 'invalid_request'),
  },
});

export function fileRoutes(context: KitContext & ServingContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(getFile, async (c) => {
    const { id } = c.req.valid('param');
    const { t: tenant, e: end, s: signature, download } = c.req.valid('query');
    checkFileUrl(context, { tenant, fileId: id, end, signature });
    const [[file]] = await database.pipeline(tenant, ({ sql }) => [
      sql<{ key: string; size: string; sha256: string; type: string; created_at: string; name: string }[]>`
        select storage_key as key, size, encode(sha256, 'hex') as sha256, content_type as type, created_at,
          coalesce((select name from assets a where a.tenant_id = f.tenant_id and a.file_id = f.file_id
            order by asset_id limit 1), 'file') as name
        from files f where tenant_id = ${tenant} and file_id = ${id}`,
    ]);
    if (!file) throw gone();
    try {
      return await serveFile(context, c.req.raw, {
        storageKey: file.key,
        size: Number(file.size),
        sha256: file.sha256,
        contentType: file.type,
        name: fileName(file.name, file.type),
        download: download !== undefined,
        modified: new Date(file.created_at),
        // a file's bytes never change, and the link is another one tomorrow
        maxAge: 86_400,
        // the host's pages may stand on another site than the kit; the signature is what protects it
        embeddable: 'cross-origin',
      });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      throw error.reason === 'missing'
        ? gone()
        : new ProblemError('unavailable', 'The storage of files cannot be reached. Try again shortly.');
    }
  });

  return app;
}

const gone = () => new ProblemError('not_found', 'This file is not there any more.');
