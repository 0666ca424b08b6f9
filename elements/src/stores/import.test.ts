import { describe, expect, it } from 'vitest';
import { createFakeClient } from '../testing/index.ts';
import { ImportStore } from './import.ts';
import { safeStorage } from './storage.ts';

const CSV = 'Name,Mobile,Shoe size\nAda Lovelace,+13125550100,38\nBad,not a number,40\n';
const file = (text = CSV) => Object.assign(new Blob([text]), { name: 'people.csv' });
const made = (storage = safeStorage(() => undefined)) => {
  const client = createFakeClient();
  return { client, storage, store: new ImportStore({ client, storage, scope: () => 'acme:ana' }) };
};

describe('an import', () => {
  it('goes from a file to a job, with what the server proposed', async () => {
    const { store } = made();
    await store.upload(file());
    expect(store).toMatchObject({
      step: 'columns',
      busy: null,
      settings: { mapping: ['name', 'phone', null] },
    });
    store.go('rules');
    store.go('check');
    await store.look();
    expect(store.preview?.map(({ outcome }) => outcome)).toEqual(['created', 'refused']);
    expect(await store.start()).toMatchObject({ kind: 'import', state: 'queued', total: 2 });
    expect(store).toMatchObject({ step: 'file', details: null });
  });

  it('says which field two columns claim', async () => {
    const { store } = made();
    await store.upload(file());
    store.map(2, 'phone');
    expect(store.claimedTwice).toEqual(['phone']);
    store.map(1, null);
    expect(store.claimedTwice).toEqual([]);
  });

  it('goes on after a reload where the file was uploaded', async () => {
    const { client, storage, store } = made();
    await store.upload(file());
    const again = new ImportStore({ client, storage, scope: () => 'acme:ana' });
    await again.resume();
    expect(again).toMatchObject({ step: 'columns', details: { job: { name: 'people.csv' } } });
    const other = new ImportStore({ client, storage, scope: () => 'acme:bob' });
    await other.resume();
    expect(other).toMatchObject({ step: 'file', error: null });
  });

  it('stays where it is when the file is refused, and says why', async () => {
    const { store } = made();
    await store.upload(file('PK\u0003\u0004'));
    expect(store).toMatchObject({ step: 'file', busy: null, error: { code: 'invalid_file' } });
    await store.upload(file());
    expect(store).toMatchObject({ step: 'columns', error: null });
  });

  it('forgets a preview when something is decided differently', async () => {
    const { store } = made();
    await store.upload(file());
    await store.look();
    store.change({ tags: ['fair'] });
    expect(store.preview).toBeNull();
  });
});
