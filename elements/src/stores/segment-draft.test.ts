import { expect, it, vi } from 'vitest';
import { ApiError } from '../client/errors.ts';
import { createFakeClient } from '../testing/fake-client.ts';
import { fakeId } from '../testing/people.ts';
import { append, fromFilter, newCondition } from './filter-model.ts';
import { SegmentDraftStore } from './segment-draft.ts';
import { SegmentsStore } from './segments.ts';

const BUYERS = fakeId('e', 0);
const SELLERS = { field: 'lead_type', op: 'is', value: 'Seller' } as const;

function world() {
  const client = createFakeClient();
  return { client, draft: new SegmentDraftStore({ client, segments: new SegmentsStore(client), delay: 0 }) };
}

it('counts whom it finds, and shows the first few', async () => {
  const { draft } = world();
  draft.begin(SELLERS);
  await vi.waitFor(() => expect(draft.count).toBe(3));
  expect(draft.people[0]?.last_name).toBe('Wilson');
});

it('points at the condition that the server refuses', async () => {
  const { client, draft } = world();
  client.fail(
    'previewSegment',
    new ApiError('invalid_filter', 422, '', 'filter', [
      { path: 'filter.all.1.value', code: 'invalid_value', detail: 'No.' },
    ]),
  );
  draft.begin({ all: [SELLERS, { field: 'stage', op: 'is', value: 'x' }] });
  await vi.waitFor(() => expect(draft.problems.size).toBe(1));
  expect(draft.problems.get(draft.model.root.children[1]!.id)).toBe('No.');
});

it('never loses what was typed when saving is refused', async () => {
  const { client, draft } = world();
  client.fail('createSegment', 'network');
  draft.edit(fromFilter(SELLERS));
  expect(await draft.saveAs('Sellers')).toBeNull();
  expect(draft.saveError?.code).toBe('network');
  expect(draft.filter).toEqual(SELLERS);
});

it('lets one choose when somebody else has saved meanwhile', async () => {
  const { client, draft } = world();
  await draft.open(BUYERS);
  await client.updateSegment(BUYERS, { name: 'Theirs' });
  draft.edit(fromFilter(SELLERS));
  expect(await draft.save()).toBeNull();
  expect(draft.theirs?.name).toBe('Theirs');
  expect(draft.filter).toEqual(SELLERS);
  expect(await draft.keepMine()).toMatchObject({ name: 'Theirs', filter: SELLERS });
  expect(draft.dirty).toBe(false);
});

it('takes theirs when that is chosen', async () => {
  const { client, draft } = world();
  await draft.open(BUYERS);
  await client.updateSegment(BUYERS, { filter: { all: [] } });
  draft.edit(fromFilter(SELLERS));
  await draft.save();
  draft.takeTheirs();
  expect(draft.filter).toEqual({ all: [] });
  expect(draft.theirs).toBeNull();
});

it('leaves out what is not finished, and keeps it when the same filter is set again', async () => {
  const { draft } = world();
  const empty = fromFilter(null);
  draft.edit(append(empty, empty.root.id, { kind: 'clause', nots: 0, condition: newCondition('stage') }));
  expect(draft.unfinished).toBe(true);
  draft.begin(null);
  expect(draft.model.root.children).toHaveLength(1);
});

it('says that a segment is still needed instead of deleting it', async () => {
  const { client, draft } = world();
  await client.createSegment({ name: 'Near', filter: { segment: { id: BUYERS } } });
  await draft.open(BUYERS);
  expect(await draft.remove()).toBe(false);
  expect(draft.saveError?.code).toBe('segment_in_use');
});
