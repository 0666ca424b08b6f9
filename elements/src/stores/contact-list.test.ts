import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createFakeClient, type FakeClient, type FakeOptions } from '../testing/fake-client.ts';
import { fakeId } from '../testing/people.ts';
import { ContactListStore } from './contact-list.ts';
import { MOST_CHOSEN, Selection } from './selection.ts';

const SEED = Number(process.env['PATCHBAY_SEED'] ?? 11);

async function opened(
  options: FakeOptions = { crowd: 2_000 },
): Promise<{ client: FakeClient; list: ContactListStore }> {
  const client = createFakeClient(options);
  const list = new ContactListStore({ client, pageSize: 20, kept: 2, delay: 0 });
  list.show({});
  await vi.waitFor(() => expect(list.status).toBe('ready'));
  return { client, list };
}
const asked = (client: FakeClient) => client.calls.filter(({ method }) => method === 'searchContacts');
const see = async (list: ContactListStore, from: number) => {
  list.want(from, from + 10);
  await vi.waitFor(() => expect(list.at(from)).toBeDefined());
};

describe(`a list of people (seed ${SEED})`, () => {
  it('grows page by page as somebody comes near its end', async () => {
    const { list } = await opened();
    expect(list.length).toBeLessThan(50);
    await see(list, 15);
    await vi.waitFor(() => expect(list.length).toBeGreaterThanOrEqual(43));
    await vi.waitFor(() => expect(list.count).toBe(2_011));
  });

  it('keeps only what is near, and asks for the rest again by its cursor', async () => {
    const { client, list } = await opened();
    for (let from = 0; from < 400; from += 20) await see(list, from);
    expect(list.loaded.length).toBeLessThanOrEqual(7 * 20);
    expect(list.at(0)).toBeUndefined();
    const before = asked(client).length;
    await see(list, 100);
    expect(list.at(100)?.id).toBe(fakeId('c', 100));
    expect(
      asked(client)
        .slice(before)
        .some(({ args }) => (args[0] as { after?: string }).after === '100'),
    ).toBe(true);
  });

  it('shows in each row the person who stands there, however it is scrolled', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 15 }),
        async (places) => {
          const { list } = await opened({ crowd: 500 });
          for (const place of places) {
            const from = Math.min(place, list.length - 4);
            await see(list, Math.max(0, from));
            for (let row = 0; row < list.length; row += 1) {
              const id = list.at(row)?.id;
              if (id !== undefined) expect(id).toBe(fakeId('c', row));
            }
          }
        },
      ),
      { seed: SEED, numRuns: 15 },
    );
  });

  it('forgets answers to a question that is no longer asked', async () => {
    const { client, list } = await opened();
    let answer!: () => void;
    const { searchContacts } = client;
    client.searchContacts = async (query) => {
      const found = await searchContacts(query);
      if (query?.q === 'slow') await new Promise<void>((done) => (answer = done));
      return found;
    };
    list.show({ q: 'slow' });
    await vi.waitFor(() => expect(answer).toBeDefined());
    list.show({ q: 'smith' });
    await vi.waitFor(() => expect(list.status).toBe('ready'));
    answer();
    await vi.waitFor(() => expect(list.at(0)?.last_name).toBe('Smith'));
    expect(list.length).toBe(1);
  });

  it('says what went wrong further down, and goes on', async () => {
    const { client, list } = await opened();
    client.fail('searchContacts', 'network');
    list.want(25, 30);
    await vi.waitFor(() => expect(list.moreError?.code).toBe('network'));
    expect(list.at(0)).toBeDefined();
    client.fail('searchContacts', null);
    list.retry();
    await vi.waitFor(() => expect(list.at(45)).toBeDefined());
  });

  it('chooses a range also where it is not loaded', async () => {
    const { list } = await opened();
    for (let from = 0; from < 300; from += 20) await see(list, from);
    await list.choose(290, 5, true);
    expect(list.selection.ids.size).toBe(286);
    expect(list.selection.has(fakeId('c', 4))).toBe(false);
  });

  it('follows what others change', async () => {
    const { client, list } = await opened({});
    await client.updateContact(fakeId('c', 0), { first_name: 'Johnny' });
    list.take({ type: 'contact.updated' } as never);
    await vi.waitFor(() => expect(list.at(0)?.first_name).toBe('Johnny'));
  });

  it('names a whole view to a job, and people one by one', async () => {
    const { list } = await opened({});
    const segment = fakeId('e', 0);
    list.show({ segmentId: segment });
    list.chooseAll(true);
    expect(list.selection.target(list.target)).toEqual({ segment_id: segment });
    list.show({ q: 'an' });
    expect(list.selection.empty).toBe(true);
    list.chooseAll(true);
    expect(list.selection.target(list.target)).toEqual({ filter: { segment: { id: segment } }, q: 'an' });
    list.show({ sort: 'name' });
    expect(list.selection.all).toBe(true);
  });
});

describe('a selection', () => {
  it('of everybody becomes one of those in memory when somebody is taken out', () => {
    const selection = new Selection();
    selection.everybody();
    selection.set(['b'], false, ['a', 'b', 'c']);
    expect([...selection.ids]).toEqual(['a', 'c']);
    expect(selection.count(1_000_000)).toBe(2);
  });

  it('is no target when it is longer than a job takes', () => {
    const selection = new Selection();
    selection.set(
      Array.from({ length: MOST_CHOSEN + 1 }, (_, n) => String(n)),
      true,
    );
    expect(selection.target({})).toBeNull();
  });
});
