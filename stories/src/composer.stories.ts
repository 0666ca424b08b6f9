import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/composer';
import { fakeId, HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect, userEvent } from 'storybook/test';
import {
  control,
  element,
  expectNoSidewaysScroll,
  fill,
  find,
  hides,
  lightness,
  look,
  press,
  shows,
  text,
  waitFor,
} from './support/look.ts';
import type { Stage } from './support/stage.ts';

const JOHN = fakeId('a', 0);
const MIKE = fakeId('a', 3);

export default {
  title: 'Elements/Composer',
  component: 'patchbay-composer',
  args: { conversationId: JOHN },
  parameters: { stage: { width: 560, height: 420 } satisfies Stage },
  // At the bottom, as in an inbox: what it opens, opens upwards.
  render: ({ conversationId, sendOn }) =>
    html`<div class="at-bottom">
      <patchbay-composer
        .conversationId=${conversationId ?? null}
        .sendOn=${sendOn ?? 'enter'}
      ></patchbay-composer>
    </div>`,
  decorators: [
    (story) =>
      html`<style>
          .at-bottom {
            display: grid;
            align-content: end;
            height: 100%;
          }</style
        >${story()}`,
  ],
  // A draft is kept in the browser: no story begins with another's.
  beforeEach: () => {
    localStorage.clear();
    sessionStorage.clear();
  },
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

async function write(canvas: HTMLElement, words: string): Promise<HTMLTextAreaElement> {
  const field = (await find(canvas, 'textarea')) as HTMLTextAreaElement;
  await userEvent.type(field, words);
  return field;
}

export const Empty: Story = {
  play: look(async ({ canvas }) => {
    const field = await find(canvas, 'textarea');
    await expect(field).toHaveAttribute('aria-label', 'Write to John Smith');
    await expect(await find(canvas, '[part=send]')).toBeDisabled();
  }),
};

export const Counter: Story = {
  play: look(async ({ canvas }) => {
    await write(canvas, 'Saturday at 10 works on my side');
    await shows(canvas, '31/160 · 1 segment');
  }),
};

export const UnicodeIsNamed: Story = {
  play: look(async ({ canvas }) => {
    await write(canvas, 'See you at the café – table 4');
    await shows(canvas, '“–” makes this a Unicode text: 70 characters a segment instead of 160.');
  }),
};

export const TooLong: Story = {
  play: look(async ({ canvas }) => {
    const composer = await element(canvas, 'patchbay-composer');
    composer.insert('a'.repeat(1605));
    await shows(canvas, '5 characters too many.', 'Nothing was sent.');
    await expect(await find(canvas, '[part=send]')).toBeDisabled();
  }),
};

export const EnterSends: Story = {
  play: look(async ({ canvas, client }) => {
    const field = await write(canvas, 'On my way');
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(field.value).toBe(''));
    const sent = () => client.calls.filter(({ method }) => method === 'sendMessage');
    await waitFor(() => expect(sent()).toHaveLength(1));
    await expect(sent()[0]?.args[0]).toMatchObject({ body: 'On my way', conversation_id: JOHN });
  }),
};

export const ShiftEnterBreaks: Story = {
  play: look(async ({ canvas, client }) => {
    const field = await write(canvas, 'One');
    await userEvent.keyboard('{Shift>}{Enter}{/Shift}two');
    await expect(field.value).toBe('One\ntwo');
    await expect(client.calls.some(({ method }) => method === 'sendMessage')).toBe(false);
  }),
};

export const HostTakesOver: Story = {
  play: look(async ({ canvas, client }) => {
    canvas.addEventListener('message-send', (event) => event.preventDefault(), { once: true });
    const field = await write(canvas, 'Wait for the lawyer');
    await press(canvas, 'Send');
    await expect(field.value).toBe('Wait for the lawyer');
    await expect(client.calls.some(({ method }) => method === 'sendMessage')).toBe(false);
  }),
};

export const QuickReplies: Story = {
  play: look(async ({ canvas }) => {
    const field = await write(canvas, '/to');
    await shows(canvas, 'Offer a tour', 'Hi John, would Saturday at 10 suit you for a tour?');
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(field.value).toBe('Hi John, would Saturday at 10 suit you for a tour?'));
    fill(field, '/');
    await shows(canvas, 'Ask for documents');
  }),
};

export const QuickRepliesWithoutHit: Story = {
  play: look(async ({ canvas }) => {
    await write(canvas, '/zebra');
    await shows(canvas, 'No quick reply starts with “zebra”.');
  }),
};

export const SendLater: Story = {
  play: look(async ({ canvas }) => {
    await write(canvas, 'Good morning!');
    await press(canvas, 'Send later');
    await shows(canvas, 'John Smith is in Chicago', 'Tomorrow morning', 'Date and time');
  }),
};

export const Scheduled: Story = {
  play: look(async ({ canvas }) => {
    await write(canvas, 'Good morning!');
    await press(canvas, 'Send later');
    await press(canvas, 'Tomorrow morning');
    await shows(canvas, '1 text is scheduled');
    (await find(canvas, '[part=scheduled] button')).click();
    await shows(canvas, 'Good morning!', 'Goes out', 'Do not send');
  }),
};

export const Emoji: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Emoji');
    await shows(canvas, '👍');
  }),
};

export const AttachByLink: Story = {
  play: look(async ({ canvas }) => {
    const composer = await element(canvas, 'patchbay-composer');
    composer.attach('https://example.com/floor-plan.pdf');
    await shows(canvas, 'https://example.com/floor-plan.pdf');
    await control(canvas, 'Remove https://example.com/floor-plan.pdf');
  }),
};

export const AttachMenu: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Attach');
    await shows(canvas, 'From the library', 'Upload a file', 'Record a video', 'Attach by link');
  }),
};

export const WithAVideo: Story = {
  parameters: stage({ width: 560, height: 420, fake: { assets: 6 } }),
  play: look(async ({ canvas, client }) => {
    const { items } = await client.listAssets();
    const composer = await element(canvas, 'patchbay-composer');
    await composer.attachAsset(items[0]!);
    await composer.attachAsset(items[3]!);
    await write(canvas, 'Two things for you');
    await shows(canvas, 'Goes as a picture with a link', 'Goes inside the message.');
  }),
};

export const Uploading: Story = {
  parameters: stage({ width: 560, height: 420, before: (client) => client.fail('sendBytes', 'hang') }),
  play: look(async ({ canvas }) => {
    const composer = await element(canvas, 'patchbay-composer');
    await composer.attachFiles([new File(['1'.repeat(2_000_000)], 'plan.pdf', { type: 'application/pdf' })]);
    await shows(canvas, '800 kB of 2 MB');
    await expect(await find(canvas, '[part=send]')).toBeDisabled();
  }),
};

export const UploadFailed: Story = {
  parameters: stage({
    width: 560,
    height: 420,
    before: (client) => client.fail('sendBytes', new ApiError('unavailable', 503, 'Busy.'), 1),
  }),
  play: look(async ({ canvas }) => {
    const composer = await element(canvas, 'patchbay-composer');
    await composer.attachFiles([new File(['1'.repeat(2_000_000)], 'plan.pdf', { type: 'application/pdf' })]);
    await shows(canvas, 'Not uploaded');
    await press(canvas, 'Try plan.pdf again');
    await shows(canvas, 'Goes as a link in the text');
  }),
};

export const FilesOfADraft: Story = {
  parameters: stage({ width: 560, height: 420, fake: { assets: 6 } }),
  play: look(async ({ canvas, client }) => {
    const { items } = await client.listAssets();
    const composer = await element(canvas, 'patchbay-composer');
    await composer.attachAsset(items[0]!);
    await shows(canvas, '14 Maple Court');
    composer.conversationId = MIKE;
    await hides(canvas, '14 Maple Court');
    composer.conversationId = JOHN;
    await shows(canvas, '14 Maple Court');
  }),
};

export const DraftFileDeleted: Story = {
  play: look(async ({ canvas, client }) => {
    const { tenant, member } = await client.me();
    const kept = JSON.stringify([{ id: fakeId('f', 99), name: 'Open house' }]);
    localStorage.setItem(`pb:draft:${tenant.id}:${member.id}:${JOHN}:files`, kept);
    (await element(canvas, 'patchbay-composer')).requestUpdate();
    await shows(canvas, '“Open house” has been deleted from the library meanwhile, and is left out.');
  }),
};

export const ChangeScheduledFiles: Story = {
  parameters: stage({ width: 560, height: 480, fake: { assets: 6 } }),
  play: look(async ({ canvas, client }) => {
    const { items } = await client.listAssets();
    await find(canvas, 'textarea');
    const send_at = new Date(Date.now() + 86_400_000).toISOString();
    await client.sendMessage({
      conversation_id: JOHN,
      body: 'Happy birthday!',
      assets: [{ id: items[1]!.id }],
      send_at,
    });
    await press(canvas, '1 text is scheduled');
    await press(canvas, 'Edit');
    await shows(canvas, 'Happy birthday from all of us');
    await (await element(canvas, 'patchbay-composer')).attachAsset(items[3]!);
    await shows(canvas, 'Front of the house');
    await expect(await find(canvas, '[part=send]')).toBeEnabled();
  }),
};

export const OptedOut: Story = {
  args: { conversationId: MIKE },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Mike opted out of texts', 'until they text START', 'Consent record');
    let asked = '';
    canvas.addEventListener('block-action', (event) => (asked = event.detail.action), { once: true });
    await press(canvas, 'Consent record');
    await expect(asked).toBe('consent');
  }),
};

export const NumberPending: Story = {
  parameters: stage({
    before: (client) =>
      client.change(JOHN, {
        block: {
          code: 'sender_pending',
          reason: 'The number (984) 555-0163 is still being registered.',
          way_out: 'Texts can be sent as soon as the carriers have approved it, usually within a few days.',
          since: null,
        },
      }),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'still being registered', 'as soon as the carriers have approved it');
    await expect(text(canvas)).not.toContain('Consent record');
  }),
};

export const RefusedByTheServer: Story = {
  args: { conversationId: undefined },
  render: () => html`<div class="at-bottom"><patchbay-composer to="+13125550111"></patchbay-composer></div>`,
  parameters: stage({
    before: (client) =>
      client.fail(
        'sendMessage',
        new ApiError('no_sender', 409, 'There is no number to send from. Ask an administrator to add one.'),
      ),
  }),
  play: look(async ({ canvas }) => {
    const field = await write(canvas, 'Hello');
    await press(canvas, 'Send');
    await shows(canvas, 'There is no number to send from.');
    await expect(field.value).toBe('Hello');
  }),
};

export const DraftSurvives: Story = {
  play: look(async ({ canvas }) => {
    const composer = await element(canvas, 'patchbay-composer');
    const field = await write(canvas, 'Half a thought');
    composer.conversationId = fakeId('a', 1);
    await waitFor(() => expect(field.value).toBe(''));
    composer.conversationId = JOHN;
    await waitFor(() => expect(field.value).toBe('Half a thought'));
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await write(canvas, 'شكراً');
    await waitFor(async () => expect(await find(canvas, '[part=base]')).toHaveAttribute('dir', 'rtl'));
    const [field, send] = [await find(canvas, 'textarea'), await find(canvas, '[part=send]')];
    await expect(send.getBoundingClientRect().left).toBeLessThan(field.getBoundingClientRect().right);
    await expectNoSidewaysScroll(canvas);
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await write(canvas, 'Good evening');
    await expect(lightness(await find(canvas, '[part=box]'))).toBeLessThan(0.3);
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => {
    await write(canvas, 'Good evening');
    const send = await find(canvas, '[part=send]');
    await waitFor(() => expect(getComputedStyle(send).backgroundColor).toBe('rgb(15, 118, 110)'));
  }),
};

export const PhoneWidth: Story = {
  parameters: stage({ width: 320 }),
  play: look(async ({ canvas }) => {
    await write(canvas, 'On the road, I will write from the office');
    await expectNoSidewaysScroll(canvas);
    await hides(canvas, 'undefined');
  }),
};
