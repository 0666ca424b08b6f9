import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/send-video';
import { fakeId, HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect } from 'storybook/test';
import {
  choosing,
  control,
  element,
  expectNoSidewaysScroll,
  fill,
  find,
  hides,
  look,
  press,
  shows,
  text,
  waitFor,
} from './support/look.ts';
import { camera } from './support/camera.ts';
import type { Stage } from './support/stage.ts';

const SOME = { assets: 6 };

export default {
  title: 'Elements/Send video',
  component: 'patchbay-send-video',
  args: { iconOnly: false },
  parameters: { stage: { width: 640, height: 640, fake: SOME } satisfies Stage },
  render: ({ iconOnly }) =>
    html`<patchbay-send-video
      conversation-id=${fakeId('a', 0)}
      name="John Smith"
      ?icon-only=${iconOnly}
    ></patchbay-send-video>`,
  beforeEach: () => localStorage.clear(),
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage: { width: 640, height: 640, fake: SOME, ...stage } });
const open = (canvas: HTMLElement) => press(canvas, 'Send video');

async function choose(canvas: HTMLElement): Promise<void> {
  await open(canvas);
  await press(canvas, 'From the library');
  await press(canvas, 'Choose 14 Maple Court, walkthrough, 2:04');
  await shows(canvas, '14 Maple Court, walkthrough', 'Goes as a picture with a link');
}

async function upload(canvas: HTMLElement): Promise<void> {
  await open(canvas);
  const file = new File(['\0'.repeat(4_000_000)], 'open-house.mp4', { type: 'video/mp4' });
  await choosing(file, () => press(canvas, 'Upload'));
}

export const Button: Story = {
  play: look(async ({ canvas }) => shows(canvas, 'Send video')),
};

export const IconOnly: Story = {
  args: { iconOnly: true },
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=button]')).toHaveAttribute('aria-label', 'Send video');
  }),
};

export const Ways: Story = {
  play: look(async ({ canvas }) => {
    await open(canvas);
    await shows(canvas, 'Send a video to John Smith', 'From the library', 'Record', 'Upload');
  }),
};

export const FromTheLibrary: Story = {
  play: look(async ({ canvas }) => {
    await open(canvas);
    await press(canvas, 'From the library');
    await shows(canvas, 'Happy birthday from all of us');
  }),
};

export const Chosen: Story = {
  play: look(async ({ canvas }) => {
    await choose(canvas);
    fill(await find(canvas, 'textarea'), 'Here is the walkthrough.');
    await shows(canvas, 'segment, link included');
  }),
};

export const CameraDenied: Story = {
  beforeEach: camera('denied'),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await press(canvas, 'Record');
    await shows(canvas, 'Camera or microphone is not allowed.', 'Try again');
  }),
};

export const RecordedAndUploaded: Story = {
  beforeEach: camera('on'),
  play: look(async ({ canvas }) => {
    await open(canvas);
    await press(canvas, 'Record');
    await press(canvas, 'Start recording');
    await waitFor(async () => expect(text(await find(canvas, '[role=timer]'))).toMatch(/^0:0[1-9]/));
    await press(canvas, 'Stop');
    await press(canvas, 'Use this video');
    await shows(canvas, 'Recording ', 'Another one');
    await expect(await control(canvas, 'Send')).toBeEnabled();
  }),
};

export const Uploading: Story = {
  parameters: stage({ before: (client) => client.fail('sendBytes', 'hang') }),
  play: look(async ({ canvas }) => {
    await upload(canvas);
    await shows(canvas, '1.6 MB of 4 MB', 'It can be sent as soon as it is uploaded.');
    await press(canvas, 'Pause open-house.mp4');
    await shows(canvas, 'Paused at 1.6 MB of 4 MB');
  }),
};

export const UploadOffline: Story = {
  parameters: stage({ before: (client) => client.fail('sendBytes', 'network', 1) }),
  play: look(async ({ canvas }) => {
    await upload(canvas);
    await shows(canvas, 'No connection. It goes on by itself');
    window.dispatchEvent(new Event('online'));
    await shows(canvas, 'Goes as a');
  }),
};

export const Sent: Story = {
  play: look(async ({ canvas }) => {
    await choose(canvas);
    await press(canvas, 'Send');
    await hides(canvas, 'Send a video to John Smith');
    await shows(canvas, 'Sent to John Smith.');
  }),
};

export const Refused: Story = {
  parameters: stage({
    before: (client) =>
      client.fail('sendMessage', new ApiError('opted_out', 409, 'John has opted out of texts.')),
  }),
  play: look(async ({ canvas }) => {
    await choose(canvas);
    await press(canvas, 'Send');
    await shows(canvas, 'It was not sent. John has opted out of texts.');
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => choose(canvas)),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => choose(canvas)),
};

export const Phone: Story = {
  parameters: stage({ width: 320 }),
  play: look(async ({ canvas }) => {
    await choose(canvas);
    await expectNoSidewaysScroll(canvas);
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await (await element(canvas, 'patchbay-send-video')).show();
    await shows(canvas, 'من المكتبة');
  }),
};
