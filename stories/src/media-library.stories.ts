import type { Meta, StoryObj } from '@storybook/web-components-vite';
import '@patchbay/elements/media-library';
import { html } from 'lit';
import { expect } from 'storybook/test';
import { element, look } from './support/look.ts';
import type { Stage } from './support/stage.ts';

export default {
  title: 'Elements/Media library',
  component: 'patchbay-media-library',
  parameters: { stage: { width: 640 } satisfies Stage },
  render: () => html`<patchbay-media-library></patchbay-media-library>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

// One story per state: empty, loading, error, not allowed, offline, long names, right to left, dark, second brand, phone.
export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await expect((await element(canvas, 'patchbay-media-library')).isConnected).toBe(true);
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
};
