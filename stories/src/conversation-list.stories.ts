import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/conversation-list';
import { HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect, userEvent } from 'storybook/test';
import {
  all,
  control,
  element,
  expectNoSidewaysScroll,
  find,
  lightness,
  look,
  press,
  row,
  shows,
  text,
  waitFor,
} from './support/look.ts';
import type { Stage } from './support/stage.ts';

export default {
  title: 'Elements/Conversation list',
  component: 'patchbay-conversation-list',
  parameters: { stage: { width: 340 } satisfies Stage },
  render: () => html`<patchbay-conversation-list></patchbay-conversation-list>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith', 'Sarah Jones', '(312) 555-0177');
    const tabs = all(canvas, '[role=tab]').map((tab) => text(tab));
    await expect(tabs[0]).toMatch(/^Inbox \d+$/);
    const names = all(canvas, '[part~=name]').map((name) => text(name));
    await expect(names[0]).toBe('John Smith');
  }),
};

export const Unread: Story = {
  play: look(async ({ canvas }) => {
    const sarah = await row(canvas, 'Sarah Jones');
    await expect(text(sarah)).toContain('2 unread messages');
    await expect(sarah.className).toContain('unread');
  }),
};

export const FilterMenu: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Filter: All');
    await shows(canvas, 'Mine', 'Unread', 'Segments', 'Buyers');
    await press(canvas, 'Buyers');
    await find(canvas, 'button[aria-label="Filter: Buyers"]');
  }),
};

export const Empty: Story = {
  parameters: stage({ fake: { empty: true } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'All caught up', 'New texts appear here the moment they arrive.');
  }),
};

export const Loading: Story = {
  parameters: stage({ before: (client) => client.fail('listConversations', 'hang') }),
  play: look(async ({ canvas }) => {
    const status = await find(canvas, '[part=loading]');
    await expect(status).toHaveAttribute('aria-label', 'Loading');
    await expect(all(canvas, '[part~=row]')).toHaveLength(0);
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ before: (client) => client.fail('listConversations', 'network') }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'The conversations could not be loaded.', 'Check the network, then try again.');
    client.fail('listConversations', null);
    await press(canvas, 'Try again');
    await shows(canvas, 'John Smith');
    client.fail('listConversations', 'network');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({
    before: (client) => client.fail('listConversations', new ApiError('forbidden', 403, '')),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Not allowed', 'Ask a manager for access.');
    await expect(text(canvas)).not.toContain('Try again');
  }),
};

export const Offline: Story = {
  parameters: stage({ before: (client) => client.setFeed('offline') }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'You are offline.', 'John Smith');
  }),
};

export const Reconnecting: Story = {
  parameters: stage({ before: (client) => client.setFeed('reconnecting') }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Reconnecting…');
    client.setFeed('live');
    await waitFor(() => expect(text(canvas)).not.toContain('Reconnecting…'));
    client.setFeed('reconnecting');
  }),
};

export const SearchWithoutHits: Story = {
  play: look(async ({ canvas }) => {
    await userEvent.type(await find(canvas, 'input[type=search]'), 'zebra');
    await shows(canvas, 'Nothing found for “zebra”', 'Results in all sections');
  }),
};

export const Filtered: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Filter: All');
    await press(canvas, 'Mine');
    await shows(canvas, 'John Smith', 'Diego Pérez');
    await waitFor(() => expect(text(canvas)).not.toContain('Sarah Jones'));
  }),
};

export const NewTextArrives: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Laura Chen');
    client.receive(client.conversationIds[4] ?? '', 'Are you free at five?');
    await shows(canvas, 'Are you free at five?');
    await waitFor(() => expect(all(canvas, '[part~=name]').map((name) => text(name))[0]).toBe('Laura Chen'));
  }),
};

export const FileStillArriving: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'John Smith');
    const file = { url: '/fixtures/photo.svg', content_type: 'image/jpeg', name: null };
    const { id } = client.receive(client.conversationIds[1]!, '', [{ ...file, arriving: true }]);
    await waitFor(async () =>
      expect(text(await row(canvas, 'Sarah Jones'))).toContain('A file is arriving …'),
    );
    client.arrive(id, [file]);
    await waitFor(async () => expect(text(await row(canvas, 'Sarah Jones'))).toContain('Photo'));
  }),
};

export const OptedOut: Story = {
  play: look(async ({ canvas }) => {
    await expect(text(await row(canvas, 'Mike Wilson'))).toContain('Opted out');
  }),
};

export const LongNames: Story = {
  parameters: stage({
    width: 320,
    before: (client) => {
      const [first = '', second = ''] = client.conversationIds;
      const contact = { id: 'c1', phone: '+13125551234', tags: [] };
      client.change(first, {
        contact: { ...contact, name: 'Wolfeschlegelsteinhausenbergerdorff '.repeat(3).trim() },
      });
      client.change(second, {
        contact: { ...contact, name: 'María del Carmen Fernández-Villaverde y Ruiz de Alarcón' },
      });
    },
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Wolfeschlegelsteinhausenbergerdorff');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await row(canvas, 'John Smith');
    const base = await find(canvas, '[part=base]');
    await waitFor(() => expect(base).toHaveAttribute('dir', 'rtl'));
    const face = await find(canvas, '[part~=row] .face');
    const name = await find(canvas, '[part~=row] [part~=name]');
    await expect(face.getBoundingClientRect().left).toBeGreaterThan(name.getBoundingClientRect().left);
    await expectNoSidewaysScroll(canvas);
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    await expect(lightness(await element(canvas, 'patchbay-conversation-list'))).toBeLessThan(0.2);
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => {
    await row(canvas, 'John Smith');
    const dot = await find(canvas, '[part~=unread]');
    await waitFor(() => expect(getComputedStyle(dot).backgroundColor).toBe('rgb(15, 118, 110)'));
  }),
};

export const Dense: Story = {
  parameters: stage({ density: 'compact' }),
  play: look(async ({ canvas }) => {
    await expect((await row(canvas, 'John Smith')).offsetHeight).toBeLessThan(62);
  }),
};

export const HundredThousand: Story = {
  name: '100,000 conversations',
  tags: ['!autodocs'],
  parameters: stage({ fake: { crowd: 100_000 } }),
  play: look(async ({ canvas }) => {
    await row(canvas, 'John Smith');
    const list = await find(canvas, '[part=list]');
    list.scrollTop = list.scrollHeight;
    await waitFor(() => expect(all(canvas, '[part~=row]').length).toBeGreaterThan(0));
    await expect(all(canvas, '[part~=row]').length).toBeLessThan(60);
    list.scrollTop = 0;
    await control(canvas, 'New message');
  }),
};
