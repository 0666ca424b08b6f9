import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { jobById, presentJob, tell, toJob, type JobRow } from '../bulk/jobs.ts';
import { fileOf } from '../bulk/routes.ts';
import { listFields } from '../contacts/fields.ts';
import type { Stages } from '../contacts/stages.ts';
import {
  importDetails,
  importPreview,
  job,
  startImport,
  uploadImportQuery,
  type ImportDetails,
  type Role,
} from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import type { AppEnv } from '../http/env.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { once } from '../http/idempotency.ts';
import { fileOfForm, isForm } from '../http/multipart.ts';
import { cleanQuery, requireManager, routeGroup } from '../http/routes.ts';
import type { CsvRecord } from './csv-read.ts';
import { proposeMapping } from './detect.ts';
import { previewImport, type ImportSettings } from './imports.ts';
import { checkSettings } from './rows.ts';
import { recordsFrom, takeUpload, tooLarge } from './upload.ts';

const file = z.string().meta({ format: 'binary' });

const postImport = createRoute({
  method: 'post',
  path: '/imports',
  operationId: 'uploadImport',
  tags: ['jobs'],
  summary: 'Upload a CSV file of contacts',
  description:
    'The body is the file, as it is, or a form with it (the first file counts), at most 200 MB. Encoding and delimiter are found out. The job waits for its mapping for seven days.',
  security: bearer,
  request: {
    query: uploadImportQuery,
    body: {
      content: {
        'text/csv': { schema: file },
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
    201: json(importDetails, 'What it holds, and a proposed mapping'),
    ...problems('invalid_file', 'payload_too_large', 'invalid_request', 'job_not_startable'),
  },
});

const getImport = createRoute({
  method: 'get',
  path: '/imports/{id}',
  operationId: 'getImport',
  tags: ['jobs'],
  summary: 'What an import’s file holds, and how far it is',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(importDetails, 'The import'), ...problems('not_found') },
});

const postPreview = createRoute({
  method: 'post',
  path: '/imports/{id}/preview',
  operationId: 'previewImport',
  tags: ['jobs'],
  summary: 'What would become of the first twenty rows',
  security: bearer,
  request: { params: idParam, body: jsonBody(startImport) },
  responses: {
    200: json(importPreview, 'Row by row'),
    ...problems('not_found', 'job_not_startable', 'invalid_request', 'payload_too_large'),
  },
});

const postStart = createRoute({
  method: 'post',
  path: '/imports/{id}/start',
  operationId: 'startImport',
  tags: ['jobs'],
  summary: 'Start an import',
  description:
    '`counts`: `created`, `updated`, `unchanged`, `skipped`, `consented`, and `opted_out`. Whoever has opted out stays so, whatever the file says.',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey, body: jsonBody(startImport) },
  responses: {
    202: json(job, 'Waiting for the worker'),
    ...problems(
      'not_found',
      'forbidden',
      'job_not_startable',
      'invalid_request',
      'payload_too_large',
      'idempotency_mismatch',
      'idempotency_in_progress',
    ),
  },
});

const getProblems = createRoute({
  method: 'get',
  path: '/imports/{id}/problems.csv',
  operationId: 'downloadImportProblems',
  tags: ['jobs'],
  summary: 'The refused rows as they were, each with its line and what is wrong',
  security: bearer,
  request: { params: idParam },
  responses: { 200: { description: 'CSV', content: { '*/*': { schema: file } } }, ...problems('not_found') },
});

export function importRoutes(context: KitContext, stages: Stages): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(postImport, async (c) => {
    const { tenant, member, role } = c.var.session;
    const { id, name } = cleanQuery(c.req.valid('query'));
    if (Number(c.req.header('content-length') ?? 0) > LARGEST_REQUEST) throw tooLarge();
    const type = c.req.header('content-type') ?? '';
    const stream = c.req.raw.body;
    const form = isForm(type) ? await fileOfForm(stream, type) : null;
    const body: AsyncIterable<Uint8Array> = form?.bytes ?? stream ?? (async function* () {})();
    const called = name || form?.name?.slice(0, 200) || null;
    const made = await takeUpload(database, tenant, { id, name: called, body }, member);
    return c.json(await database.transaction(tenant, (tx) => detailsOf(context, tx, made, role)), 201);
  });

  app.openapi(getImport, async (c) => {
    const { tenant, role } = c.var.session;
    const { id } = c.req.valid('param');
    return c.json(await database.transaction(tenant, (tx) => detailsOf(context, tx, id, role)), 200);
  });

  app.openapi(postPreview, async (c) => {
    const { tenant } = c.var.session;
    const { id } = c.req.valid('param');
    const settings = c.req.valid('json');
    const [[row]] = await database.pipeline(tenant, (tx) => [jobById(tx, id)]);
    const { facts } = startable(row, settings);
    const records: CsvRecord[] = [];
    for await (const batch of recordsFrom(database, tenant, row!.file_id!, facts, facts.body)) {
      records.push(...batch);
      if (records.length >= PREVIEW_ENOUGH) break;
    }
    const body = await database.transaction(tenant, (tx) =>
      previewImport(tx, records, facts.header, settings, stages),
    );
    return c.json(body, 200);
  });

  app.openapi(postStart, async (c) => {
    const { member, role } = c.var.session;
    const { id } = c.req.valid('param');
    const settings = c.req.valid('json');
    if (settings.consent) requireManager(c.var.session, 'opt people in on their behalf');
    const { body } = await once(context, c, async (tx) => {
      const { sql, tenant } = tx;
      const [row] = await sql<JobRow[]>`
        select * from bulk_jobs where tenant_id = ${tenant} and job_id = ${id} for no key update`;
      startable(row, settings);
      await Promise.all([
        sql`update bulk_jobs set state = 'queued', member = ${sql.json(member)},
            settings = settings || ${sql.json({ start: settings })}
          where tenant_id = ${tenant} and job_id = ${id}`,
        sql`update bulk_leases set due_at = moment(), tries = 0 where tenant_id = ${tenant} and job_id = ${id}`,
        tell(tx, id, 'import', 'queued', member),
      ]);
      const [now] = await jobById(tx, id);
      return { status: 202, body: toJob(context, now!, role) };
    });
    return c.json(body, 202);
  });

  app.openapi(getProblems, async (c) => {
    const { tenant } = c.var.session;
    const { id } = c.req.valid('param');
    const [[row]] = await database.pipeline(tenant, (tx) => [jobById(tx, id)]);
    return fileOf(context, presentJob(row, 'import'));
  });

  return app;
}

/** Bytes; the stream itself is counted too. */
const LARGEST_REQUEST = 200 * 1024 * 1024;
const PREVIEW_ENOUGH = 20;

/** Throws `not_found`, `job_not_startable`, `invalid_request`. */
function startable(row: JobRow | undefined, settings: z.infer<typeof startImport>): ImportSettings {
  const { state, settings: own } = presentJob(row, 'import');
  if (state !== 'waiting') {
    throw new ProblemError(
      'job_not_startable',
      'This import was started before. Upload the file again for another.',
    );
  }
  const known = own as unknown as ImportSettings;
  checkSettings(settings, known.facts.header.length);
  return known;
}

async function detailsOf(context: KitContext, tx: Tx, id: string, role: Role): Promise<ImportDetails> {
  const [[row], fields] = await Promise.all([jobById(tx, id), listFields(tx)]);
  const found = presentJob(row, 'import');
  const { facts, start = null } = found.settings as unknown as ImportSettings;
  const keys = fields.filter((field) => !field.archived).map((field) => field.key);
  const proposed = proposeMapping(facts.header, keys);
  return {
    job: toJob(context, found, role),
    encoding: facts.encoding,
    delimiter: facts.delimiter,
    columns: facts.header.map((name, index) => ({
      name,
      samples: facts.samples.flatMap((row) => row[index] || []),
      proposed: proposed[index]!,
    })),
    rows: facts.samples,
    settings: start,
  };
}
