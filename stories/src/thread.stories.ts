import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import type { AssetKind } from '@patchbay/server-kit/contract/names';
import '@patchbay/elements/thread';
import { fakeId, HARBOR_BRAND } from '@patchbay/elements/testing';
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
  shows,
  text,
  waitFor,
  type Shown,
} from './support/look.ts';
import type { Stage } from './support/stage.ts';

/** The conversations of the fixtures, by person. */
const JOHN = fakeId('a', 0);
const SARAH = fakeId('a', 1);
const MIKE = fakeId('a', 3);
const TOM = fakeId('a', 7);
const NORA = fakeId('a', 8);

export default {
  title: 'Elements/Thread',
  component: 'patchbay-thread',
  args: { conversationId: JOHN },
  parameters: { stage: { width: 640 } satisfies Stage },
  render: ({ conversationId, back }) =>
    html`<patchbay-thread .conversationId=${conversationId ?? null} ?back=${back}></patchbay-thread>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(
      canvas,
      'John Smith',
      '(312) 555-1234',
      'via (984) 555-0163',
      'Two bedrooms, and a garage if possible',
    );
    await shows(canvas, 'Joined Five Days of Joy', 'Outgoing call · 4:07');
    const link = await find(canvas, 'a[href^="https://harbor.video/"]');
    await expect(link).toHaveAttribute('rel', expect.stringContaining('noopener'));
  }),
};

export const NothingChosen: Story = {
  args: { conversationId: undefined },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Pick a conversation');
  }),
};

export const Loading: Story = {
  parameters: stage({ before: (client) => client.fail('listMessages', 'hang') }),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ before: (client) => client.fail('listMessages', 'network') }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'The messages could not be loaded.', 'There is no connection to the server.');
    client.fail('listMessages', null);
    await press(canvas, 'Try again');
    await shows(canvas, 'Thanks for reaching out!');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({ before: (client) => client.fail('listMessages', new ApiError('forbidden', 403, '')) }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Not allowed', 'Ask a manager for access.');
  }),
};

export const Offline: Story = {
  parameters: stage({ before: (client) => client.setFeed('offline') }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'You are offline.', 'Thanks for reaching out!');
  }),
};

export const Ticks: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Saturday at 10 works on my side');
    const id = fakeId('e', 0, 7);
    const tick = () => all(canvas, '[part~=tick]').at(-1)?.getAttribute('aria-label');
    await waitFor(() => expect(tick()).toBe('Read'));
    client.report(id, 'sent');
    // A status never goes back: a late "sent" leaves it read.
    await waitFor(() => expect(tick()).toBe('Read'));
  }),
};

export const FailedWithRetry: Story = {
  args: { conversationId: MIKE },
  play: look(async ({ canvas }) => {
    await shows(
      canvas,
      'Not delivered: the phone is switched off or out of reach',
      'Retry',
      'Opted out of texts',
    );
  }),
};

export const FailedForGood: Story = {
  args: { conversationId: TOM },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Not delivered: landline');
    await expect(text(canvas)).not.toContain('Retry');
  }),
};

export const TakenBack: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Saturday at 10 works on my side');
    const { id } = await client.sendMessage({ conversation_id: JOHN, body: 'Still looking?' });
    const reason = 'Not sent: this person had answered before it left.';
    client.report(id, 'canceled', { code: 'replied', reason, retryable: false });
    await shows(canvas, reason);
  }),
};

export const Media: Story = {
  args: { conversationId: NORA },
  play: look(async ({ canvas }) => {
    const picture = await find(canvas, '[part~=image] img');
    await expect(picture).toHaveAttribute('alt', 'Photo');
  }),
};

export const AttachedFile: Story = {
  args: { conversationId: SARAH },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Floor plan, 9 Maple Court.pdf');
  }),
};

const FILE = { url: '/fixtures/photo.svg', content_type: 'image/jpeg', name: null };
/** Sends a file of the library to John, and waits until it is shown. */
const send = async ({ canvas, client }: Shown, kind: AssetKind, words = '') => {
  const { items } = await client.listAssets({ kind });
  await shows(canvas, 'Thanks for reaching out!');
  await client.sendMessage({ conversation_id: JOHN, body: words, assets: [{ id: items[0]!.id }] });
};
const withFiles = (more: Stage = {}) => stage({ width: 640, fake: { assets: 6 }, ...more });

export const Video: Story = {
  parameters: withFiles(),
  play: look(async (at) => {
    await send(at, 'video', 'Here is the walkthrough.');
    await shows(at.canvas, '14 Maple Court, walkthrough', '2:04 · sent as a link');
    const player = (await find(at.canvas, 'figure video')) as HTMLVideoElement;
    await expect(player.controls).toBe(true);
    await expect(player.poster).toContain('/fixtures/photo.svg');
    // nothing of it is loaded before somebody plays it
    await expect(player.preload).toBe('none');
  }),
};

export const VideoOnAPhone: Story = {
  parameters: withFiles({ width: 320, theme: 'dark', brand: HARBOR_BRAND }),
  play: look(async (at) => {
    await send(at, 'video');
    const card = await find(at.canvas, 'figure');
    await expect(card.getBoundingClientRect().width).toBeGreaterThan(210);
    await expectNoSidewaysScroll(at.canvas);
  }),
};

export const VideoReceived: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Thanks for reaching out!');
    client.receive(JOHN, 'Our garden', [
      { url: '/fixtures/clip.webm', content_type: 'video/webm', name: null, duration_ms: 4_000 },
    ]);
    const player = (await find(canvas, 'figure video')) as HTMLVideoElement;
    // without a poster its own first picture is shown
    await expect(player.preload).toBe('metadata');
    await expect(player).toHaveAttribute('aria-label', 'Video');
  }),
};

export const Pdf: Story = {
  parameters: withFiles(),
  play: look(async (at) => {
    await send(at, 'document');
    await shows(at.canvas, 'Welcome packet', '900 kB · sent as a link');
    const card = await find(at.canvas, '[part~=file]');
    await expect(card).toHaveAttribute('rel', expect.stringContaining('noopener'));
  }),
};

export const Sound: Story = {
  parameters: withFiles(),
  play: look(async (at) => {
    await send(at, 'audio');
    await expect(await find(at.canvas, 'audio')).toHaveAttribute('aria-label', 'Greeting');
  }),
};

export const StillArriving: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Thanks for reaching out!');
    const { id } = client.receive(JOHN, 'The front door', [{ ...FILE, arriving: true }]);
    await shows(canvas, 'Photo Still arriving …');
    client.arrive(id, [{ ...FILE, width: 320, height: 240 }]);
    await find(canvas, '[part~=image] img');
    await hides(canvas, 'Still arriving');
    client.receive(JOHN, 'And the back door', [{ ...FILE, arriving: true }]);
    await shows(canvas, 'Photo Still arriving …');
  }),
};

export const NoLongerThere: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Thanks for reaching out!');
    client.receive(JOHN, '', [
      { ...FILE, gone: true },
      { ...FILE, content_type: 'video/mp4', name: 'garden.mp4', gone: true },
    ]);
    await shows(canvas, 'Photo No longer at the carrier', 'garden.mp4 No longer at the carrier');
    await expect(all(canvas, '.gone a, .gone img, .gone video')).toEqual([]);
  }),
};

export const NotShown: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Thanks for reaching out!');
    const reason = 'This is a web page, whatever its name says.';
    client.receive(JOHN, '', [{ ...FILE, content_type: 'image/svg+xml', name: 'plan', not_shown: reason }]);
    await shows(canvas, `plan ${reason}`);
  }),
};

export const PossibleOptOut: Story = {
  args: { conversationId: SARAH },
  parameters: stage({
    before: (client) =>
      client.change(SARAH, {
        possible_opt_out: { message_id: fakeId('e', 1, 2), text: 'please leave me alone' },
      }),
  }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'This may be an opt-out: “please leave me alone”');
    await press(canvas, 'Not an opt-out');
    await hides(canvas, 'This may be an opt-out');
    client.change(SARAH, {
      possible_opt_out: { message_id: fakeId('e', 1, 2), text: 'please leave me alone' },
    });
  }),
};

export const NewTextArrives: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Saturday at 10 works on my side');
    client.receive(JOHN, 'Ten is perfect, see you there');
    await shows(canvas, 'Ten is perfect, see you there');
    const spoken = all(canvas, '[role=log] p').map((line) => line.textContent);
    await expect(spoken).toEqual(['John Smith: Ten is perfect, see you there']);
  }),
};

export const NewTextWhileReadingAbove: Story = {
  parameters: stage({ fake: { longThread: 400 } }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Saturday at 10 works on my side');
    const log = await find(canvas, '[part=log]');
    await waitFor(async () => {
      log.scrollTop = log.scrollHeight - log.clientHeight - 900;
      await expect(all(canvas, '[part=newer]')).toHaveLength(1);
    });
    const before = log.scrollTop;
    client.receive(JOHN, 'Are you there?');
    await shows(canvas, '1 new');
    await expect(Math.abs(log.scrollTop - before)).toBeLessThan(4);
  }),
};

export const SearchInside: Story = {
  parameters: stage({ fake: { longThread: 400 } }),
  play: look(async ({ canvas }) => {
    await (await element(canvas, 'patchbay-thread')).openSearch();
    await userEvent.type(await find(canvas, '.find input'), 'garage');
    await shows(canvas, '1 of 1 hit', 'Two bedrooms, and a garage if possible');
  }),
};

export const Closed: Story = {
  args: { conversationId: fakeId('a', 10) },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Owen Brooks', 'Reopen');
  }),
};

export const LongNames: Story = {
  parameters: stage({
    width: 320,
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
  play: look(async ({ canvas, client }) => {
    client.receive(JOHN, 'https://example.com/' + 'a-very-long-address-without-any-blank/'.repeat(6));
    await shows(canvas, 'Wolfeschlegelsteinhausenbergerdorff', 'a-very-long-address');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas, client }) => {
    client.receive(JOHN, 'شكراً، أراك يوم السبت');
    await shows(canvas, 'شكراً، أراك يوم السبت');
    await waitFor(() => expect(all(canvas, '[part=base]')[0]).toHaveAttribute('dir', 'rtl'));
    const [received, sent] = [
      await find(canvas, '[part~=bubble-inbound]'),
      await find(canvas, '[part~=bubble-outbound]'),
    ];
    await expect(received.getBoundingClientRect().right).toBeGreaterThan(sent.getBoundingClientRect().right);
    await expectNoSidewaysScroll(canvas);
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Thanks for reaching out!');
    await expect(lightness(await element(canvas, 'patchbay-thread'))).toBeLessThan(0.2);
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => {
    const bubble = await find(canvas, '[part~=bubble-outbound]');
    await waitFor(() => expect(getComputedStyle(bubble).backgroundColor).toBe('rgb(15, 118, 110)'));
  }),
};

export const PhoneWidth: Story = {
  args: { back: true },
  parameters: stage({ width: 360 }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Thanks for reaching out!');
    let left = '';
    canvas.addEventListener('conversation-close', (event) => (left = event.detail.conversationId), {
      once: true,
    });
    await press(canvas, 'Back to the list');
    await expect(left).toBe(JOHN);
    await expectNoSidewaysScroll(canvas);
  }),
};

export const HundredThousand: Story = {
  name: '100,000 messages',
  tags: ['!autodocs'],
  parameters: stage({ fake: { longThread: 100_000 } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Saturday at 10 works on my side');
    await expect(all(canvas, '[part~=message]').length).toBeLessThan(120);
  }),
};

export const Automation: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, '1 workflow running', 'Pause automation');
    await press(canvas, 'Pause automation');
    await shows(canvas, 'Automation paused (1 workflow)');
    await press(canvas, 'Resume');
    await shows(canvas, '1 workflow running');
  }),
};

export const AutomationCameDue: Story = {
  parameters: stage({ width: 640, fake: { cameDue: true } }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Resume');
    await shows(canvas, 'Resume automation', 'This came due while it was paused:', 'Skip it', 'Send it now');
  }),
};

export const AutomationRefused: Story = {
  parameters: stage({ width: 640, before: (client) => client.fail('pauseContact', 'network', 1) }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Pause automation');
    await shows(canvas, 'That was not done.');
  }),
};

export const AutomationOnPhone: Story = {
  args: { back: true },
  parameters: stage({ width: 390 }),
  play: look(async ({ canvas }) => {
    await shows(canvas, '1 workflow running', 'Pause');
    await expectNoSidewaysScroll(await find(canvas, '[part=automation]'));
  }),
};

export const AutomationDark: Story = {
  parameters: stage({ width: 640, theme: 'dark' }),
  play: look(async ({ canvas }) => shows(canvas, '1 workflow running')),
};
