/**
 * The Hono app: middleware in order, then every domain's routes. Paths in here are without the mount path.
 *
 * Nothing here looks at Host or X-Forwarded-*: behind a proxy they are whatever the proxy or the client made of them.
 */
import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors as corsMiddleware } from 'hono/cors';
import { belongings } from '../belongings.ts';
import { enrollSegment } from '../bulk/enroll-segment.ts';
import { jobRoutes } from '../bulk/routes.ts';
import { checkTarget, conditionFor } from '../bulk/targets.ts';
import { suppressionRoutes } from '../consent/list-routes.ts';
import { pageRoutes } from '../consent/page-routes.ts';
import { consentRoutes } from '../consent/routes.ts';
import { contactFieldRoutes } from '../contacts/field-routes.ts';
import { contactMergeRoutes } from '../contacts/merge-routes.ts';
import { contactRoutes } from '../contacts/routes.ts';
import type { KitContext } from '../context.ts';
import { ProblemError } from '../errors.ts';
import { exportRoutes } from '../exchange/export-routes.ts';
import { importRoutes } from '../exchange/import-routes.ts';
import { filterRoutes } from '../filters/routes.ts';
import { assetRoutes } from '../media/asset-routes.ts';
import { uploadRoutes } from '../media/upload-routes.ts';
import { linkRoutes } from '../media/link-routes.ts';
import { linkPages } from '../media/play/page-routes.ts';
import { fileRoutes } from '../media/serve/file-routes.ts';
import { cancelQueuedTo } from '../messaging/cancel.ts';
import { conversationRoutes } from '../messaging/conversation-routes.ts';
import { sendPlainly } from '../messaging/messages.ts';
import { messagingRoutes } from '../messaging/routes.ts';
import { noteRoutes } from '../notes/routes.ts';
import { notificationRoutes } from '../notifications/routes.ts';
import { stageKeeper } from '../pipeline/follow.ts';
import { pipelineRoutes } from '../pipeline/routes.ts';
import { segmentRoutes } from '../segments/routes.ts';
import { sign } from '../signing.ts';
import { taskRoutes } from '../tasks/routes.ts';
import { memberRegister } from '../tenancy/members.ts';
import { enrollmentRoutes } from '../workflows/enrollment-routes.ts';
import { enrollPreviewRoutes } from '../workflows/enroll-preview-routes.ts';
import { failureRoutes } from '../workflows/failure-routes.ts';
import { workflowRoutes } from '../workflows/routes.ts';
import { workflowVersionRoutes } from '../workflows/version-routes.ts';
import { simulateRoutes } from '../workflows/simulate-routes.ts';
import { tenancyRoutes } from '../tenancy/routes.ts';
import { tokenKeeper, type Session } from '../tenancy/tokens.ts';
import { timelineRoutes } from '../timeline/routes.ts';
import { hookRoutes } from '../workflows/triggers/hook-routes.ts';
import { toldEventRoutes } from '../workflows/triggers/told-routes.ts';
import { trackedPages } from '../workflows/links/tracked-routes.ts';
import { templateRoutes } from '../workflows/templates/template-routes.ts';
import { cleanJson, mayNeedCleaning } from './clean.ts';
import { openApiDocument } from './document.ts';
import type { AppEnv } from './env.ts';
import { getFeed } from './feed-route.ts';
import { problemHandler, problemResponse } from './problems.ts';

export interface AppOptions {
  /** Origins other than the host's own that may call from a browser. Default: none. */
  cors?: string[];
  /** `GET /feed`, without the `/v1`. */
  feed?: Hono<{ Variables: { session: Session } }>;
  /** What the carrier calls, under `/twilio`. */
  webhooks?: Hono;
}

/** A text of 20,000 characters, ten links and room. */
const LARGEST_BODY = 256 * 1024;
/** A workflow of 2,000 steps as JSON in JSON. */
const LARGEST_SOURCE = 4 * 1024 * 1024;

export type App = OpenAPIHono<AppEnv>;

export function createApp(context: KitContext, options: AppOptions = {}): App {
  const app: App = new OpenAPIHono<AppEnv>({
    getPath: (request) => withoutMountPath(pathOf(request.url), context.mountPath),
  });
  app.onError(problemHandler(context.log));
  app.notFound((c) =>
    problemResponse(
      new ProblemError(
        'not_found',
        `There is nothing at ${c.req.method} ${withoutMountPath(c.req.path, context.mountPath)}.`,
      ),
    ),
  );

  app.use(prepare);
  if (options.cors?.length) app.use('/v1/*', allowOrigins(options.cors));
  app.use(limitBody);
  if (options.webhooks) app.route('/twilio', options.webhooks);
  app.route('/p', pageRoutes(context, cancelQueuedTo));
  // before the pages of files, which take every other address
  app.route('/m', trackedPages(context));
  app.route('/m', linkPages(context));
  app.route('/hooks', hookRoutes(context, stageKeeper));
  app.use('/v1/*', authenticate(context));
  app.use('/v1/*', cleanBody);

  const routes: App[] = [
    tenancyRoutes(context),
    conversationRoutes(context),
    // before `/media/{message_id}/{index}`, which would take their addresses
    uploadRoutes(context),
    fileRoutes(context),
    messagingRoutes(context),
    contactRoutes(context, stageKeeper),
    contactFieldRoutes(context),
    contactMergeRoutes(context, belongings),
    consentRoutes(context, cancelQueuedTo, sendPlainly(context)),
    suppressionRoutes(context, (tx, ...to) => cancelQueuedTo(tx, ...to, 'suppressed')),
    filterRoutes(context),
    segmentRoutes(context),
    timelineRoutes(context),
    jobRoutes(context),
    importRoutes(context, stageKeeper),
    exportRoutes(context),
    pipelineRoutes(context),
    taskRoutes(context),
    noteRoutes(context),
    notificationRoutes(context),
    assetRoutes(context),
    linkRoutes(context),
    toldEventRoutes(context, stageKeeper),
    templateRoutes(context),
    workflowRoutes(context),
    workflowVersionRoutes(context),
    simulateRoutes(context),
    enrollmentRoutes(context, enrollSegment(context)),
    failureRoutes(context),
    enrollPreviewRoutes(context, { check: checkTarget, condition: conditionFor }),
  ];
  for (const domain of routes) app.route('/v1', domain);
  if (options.feed) app.route('/v1', options.feed);
  app.openAPIRegistry.registerPath(getFeed);

  let document: object | undefined;
  app.get('/v1/openapi.json', (c) => c.json((document ??= openApiDocument(app))));
  app.get('/v1/health', (c) => c.json({ status: 'ok', kit: fingerprint(context) }));
  return app;
}

/** The same for every process with this secret and schema: the doctor asks the public URL for it. */
export function fingerprint({ secret, database }: Pick<KitContext, 'secret' | 'database'>): string {
  return sign(secret, 'kit', database.schema, 12).toString('base64url');
}

/** Hosts disagree about it: Express cuts the mount path off, Fastify, Hono and fetch leave it. */
function withoutMountPath(path: string, mountPath: string): string {
  if (mountPath === '' || !path.startsWith(mountPath)) return path;
  const rest = path.slice(mountPath.length);
  return rest === '' ? '/' : rest.startsWith('/') ? rest : path;
}

function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  const end = url.slice(start).search(/[?#]/);
  const path = start === -1 ? '/' : url.slice(start, end === -1 ? undefined : start + end);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

const prepare: MiddlewareHandler<AppEnv> = async (c, next) => {
  // the last twelve digits are random; unlike randomBytes, this draws from a pool
  c.set('requestId', randomUUID().slice(24));
  await next();
  c.res.headers.set('x-content-type-options', 'nosniff');
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
};

function tooLarge(): Response {
  return problemResponse(
    new ProblemError('payload_too_large', 'A request may hold at most 256 KiB, one with a workflow 4 MiB.'),
  );
}

const limitStreamedBody = bodyLimit({ maxSize: LARGEST_BODY, onError: tooLarge });
const limitStreamedSource = bodyLimit({ maxSize: LARGEST_SOURCE, onError: tooLarge });

/**
 * Where the length is given, and enforced by the server that read the request, it decides. Hono's own limit looks at the
 * body stream even then, for which the Node adapter builds a whole web Request (measured: 9 % of a webhook).
 */
const limitBody: MiddlewareHandler<AppEnv> = (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
  if (isFile(c.req.method, c.req.path, c.req.header('content-type'))) return next();
  const length = c.req.header('content-length');
  const isSource = /\/v1\/workflows(\/|$)/.test(c.req.path);
  if (length === undefined || c.req.header('transfer-encoding') !== undefined) {
    return (isSource ? limitStreamedSource : limitStreamedBody)(c, next);
  }
  return Number(length) > (isSource ? LARGEST_SOURCE : LARGEST_BODY) ? Promise.resolve(tooLarge()) : next();
};

/** Its route counts the bytes itself. A body that says it is JSON would be read whole by `cleanBody`, whatever its path. */
function isFile(method: string, path: string, type: string | undefined): boolean {
  if (type?.includes('json')) return false;
  if (method === 'PATCH') return /\/v1\/media\/uploads\/[^/]+$/.test(path);
  return method === 'POST' && /\/v1\/(imports|media\/upload(-video)?)$/.test(path);
}

function allowOrigins(origins: string[]): MiddlewareHandler {
  return corsMiddleware({
    origin: origins,
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: [
      'authorization',
      'content-type',
      'idempotency-key',
      'if-match',
      'last-event-id',
      'range',
      // tus
      'tus-resumable',
      'upload-length',
      'upload-offset',
      'upload-metadata',
    ],
    exposeHeaders: [
      'etag',
      'retry-after',
      'accept-ranges',
      'content-range',
      'location',
      'tus-resumable',
      'upload-expires',
      'upload-length',
      'upload-offset',
    ],
    maxAge: 600,
  });
}

/** What is asked without a token: the description, the health check, and links that carry their own signature. */
const PUBLIC = /^\/v1\/(openapi\.json|health|files\/[^/]+|media\/(files\/[^/]+|[0-9a-f-]{36}\/[^/]+))$/i;

function authenticate(context: KitContext): MiddlewareHandler<AppEnv> {
  const tokens = tokenKeeper(context);
  const register = memberRegister(context.database);
  return async (c, next) => {
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (reads && PUBLIC.test(withoutMountPath(c.req.path, context.mountPath))) return next();
    const [, token] = /^Bearer ([\w.~+/=-]+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    if (!token) {
      throw new ProblemError('unauthenticated', 'Send a session token: Authorization: Bearer <token>.');
    }
    const session = await tokens.verify(token);
    await register(session);
    c.set('session', session);
    return next();
  };
}

/** Replaces a body that holds what cannot be stored. See `clean.ts`. */
const cleanBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.method === 'GET' || !c.req.header('content-type')?.includes('json')) return next();
  const text = await c.req.text();
  if (mayNeedCleaning(text)) {
    const parsed = parse(text);
    if (parsed !== undefined) {
      c.req.raw = new Request(c.req.url, {
        method: c.req.method,
        headers: c.req.raw.headers,
        body: JSON.stringify(cleanJson(parsed)),
      });
      c.req.bodyCache = {};
    }
  }
  return next();
};

/** Nothing for what is no JSON: the validator says so. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
