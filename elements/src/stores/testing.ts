import type { PatchbayClient } from '../client/types.ts';

type Listing = 'listMessages' | 'listConversations' | 'listNotifications';

/** The next answer is read from the server at once and delivered when `pass` is called: what happens between is news. */
export function holdAnswer(
  client: PatchbayClient,
  method: Listing,
): { read: Promise<void>; pass: () => void } {
  const real = client[method] as (...given: unknown[]) => Promise<unknown>;
  let pass!: () => void;
  let tellRead!: () => void;
  const passed = new Promise<void>((done) => (pass = done));
  const read = new Promise<void>((done) => (tellRead = done));
  Object.assign(client, {
    async [method](...given: unknown[]) {
      Object.assign(client, { [method]: real });
      const answer = structuredClone(await real(...given));
      tellRead();
      await passed;
      return answer;
    },
  });
  return { read, pass };
}
