import { expect, it, vi } from 'vitest';
import { createFakeClient } from '../testing/fake-client.ts';
import { contactList } from './people.ts';
import { storesFor } from './stores.ts';

it('asks again for what is shown when a job has ended, which tells of nobody by name', async () => {
  const client = createFakeClient();
  const stores = storesFor(client);
  const release = stores.retain();
  const { list, release: drop } = contactList(stores);
  list.show({});
  await vi.waitFor(() => expect(list.status).toBe('ready'));
  const asked = () => client.calls.filter(({ method }) => method === 'searchContacts').length;
  const before = asked();
  const tell = (kind: string, state: string) =>
    client.emit({ type: 'job.updated', data: { job_id: 'j', kind, state } });
  tell('bulk', 'running');
  tell('export', 'done');
  expect(asked()).toBe(before);
  tell('bulk', 'done');
  await vi.waitFor(() => expect(asked()).toBe(before + 1));
  drop();
  release();
});
