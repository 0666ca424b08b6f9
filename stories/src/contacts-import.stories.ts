import type { Meta, StoryObj } from '@storybook/web-components-vite';
import '@patchbay/elements/contacts';
import { ANA, CONTACT_FIELDS, HARBOR_BRAND, type FakeOptions } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect } from 'storybook/test';
import { control, fill, find, hides, look, press, shows, waitFor } from './support/look.ts';
import type { Stage } from './support/stage.ts';

const MANAGER: FakeOptions = {
  me: { member: { ...ANA, role: 'manager' } },
  contactFields: CONTACT_FIELDS,
};
const CSV = [
  'Name,Mobile,Email,Interested in',
  'Ada Lovelace,(312) 555-0100,ada@example.com,Loft',
  'Grace Hopper,(312) 555-0101,grace@example.com,Garden',
  'Bad Number,call me,bad@example.com,Loft',
].join('\n');

export default {
  title: 'Elements/Contacts/Import',
  component: 'patchbay-contacts',
  parameters: { stage: { width: 1100, fake: MANAGER } satisfies Stage },
  render: () => html`<patchbay-contacts></patchbay-contacts>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage: { width: 1100, fake: MANAGER, ...stage } });

async function upload(canvas: HTMLElement, content = CSV, name = 'open-house.csv'): Promise<void> {
  await press(canvas, 'Import');
  const input = await waitFor(() => {
    const found = [...canvas.querySelectorAll('*')]
      .flatMap((element) => (element.shadowRoot ? [element.shadowRoot] : []))
      .flatMap((root) => root.querySelector<HTMLInputElement>('input[type=file]') ?? [])[0];
    if (!found) throw new Error('There is no field for a file yet.');
    return found;
  });
  const files = new DataTransfer();
  files.items.add(new File([content], name, { type: 'text/csv' }));
  input.files = files.files;
  input.dispatchEvent(new Event('change'));
}

const select = async (canvas: HTMLElement, column: string) =>
  (await find(canvas, `select[aria-label="${column}"]`)) as HTMLSelectElement;

export const FirstStep: Story = {
  name: 'File',
  play: look(async ({ canvas }) => {
    await press(canvas, 'Import');
    await shows(canvas, 'Drop a CSV file here', 'Choose a file');
  }),
};

export const Columns: Story = {
  play: look(async ({ canvas }) => {
    await upload(canvas);
    await shows(
      canvas,
      'open-house.csv: 4 columns, UTF-8, separated by commas',
      'Interested in',
      'Loft · Garden',
    );
    await expect((await select(canvas, 'Mobile')).value).toBe('phone');
    await expect((await select(canvas, 'Interested in')).value).toBe('');
  }),
};

export const ColumnsTwice: Story = {
  play: look(async ({ canvas }) => {
    await upload(canvas);
    const chosen = await select(canvas, 'Interested in');
    chosen.value = 'phone';
    chosen.dispatchEvent(new Event('change'));
    await shows(canvas, 'Two columns cannot both become “Phone”.');
    await expect(((await control(canvas, 'Next')) as HTMLButtonElement).disabled).toBe(true);
  }),
};

export const Rules: Story = {
  play: look(async ({ canvas }) => {
    await upload(canvas);
    await press(canvas, 'Next');
    (await find(canvas, 'dialog input[type=checkbox]')).click();
    await shows(canvas, 'Write down what they were asked.');
    fill(await find(canvas, 'textarea'), 'I agree to texts about listings. Reply STOP to opt out.');
    await hides(canvas, 'Write down what they were asked.');
  }),
};

export const RulesOfAnAgent: Story = {
  parameters: stage({ fake: { me: { member: { ...ANA, role: 'agent' } } } }),
  play: look(async ({ canvas }) => {
    await upload(canvas);
    await press(canvas, 'Next');
    await shows(canvas, 'Who is here already');
    await hides(canvas, 'Everybody in the file agreed');
  }),
};

export const Check: Story = {
  play: look(async ({ canvas }) => {
    await upload(canvas);
    await press(canvas, 'Next');
    await press(canvas, 'Next');
    await shows(canvas, 'Refused', '"call me" is not a phone number.', 'Ada Lovelace');
  }),
};

export const Runs: Story = {
  play: look(async ({ canvas }) => {
    await upload(canvas);
    await press(canvas, 'Next');
    await press(canvas, 'Next');
    await shows(canvas, 'Ada Lovelace');
    // the button of the dialog, not the one above the table
    await waitFor(async () => (await find(canvas, 'dialog .primary')).click());
    await shows(canvas, 'open-house.csv', '2 new · 1 refused', 'Download refused rows');
  }),
};

export const Refused: Story = {
  play: look(async ({ canvas }) => {
    await upload(canvas, 'PK\u0003\u0004', 'people.xlsx');
    await shows(canvas, 'The file could not be read.', 'Save the sheet as CSV.');
  }),
};

export const Offline: Story = {
  parameters: stage({
    before: (client) => client.fail('uploadImport', 'network'),
  }),
  play: look(async ({ canvas }) => {
    await upload(canvas);
    await shows(canvas, 'The file could not be read.');
  }),
};

export const Dark: Story = { parameters: stage({ theme: 'dark' }), play: Check.play! };
export const SecondBrand: Story = { parameters: stage({ brand: HARBOR_BRAND }), play: Columns.play! };
export const Phone: Story = { parameters: stage({ width: 390 }), play: Columns.play! };
export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'استيراد');
    await shows(canvas, 'أفلت ملف CSV هنا');
  }),
};
