import { describe, expect, it, vi } from 'vitest';
import { createFakeClient, fakeId } from '../testing/index.ts';
import { RunsStore, runsOf } from './runs.ts';
import { storesFor } from './stores.ts';
import { WorkflowsStore, workflowsOf } from './workflows.ts';

const MANAGER = { me: { member: { id: 'm', name: 'Marcus Hale', role: 'manager' as const } } };

describe('the workflows of an account', () => {
  const load = async () => {
    const client = createFakeClient(MANAGER);
    const store = new WorkflowsStore(client);
    await store.load();
    return { client, store };
  };

  it('are the same store for everybody who asks', () => {
    const stores = storesFor(createFakeClient());
    expect(workflowsOf(stores)).toBe(workflowsOf(stores));
  });

  it('show one at a time, with counts and versions, also when the counts cannot be had', async () => {
    const { client, store } = await load();
    client.fail('countWorkflow', 'network', 1);
    await store.show(store.items[0]!.id);
    expect(store.open).toMatchObject({ counts: null, versions: [{ version: 2 }, { version: 1 }] });
    await store.show(store.items[0]!.id);
    expect(store.open).toBeNull();
  });

  it('say who was faster, and show things as they are then', async () => {
    const { client, store } = await load();
    const seen = store.items[1]!;
    await client.updateWorkflow(seen.id, 'key: birthday-video\nname: x');
    expect(await store.publish(seen)).toBe(false);
    expect(store.changeError?.code).toBe('edited_elsewhere');
    expect(store.items[1]!.version).toBe(seen.version + 1);
    expect(await store.publish(store.items[1]!)).toBe(true);
    expect(store.changeError).toBeNull();
  });

  it('do one thing at a time: a second press is no second wish', async () => {
    const { client, store } = await load();
    const [first] = store.items;
    expect(await Promise.all([store.pause(first!), store.pause(first!)])).toEqual([true, false]);
    expect(client.calls.filter(({ method }) => method === 'pauseWorkflow')).toHaveLength(1);
  });

  it('keep a file as the draft of the workflow that has its key, else as a new one', async () => {
    const { client, store } = await load();
    await store.keep('key: five-days-of-joy\nname: Five Days of Joy\n', 'five-days-of-joy');
    expect(store.open?.details.id).toBe(store.items[0]!.id);
    await store.keep('key: other\nname: Other\n', 'other');
    expect(store.items).toHaveLength(4);
    expect(client.calls.filter(({ method }) => method === 'createWorkflow')).toHaveLength(1);
  });

  it('ask once about a storm of events', async () => {
    vi.useFakeTimers();
    try {
      const { client, store } = await load();
      const event = { type: 'enrollment.started' } as Parameters<typeof store.take>[0];
      for (let n = 0; n < 1_000; n += 1) store.take(event);
      await vi.runAllTimersAsync();
      expect(client.calls.filter(({ method }) => method === 'listWorkflows')).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the runs of a contact', () => {
  const load = async () => {
    const client = createFakeClient();
    const store = new RunsStore(client, fakeId('c', 0));
    await store.load();
    return { client, store, run: store.runs[0]! };
  };

  it('are the same store for everybody who asks', () => {
    const stores = storesFor(createFakeClient());
    expect(runsOf(stores, 'x')).toBe(runsOf(stores, 'x'));
  });

  it('show the newest steps, also of a run that is opened while it is passed on', async () => {
    const { store, run } = await load();
    await Promise.all([store.control(run.id, 'skip'), store.toggle(run.id)]);
    expect(store.opened.get(run.id)?.trace.at(-1)).toMatchObject({ reason: 'by_member' });
  });

  it('say that somebody may not come in, which is no error', async () => {
    const { store, run } = await load();
    expect(await store.enroll(run.workflow.id)).toBe(false);
    expect(store).toMatchObject({ turnedAway: true, changeError: null });
    expect(await store.control(run.id, 'pause')).toBe(true);
    expect(store.turnedAway).toBe(false);
  });

  it('offer only what takes people in', async () => {
    const { store } = await load();
    await store.choose();
    expect(store.workflows?.map(({ state }) => state)).toEqual(['active', 'paused']);
  });
});
