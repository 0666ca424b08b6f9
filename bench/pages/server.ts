/**
 * The server of the browser figures: the elements' fake client in a worker of its own. On the page's thread and heap
 * it would be measured along with them.
 */
import { createFakeClient, type FakeClient, type FakeOptions } from '@patchbay/elements/testing';

/** What a page asks for: first `start`, then any method of the fake client. */
export interface Question {
  id: number;
  method: string;
  args: unknown[];
}
export type Answer =
  { id: number; value: unknown } | { id: number; error: string } | { signal: Parameters<Listener>[0] };
/** What `start` answers. */
export interface Started {
  methods: string[];
  conversationIds: readonly string[];
}
type Listener = Parameters<FakeClient['feed']['listen']>[0];

const tell = (answer: Answer) => self.postMessage(answer);
let client: FakeClient | undefined;

async function take({ method, args }: Question): Promise<unknown> {
  if (method === 'start') {
    client = createFakeClient(args[0] as FakeOptions);
    client.feed.listen((signal) => tell({ signal }));
    const methods = Object.keys(client).filter(
      (name) => typeof client![name as keyof FakeClient] === 'function',
    );
    return { methods, conversationIds: client.conversationIds } satisfies Started;
  }
  const act = (client as unknown as Record<string, (...args: unknown[]) => unknown>)[method];
  if (!act) throw new Error(`The fake client has no method "${method}".`);
  return act(...args);
}

self.addEventListener('message', ({ data }: MessageEvent<Question>) => {
  take(data).then(
    (value) => tell({ id: data.id, value }),
    (error: unknown) => tell({ id: data.id, error: String(error) }),
  );
});
