import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/enrollment-status';
import { fakeId, HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect } from 'storybook/test';
import { all, expectNoSidewaysScroll, find, look, press, shows, waitFor } from './support/look.ts';
import type { Stage } from './support/stage.ts';

const FIRST = fakeId('c', 0);

export default {
  title: 'Elements/Enrollment status',
  component: 'patchbay-enrollment-status',
  parameters: { stage: { width: 360 } satisfies Stage },
  render: ({ contact, readOnly }) =>
    html`<patchbay-enrollment-status
      style="padding: 16px"
      contact-id=${contact ?? FIRST}
      ?read-only=${readOnly ?? false}
    ></patchbay-enrollment-status>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage: { width: 360, ...stage } });

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Five Days of Joy', 'Step 3 of 7', '(Toronto)', '1 earlier run');
  }),
};

export const Trace: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'What happened: Five Days of Joy');
    await shows(canvas, 'Text: Welcome! Here is what happens next', 'Sent', 'Skipped: it was so already');
  }),
};

export const Paused: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Pause: Five Days of Joy');
    await shows(canvas, 'Paused', 'Resume');
  }),
};

export const Ending: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'End: Five Days of Joy');
    await shows(canvas, 'End “Five Days of Joy” for this contact?', 'Keep it running');
  }),
};

export const Enrolling: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Enroll in…');
    await find(canvas, 'select');
    await press(canvas, 'Enroll');
    await shows(canvas, 'Not enrolled: they are in this workflow already');
  }),
};

export const Nothing: Story = {
  args: { contact: fakeId('c', 1) },
  play: look(async ({ canvas }) => shows(canvas, 'In no workflow.', 'Enroll in…')),
};

export const NobodyChosen: Story = {
  render: () => html`<patchbay-enrollment-status></patchbay-enrollment-status>`,
  play: look(async ({ canvas }) => shows(canvas, 'Pick a contact')),
};

export const Loading: Story = {
  parameters: stage({ before: (client) => client.fail('listContactEnrollments', 'hang') }),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ before: (client) => client.fail('listContactEnrollments', 'network', 1) }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'The workflows could not be loaded.', 'There is no connection');
    await press(canvas, 'Try again');
    await shows(canvas, 'Five Days of Joy');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({
    before: (client) => client.fail('listContactEnrollments', new ApiError('forbidden', 403, '')),
  }),
  play: look(async ({ canvas }) => shows(canvas, 'Not allowed')),
};

export const Refused: Story = {
  parameters: stage({ before: (client) => client.fail('controlEnrollment', 'network', 1) }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Skip step: Five Days of Joy');
    await shows(canvas, 'That was not done.');
  }),
};

export const Offline: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Five Days of Joy');
    client.setFeed('offline');
    await shows(canvas, 'You are offline');
  }),
};

export const ReadOnly: Story = {
  args: { readOnly: true },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Five Days of Joy');
    await waitFor(() => expect(all(canvas, '.acts .button, [part=enroll]')).toEqual([]));
  }),
};

export const Phone: Story = {
  parameters: stage({ width: 320 }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Five Days of Joy');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'What happened: Five Days of Joy');
    await shows(canvas, 'Skipped: it was so already');
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => shows(canvas, 'Five Days of Joy')),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => shows(canvas, 'في الانتظار', 'تسجيل في…')),
};
