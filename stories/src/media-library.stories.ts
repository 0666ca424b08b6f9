import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/media-library';
import { HARBOR_BRAND, type FakeClient } from '@patchbay/elements/testing';
import { html, nothing } from 'lit';
import { expect } from 'storybook/test';
import {
  all,
  element,
  expectNoSidewaysScroll,
  fill,
  find,
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
  title: 'Elements/Media library',
  component: 'patchbay-media-library',
  parameters: { stage: { width: 900, height: 640, fake: SOME } satisfies Stage },
  render: ({ selectable, readOnly, layout, kind }) =>
    html`<patchbay-media-library
      ?selectable=${selectable ?? false}
      ?read-only=${readOnly ?? false}
      layout=${layout ?? nothing}
      kind=${kind ?? nothing}
    ></patchbay-media-library>`,
  // What is on its way, and how it is shown, is kept in the browser: no story begins with another's.
  beforeEach: () => localStorage.clear(),
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage: { width: 900, height: 640, fake: SOME, ...stage } });

const video = (name = 'open-house.mp4', text = '') =>
  new File([text.padEnd(4_000_000, '\0')], name, { type: 'video/mp4' });
async function upload(canvas: HTMLElement, ...files: File[]): Promise<void> {
  const library = await element(canvas, 'patchbay-media-library');
  await shows(canvas, 'Welcome packet');
  await library.upload(files);
}
const failing = (failure: Parameters<FakeClient['fail']>[1]) => (client: FakeClient) =>
  client.fail('sendBytes', failure);

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, '14 Maple Court, walkthrough', 'sent 214 times', '131 views', 'not sent yet', '2:04');
  }),
};

export const AsList: Story = {
  args: { layout: 'list' },
  play: look(async ({ canvas }) => {
    await shows(canvas, '14 Maple Court, walkthrough', 'sent 412 times');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const OneKind: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Welcome packet');
    await press(canvas, 'Documents');
    await waitFor(() => expect(all(canvas, '[part=asset]').length).toBe(1));
  }),
};

export const NothingFound: Story = {
  play: look(async ({ canvas }) => {
    fill(await find(canvas, 'input[type=search]'), 'helicopter');
    await shows(canvas, 'Nothing found');
  }),
};

export const Many: Story = {
  parameters: stage({ fake: { assets: 45 } }),
  play: look(async ({ canvas }) => {
    await waitFor(() => expect(all(canvas, '[part=asset]').length).toBe(30));
    await press(canvas, 'Show more');
    await waitFor(() => expect(all(canvas, '[part=asset]').length).toBe(45));
  }),
};

export const Empty: Story = {
  parameters: stage({ fake: { assets: 0 } }),
  play: look(async ({ canvas }) => shows(canvas, 'No videos or files yet')),
};

export const Loading: Story = {
  parameters: stage({ before: (client) => client.fail('listAssets', 'hang') }),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ before: (client) => client.fail('listAssets', 'network', 1) }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'The files could not be loaded.', 'There is no connection');
    await press(canvas, 'Try again');
    await shows(canvas, 'Welcome packet');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({ before: (client) => client.fail('listAssets', new ApiError('forbidden', 403, '')) }),
  play: look(async ({ canvas }) => shows(canvas, 'Not allowed')),
};

export const Uploading: Story = {
  parameters: stage({ before: failing('hang') }),
  play: look(async ({ canvas }) => {
    await upload(canvas, video(), video('kitchen.mp4'), video('garden.mp4'));
    await shows(canvas, 'Uploads', 'open-house.mp4', '1.6 MB of 4 MB', 'Waiting its turn');
  }),
};

export const Paused: Story = {
  parameters: stage({ before: failing('hang') }),
  play: look(async ({ canvas }) => {
    await upload(canvas, video());
    await shows(canvas, '1.6 MB of 4 MB');
    await press(canvas, 'Pause open-house.mp4');
    await shows(canvas, 'Paused at 1.6 MB of 4 MB');
  }),
};

export const Resumed: Story = {
  parameters: stage({ before: (client) => client.fail('sendBytes', 'hang', 1) }),
  play: look(async ({ canvas }) => {
    await upload(canvas, video());
    await shows(canvas, '1.6 MB of 4 MB');
    await press(canvas, 'Pause open-house.mp4');
    await press(canvas, 'Go on with open-house.mp4');
    await shows(canvas, 'Ready');
  }),
};

export const Failed: Story = {
  parameters: stage({
    before: (client) => client.fail('sendBytes', new ApiError('unavailable', 503, 'Busy.'), 1),
  }),
  play: look(async ({ canvas }) => {
    await upload(canvas, video());
    await shows(canvas, 'Not uploaded');
    await press(canvas, 'Try open-house.mp4 again');
    await shows(canvas, 'Ready');
  }),
};

export const Refused: Story = {
  play: look(async ({ canvas }) => {
    await upload(canvas, video('page.mp4', '<html>'), new File([], 'nothing.mp4', { type: 'video/mp4' }));
    await shows(canvas, 'This is a web page, whatever its name says.', 'The file is empty.');
  }),
};

export const Offline: Story = {
  parameters: stage({ before: (client) => client.fail('sendBytes', 'network', 1) }),
  play: look(async ({ canvas, client }) => {
    client.setFeed('offline');
    await upload(canvas, video());
    await shows(canvas, 'You are offline', 'No connection. It goes on by itself');
    client.setFeed('live');
    await shows(canvas, 'Ready');
  }),
};

export const AfterAReload: Story = {
  play: look(async ({ canvas, client }) => {
    const { tenant, member } = await client.me();
    const { id, name, size } = { id: crypto.randomUUID(), name: 'open-house.mp4', size: 4_000_000 };
    await client.createUpload({ id, name, size });
    const kept = { id, name, size, kind: 'video', purpose: 'asset', assetId: null, recorded: false };
    localStorage.setItem(`pb:upload:${tenant.id}:${member.id}:${id}`, JSON.stringify(kept));
    (await element(canvas, 'patchbay-media-library')).requestUpdate();
    await shows(canvas, 'Choose the same file again to go on', 'Choose file');
    await upload(canvas, video());
    await shows(canvas, 'Ready, and nothing was sent twice');
  }),
};

const openRecorder = async (canvas: HTMLElement) => {
  await shows(canvas, 'Welcome packet');
  await press(canvas, 'Record');
};
/** A second of it. */
const record = async (canvas: HTMLElement) => {
  await press(canvas, 'Start recording');
  await waitFor(async () => expect(text(await find(canvas, '[role=timer]'))).toMatch(/^0:0[1-9]/));
};

export const CameraAsked: Story = {
  beforeEach: camera('asks'),
  play: look(async ({ canvas }) => {
    await openRecorder(canvas);
    await shows(canvas, 'The browser asks whether it may use camera and microphone.');
  }),
};

export const CameraDenied: Story = {
  beforeEach: camera('denied'),
  play: look(async ({ canvas }) => {
    await openRecorder(canvas);
    await shows(canvas, 'Camera or microphone is not allowed.', 'Try again');
  }),
};

export const NoCamera: Story = {
  beforeEach: camera('missing'),
  play: look(async ({ canvas }) => {
    await openRecorder(canvas);
    await shows(canvas, 'No camera was found. Connect one, or upload a file.');
  }),
};

export const Recording: Story = {
  beforeEach: camera('on'),
  play: look(async ({ canvas }) => {
    await openRecorder(canvas);
    await expect(await find(canvas, 'dialog video')).toHaveAttribute('aria-label', 'Your camera');
    await record(canvas);
    await shows(canvas, 'Stop');
  }),
};

export const Recorded: Story = {
  beforeEach: camera('on'),
  play: look(async ({ canvas }) => {
    await openRecorder(canvas);
    await record(canvas);
    await press(canvas, 'Stop');
    await shows(canvas, 'Record again', 'Use this video');
    await expect(await find(canvas, 'dialog video')).toHaveAttribute('aria-label', 'Your recording');
  }),
};

export const RecordedAndTaken: Story = {
  beforeEach: camera('on'),
  play: look(async ({ canvas }) => {
    await openRecorder(canvas);
    await record(canvas);
    await press(canvas, 'Stop');
    await press(canvas, 'Use this video');
    await shows(canvas, 'Recording ', 'Ready');
  }),
};

export const Details: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Open 14 Maple Court, walkthrough, 2:04');
    await shows(canvas, 'Sent 214 times in 3 workflows', 'Who watched', 'John Smith', 'Copy link');
    await press(canvas, 'Make another link');
    await shows(canvas, 'https://harbor.video/m/x');
    await press(canvas, 'End this link');
    await shows(canvas, 'ended');
  }),
};

export const DoesNotPlayEverywhere: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Does not play on every phone');
    await press(canvas, 'Open Neighbourhood tour, the long one with the lake and the school, 12:34');
    await shows(canvas, 'Not every browser and phone shows this kind of video.');
  }),
};

export const Rename: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Options for Welcome packet');
    await press(canvas, 'Rename');
    const field = await find(canvas, '.field[name=name]');
    fill(field, 'Welcome, in two pages');
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await shows(canvas, 'Welcome, in two pages');
  }),
};

export const DeleteInUse: Story = {
  parameters: stage({
    fake: { ...SOME, me: { member: { id: 'm', name: 'Marcus Hale', role: 'manager' } } },
  }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Options for Welcome packet');
    await press(canvas, 'Delete');
    await shows(canvas, 'Delete “Welcome packet”?', 'Sent 412 times in 1 workflow', 'Delete anyway');
  }),
};

export const DeleteIsNotYours: Story = {
  parameters: stage({ fake: { ...SOME, me: { member: { id: 'm', name: 'Dana Fox', role: 'agent' } } } }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Options for Welcome packet');
    await press(canvas, 'Delete');
    await shows(canvas, 'only a manager may delete it');
  }),
};

export const Picker: Story = {
  args: { selectable: true, readOnly: true, kind: 'video' },
  play: look(async ({ canvas }) => {
    let chosen = '';
    canvas.addEventListener('asset-select', (event) => (chosen = event.detail.asset.name), { once: true });
    await press(canvas, 'Choose Happy birthday from all of us, 0:21');
    await expect(chosen).toBe('Happy birthday from all of us');
  }),
};

export const ReadOnly: Story = {
  args: { readOnly: true },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Welcome packet');
    await expect(all(canvas, '[part=upload], .menu')).toEqual([]);
  }),
};

export const Phone: Story = {
  parameters: stage({ width: 320 }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Welcome packet');
    // the kinds may be pushed along, nothing else
    await expectNoSidewaysScroll(await find(canvas, '[part=assets]'));
  }),
};

export const Compact: Story = { parameters: stage({ density: 'compact' }) };

export const Dark: Story = {
  parameters: stage({ theme: 'dark', before: failing('hang') }),
  play: look(async ({ canvas }) => {
    await upload(canvas, video());
    await shows(canvas, '1.6 MB of 4 MB');
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => shows(canvas, 'Welcome packet')),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar', before: failing('hang') }),
  play: look(async ({ canvas }) => {
    await upload(canvas, video());
    await shows(canvas, 'الملفات قيد الرفع', 'مقاطع الفيديو');
  }),
};
