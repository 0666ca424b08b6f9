import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/pipeline';
import { ANA, fakeId, HARBOR_BRAND } from '@patchbay/elements/testing';
import { html, nothing } from 'lit';
import { expect } from 'storybook/test';
import { fill, find, hides, look, press, shows, waitFor } from './support/look.ts';
import type { Stage } from './support/stage.ts';

const JOHN = fakeId('3', 0);
const card = (id: string) => `.column [data-id="${id}"]`;

export default {
  title: 'Elements/Pipeline',
  component: 'patchbay-pipeline',
  parameters: { stage: { width: 1280, height: 640 } satisfies Stage },
  render: ({ pipelineId, readOnly }) =>
    html`<patchbay-pipeline pipeline-id=${pipelineId ?? nothing} ?read-only=${readOnly}></patchbay-pipeline>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage: { width: 1280, height: 640, ...stage } });

async function keys(canvas: HTMLElement, id: string, ...names: string[]): Promise<void> {
  (await find(canvas, card(id))).focus();
  for (const key of names) {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true });
    (await find(canvas, card(id))).dispatchEvent(event);
    await new Promise((done) => requestAnimationFrame(done));
  }
}

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Qualified', '14 Maple Court', '$420,000', 'John Smith', 'Overdue since');
  }),
};

export const Lifted: Story = {
  play: look(async ({ canvas }) => {
    await keys(canvas, JOHN, ' ', 'ArrowLeft', 'ArrowDown');
    await expect(await find(canvas, '.marker')).toBeVisible();
    await shows(canvas, 'Contacted, place 2 of 3');
  }),
};

export const MovedByKeys: Story = {
  play: look(async ({ canvas, client }) => {
    await keys(canvas, JOHN, ' ', 'ArrowRight', ' ');
    await waitFor(async () =>
      expect(client.calls.some(({ method }) => method === 'moveOpportunity')).toBe(true),
    );
    await shows(canvas, '14 Maple Court dropped. Won, place 1 of 2');
  }),
};

export const MovedByAnother: Story = {
  play: look(async ({ canvas, client }) => {
    await find(canvas, card(JOHN));
    await client.moveOpportunity(JOHN, { stage_id: fakeId('2', 0, 3) });
    await waitFor(() => find(canvas, `[data-stage="${fakeId('2', 0, 3)}"] [data-id="${JOHN}"]`));
  }),
};

export const DeletedElsewhere: Story = {
  parameters: stage({
    before: (client) =>
      client.fail(
        'moveOpportunity',
        new ApiError('not_found', 404, 'This card is gone: someone else has deleted it.'),
      ),
  }),
  play: look(async ({ canvas }) => {
    await keys(canvas, JOHN, ' ', 'ArrowRight', ' ');
    await shows(canvas, '14 Maple Court was not moved.', 'someone else has deleted it');
  }),
};

export const ManyCards: Story = {
  parameters: stage({ fake: { cards: 300 } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, '302', 'Lead 1');
  }),
};

export const OtherPipeline: Story = {
  args: { pipelineId: fakeId('1', 1) },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'No cards yet');
    const picked = (await find(canvas, '.pick')) as HTMLSelectElement;
    await expect(picked.selectedOptions[0]?.text).toBe('Rentals');
  }),
};

export const NothingFound: Story = {
  play: look(async ({ canvas }) => {
    const search = (await find(canvas, 'input[type=search]')) as HTMLInputElement;
    search.value = 'zebra';
    search.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await shows(canvas, 'No card matches');
    await press(canvas, 'Show all cards');
    await shows(canvas, '14 Maple Court');
  }),
};

export const Empty: Story = {
  parameters: stage({ fake: { empty: true } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'No cards yet', 'Give a contact a stage');
  }),
};

export const NoPipeline: Story = {
  parameters: stage({ fake: { cards: null } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'No pipeline yet');
    await press(canvas, 'Make a pipeline');
    await shows(canvas, 'Sales', 'No cards yet');
  }),
};

export const Loading: Story = {
  parameters: stage({ before: (client) => client.fail('getBoard', 'hang') }),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ before: (client) => client.fail('getBoard', 'network') }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'The pipeline could not be loaded.', 'There is no connection to the server.');
    client.fail('getBoard', null);
    await press(canvas, 'Try again');
    await shows(canvas, '14 Maple Court');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({
    before: (client) =>
      client.fail('listPipelines', new ApiError('forbidden', 403, 'Ask a manager for access.')),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Not allowed', 'Ask a manager');
    await hides(canvas, 'Try again');
  }),
};

export const Offline: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, '14 Maple Court');
    client.setFeed('offline');
    await shows(canvas, 'You are offline');
  }),
};

const MANAGER = { me: { member: { ...ANA, role: 'manager' as const } } };

export const AddCard: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Add card');
    fill(await find(canvas, '[name=contact]'), 'a');
    await shows(canvas, 'Who is it about?', 'Sarah Jones');
    await press(canvas, 'SJ Sarah Jones');
    fill(await find(canvas, '[name=name]'), 'Cottage by the lake');
    await press(canvas, 'Add');
    await shows(canvas, 'Cottage by the lake');
  }),
};

export const EditCard: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Edit 14 Maple Court');
    await shows(canvas, 'Edit card', 'Won', 'Lost', 'Delete card');
  }),
};

export const EditCardOnPhone: Story = {
  parameters: stage({ width: 390, height: 720, theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Qualified 1');
    await press(canvas, 'Edit 14 Maple Court');
    await shows(canvas, 'Edit card', 'Delete card');
  }),
};

export const EditStages: Story = {
  parameters: stage({ fake: MANAGER }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Edit stages');
    await press(canvas, 'Remove Contacted');
    await shows(canvas, 'Where do the cards of “Contacted” go?', 'Add stage');
  }),
};

export const EditStagesRightToLeft: Story = {
  parameters: stage({ fake: MANAGER, locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'تعديل المراحل');
    await shows(canvas, 'إضافة مرحلة');
  }),
};

export const NewPipeline: Story = {
  parameters: stage({ fake: MANAGER }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'New pipeline');
    await shows(canvas, 'It begins with New, Contacted, Qualified, Won and Lost.');
    fill(await find(canvas, 'dialog [name=name]'), 'Holiday homes');
    await press(canvas, 'Make it');
    await shows(canvas, 'No cards yet');
  }),
};

export const ReadOnly: Story = {
  args: { readOnly: true },
  play: look(async ({ canvas }) => {
    await keys(canvas, JOHN, ' ');
    await shows(canvas, '14 Maple Court');
    await hides(canvas, 'lifted');
  }),
};

export const Phone: Story = {
  parameters: stage({ width: 390, height: 720 }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Qualified 1');
    await shows(canvas, '14 Maple Court');
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, '14 Maple Court');
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ fake: { brand: HARBOR_BRAND } }),
  play: look(async ({ canvas }) => {
    await shows(canvas, '14 Maple Court');
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'متأخر منذ');
  }),
};
