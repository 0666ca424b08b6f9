import type { Meta, StoryObj } from '@storybook/web-components-vite';
import '@patchbay/elements/unread-count';
import { fakeId, HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect } from 'storybook/test';
import { all, element, find, look, shows, waitFor } from './support/look.ts';
import type { Stage } from './support/stage.ts';

export default {
  title: 'Elements/Unread count',
  component: 'patchbay-unread-count',
  parameters: { stage: { width: 240, height: 80 } satisfies Stage },
  render: ({ max }) => html`Messages <patchbay-unread-count .max=${max ?? 99}></patchbay-unread-count>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=badge]')).toHaveAttribute('aria-label', '2 unread conversations');
  }),
};

export const NothingUnread: Story = {
  parameters: stage({ fake: { empty: true } }),
  play: look(async ({ canvas, client }) => {
    await waitFor(() => expect(client.calls.length).toBeGreaterThan(0));
    const count = await element(canvas, 'patchbay-unread-count');
    await expect(count.empty).toBe(true);
    await expect(all(canvas, '[part=badge]')).toHaveLength(0);
  }),
};

export const Many: Story = {
  parameters: stage({ fake: { crowd: 100_000 } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, '99+');
  }),
};

export const OneMore: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, '2');
    let told = 0;
    canvas.addEventListener('unread-change', (event) => (told = event.detail.count), { once: true });
    client.receive(fakeId('a', 4), 'Are you free at five?');
    await shows(canvas, '3');
    await expect(told).toBe(3);
  }),
};

export const Unreachable: Story = {
  parameters: stage({ before: (client) => client.fail('*', 'network') }),
  play: look(async ({ canvas, client }) => {
    await waitFor(() => expect(client.calls.length).toBeGreaterThan(0));
    // A count that is not known is not shown: a wrong number is worse than none.
    await expect(all(canvas, '[part=badge]')).toHaveLength(0);
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await find(canvas, '[part=badge][dir=rtl]');
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await find(canvas, '[part=badge]');
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => {
    const badge = await find(canvas, '[part=badge]');
    await waitFor(() => expect(getComputedStyle(badge).backgroundColor).toBe('rgb(15, 118, 110)'));
  }),
};
