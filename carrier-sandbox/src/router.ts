/**
 * One port, told apart by path: Twilio's API, the control API, the phone page. Here the API's requests are written
 * down and the network's troubles happen, outside of everything that answers.
 */
import type { Carrier, RequestEntry } from './carrier.ts';
import { createControlApp } from './control/app.ts';
import { CarrierError } from './errors.ts';
import { createPage } from './page/serve.ts';
import { createRestApp } from './rest/app.ts';
import { createContentApp } from './rest/media-content.ts';

/** What node's HTTP server hands along: the message whose socket can be cut. */
interface NodeBindings {
  incoming?: { socket: { destroy(): void } };
}

export type SandboxFetch = (request: Request, env?: NodeBindings) => Promise<Response>;

export interface RouterOptions {
  frameAncestors: string;
}

export function createRouter(carrier: Carrier, options: RouterOptions): SandboxFetch {
  const rest = createRestApp(carrier);
  const control = createControlApp(carrier);
  const content = createContentApp(carrier);
  const page = createPage(options);
  let serial = 0;

  async function api(request: Request, env: NodeBindings | undefined, path: string): Promise<Response> {
    const { clock, faults } = carrier;
    const mark = request.url.indexOf('?');
    const entry: RequestEntry = {
      id: `RQ${String(++serial).padStart(10, '0')}`,
      at: clock.now(),
      method: request.method,
      path,
      query: mark === -1 ? '' : request.url.slice(mark + 1),
      accountSid: /^\/2010-04-01\/Accounts\/([^/.]+)/.exec(path)?.[1] ?? null,
      body: '',
      status: null,
      faults: [],
      durationMs: 0,
    };
    carrier.requests.push(entry);
    const struck = faults.forRequest({ method: request.method, path, accountSid: entry.accountSid });
    entry.faults = struck.map((fault) => fault.kind);
    const struckBy = (kind: string) => struck.find((fault) => fault.kind === kind);
    if (struck.length > 0) carrier.feed.tell('faults', () => ({ faults: null }));

    const latency = struckBy('latency');
    if (latency) await new Promise<void>((resolve) => void clock.after(latency.ms, resolve));
    if (struckBy('drop_request')) return cut(env);
    let response: Response;
    if (struckBy('429')) response = refusal(20429);
    else if (struckBy('500')) response = refusal(20500);
    else if (struckBy('media_gone')) response = refusal(20404);
    else response = await rest.fetch(request, { entry });
    entry.status = response.status;
    entry.durationMs = clock.now() - entry.at;
    carrier.feed.tell('request', () => ({
      id: entry.id,
      method: entry.method,
      path,
      status: entry.status,
      faults: entry.faults,
    }));
    if (struckBy('drop_response')) return cut(env);
    response.headers.set('Twilio-Request-Id', entry.id);
    return response;
  }

  return async (request, env) => {
    const { url } = request;
    const start = url.indexOf('/', url.indexOf('://') + 3);
    const mark = url.indexOf('?', start);
    const path = url.slice(start, mark === -1 ? undefined : mark);
    if (path.startsWith('/2010-04-01/') || path.startsWith('/v1/')) return api(request, env, path);
    if (path.startsWith('/cdn/')) return content.fetch(request);
    if (path.startsWith('/sandbox')) return control.fetch(request);
    return page.fetch(request);
  };
}

function refusal(code: number): Response {
  const error = new CarrierError(code);
  return Response.json(error.body(), { status: error.status });
}

/** The line goes dead. Without a socket (fetch called in the same process) the promise fails as a network would. */
function cut(env: NodeBindings | undefined): Response {
  const socket = env?.incoming?.socket;
  if (!socket) throw new TypeError('fetch failed: the connection was closed');
  socket.destroy();
  return new Response(null, { status: 500 });
}
