import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/contacts';
import { ANA, CONTACT_FIELDS, fakeId, HARBOR_BRAND, type FakeOptions } from '@patchbay/elements/testing';
import { html, nothing } from 'lit';
import { expect, fireEvent, userEvent } from 'storybook/test';
import {
  all,
  control,
  element,
  fill,
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

const MANAGER: FakeOptions = { me: { member: { ...ANA, role: 'manager' } } };

export default {
  title: 'Elements/Contacts',
  component: 'patchbay-contacts',
  parameters: { stage: { width: 1100 } satisfies Stage },
  render: ({ segmentId, readOnly }) =>
    html`<patchbay-contacts segment-id=${segmentId ?? nothing} ?read-only=${readOnly}></patchbay-contacts>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage: { width: 1100, ...stage } });
const tick = async (canvas: HTMLElement, name: string) =>
  (await row(canvas, name)).querySelector<HTMLElement>('[data-tick]')!.click();

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith', '(312) 555-1234', 'Qualified', '11 people', 'Buyers', 'Opted out');
  }),
};

export const Opens: Story = {
  play: look(async ({ canvas }) => {
    let opened = '';
    canvas.addEventListener('contact-open', (event) => (opened = event.detail.contactId));
    (await row(canvas, 'Sarah Jones')).click();
    await expect(opened).toBe(fakeId('c', 1));
  }),
};

export const OwnFields: Story = {
  parameters: stage({ fake: { contactFields: CONTACT_FIELDS } }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Columns');
    await shows(canvas, 'Kind of home', 'Moves in');
    await press(canvas, 'Close');
    await hides(canvas, 'Tick what is shown');
  }),
};

export const Search: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    fill(await find(canvas, 'input[type=search]'), 'wils');
    await hides(canvas, 'John Smith');
    await shows(canvas, 'Mike Wilson', '1 person');
  }),
};

export const NoMatch: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    fill(await find(canvas, 'input[type=search]'), 'nobody at all');
    await shows(canvas, 'Nobody matches');
    await press(canvas, 'Clear search and filter');
    await shows(canvas, 'John Smith');
  }),
};

export const Segment: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Diego Pérez');
    await press(canvas, 'Open house list');
    await shows(canvas, 'Nobody is in this segment');
    await press(canvas, 'Everybody');
    await shows(canvas, 'Diego Pérez');
  }),
};

export const Filter: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    await press(canvas, 'Filter');
    await press(canvas, 'Condition');
    await userEvent.type(await find(canvas, '[part=condition] input'), 'VIP{Enter}');
    await shows(canvas, '1 person matches', 'Filter: on');
    await hides(canvas, 'John Smith');
    await press(canvas, 'Save as segment');
    fill(await find(canvas, 'input[name=name]'), 'Very important');
    await press(canvas, 'Save as segment');
    await waitFor(async () =>
      expect((await control(canvas, 'Very important')).getAttribute('aria-pressed')).toBe('true'),
    );
  }),
};

export const BulkTag: Story = {
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await tick(canvas, 'Laura Chen');
    await shows(canvas, '2 selected');
    await press(canvas, 'Tag');
    await userEvent.type(await find(canvas, 'input[name=tags]'), 'Spring{Enter}');
    await shows(canvas, 'Done: 2 people');
    await waitFor(async () => expect(text(await row(canvas, 'Laura Chen'))).toContain('Spring'));
  }),
};

export const Everybody: Story = {
  parameters: stage({ fake: { ...MANAGER, crowd: 3_000 } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, '3,011 people');
    (await find(canvas, '[part=select-all]')).click();
    await shows(canvas, 'All 3,011 of this view are selected');
    await press(canvas, 'Export');
    await shows(canvas, 'Done: 3,011 people', 'Download');
  }),
};

export const Stopped: Story = {
  parameters: stage({
    before: (client) => {
      const { getJob } = client;
      // a job that never gets any further until it is stopped
      client.getJob = async (id) => ({ ...(await getJob(id)), state: 'running', done: 1, total: 9 });
    },
  }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await press(canvas, 'Stage');
    await userEvent.type(await find(canvas, 'input[name=stage]'), 'Won{Enter}');
    await shows(canvas, '1 of 9');
    await press(canvas, 'Stop');
    await shows(canvas, 'What was done stays done.');
  }),
};

export const Refused: Story = {
  parameters: stage({ before: (client) => client.fail('startJob', 'network') }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await press(canvas, 'Tag');
    await userEvent.type(await find(canvas, 'input[name=tags]'), 'Spring{Enter}');
    await shows(canvas, 'That could not be started. There is no connection', '1 selected');
  }),
};

export const StartWorkflow: Story = {
  parameters: stage({ fake: MANAGER }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await tick(canvas, 'Laura Chen');
    await press(canvas, 'Start workflow…');
    await shows(canvas, 'Start a workflow', '1 person enters', '1 is in it already');
    await press(canvas, 'Start for 1 person');
    await shows(canvas, '1 person entered · 1 did not');
  }),
};

export const StartWorkflowForAll: Story = {
  parameters: stage({ fake: { ...MANAGER, crowd: 3_000 } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, '3,011 people');
    (await find(canvas, '[part=select-all]')).click();
    await press(canvas, 'Start workflow…');
    await shows(canvas, '3,010 people enter');
  }),
};

export const StartWorkflowNone: Story = {
  parameters: stage({ fake: { ...MANAGER, workflows: 0 } }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await press(canvas, 'Start workflow…');
    await shows(canvas, 'No workflow is published yet.');
  }),
};

export const StartWorkflowCounting: Story = {
  parameters: stage({ fake: MANAGER, before: (client) => client.fail('previewEnrolling', 'hang') }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await press(canvas, 'Start workflow…');
    await expect(await find(canvas, 'dialog .primary')).toBeDisabled();
  }),
};

export const StartWorkflowError: Story = {
  parameters: stage({ fake: MANAGER, before: (client) => client.fail('previewEnrolling', 'network', 1) }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'Laura Chen');
    await press(canvas, 'Start workflow…');
    await shows(canvas, 'That did not work. There is no connection');
    await press(canvas, 'Try again');
    await shows(canvas, '1 person enters');
  }),
};

export const StartWorkflowOnPhone: Story = {
  parameters: stage({ width: 390, fake: MANAGER }),
  play: look(async ({ canvas }) => {
    const card = await row(canvas, 'Sarah Jones');
    await fireEvent.pointerDown(card, { pointerType: 'touch' });
    await shows(canvas, '1 selected');
    await fireEvent.pointerUp(card, { pointerType: 'touch' });
    await press(canvas, 'Start workflow…');
    await shows(canvas, '1 person enters');
  }),
};

export const StartWorkflowDark: Story = {
  parameters: stage({ theme: 'dark', fake: MANAGER }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'Laura Chen');
    await press(canvas, 'Start workflow…');
    await shows(canvas, '1 person enters');
  }),
};

export const Delete: Story = {
  parameters: stage({ fake: MANAGER }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await press(canvas, 'Delete');
    await shows(canvas, 'Delete 1 person?', 'Opt-outs stay');
    await expect(await control(canvas, 'Delete for ever')).toBeDisabled();
    fill(await find(canvas, 'dialog input'), '1 person');
    await press(canvas, 'Delete for ever');
    await hides(canvas, 'John Smith');
  }),
};

export const Merge: Story = {
  parameters: stage({ fake: MANAGER }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await tick(canvas, 'Sarah Jones');
    await press(canvas, 'Merge');
    await shows(canvas, 'This one stays', 'It can be undone.');
    all(canvas, 'dialog form').forEach((form) => (form as HTMLFormElement).requestSubmit());
    await shows(canvas, 'is part of', '10 people');
    await press(canvas, 'Undo');
    await shows(canvas, 'They are two again.', '11 people');
  }),
};

export const AgentsOnly: Story = {
  name: 'Not allowed: agents neither delete nor export',
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await shows(canvas, '1 selected', 'Add to list');
    await hides(canvas, 'Delete', 'Export');
  }),
};

export const Add: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Add contact');
    await shows(canvas, 'A number or an email address is enough.');
    await press(canvas, 'Add');
    await shows(canvas, 'Write a name, a number or an email address.');
    fill(await find(canvas, 'input[name=first_name]'), 'Zelda');
    await press(canvas, 'Add');
    await shows(canvas, '12 people');
  }),
};

export const Import: Story = {
  play: look(async ({ canvas }) => {
    let wanted = false;
    canvas.addEventListener('contacts-import', () => (wanted = true));
    await press(canvas, 'Import');
    await expect(wanted).toBe(true);
  }),
};

export const Empty: Story = {
  parameters: stage({ fake: { empty: true } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'No people yet', 'or import a list');
  }),
};

export const Loading: Story = {
  parameters: stage({ before: (client) => client.fail('searchContacts', 'hang') }),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[role=grid]')).toHaveAttribute('aria-busy', 'true');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ before: (client) => client.fail('searchContacts', 'network') }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'The people could not be loaded.');
    client.fail('searchContacts', null);
    await press(canvas, 'Try again');
    await shows(canvas, 'John Smith');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({
    before: (client) => client.fail('searchContacts', new ApiError('forbidden', 403, '')),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Not allowed', 'Ask a manager for access.');
  }),
};

export const Offline: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'John Smith');
    client.setFeed('offline');
    await shows(canvas, 'You are offline.');
  }),
};

export const ReadOnly: Story = {
  args: { readOnly: true },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    await hides(canvas, 'Add contact', 'Import');
  }),
};

export const Keyboard: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    (await find(canvas, '[role=grid]')).focus();
    await userEvent.keyboard('{ArrowDown} ');
    await shows(canvas, '1 selected');
    await userEvent.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    await shows(canvas, '3 selected');
    await userEvent.keyboard('{Control>}a{/Control}');
    await shows(canvas, 'All 11 of this view are selected');
    await userEvent.keyboard('{Escape}');
    await hides(canvas, 'of this view');
  }),
};

export const Sorted: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Name');
    await waitFor(() => expect(text(all(canvas, '[part=row]')[0]!)).toContain('Amira Khalil'));
    await press(canvas, 'Name');
    await waitFor(() => expect(text(all(canvas, '[part=row]')[1]!)).toContain('Tom Becker'));
  }),
};

export const Many: Story = {
  parameters: stage({ fake: { crowd: 1_000_000 } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, '1,000,011 people');
    const { list } = await element(canvas, 'patchbay-contacts');
    const grid = await find(canvas, '[role=grid]');
    for (const pages of [2, 3, 4]) {
      grid.scrollTop = grid.scrollHeight;
      await waitFor(() => expect(list!.length).toBeGreaterThan(pages * 100));
    }
    await waitFor(() => expect(all(grid, '.wait').length).toBe(0));
    await expect(all(grid, '[part=row]').length).toBeLessThan(60);
  }),
};

export const Phone: Story = {
  parameters: { stage: { width: 390 } satisfies Stage },
  play: look(async ({ canvas }) => {
    const card = await row(canvas, 'Sarah Jones');
    await fireEvent.pointerDown(card, { pointerType: 'touch' });
    await shows(canvas, '1 selected');
    await fireEvent.pointerUp(card, { pointerType: 'touch' });
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await shows(canvas, '1 selected');
    await expect(lightness(await element(canvas, 'patchbay-contacts'))).toBeLessThan(0.3);
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'الجميع', 'الوسوم');
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => {
    await tick(canvas, 'John Smith');
    await shows(canvas, '1 selected');
  }),
};
