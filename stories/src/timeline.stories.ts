import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/timeline';
import { fakeId, HARBOR_BRAND, type FakeClient } from '@patchbay/elements/testing';
import { html, nothing } from 'lit';
import { expect, userEvent } from 'storybook/test';
import {
  all,
  control,
  element,
  fill,
  find,
  hides,
  lightness,
  look,
  press,
  shows,
  text,
  waitFor,
} from './support/look.ts';
import type { Stage } from './support/stage.ts';

const JOHN = fakeId('c', 0);
const MIKE = fakeId('c', 3);
const CONVERSATION = fakeId('a', 0);

/** Two texts that wait for their hour. */
const planned = (client: FakeClient) => {
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const later = { conversation_id: CONVERSATION, send_at: inHours(20) };
  void client.sendMessage({ ...later, body: 'Good morning John, see you at 10 at Maple Court.' });
  void client.sendMessage({ ...later, body: 'How did you like it?', send_at: inHours(30) });
};

export default {
  title: 'Elements/Timeline',
  component: 'patchbay-timeline',
  args: { contactId: JOHN },
  parameters: { stage: { width: 560 } satisfies Stage },
  render: ({ contactId, order, kind, readOnly, noFilter }) =>
    html`<patchbay-timeline
      .contactId=${contactId ?? null}
      order=${order ?? nothing}
      kind=${kind ?? nothing}
      ?read-only=${readOnly}
      ?no-filter=${noFilter}
    ></patchbay-timeline>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

export const Normal: Story = {
  parameters: stage({ width: 560, before: planned }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Upcoming', 'see you at 10 at Maple Court', 'Send now', 'two-minute walkthrough');
    await shows(canvas, 'Dana Fox · Read', 'Changed: Stage and Email', 'Tag added: Webinar', 'Outgoing call');
  }),
};

export const OldestFirst: Story = {
  args: { order: 'oldest' },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'two-minute walkthrough');
  }),
};

export const OneKind: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Notes');
    await shows(canvas, 'Bring the HOA papers');
    await hides(canvas, 'two-minute walkthrough');
    await waitFor(async () => expect(await control(canvas, 'Notes')).toHaveAttribute('aria-pressed', 'true'));
    await press(canvas, 'All');
    await shows(canvas, 'two-minute walkthrough');
  }),
};

export const NothingOfAKind: Story = {
  args: { contactId: MIKE, kind: 'task' },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Nothing of this kind yet', 'Choose “All”');
  }),
};

export const OptedOut: Story = {
  args: { contactId: MIKE },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Opted out of texts', 'STOP', 'Not delivered: the phone is switched off');
  }),
};

export const NobodyChosen: Story = {
  args: { contactId: undefined },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'No contact chosen');
  }),
};

export const Empty: Story = {
  parameters: stage({
    width: 560,
    before: (client) => {
      client.getTimeline = async () => ({ items: [], upcoming: [], tasks: [], before: null, after: null });
    },
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Nothing has happened yet');
  }),
};

export const Loading: Story = {
  parameters: stage({ width: 560, before: (client) => client.fail('getTimeline', 'hang') }),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ width: 560, before: (client) => client.fail('getTimeline', 'network') }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'The timeline could not be loaded.', 'There is no connection to the server.');
    client.fail('getTimeline', null);
    await press(canvas, 'Try again');
    await shows(canvas, 'two-minute walkthrough');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({
    width: 560,
    before: (client) => client.fail('getTimeline', new ApiError('forbidden', 403, '')),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Not allowed', 'Ask a manager for access.');
  }),
};

export const Offline: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'two-minute walkthrough');
    client.setFeed('offline');
    await shows(canvas, 'You are offline.');
  }),
};

export const Live: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'two-minute walkthrough');
    client.receive(CONVERSATION, 'One more question');
    await waitFor(async () =>
      expect(text(all(canvas, '[part~=entry]')[0] as HTMLElement)).toContain('One more question'),
    );
  }),
};

export const SendNow: Story = {
  parameters: stage({ width: 560, before: planned }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Send now');
    await waitFor(async () =>
      expect(text(all(canvas, '[part~=entry]')[0] as HTMLElement)).toContain('see you at 10'),
    );
    await press(canvas, 'Do not send');
    await hides(canvas, 'Upcoming');
  }),
};

export const Reschedule: Story = {
  parameters: stage({ width: 560, before: planned }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Reschedule');
    fill(await find(canvas, 'input[type=datetime-local]'), '2099-05-01T10:00');
    await press(canvas, 'Schedule');
    await shows(canvas, 'May 1, 10:00');
  }),
};

export const ReadOnly: Story = {
  args: { readOnly: true, noFilter: true },
  parameters: stage({ width: 560, before: planned }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Upcoming');
    await expect(all(canvas, 'button')).toEqual([]);
  }),
};

export const Keyboard: Story = {
  play: look(async ({ canvas }) => {
    (await control(canvas, 'Messages')).focus();
    await userEvent.keyboard('{Enter}');
    await waitFor(async () =>
      expect(await control(canvas, 'Messages')).toHaveAttribute('aria-pressed', 'true'),
    );
    await hides(canvas, 'Added as a contact');
  }),
};

export const TenThousandEntries: Story = {
  parameters: stage({ width: 560, fake: { longThread: 10_000 } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'two-minute walkthrough');
    await expect(all(canvas, '.line').length).toBeLessThan(121);
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ width: 560, locale: 'ar', before: planned }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'القادم', 'الملاحظات');
    await waitFor(async () => expect(await find(canvas, '[part=base]')).toHaveAttribute('dir', 'rtl'));
  }),
};

export const Dark: Story = {
  parameters: stage({ width: 560, theme: 'dark', before: planned }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Upcoming', 'two-minute walkthrough');
    await expect(lightness(await element(canvas, 'patchbay-timeline'))).toBeLessThan(0.2);
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ width: 560, brand: HARBOR_BRAND, before: planned }),
  play: look(async ({ canvas }) => {
    const timeline = await element(canvas, 'patchbay-timeline');
    await waitFor(() =>
      expect(getComputedStyle(timeline).getPropertyValue('--_accent')).toContain('#0f766e'),
    );
  }),
};

export const Phone: Story = {
  parameters: stage({ width: 320, before: planned }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Upcoming', 'two-minute walkthrough');
    const list = await find(canvas, '[part=list]');
    await expect(list.scrollWidth).toBeLessThanOrEqual(list.clientWidth);
  }),
};
