/**
 * Sends what stands in the outbox of requests. A request is `sending` and leased, committed, before it leaves; killed at any
 * point, another process finds it due when the lease is over and sends it again under the same id (`Idempotency-Key`, `webhook-id`).
 *
 * Somebody who never answers holds up nobody else: a host has so many connections of a tenant, a tenant so many of a process, and
 * every answer has its time.
 */
import type { KitContext } from '../../context.ts';
import { askOutside, NotAllowedError, type OutsideAnswer, type OutsideRequest } from '../../net/request.ts';
import type { Outside } from './options.ts';
import {
  again,
  claimRequests,
  giveUp,
  parkRequests,
  succeed,
  WEBHOOK_TIMEOUT_S,
  type Answer,
  type HttpPayload,
  type MessengerPayload,
  type RequestRow,
  type WebhookPayload,
} from './rows.ts';
import { webhookHeaders, webhookSecret } from './signature.ts';

const LOOK_EVERY_MS = 1_000;
/** Open requests of a process, of a tenant in it, and of a tenant with one host. */
const MOST = 100;
const MOST_OF_TENANT = 20;
const MOST_OF_HOST = 5;
/** Bytes of an answer that are read. */
const MOST_READ = 256 * 1024;
/** Of an answer that nobody maps, the trace shows so much. */
const SHOWN = 500;
/** When a busy host is looked at again. */
const SOON_S = 1;

/** Seconds before the second try and those after it: eight tries in 27 and a half hours. */
export const WEBHOOK_PAUSES_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000] as const;
/** A run waits for these, so they are over within the hour. */
const HTTP_PAUSES_S = [2, 15, 60, 300, 900] as const;
/** What a server may ask for itself (`Retry-After`). */
const LONGEST_PAUSE_S = 3_600;

type SenderContext = Pick<KitContext, 'database' | 'log' | 'clock' | 'secret'> & { outside: Outside };

export interface RequestSender {
  /** Starts what is due and can be started now. */
  look(): Promise<void>;
  /** When nothing is open any more. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export function startRequests(context: SenderContext): { stop(): Promise<void> } {
  const sender = createRequestSender(context);
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(sender.look);
  }, LOOK_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await looking;
      await sender.stop();
    },
  };
}

/** One that does only what it is told to. `reached` is called wherever a crash could follow. */
export function createRequestSender(
  context: SenderContext,
  { reached }: { reached?: (point: 'claimed' | 'answered') => void | Promise<void> } = {},
): RequestSender {
  const { database, log } = context;
  const open = new Map<string, { tenant: string; host: string; done: Promise<void> }>();
  let stopped = false;

  async function look(): Promise<void> {
    const now = database.options.clock?.().toISOString() ?? null;
    const due = await database
      .directory(
        (sql) => sql<{ tenant_id: string }[]>`
          select tenant_id from workflow_request_wakeups where due_at <= coalesce(${now}::timestamptz, now())
          order by due_at limit 200`,
      )
      .catch((error: unknown) => {
        log.warn({ err: (error as Error).message }, 'requests that are due could not be read; trying again');
        return [];
      });
    for (const { tenant_id: tenant } of due) {
      if (stopped) return;
      await take(tenant).catch((error: unknown) => {
        log.warn({ tenant, err: (error as Error).message }, 'requests could not be taken; trying again');
      });
    }
  }

  async function take(tenant: string): Promise<void> {
    const mine = [...open.values()].filter((one) => one.tenant === tenant);
    const room = Math.min(MOST - open.size, MOST_OF_TENANT - mine.length);
    if (room <= 0) return;
    const byHost = new Map<string, number>();
    for (const { host } of mine) byHost.set(host, (byHost.get(host) ?? 0) + 1);
    const busy = [...byHost].flatMap(([host, count]) => (count >= MOST_OF_HOST ? [host] : []));
    const claimed: RequestRow[] = [];
    // a few at a time, so that one host's do not take all the room before the others are seen
    while (claimed.length < room) {
      const most = Math.min(MOST_OF_HOST, room - claimed.length);
      const [rows] = await database.pipeline(tenant, (tx) => [claimRequests(tx, most, busy)]);
      claimed.push(...rows.filter(({ state }) => state === 'sending'));
      for (const row of rows) {
        const host = hostOf(row);
        const count = (byHost.get(host) ?? 0) + 1;
        byHost.set(host, count);
        if (count >= MOST_OF_HOST) busy.push(host);
      }
      if (rows.length < most) break;
    }
    await database.pipeline(tenant, (tx) => parkRequests(tx, SOON_S));
    await reached?.('claimed');
    for (const row of claimed) {
      const done = send(tenant, row)
        .catch((error: unknown) => {
          // the lease ends, and it is sent again
          log.warn({ tenant, request: row.request_id, err: (error as Error).message }, 'a request was lost');
        })
        .finally(() => open.delete(row.request_id));
      open.set(row.request_id, { tenant, host: hostOf(row), done });
    }
  }

  async function send(tenant: string, row: RequestRow): Promise<void> {
    const result = await attempt(context, tenant, row);
    await reached?.('answered');
    const pause = result.kind === 'again' ? pauseAfter(row, result.retryAfter) : null;
    await database.transaction(tenant, async (tx) => {
      if (result.kind === 'good') await succeed(tx, row, result.answer);
      else if (pause !== null) await again(tx, row, result.answer, pause);
      else await giveUp(tx, row, result.answer);
    });
  }

  return {
    look,
    async idle() {
      while (open.size > 0) await Promise.all([...open.values()].map(({ done }) => done));
    },
    async stop() {
      stopped = true;
      await Promise.all([...open.values()].map(({ done }) => done));
    },
  };
}

/** As `claimRequests` compares it. */
const hostOf = ({ kind, request: { url } }: RequestRow): string =>
  typeof url === 'string' ? (url.split('/')[2] ?? '') : kind;

/** Seconds; null: it has had its tries. */
function pauseAfter({ kind, attempts, request }: RequestRow, retryAfter: number | null): number | null {
  const pauses: readonly number[] =
    kind === 'http_request'
      ? HTTP_PAUSES_S.slice(0, (request as unknown as HttpPayload).retries)
      : WEBHOOK_PAUSES_S;
  const pause = pauses[attempts - 1];
  return pause === undefined ? null : Math.max(pause, Math.min(retryAfter ?? 0, LONGEST_PAUSE_S));
}

type Result =
  | { kind: 'good'; answer: Answer }
  | { kind: 'again'; answer: Answer; retryAfter: number | null }
  | { kind: 'bad'; answer: Answer };

async function attempt(context: SenderContext, tenant: string, row: RequestRow): Promise<Result> {
  const { outside } = context;
  try {
    const request = await requestOf(context, tenant, row);
    const isOurs = row.kind === 'messenger' && outside.messenger?.privately === true;
    const reach = isOurs ? { allow: null, isInside: () => false } : outside.reach;
    const answer = await askOutside({ ...request, most: MOST_READ }, reach);
    return row.kind === 'messenger' ? readMessenger(outside, answer) : read(row, answer);
  } catch (error) {
    const { message, name } = error as Error;
    const told = name === 'TimeoutError' || name === 'AbortError' ? 'It did not answer in time.' : message;
    const answer = { error: told.slice(0, SHOWN) };
    return error instanceof NotAllowedError
      ? { kind: 'bad', answer }
      : { kind: 'again', answer, retryAfter: null };
  }
}

async function requestOf(
  { outside, secret, clock }: SenderContext,
  tenant: string,
  { kind, request_id: id, request }: RequestRow,
): Promise<Omit<OutsideRequest, 'most'>> {
  if (kind === 'messenger') {
    if (!outside.messenger) throw new NotAllowedError('Messenger is not connected any more.');
    const message = request as unknown as MessengerPayload;
    return {
      ...(await outside.messenger.request({ tenant, ...message })),
      timeout: WEBHOOK_TIMEOUT_S * 1_000,
    };
  }
  if (kind === 'webhook') {
    const { url, body } = request as unknown as WebhookPayload;
    return {
      url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Patchbay-Webhooks/1.0',
        'idempotency-key': id,
        ...webhookHeaders({ secret: webhookSecret(secret, tenant), id, now: clock(), body }),
      },
      body,
      timeout: WEBHOOK_TIMEOUT_S * 1_000,
    };
  }
  const { method, url, headers, body, timeout_seconds } = request as unknown as HttpPayload;
  return {
    url,
    method,
    headers: { 'user-agent': 'Patchbay/1.0', ...headers, 'idempotency-key': id },
    ...(body !== null && { body }),
    timeout: timeout_seconds * 1_000,
  };
}

/** What may pass: the server's own trouble, and that it is busy. */
const PASSING = new Set([408, 409, 423, 425, 429]);

function read({ kind }: RequestRow, { status, headers, body }: OutsideAnswer): Result {
  const good = status >= 200 && status < 300;
  if (good) return { kind: 'good', answer: kind === 'http_request' ? { status, body } : { status } };
  const answer = { status, error: `It answered ${status}.`, body: body.slice(0, SHOWN) };
  // a receiver that is not ready yet says 404 or 401 as well; one that is gone says 410
  const passing = status >= 500 || PASSING.has(status) || (kind === 'webhook' && status !== 410);
  return passing
    ? { kind: 'again', answer, retryAfter: secondsOf(headers['retry-after']) }
    : { kind: 'bad', answer };
}

function readMessenger({ messenger }: Outside, answer: OutsideAnswer): Result {
  const result = messenger!.read(answer);
  const { status } = answer;
  if (result.kind === 'accepted')
    return { kind: 'good', answer: { status, ...(result.id && { body: result.id }) } };
  const told = { status, error: result.reason };
  return result.kind === 'later'
    ? { kind: 'again', answer: told, retryAfter: secondsOf(answer.headers['retry-after']) }
    : { kind: 'bad', answer: told };
}

function secondsOf(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : null;
}
