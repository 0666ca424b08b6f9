import { expect, it, vi } from 'vitest';
import { createFakeClient } from '../testing/fake-client.ts';
import { fakeId } from '../testing/people.ts';
import { JobsStore } from './jobs.ts';
import { safeStorage } from './storage.ts';

const target = { ids: [fakeId('c', 0), fakeId('c', 1)] };
const TAG = { type: 'add_tags' as const, tags: ['x'] };

function world() {
  const client = createFakeClient();
  const storage = safeStorage(() => undefined);
  let go: () => void = () => undefined;
  /** Nothing is asked until the test says so. */
  const wait = () => new Promise<void>((done) => (go = done));
  const store = () => new JobsStore({ client, storage, scope: () => 'harbor:u1', wait });
  return { client, storage, store, step: () => go() };
}

it('follows a job to its end, and tells', async () => {
  const { store, step } = world();
  const jobs = store();
  const ended = vi.fn();
  jobs.onEnd(ended);
  await jobs.start({ target, action: TAG });
  await vi.waitFor(() => {
    step();
    expect(jobs.jobs[0]).toMatchObject({ state: 'done', done: 2, total: 2 });
  });
  expect(ended).toHaveBeenCalledTimes(1);
});

it('finds what was left running after a reload, and forgets what is hidden', async () => {
  const { store, storage } = world();
  const before = store();
  const job = await before.start({ target, action: TAG });
  before.stop();
  const after = store();
  await after.find();
  expect(after.jobs.map(({ id }) => id)).toEqual([job!.id]);
  after.dismiss(job!.id);
  expect(storage.get('pb:jobs:harbor:u1')).toBeNull();
});

it('stops one', async () => {
  const { store, client } = world();
  const jobs = store();
  const job = await jobs.start({ target, action: TAG });
  await jobs.cancel(job!.id);
  expect(jobs.jobs[0]?.state).toBe('canceled');
  expect((await client.getContact(fakeId('c', 0))).tags).not.toContain('x');
});

it('says why one could not be started', async () => {
  const { store, client } = world();
  client.fail('startJob', 'network');
  const jobs = store();
  expect(await jobs.start({ target, action: TAG })).toBeNull();
  expect(jobs.error?.code).toBe('network');
});
