import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/consent-log';
import { fakeId, HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect } from 'storybook/test';
import {
  element,
  expectNoSidewaysScroll,
  find,
  lightness,
  look,
  press,
  shows,
  waitFor,
} from './support/look.ts';
import type { Stage } from './support/stage.ts';

const JOHN = fakeId('c', 0);
const MIKE = fakeId('c', 3);

export default {
  title: 'Elements/Consent log',
  component: 'patchbay-consent-log',
  args: { contactId: JOHN },
  parameters: { stage: { width: 420 } satisfies Stage },
  render: ({ contactId }) =>
    html`<patchbay-consent-log .contactId=${contactId ?? null}></patchbay-consent-log>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Texts allowed since', 'by web form', 'Email never asked', 'Texts · (312) 555-1234');
    await shows(
      canvas,
      'in writing, marketing too',
      'Request form',
      '192.0.2.7',
      'The form as sent',
      'until',
    );
  }),
};

export const Asked: Story = {
  parameters: stage({
    width: 420,
    before: (client) => void client.requestConsent(JOHN, { via: 'sms' }),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Asked, waiting for the answer until', 'Reply YES');
  }),
};

export const OptedOut: Story = {
  args: { contactId: MIKE },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Texts opted out since', 'by a keyword', 'STOP');
  }),
};

export const Live: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Texts allowed since');
    await client.recordConsent(JOHN, { action: 'withdraw', wording: 'said so on the phone' });
    await shows(canvas, 'Texts opted out since', 'noted by the team', 'said so on the phone', 'by Ana Ruiz');
  }),
};

export const NothingRecorded: Story = {
  parameters: stage({
    width: 420,
    before: (client) => {
      client.listConsent = async () => ({ items: [], requests: [] });
    },
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'No consent recorded');
  }),
};

export const NobodyChosen: Story = {
  args: { contactId: undefined },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'No contact chosen');
  }),
};

export const Loading: Story = {
  parameters: stage({ width: 420, before: (client) => client.fail('getContact', 'hang') }),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ width: 420, before: (client) => client.fail('getContact', 'network') }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'The consent record could not be loaded.');
    client.fail('getContact', null);
    await press(canvas, 'Try again');
    await shows(canvas, 'Texts allowed since');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({
    width: 420,
    before: (client) => client.fail('getContact', new ApiError('forbidden', 403, '')),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Not allowed');
  }),
};

export const Offline: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Texts allowed since');
    client.setFeed('offline');
    await shows(canvas, 'You are offline.');
  }),
};

export const Phone: Story = {
  parameters: stage({ width: 320 }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Texts allowed since');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ width: 420, locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await waitFor(async () => expect(await find(canvas, '[part=base]')).toHaveAttribute('dir', 'rtl'));
    await shows(canvas, 'مسموح منذ');
  }),
};

export const Dark: Story = {
  parameters: stage({ width: 420, theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Texts allowed since');
    await expect(lightness(await element(canvas, 'patchbay-consent-log'))).toBeLessThan(0.2);
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ width: 420, brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Texts allowed since');
  }),
};
