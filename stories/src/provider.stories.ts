import type { Meta, StoryObj } from '@storybook/web-components-vite';
import '@patchbay/elements/conversation-list';
import '@patchbay/elements/thread';
import { createFakeClient, fakeId, HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect } from 'storybook/test';
import { all, element, find, look, row, shows, text, waitFor } from './support/look.ts';
import type { Stage } from './support/stage.ts';

const JOHN = fakeId('a', 0);

export default {
  title: 'Elements/Provider',
  component: 'patchbay-provider',
  parameters: { stage: { width: 1200 } satisfies Stage },
} satisfies Meta;

type Story = StoryObj;

/** One provider, several elements: they share what they know. */
export const SeveralElements: Story = {
  render: () => html`
    <patchbay-provider .client=${createFakeClient()} theme="light">
      <patchbay-conversation-list></patchbay-conversation-list>
      <patchbay-thread conversation-id=${JOHN}></patchbay-thread>
    </patchbay-provider>
  `,
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Laura Chen', 'Thanks for reaching out!');
  }),
};

/** Two tenants on one page, each with its own brand. */
export const TwoTenants: Story = {
  render: () => html`
    <patchbay-provider id="plain" .client=${createFakeClient()} theme="light">
      <patchbay-thread conversation-id=${JOHN}></patchbay-thread>
    </patchbay-provider>
    <patchbay-provider id="harbor" .client=${createFakeClient({ brand: HARBOR_BRAND })} theme="light">
      <patchbay-thread conversation-id=${JOHN}></patchbay-thread>
    </patchbay-provider>
  `,
  play: look(async ({ canvas }) => {
    const colour = async (id: string) =>
      getComputedStyle(await find(await find(canvas, `#${id} patchbay-thread`), '[part~=bubble-outbound]'))
        .backgroundColor;
    await waitFor(async () => expect(await colour('harbor')).toBe('rgb(15, 118, 110)'));
    await expect(await colour('plain')).not.toBe('rgb(15, 118, 110)');
  }),
};

/** Words of the host's own, by key. */
export const OwnWords: Story = {
  render: () => html`
    <patchbay-provider .client=${createFakeClient()} theme="light" .words=${{ title: 'Client texts' }}>
      <patchbay-conversation-list></patchbay-conversation-list>
    </patchbay-provider>
  `,
  play: look(async ({ canvas }) => {
    await row(canvas, 'John Smith');
    await shows(canvas, 'Client texts');
  }),
};

/** A theme can change while the page is open; nothing is mounted again. */
export const ThemeSwitch: Story = {
  render: () => html`
    <patchbay-provider .client=${createFakeClient()} theme="light">
      <patchbay-conversation-list></patchbay-conversation-list>
    </patchbay-provider>
  `,
  play: look(async ({ canvas }) => {
    const first = await row(canvas, 'John Smith');
    const list = await element(canvas, 'patchbay-conversation-list');
    const before = getComputedStyle(list).backgroundColor;
    const provider = list.closest('patchbay-provider');
    if (provider) provider.theme = 'dark';
    await waitFor(() => expect(getComputedStyle(list).backgroundColor).not.toBe(before));
    await expect(first.isConnected).toBe(true);
  }),
};

/** An element on its own, with neither provider nor client, says so instead of staying empty. */
export const NotConnected: Story = {
  render: () => html`<div id="alone"></div>`,
  play: look(async ({ canvas }) => {
    // Outside of the stage's own provider.
    const alone = document.createElement('patchbay-conversation-list');
    canvas.append(alone);
    await waitFor(() => expect(text(alone)).toContain('This element is not inside a provider'));
    await expect(all(alone, '[part~=row]')).toHaveLength(0);
  }),
};
