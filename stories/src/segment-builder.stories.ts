import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/segment-builder';
import { CONTACT_FIELDS, fakeId, HARBOR_BRAND, type FakeClient } from '@patchbay/elements/testing';
import { html, nothing } from 'lit';
import { expect, userEvent } from 'storybook/test';
import {
  all,
  control,
  element,
  expectNoSidewaysScroll,
  fill,
  find,
  hides,
  look,
  press,
  shows,
  waitFor,
} from './support/look.ts';
import type { Stage } from './support/stage.ts';

const BUYERS = fakeId('e', 0);
/** One of everything. */
const RICH = {
  all: [
    { field: 'tags', op: 'has_any', value: ['Qualified', 'Hot'] },
    { event: { type: 'message.received', at_least: 2, within: { last: 7, unit: 'days' } } },
    { no_event: { type: 'message.received', since: 'message.sent' } },
    {
      any: [
        { field: 'birthday', op: 'within', value: { next: 7, unit: 'days' } },
        { not: { segment: { id: BUYERS } } },
        { field: 'lead_score', op: 'between', value: [10, 50] },
        { field: 'created_at', op: 'within', value: { from: '2026-01-01', to: { ago: 2, unit: 'weeks' } } },
      ],
    },
    {
      not: {
        any: [
          { consent: { channel: 'sms', state: 'withdrawn' } },
          { field: 'do_not_call', op: 'is', value: true },
        ],
      },
    },
    { conversation: { unread: true, assignee: null } },
    { field: 'dnd', op: 'has_none', value: ['sms'] },
    { field: 'fields.kind', op: 'is', value: 'house' },
    { field: 'owner_id', op: 'in', value: ['u1'] },
  ],
};

export default {
  title: 'Elements/Segment builder',
  component: 'patchbay-segment-builder',
  parameters: { stage: { width: 760, fake: { contactFields: CONTACT_FIELDS } } satisfies Stage },
  render: ({ filter, segmentId, noSave }) =>
    html`<patchbay-segment-builder
      .filter=${filter ?? null}
      segment-id=${segmentId ?? nothing}
      ?no-save=${noSave}
    ></patchbay-segment-builder>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({
  stage: { width: 760, fake: { contactFields: CONTACT_FIELDS }, ...stage },
});
const before = (act: (client: FakeClient) => void) => stage({ before: act });

export const Empty: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Everybody. Add a condition to narrow it down.', '11 people match');
  }),
};

export const Rich: Story = {
  args: { filter: RICH },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Qualified', 'Hot', 'not', 'Ana Ruiz');
    const { draft } = await element(canvas, 'patchbay-segment-builder');
    await expect(draft!.filter).toEqual(RICH);
  }),
};

export const Built: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Condition');
    await shows(canvas, 'Not finished yet');
    await userEvent.type(await find(canvas, '[part=condition] input'), 'Qualified{Enter}');
    await shows(canvas, '2 people match', 'John Smith');
    const changed: unknown[] = [];
    canvas.addEventListener('filter-change', (event) => changed.push(event.detail.filter));
    await press(canvas, 'Turn into its opposite');
    await shows(canvas, '9 people match');
    await expect(changed.at(-1)).toEqual({
      all: [{ not: { field: 'tags', op: 'has_any', value: ['Qualified'] } }],
    });
    await press(canvas, 'Duplicate');
    await waitFor(() => expect(all(canvas, '[part=condition]').length).toBe(2));
    await press(canvas, 'Remove');
    await waitFor(() => expect(all(canvas, '[part=condition]').length).toBe(1));
    await press(canvas, 'Remove');
    await shows(canvas, '11 people match');
    await expect(changed.at(-1)).toBe(null);
  }),
};

export const Keyboard: Story = {
  args: { filter: { all: [{ field: 'stage', op: 'is_set' }, { any: [{ field: 'tags', op: 'is_set' }] }] } },
  play: look(async ({ canvas }) => {
    const { draft } = await element(canvas, 'patchbay-segment-builder');
    (await control(canvas, 'Move down')).focus();
    await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
    await waitFor(() =>
      expect(draft!.filter).toEqual({
        all: [
          {
            any: [
              { field: 'stage', op: 'is_set' },
              { field: 'tags', op: 'is_set' },
            ],
          },
        ],
      }),
    );
  }),
};

export const Saved: Story = {
  args: { segmentId: BUYERS },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Save changes', 'Rename');
    const value = await find(canvas, '[part=condition] input');
    fill(value, 'Seller');
    await shows(canvas, '3 people match');
    await press(canvas, 'Save changes');
    await waitFor(async () => expect(await control(canvas, 'Save changes')).toBeDisabled());
  }),
};

export const EditedElsewhere: Story = {
  args: { segmentId: BUYERS },
  play: look(async ({ canvas, client }) => {
    fill(await find(canvas, '[part=condition] input'), 'Seller');
    await client.updateSegment(BUYERS, { name: 'Buyers and friends' });
    await press(canvas, 'Save changes');
    await shows(canvas, 'Somebody else has changed this segment meanwhile.');
    await press(canvas, 'Save mine over it');
    await hides(canvas, 'Somebody else has changed');
    await expect((await client.getSegment(BUYERS)).filter).toEqual({
      field: 'lead_type',
      op: 'is',
      value: 'Seller',
    });
  }),
};

export const InUse: Story = {
  args: { segmentId: BUYERS },
  parameters: before(
    (client) => void client.createSegment({ name: 'Near', filter: { segment: { id: BUYERS } } }),
  ),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Delete segment');
    await shows(canvas, 'Delete “Buyers”? Its people stay.');
    await press(canvas, 'Delete');
    await shows(canvas, 'The segment was not deleted.', 'Change or delete it first.');
  }),
};

export const Problem: Story = {
  args: { filter: RICH },
  parameters: before((client) =>
    client.fail(
      'previewSegment',
      new ApiError('invalid_filter', 422, 'There is no such segment.', 'filter', [
        {
          path: 'filter.all.3.any.1.not.segment.id',
          code: 'unknown_segment',
          detail: 'There is no such segment. Choose another.',
        },
      ]),
    ),
  ),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'There is no such segment. Choose another.');
    await waitFor(() => expect(all(canvas, '.clause.bad').length).toBe(1));
  }),
};

export const TooCostly: Story = {
  args: { filter: RICH },
  parameters: before((client) => client.fail('previewSegment', new ApiError('filter_too_costly', 422, ''))),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'This would take too long to find.');
    client.fail('previewSegment', null);
    await press(canvas, 'Try again');
    await shows(canvas, 'people match');
  }),
};

export const StaticList: Story = {
  args: { segmentId: fakeId('e', 1) },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'This is a list: its people are put in by hand');
  }),
};

export const Loading: Story = {
  args: { segmentId: BUYERS },
  parameters: before((client) => client.fail('getSegment', 'hang')),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  args: { segmentId: BUYERS },
  parameters: before((client) => client.fail('getSegment', 'network')),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'The segment could not be loaded.');
    client.fail('getSegment', null);
    await press(canvas, 'Try again');
    await shows(canvas, 'Save changes');
  }),
};

export const NotAllowed: Story = {
  args: { segmentId: BUYERS },
  parameters: before((client) => client.fail('getSegment', new ApiError('forbidden', 403, ''))),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Not allowed');
  }),
};

export const Offline: Story = {
  args: { filter: RICH, noSave: true },
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'people match');
    client.setFeed('offline');
    await shows(canvas, 'You are offline.');
    await hides(canvas, 'Save as segment');
  }),
};

export const Phone: Story = {
  args: { filter: RICH },
  parameters: stage({ width: 390 }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Qualified');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const Dark: Story = { args: { filter: RICH }, parameters: stage({ theme: 'dark' }) };
export const RightToLeft: Story = {
  args: { filter: RICH },
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'الأشخاص الذين تنطبق عليهم');
  }),
};
export const SecondBrand: Story = { args: { filter: RICH }, parameters: stage({ brand: HARBOR_BRAND }) };
