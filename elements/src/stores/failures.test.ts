import { expect, it, vi } from 'vitest';
import { createFakeClient } from '../testing/fake-client.ts';
import { FailuresStore } from './failures.ts';

async function world() {
  const client = createFakeClient();
  const [workflow] = await client.listWorkflows();
  const store = new FailuresStore(client, workflow!.id);
  await store.load();
  return { client, store, group: store.groups[0]! };
}

it('tries all alike again, in as many requests as that takes, and says what came of all of them', async () => {
  const { client, store, group } = await world();
  const answers = [
    { retried: 2_000, skipped: 1, left: 500 },
    { retried: 500, skipped: 1, left: 0 },
  ];
  const retry = vi.fn(() => Promise.resolve(answers.shift()!));
  client.retryFailures = retry;
  await store.retryAll(group);
  expect(retry).toHaveBeenCalledTimes(2);
  expect(store.result).toEqual({ retried: 2_500, skipped: 1, left: 0 });
  // who was left out is shown with the reason
  expect(store.groups[0]!.people?.map(({ barred }) => barred)).toContain('opted_out');
});

it('does not ask for ever where nothing can be tried again', async () => {
  const { client, store, group } = await world();
  const retry = vi.fn(() => Promise.resolve({ retried: 0, skipped: 3, left: 3 }));
  client.retryFailures = retry;
  await store.retryAll(group);
  expect(retry).toHaveBeenCalledTimes(1);
});

it('takes one wish at a time', async () => {
  const { client, store, group } = await world();
  const [first, second] = await Promise.all([store.retryAll(group), store.retryAll(group)]);
  expect([first, second]).toEqual([true, false]);
  expect(client.calls.filter(({ method }) => method === 'retryFailures')).toHaveLength(1);
});
