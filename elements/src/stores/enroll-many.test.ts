import { expect, it } from 'vitest';
import type { EnrollmentPreview } from '@patchbay/server-kit/contract';
import { createFakeClient } from '../testing/fake-client.ts';
import { fakeId } from '../testing/people.ts';
import { EnrollManyStore } from './enroll-many.ts';
import { JobsStore } from './jobs.ts';
import { safeStorage } from './storage.ts';

const target = { ids: [fakeId('c', 0), fakeId('c', 1)] };

function world() {
  const client = createFakeClient();
  const storage = safeStorage(() => undefined);
  const wait = () => new Promise<void>(() => undefined);
  const jobs = new JobsStore({ client, storage, scope: () => 'harbor:u1', wait });
  return { client, jobs, store: new EnrollManyStore(client, jobs, target) };
}

it('counts for the first that is published, and begins the job once', async () => {
  const { client, jobs, store } = world();
  await store.load();
  expect(store.workflows?.map(({ state }) => state)).toEqual(['active', 'paused']);
  expect(store.preview).toMatchObject({ total: 2, enters: 1, in_it: 1 });
  const [job, again] = await Promise.all([store.start(), store.start()]);
  expect(job?.action).toEqual({ type: 'enroll', workflow_id: store.chosen });
  expect(again).toBeNull();
  expect(client.calls.filter(({ method }) => method === 'startJob')).toHaveLength(1);
  expect(jobs.jobs).toHaveLength(1);
});

it('does not show the count of a workflow that was left', async () => {
  const { client, store } = world();
  await store.load();
  const slow = Promise.withResolvers<EnrollmentPreview>();
  const quick = store.preview!;
  const [first, second] = store.workflows!;
  client.previewEnrolling = (id) => (id === first!.id ? slow.promise : Promise.resolve(quick));
  const left = store.choose(first!.id);
  await store.choose(second!.id);
  slow.resolve({ ...quick, enters: 99 });
  await left;
  expect(store.preview?.enters).toBe(quick.enters);
});

it('says why it was refused, and can be asked again under the same id', async () => {
  const { client, jobs, store } = world();
  await store.load();
  client.fail('startJob', 'network', 1);
  expect(await store.start()).toBeNull();
  expect([store.error?.code, jobs.error]).toEqual(['network', null]);
  await store.start();
  const ids = client.calls
    .filter(({ method }) => method === 'startJob')
    .map(({ args }) => (args[0] as { id: string }).id);
  expect(new Set(ids).size).toBe(1);
});
