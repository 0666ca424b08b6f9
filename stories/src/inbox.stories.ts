import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError, define } from '@patchbay/elements';
import '@patchbay/elements/inbox';
import { createFakeClient, fakeId, HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect, userEvent } from 'storybook/test';
import {
  all,
  element,
  expectNoSidewaysScroll,
  find,
  hides,
  lightness,
  look,
  press,
  row,
  shows,
  text,
  waitFor,
} from './support/look.ts';
import type { Stage } from './support/stage.ts';

const JOHN = fakeId('a', 0);
const MIKE = fakeId('a', 3);

export default {
  title: 'Elements/Inbox',
  component: 'patchbay-inbox',
  parameters: { stage: { width: 1200 } satisfies Stage },
  render: ({ conversationId }) =>
    html`<patchbay-inbox .conversationId=${conversationId ?? null}></patchbay-inbox>`,
  beforeEach: () => {
    localStorage.clear();
    sessionStorage.clear();
  },
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Pick a conversation');
    (await row(canvas, 'John Smith')).click();
    await shows(canvas, 'Thanks for reaching out!', 'via (984) 555-0163', 'john.smith@example.com');
    const field = await find(canvas, 'textarea');
    await expect(field).toHaveAttribute('aria-label', 'Write to John Smith');
    const inbox = await element(canvas, 'patchbay-inbox');
    await expect(inbox.getAttribute('conversation-id')).toBe(JOHN);
  }),
};

export const Empty: Story = {
  parameters: stage({ fake: { empty: true } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'All caught up', 'Pick a conversation');
  }),
};

export const Loading: Story = {
  parameters: stage({ before: (client) => client.fail('*', 'hang') }),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ before: (client) => client.fail('*', 'network') }),
  play: look(async ({ canvas }) => {
    await shows(
      canvas,
      'The conversations could not be loaded.',
      'Check the network, then try again.',
      'Try again',
    );
  }),
};

export const NotAllowed: Story = {
  parameters: stage({ before: (client) => client.fail('*', new ApiError('forbidden', 403, '')) }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Not allowed', 'Ask a manager for access.');
  }),
};

export const Offline: Story = {
  args: { conversationId: JOHN },
  parameters: stage({ before: (client) => client.setFeed('offline') }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'You are offline.', 'Thanks for reaching out!');
  }),
};

export const OptedOut: Story = {
  args: { conversationId: MIKE },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Mike opted out of texts', 'until they text START');
    await expect(all(canvas, 'textarea').filter((field) => field.checkVisibility())).toHaveLength(0);
    await press(canvas, 'Consent record');
    await shows(canvas, 'Texts opted out');
  }),
};

export const SendingAText: Story = {
  args: { conversationId: JOHN },
  play: look(async ({ canvas }) => {
    await userEvent.type(await find(canvas, 'textarea'), 'Saturday at 10 it is');
    await press(canvas, 'Send');
    await waitFor(async () => {
      const bubbles = all(canvas, '[part~=bubble-outbound]').map((bubble) => text(bubble));
      await expect(bubbles.filter((bubble) => bubble === 'Saturday at 10 it is')).toHaveLength(1);
    });
    await waitFor(async () =>
      expect(text(await row(canvas, 'John Smith'))).toContain('You: Saturday at 10 it is'),
    );
  }),
};

export const SendingFails: Story = {
  args: { conversationId: JOHN },
  parameters: stage({ before: (client) => client.fail('sendMessage', 'network') }),
  play: look(async ({ canvas, client }) => {
    await userEvent.type(await find(canvas, 'textarea'), 'Saturday at 10 it is');
    await press(canvas, 'Send');
    await shows(canvas, 'Not sent', 'Retry');
    client.fail('sendMessage', null);
    await press(canvas, 'Retry');
    await hides(canvas, 'Not sent');
    const bubbles = all(canvas, '[part~=bubble-outbound]').map((bubble) => text(bubble));
    await expect(bubbles.filter((bubble) => bubble === 'Saturday at 10 it is')).toHaveLength(1);
  }),
};

export const NewMessage: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'New message');
    await find(canvas, '#to');
    await shows(canvas, 'To');
  }),
};

export const KeyboardShortcuts: Story = {
  play: look(async ({ canvas }) => {
    await row(canvas, 'John Smith');
    await userEvent.keyboard('j');
    await shows(canvas, 'Thanks for reaching out!');
    await userEvent.keyboard('j');
    await shows(canvas, 'What are the HOA fees on Maple Court?');
    await userEvent.keyboard('?');
    await shows(canvas, 'Keyboard shortcuts', 'Next conversation', 'Close or reopen');
  }),
};

export const LongNames: Story = {
  args: { conversationId: JOHN },
  parameters: stage({
    before: (client) =>
      client.change(JOHN, {
        contact: {
          id: fakeId('c', 0),
          name: 'Wolfeschlegelsteinhausenbergerdorff Fernández-Villaverde y Ruiz de Alarcón',
          phone: '+13125551234',
          tags: [],
        },
      }),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Wolfeschlegelsteinhausenbergerdorff', 'Thanks for reaching out!');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const RightToLeft: Story = {
  args: { conversationId: JOHN },
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await row(canvas, 'John Smith');
    await shows(canvas, 'Thanks for reaching out!');
    const list = await element(canvas, 'patchbay-conversation-list');
    const thread = await element(canvas, 'patchbay-thread');
    await waitFor(() =>
      expect(list.getBoundingClientRect().left).toBeGreaterThan(thread.getBoundingClientRect().left),
    );
    await expect(text(canvas)).not.toContain('All caught up');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const Dark: Story = {
  args: { conversationId: JOHN },
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Thanks for reaching out!');
    await expect(lightness(await element(canvas, 'patchbay-inbox'))).toBeLessThan(0.2);
  }),
};

export const SecondBrand: Story = {
  args: { conversationId: JOHN },
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => {
    const bubble = await find(canvas, '[part~=bubble-outbound]');
    await waitFor(() => expect(getComputedStyle(bubble).backgroundColor).toBe('rgb(15, 118, 110)'));
  }),
};

export const SecondBrandInTheDark: Story = {
  args: { conversationId: JOHN },
  parameters: stage({ brand: HARBOR_BRAND, theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Thanks for reaching out!');
    await expect(lightness(await element(canvas, 'patchbay-inbox'))).toBeLessThan(0.2);
  }),
};

export const Dense: Story = {
  args: { conversationId: JOHN },
  parameters: stage({ density: 'compact' }),
  play: look(async ({ canvas }) => {
    await expect((await row(canvas, 'John Smith')).offsetHeight).toBeLessThan(62);
    await shows(canvas, 'Thanks for reaching out!');
  }),
};

export const TwoColumns: Story = {
  args: { conversationId: JOHN },
  parameters: stage({ width: 800 }),
  play: look(async ({ canvas }) => {
    await row(canvas, 'John Smith');
    await shows(canvas, 'Thanks for reaching out!');
    await find(canvas, '.cols-2');
    await hides(canvas, 'john.smith@example.com');
    await press(canvas, 'Contact details');
    await shows(canvas, 'john.smith@example.com');
  }),
};

export const PhoneWidth: Story = {
  parameters: stage({ width: 360 }),
  play: look(async ({ canvas }) => {
    const john = await row(canvas, 'John Smith');
    await expect(text(canvas)).not.toContain('Pick a conversation');
    john.click();
    await shows(canvas, 'Thanks for reaching out!');
    await hides(canvas, 'Laura Chen');
    await expectNoSidewaysScroll(canvas);
    await press(canvas, 'Back to the list');
    await shows(canvas, 'Laura Chen');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const NarrowestPhone: Story = {
  args: { conversationId: JOHN },
  parameters: stage({ width: 320, height: 568 }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Thanks for reaching out!');
    await find(canvas, 'textarea');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const HundredThousand: Story = {
  name: '100,000 conversations',
  tags: ['!autodocs'],
  parameters: stage({ fake: { crowd: 100_000 } }),
  play: look(async ({ canvas }) => {
    await row(canvas, 'John Smith');
    await expect(all(canvas, '[part~=row]').length).toBeLessThan(60);
  }),
};

export const UnderAnotherName: Story = {
  render: () => {
    define({ prefix: 'acme' });
    return html`<acme-inbox .client=${createFakeClient()} .conversationId=${JOHN}></acme-inbox>`;
  },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Thanks for reaching out!');
    const inside = all(canvas, 'acme-inbox')[0];
    const tags = inside ? all(inside, '*').map(({ localName }) => localName) : [];
    await expect(tags).toContain('acme-thread');
    await expect(tags.filter((tag) => tag.startsWith('patchbay-'))).toEqual([]);
  }),
};
