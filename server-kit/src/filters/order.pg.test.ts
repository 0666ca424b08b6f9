/** Pages of people in each order: everybody once, whatever the size of the page. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Contact } from '../contract/index.ts';
import { CONTACT_SORTS } from '../contract/names.ts';
import { newId } from '../ids.ts';
import { BASE_SEED } from '../testing/campaign.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
const tag = newId();
/** Twice the same name, none at all, and letters of other alphabets. */
const NAMES = ['Ana', 'ana', 'Zoë', 'Ägir', '山田', '👍', 'Ana', null, null, 'Ben'];

beforeAll(async () => {
  kit = await getTestKit();
  for (const first_name of NAMES)
    await kit.request('POST', '/v1/contacts', { body: { first_name, tags: [tag] } });
});
afterAll(() => kit.close());

const filter = { field: 'tags', op: 'has_any', value: [tag] };
const search = (body: object) => kit.request('POST', '/v1/contacts/search', { body: { filter, ...body } });

async function walk(sort: string, limit: number): Promise<Contact[]> {
  const found: Contact[] = [];
  let after: string | undefined;
  do {
    const { status, body } = await search({ sort, limit, ...(after && { after }) });
    expect(status).toBe(200);
    found.push(...body.items);
    after = body.next ?? undefined;
  } while (after);
  return found;
}

it('shows everybody once and in order, in pages of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...CONTACT_SORTS),
      fc.integer({ min: 1, max: NAMES.length + 1 }),
      async (sort, limit) => {
        const found = await walk(sort, limit);
        expect(new Set(found.map(({ id }) => id)).size).toBe(NAMES.length);
        const key = ({ id, name }: Contact) =>
          sort.startsWith('name')
            ? Buffer.from(`${name?.toLowerCase() ?? '\u{10FFFF}'} ${id}`)
            : Buffer.from(id);
        const ordered = found.toSorted((a, b) => Buffer.compare(key(a), key(b)));
        if (sort === 'newest' || sort === 'name_desc') ordered.reverse();
        expect(found.map(({ id }) => id)).toEqual(ordered.map(({ id }) => id));
      },
    ),
    { seed: BASE_SEED, numRuns: 40 },
  );
});

it('puts people without a name after all others', async () => {
  const found = await walk('name', 4);
  expect(found.slice(-2).map(({ name }) => name)).toEqual([null, null]);
});

it('counts when asked, with the words of a search', async () => {
  expect((await search({ limit: 1, counted: true })).body).toMatchObject({ count: NAMES.length });
  expect((await search({ limit: 1, counted: true, q: 'an' })).body).toMatchObject({ count: 3 });
  expect((await search({ limit: 1 })).body).toMatchObject({ count: null });
});

it('refuses a cursor of another order', async () => {
  const { next } = (await search({ limit: 1 })).body;
  expect(await search({ sort: 'name', after: next })).toMatchObject({
    status: 422,
    body: { code: 'invalid_cursor' },
  });
  const { next: byName } = (await search({ limit: 1, sort: 'name' })).body;
  expect((await search({ after: byName })).status).toBe(422);
  const nul = Buffer.from(`${newId()}.a\0`).toString('base64url');
  expect((await search({ sort: 'name', after: nul })).status).toBe(422);
});
