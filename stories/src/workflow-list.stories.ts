import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/workflow-list';
import { HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect } from 'storybook/test';
import { all, element, expectNoSidewaysScroll, find, look, press, shows } from './support/look.ts';
import type { Stage } from './support/stage.ts';

const MANAGER = { me: { member: { id: 'm', name: 'Marcus Hale', role: 'manager' as const } } };
const AGENT = { me: { member: { id: 'm', name: 'Dana Fox', role: 'agent' as const } } };

export default {
  title: 'Elements/Workflow list',
  component: 'patchbay-workflow-list',
  parameters: { stage: { width: 860, height: 640, fake: MANAGER } satisfies Stage },
  render: ({ readOnly }) =>
    html`<patchbay-workflow-list ?read-only=${readOnly ?? false}></patchbay-workflow-list>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage: { width: 860, height: 640, fake: MANAGER, ...stage } });

const JOY = 'Details of Five Days of Joy';
async function drop(canvas: HTMLElement, text: string): Promise<void> {
  const list = await element(canvas, 'patchbay-workflow-list');
  await shows(canvas, 'Five Days of Joy');
  await list.take(new File([text], 'workflow.yaml'));
}

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(
      canvas,
      'Five Days of Joy',
      '217 in it',
      'Unpublished changes',
      '1 mistake',
      '1 warning',
      'Never published',
    );
  }),
};

export const Details: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, JOY);
    await shows(
      canvas,
      'Here now',
      'Text: One idea for today',
      'Nothing is wrong with it.',
      'Version 1',
      'Current',
    );
  }),
};

export const Problems: Story = {
  play: look(async ({ canvas }) => {
    await press(
      canvas,
      'Details of Ask for a review, a few days after everything is signed and the keys are handed over',
    );
    await shows(canvas, 'Nothing leads to the step thanks.', 'Mend: Add “Reply STOP to opt out”.');
  }),
};

const LANDLINE =
  'Text: One idea for today: The number cannot receive texts (landline or unreachable carrier).';
const openFailures = async (canvas: HTMLElement) => {
  await press(canvas, '4 failed steps: Five Days of Joy');
  await press(canvas, LANDLINE);
  await shows(canvas, 'Opted out since: nothing more leaves.');
};

export const Failures: Story = {
  play: look(async ({ canvas }) => {
    await openFailures(canvas);
    await shows(canvas, '3 contacts', 'The carrier blocked it as spam.');
  }),
};

export const FailuresRetried: Story = {
  play: look(async ({ canvas }) => {
    await openFailures(canvas);
    await press(canvas, 'Retry all 3: Text: One idea for today');
    await shows(canvas, 'Tried again for 2 contacts', '1 was left out.');
  }),
};

export const Webhook: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, JOY);
    await shows(canvas, 'website-form', 'https://portal.example.com/crm/hooks/harbor/', 'What came last');
    await press(canvas, 'New address: website-form');
    await shows(canvas, 'The address until now is good for another 24 hours.');
  }),
};

export const NothingFailed: Story = {
  parameters: stage({ fake: { ...MANAGER, failures: 0 } }),
  play: look(async ({ canvas }) => {
    await press(canvas, JOY);
    await shows(canvas, 'No failed steps.');
    await expect(all(canvas, '[part=failed]')).toEqual([]);
  }),
};

export const FailuresLoading: Story = {
  parameters: stage({ before: (client) => client.fail('countFailures', 'hang') }),
  play: look(async ({ canvas }) => {
    await press(canvas, JOY);
    await expect(await find(canvas, '[part=failures] [role=status]')).toHaveAttribute(
      'aria-label',
      'Loading',
    );
  }),
};

export const FailuresError: Story = {
  parameters: stage({ before: (client) => client.fail('countFailures', 'network', 1) }),
  play: look(async ({ canvas }) => {
    await press(canvas, JOY);
    await shows(canvas, 'What failed could not be loaded.');
    await press(canvas, 'Try again');
    await shows(canvas, 'The carrier blocked it as spam.');
  }),
};

export const FailuresOffline: Story = {
  parameters: stage({ before: (client) => client.fail('retryFailures', 'network', 1) }),
  play: look(async ({ canvas, client }) => {
    await openFailures(canvas);
    client.setFeed('offline');
    await press(canvas, 'Retry all 3: Text: One idea for today');
    await shows(canvas, 'You are offline', 'It was not tried again.');
  }),
};

export const FailuresOnPhone: Story = {
  parameters: stage({ width: 390 }),
  play: look(async ({ canvas }) => {
    await openFailures(canvas);
    await expectNoSidewaysScroll(await find(canvas, '.scroller'));
  }),
};

export const FailuresDark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => openFailures(canvas)),
};

export const FailuresRightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await press(canvas, '4 خطوات فشلت: Five Days of Joy');
    await shows(canvas, 'ما فشل');
  }),
};

export const Resuming: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Resume: Birthday video');
    await shows(canvas, '7 contacts came due while it was paused:', 'Skip it', 'Send it now');
  }),
};

export const Archiving: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Archive: Five Days of Joy');
    await shows(canvas, 'Archive “Five Days of Joy”?', '217 contacts who are in it leave it.');
  }),
};

export const Uploading: Story = {
  play: look(async ({ canvas }) => {
    await drop(canvas, 'key: five-days-of-joy\nname: Five Days of Joy\nsteps:\n  - id: a\n');
    await shows(canvas, 'Becomes the draft of “Five Days of Joy”', '1 step');
    await press(canvas, 'Keep as draft');
    await shows(canvas, 'Unpublished changes');
  }),
};

export const Unreadable: Story = {
  play: look(async ({ canvas }) => {
    await drop(canvas, 'Dear diary');
    await shows(canvas, 'This cannot be kept', 'This is no workflow.');
  }),
};

export const Library: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'From the library');
    await shows(canvas, 'Whoever calls in vain gets a text within a minute.');
    await press(canvas, 'Use: Missed call text-back');
    await shows(canvas, '“Missed call text-back” is new');
  }),
};

export const Empty: Story = {
  parameters: stage({ fake: { ...MANAGER, workflows: 0 } }),
  play: look(async ({ canvas }) => shows(canvas, 'No workflows yet', 'Begin with one from the library')),
};

export const Loading: Story = {
  parameters: stage({ before: (client) => client.fail('listWorkflows', 'hang') }),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ before: (client) => client.fail('listWorkflows', 'network', 1) }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'The workflows could not be loaded.', 'There is no connection');
    await press(canvas, 'Try again');
    await shows(canvas, 'Five Days of Joy');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({ before: (client) => client.fail('listWorkflows', new ApiError('forbidden', 403, '')) }),
  play: look(async ({ canvas }) => shows(canvas, 'Not allowed')),
};

export const Refused: Story = {
  parameters: stage({ before: (client) => client.fail('pauseWorkflow', 'network', 1) }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Pause: Five Days of Joy');
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

export const ForAgents: Story = {
  parameters: stage({ fake: AGENT }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Five Days of Joy');
    await expect(all(canvas, '.acts')).toEqual([]);
  }),
};

export const Phone: Story = {
  parameters: stage({ width: 390 }),
  play: look(async ({ canvas }) => {
    await press(canvas, JOY);
    await shows(canvas, 'Here now');
    await expectNoSidewaysScroll(await find(canvas, '.scroller'));
  }),
};

export const Compact: Story = { parameters: stage({ density: 'compact' }) };

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await press(canvas, JOY);
    await shows(canvas, 'Here now');
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => shows(canvas, 'Five Days of Joy')),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'نشط', 'رفع YAML');
  }),
};
