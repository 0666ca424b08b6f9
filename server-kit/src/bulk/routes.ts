import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { JOB_STATES, job, jobList, startBulk, type Job } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import { notFound } from '../errors.ts';
import type { AppEnv } from '../http/env.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, ONCE, problems } from '../http/openapi.ts';
import { cleanQuery, requireManager, routeGroup } from '../http/routes.ts';
import { checkAction } from './actions.ts';
import { checkFileLink } from './file-links.ts';
import { streamFile } from './files.ts';
import { cancelJob, createJob, hasFile, jobById, listJobs, presentJob, toJob, type JobRow } from './jobs.ts';
import { checkTarget } from './targets.ts';

const postJob = createRoute({
  method: 'post',
  path: '/jobs',
  operationId: 'startBulk',
  tags: ['jobs'],
  summary: 'Do one thing to many contacts',
  description:
    'It runs in the worker. Whom it is about is fixed when it starts. Deleting is for managers. `counts`: `updated` or `deleted`, `unchanged`, and `skipped` for whoever was deleted or merged meanwhile.',
  security: bearer,
  request: { headers: idempotencyKey, body: jsonBody(startBulk) },
  responses: {
    202: json(job, 'Waiting for the worker'),
    ...problems(
      'forbidden',
      'workflow_not_active',
      'not_found',
      'not_static',
      'invalid_filter',
      'filter_too_costly',
      'invalid_field',
      'invalid_birthday',
      'invalid_time_zone',
      'invalid_request',
      'job_not_startable',
      ...ONCE,
      'payload_too_large',
    ),
  },
});

const getJobs = createRoute({
  method: 'get',
  path: '/jobs',
  operationId: 'listJobs',
  tags: ['jobs'],
  summary: 'The newest hundred jobs',
  security: bearer,
  request: { query: z.object({ state: z.enum(JOB_STATES).optional() }) },
  responses: { 200: json(jobList, 'Newest first'), ...problems('invalid_request') },
});

const getJob = createRoute({
  method: 'get',
  path: '/jobs/{id}',
  operationId: 'getJob',
  tags: ['jobs'],
  summary: 'How far a job is',
  description: '`job.updated` in the feed tells of every change of state; between, ask once a second.',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(job, 'The job'), ...problems('not_found') },
});

const postCancel = createRoute({
  method: 'post',
  path: '/jobs/{id}/cancel',
  operationId: 'cancelJob',
  tags: ['jobs'],
  summary: 'Stop a job; what it has done stays',
  security: bearer,
  request: { params: idParam },
  responses: {
    200: json(job, 'As it is now; one that was over stays so'),
    ...problems('not_found', 'forbidden'),
  },
});

const getFile = createRoute({
  method: 'get',
  path: '/jobs/{id}/file',
  operationId: 'downloadExport',
  tags: ['jobs'],
  summary: 'What an export has written',
  security: bearer,
  request: { params: idParam },
  responses: {
    200: {
      description: 'The file; kept for seven days',
      content: { '*/*': { schema: z.string().meta({ format: 'binary' }) } },
    },
    ...problems('not_found', 'forbidden'),
  },
});

const getLinked = createRoute({
  method: 'get',
  path: '/files/{id}',
  operationId: 'getFile',
  tags: ['jobs'],
  summary: 'The file of a job, for a plain link',
  description: 'Asked with the signed link of a job’s `download`, without a token. It ends within the hour.',
  security: [],
  request: {
    params: idParam,
    query: z.object({ t: z.string().max(63), e: z.coerce.number().int(), s: z.string().max(64) }),
  },
  responses: {
    200: { description: 'The file', content: { '*/*': { schema: z.string().meta({ format: 'binary' }) } } },
    ...problems('not_found', 'invalid_request'),
  },
});

export function jobRoutes(context: KitContext): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(postJob, async (c) => {
    const { id, target, action } = c.req.valid('json');
    const { member, role } = c.var.session;
    if (action.type === 'enroll') requireManager(c.var.session, 'enroll many contacts at once');
    if (action.type === 'delete') requireManager(c.var.session, 'delete many contacts at once');
    const { body } = await once(context, c, async (tx) => {
      await checkAction(tx, action);
      await checkTarget(tx, target);
      const made = await createJob(
        tx,
        { id, kind: 'bulk', state: 'queued', name: null, settings: { action, target } },
        member,
      );
      const [row] = await jobById(tx, made);
      return { status: 202, body: toJob(context, row!, role) };
    });
    return c.json(body, 202);
  });

  app.openapi(getJobs, async (c) => {
    const { tenant, role } = c.var.session;
    const { state } = c.req.valid('query');
    const [rows] = await database.pipeline(tenant, (tx) => [listJobs(tx, state)]);
    return c.json({ items: rows.map((row) => toJob(context, row, role)) }, 200);
  });

  app.openapi(getJob, async (c) => {
    const { tenant, role } = c.var.session;
    const { id } = c.req.valid('param');
    const [[row]] = await database.pipeline(tenant, (tx) => [jobById(tx, id)]);
    return c.json(toJob(context, presentJob(row), role), 200);
  });

  app.openapi(postCancel, async (c) => {
    const { tenant, member, role } = c.var.session;
    const { id } = c.req.valid('param');
    const body = await database.transaction(tenant, async (tx): Promise<Job> => {
      const [before] = await jobById(tx, id);
      if (presentJob(before).member?.id !== member.id)
        requireManager(c.var.session, 'cancel a job of somebody else');
      await cancelJob(tx, id, member);
      const [row] = await jobById(tx, id);
      return toJob(context, row!, role);
    });
    return c.json(body, 200);
  });

  app.openapi(getFile, async (c) => {
    const { tenant } = c.var.session;
    const { id } = c.req.valid('param');
    requireManager(c.var.session, 'take data out');
    const [[row]] = await database.pipeline(tenant, (tx) => [jobById(tx, id)]);
    return fileOf(context, presentJob(row, 'export'));
  });

  app.openapi(getLinked, async (c) => {
    const { t: tenant, e, s } = cleanQuery(c.req.valid('query'));
    const { id } = c.req.valid('param');
    checkFileLink(context, { tenant, jobId: id }, e, s);
    const [[row]] = await database.pipeline(tenant, (tx) => [jobById(tx, id)]);
    return fileOf(context, presentJob(row));
  });

  return app;
}

/** The refused rows of `leads.txt` are CSV, whatever the file was called. */
const refusedName = (name: string | null) => `refused-${(name ?? 'rows').replace(/\.\w{1,5}$/, '')}.csv`;

/** What a job has written, as an answer. Throws `not_found`. */
export function fileOf({ database }: Pick<KitContext, 'database'>, job: JobRow): Response {
  if (!hasFile(job)) throw notFound('file');
  const name = job.kind === 'export' ? (job.name ?? 'export.csv') : refusedName(job.name);
  return new Response(streamFile(database, job.tenant_id, job.job_id), {
    headers: {
      'content-type': name.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
      // RFC 6266; names are ours and plain
      'content-disposition': `attachment; filename="${name.replace(/[^\w.-]/g, '_')}"`,
    },
  });
}
