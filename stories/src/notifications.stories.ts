import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/notifications';
import { HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect } from 'storybook/test';
import { expectNoSidewaysScroll, find, look, press, shows, waitFor } from './support/look.ts';
import type { Stage } from './support/stage.ts';

const SOME = { notifications: 7 };

export default {
  title: 'Elements/Notifications',
  component: 'patchbay-notifications',
  parameters: { stage: { width: 420, height: 560, fake: SOME } satisfies Stage },
  render: () =>
    html`<div class="portal-header">
      <style>
        .portal-header {
          display: flex;
          justify-content: end;
          padding: 8px;
        }
      </style>
      <patchbay-notifications></patchbay-notifications>
    </div>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage: { width: 420, height: 560, fake: SOME, ...stage } });
const open = async (canvas: HTMLElement) => (await find(canvas, '[part=bell]')).click();

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, '4');
    await open(canvas);
    await shows(canvas, 'Dana Fox mentioned you', 'about Sarah Jones', 'A task is due', 'Mark all as read');
  }),
};

export const Closed: Story = {
  play: look(async ({ canvas }) => {
    const bell = await find(canvas, '[part=bell]');
    await waitFor(() => expect(bell).toHaveAttribute('aria-label', '4 unread notifications'));
  }),
};

export const Live: Story = {
  play: look(async ({ canvas, client }) => {
    await open(canvas);
    await shows(canvas, 'Dana Fox mentioned you');
    client.notify({ kind: 'task_due', words: 'Send the floor plan', actor: null });
    await shows(canvas, 'Send the floor plan', '5');
  }),
};

export const AllRead: Story = {
  play: look(async ({ canvas }) => {
    await open(canvas);
    await press(canvas, 'Mark all as read');
    const bell = await find(canvas, '[part=bell]');
    await waitFor(() => expect(bell).toHaveAttribute('aria-label', 'Notifications, none unread'));
  }),
};

export const Empty: Story = {
  parameters: stage({ fake: { notifications: 0 } }),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await shows(canvas, 'Nothing new', 'When somebody mentions you');
  }),
};

export const Loading: Story = {
  parameters: stage({ before: (client) => client.fail('listNotifications', 'hang') }),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ before: (client) => client.fail('listNotifications', 'network', 2) }),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await shows(canvas, 'The notifications could not be loaded.', 'There is no connection to the server.');
    await press(canvas, 'Try again');
    await shows(canvas, 'Dana Fox mentioned you');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({
    before: (client) => client.fail('listNotifications', new ApiError('forbidden', 403, '')),
  }),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await shows(canvas, 'Not allowed');
  }),
};

export const Offline: Story = {
  play: look(async ({ canvas, client }) => {
    await open(canvas);
    client.setFeed('offline');
    await shows(canvas, 'You are offline', 'Dana Fox mentioned you');
  }),
};

export const Many: Story = {
  parameters: stage({ fake: { notifications: 45 } }),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await press(canvas, 'Show more');
    await waitFor(() => expect(canvas).toBeVisible());
  }),
};

export const Phone: Story = {
  parameters: stage({ width: 360 }),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await shows(canvas, 'A task is due');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const LongWords: Story = {
  parameters: stage({
    fake: { notifications: 0 },
    before: (client) =>
      client.notify({
        words: 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren '.repeat(4),
        contact_name: '+13125550177',
      }),
  }),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await shows(canvas, 'about (312) 555-0177');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await shows(canvas, 'Dana Fox mentioned you');
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await shows(canvas, 'Dana Fox mentioned you');
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await shows(canvas, 'ذكرك Dana Fox');
  }),
};
