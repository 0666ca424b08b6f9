/** The few requests that bring a workflow to a server: for the command line, with what a person needs to know when they fail. */
import { SetupError } from '../errors.ts';

export interface RemoteWorkflow {
  id: string;
  state: string;
  published: { version: number } | null;
  etag: string | null;
}

export interface WorkflowServer {
  find(key: string): Promise<RemoteWorkflow | null>;
  /** What is published; of one that never was, the draft. */
  source(workflow: RemoteWorkflow): Promise<string>;
  create(source: string): Promise<RemoteWorkflow>;
  update(workflow: RemoteWorkflow, source: string): Promise<RemoteWorkflow>;
  publish(workflow: RemoteWorkflow): Promise<RemoteWorkflow>;
  simulate(workflow: RemoteWorkflow, of: object): Promise<unknown>;
}

/** `url`: where the kit is mounted, as in `--public-url`. Throws `SetupError` for whatever keeps a request from being answered. */
export function workflowServer(url: string, token: string, ask: typeof fetch = fetch): WorkflowServer {
  const base = `${url.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`;
  const request = async (method: string, path: string, body?: object, etag?: string | null) => {
    let answer: Response;
    try {
      answer = await ask(`${base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { 'content-type': 'application/json' }),
          ...(etag && { 'if-match': etag }),
        },
        body: body ? JSON.stringify(body) : null,
        signal: AbortSignal.timeout(30_000),
      });
    } catch (error) {
      throw new SetupError(`${base} does not answer. Check --server.`, { cause: error });
    }
    const held = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
    if (answer.ok && held) return { held, etag: answer.headers.get('etag') };
    throw new SetupError(refusal(answer.status, held, path));
  };
  const remote = ({ held, etag }: Awaited<ReturnType<typeof request>>): RemoteWorkflow => ({
    id: String(held['id']),
    state: String(held['state']),
    published: (held['published'] ?? null) as RemoteWorkflow['published'],
    etag,
  });
  const one = (id: string) => `/workflows/${encodeURIComponent(id)}`;

  return {
    async find(key) {
      const { held } = await request('GET', `/workflows?key=${encodeURIComponent(key)}`);
      const [found] = (held['items'] ?? []) as { id: string }[];
      return found ? remote(await request('GET', one(found.id))) : null;
    },
    async source({ id, published }) {
      const { held } = await request('GET', published ? `${one(id)}/versions/${published.version}` : one(id));
      return String(held['source']);
    },
    create: async (source) => remote(await request('POST', '/workflows', { source })),
    update: async ({ id, etag }, source) => remote(await request('PATCH', one(id), { source }, etag)),
    publish: async ({ id, etag }) => remote(await request('POST', `${one(id)}/publish`, {}, etag)),
    simulate: async ({ id }, of) => (await request('POST', `${one(id)}/simulate`, of)).held,
  };
}

function refusal(status: number, held: Record<string, unknown> | null, path: string): string {
  if (status === 401) return 'The server does not accept the token. Check --token.';
  if (status === 404 && held === null)
    return 'There is no Patchbay here. --server is the address at which the kit is mounted.';
  if (status === 412) return 'Somebody has changed it meanwhile. Look at the difference, then deploy again.';
  const detail =
    typeof held?.['detail'] === 'string' ? held['detail'] : `${path} was answered with ${status}.`;
  const issues = Array.isArray(held?.['problems'])
    ? (held['problems'] as { path?: string; message?: string }[])
    : [];
  return [detail, ...issues.map(({ path: at, message }) => `  ${at ?? ''}: ${message ?? ''}`)].join('\n');
}
