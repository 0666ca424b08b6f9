/** The page's end of `server.ts`: a client that knows no more of its server than one over HTTP does. */
import type { FakeClient, FakeOptions } from '@patchbay/elements/testing';
import type { FeedSignal, PatchbayClient } from '@patchbay/elements/client';
import type { Answer, Question, Started } from './server.ts';

export interface Remote {
  client: PatchbayClient;
  /** The conversations of the named people; the first has the long thread. */
  conversationIds: readonly string[];
  /** Does something on the server's side: a text arrives, a carrier reports. */
  act<M extends 'receive' | 'report' | 'change' | 'sendMessage'>(
    method: M,
    ...args: Parameters<FakeClient[M]>
  ): Promise<Awaited<ReturnType<FakeClient[M]>>>;
  /** How long pages are instead of what was asked for. */
  pages: { listConversations?: number; listMessages?: number };
  /** Collects live events instead of delivering them. */
  held: FeedSignal[] | null;
  deliver(signal: FeedSignal): void;
  stop(): void;
}

/** The page's policy asks for Trusted Types, as the demo's does; TypeScript has no words for them yet. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}
const policy = (window as unknown as { trustedTypes: TrustedTypes }).trustedTypes.createPolicy('bench', {
  createScriptURL: (url) => url,
});

export async function startServer(options: FakeOptions): Promise<Remote> {
  const worker = new Worker(policy.createScriptURL('/server.js'), { type: 'module' });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  const listeners = new Set<(signal: FeedSignal) => void>();
  let questions = 0;

  const ask = <T>(method: string, args: unknown[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const question: Question = { id: (questions += 1), method, args };
      waiting.set(question.id, { resolve, reject });
      worker.postMessage(question);
    });
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    if ('signal' in data) {
      if (remote.held) remote.held.push(data.signal);
      else remote.deliver(data.signal);
      return;
    }
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) asked?.reject(new Error(data.error));
    else asked?.resolve(data.value as never);
  });

  /** What can cross to the worker, with the page as long as the figure wants it. */
  const prepared = (method: string, args: unknown[]) => {
    const limit = remote.pages[method as keyof Remote['pages']];
    return args
      .filter((arg) => !(arg instanceof Object && 'signal' in arg))
      .map((arg) => (limit !== undefined && arg instanceof Object ? { ...arg, limit } : arg));
  };
  const feed: PatchbayClient['feed'] = {
    state: 'live',
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const { methods, conversationIds } = await ask<Started>('start', [options]);
  const client = Object.fromEntries<unknown>(
    methods.map((method) => [method, (...args: unknown[]) => ask(method, prepared(method, args))]),
  );
  const remote: Remote = {
    client: { ...client, feed } as unknown as PatchbayClient,
    conversationIds,
    act: (method, ...args) => ask(method, args),
    pages: {},
    held: null,
    deliver: (signal) => {
      for (const listener of [...listeners]) listener(signal);
    },
    stop: () => worker.terminate(),
  };
  return remote;
}
