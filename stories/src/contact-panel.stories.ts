import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { ApiError } from '@patchbay/elements';
import '@patchbay/elements/contact-panel';
import { ANA, CONTACT_FIELDS, fakeId, HARBOR_BRAND } from '@patchbay/elements/testing';
import { html } from 'lit';
import { expect, userEvent } from 'storybook/test';
import {
  all,
  element,
  expectNoSidewaysScroll,
  fill,
  find,
  hides,
  lightness,
  look,
  press,
  shows,
  waitFor,
} from './support/look.ts';
import type { Stage } from './support/stage.ts';

const JOHN = fakeId('c', 0);
const MIKE = fakeId('c', 3);

export default {
  title: 'Elements/Contact panel',
  component: 'patchbay-contact-panel',
  args: { contactId: JOHN },
  parameters: { stage: { width: 320 } satisfies Stage },
  render: ({ contactId, readOnly }) =>
    html`<patchbay-contact-panel
      .contactId=${contactId ?? null}
      ?read-only=${readOnly}
    ></patchbay-contact-panel>`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await shows(
      canvas,
      'John Smith',
      'Buyer · lead since',
      'john.smith@example.com',
      '(312) 555-1234',
      'Website form',
    );
    await shows(canvas, 'Chicago', 'Budget', '$420,000', 'Texts', 'Email not asked');
  }),
};

export const NothingChosen: Story = {
  args: { contactId: undefined },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Contact details');
  }),
};

export const Loading: Story = {
  parameters: stage({ before: (client) => client.fail('getContact', 'hang') }),
  play: look(async ({ canvas }) => {
    await expect(await find(canvas, '[part=loading]')).toHaveAttribute('aria-label', 'Loading');
  }),
};

export const ErrorState: Story = {
  name: 'Error',
  parameters: stage({ before: (client) => client.fail('getContact', 'network') }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'This contact could not be loaded.', 'There is no connection to the server.');
    client.fail('getContact', null);
    await press(canvas, 'Try again');
    await shows(canvas, 'John Smith');
  }),
};

export const NotAllowed: Story = {
  parameters: stage({ before: (client) => client.fail('getContact', new ApiError('forbidden', 403, '')) }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Not allowed', 'Ask a manager for access.');
  }),
};

export const EditInPlace: Story = {
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'New lead');
    let stageNow: string | null = null;
    canvas.addEventListener('contact-change', (event) => (stageNow = event.detail.contact.stage), {
      once: true,
    });
    (await find(canvas, 'button[title="Edit Stage"]')).click();
    fill(await find(canvas, 'input[aria-label=Stage]'), 'Touring');
    await shows(canvas, 'Touring');
    await waitFor(() => expect(stageNow).toBe('Touring'));
    await expect(client.calls.filter(({ method }) => method === 'updateContact')).toHaveLength(1);
  }),
};

export const OwnFields: Story = {
  parameters: stage({ fake: { contactFields: CONTACT_FIELDS } }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'May 12', 'Kind of home', 'Wishes', 'garden', 'Do not call', 'Address');
    await userEvent.selectOptions(await find(canvas, 'select[aria-label="Kind of home"]'), 'flat');
    await userEvent.click(await find(canvas, 'input[aria-label="Do not call"]'));
    await waitFor(() =>
      expect(client.calls.filter(({ method }) => method === 'updateContact').at(-1)?.args[1]).toEqual({
        do_not_call: true,
      }),
    );
    await expectNoSidewaysScroll(canvas);
  }),
};

export const Gone: Story = {
  parameters: stage({
    before: (client) => client.fail('getContact', new ApiError('contact_merged', 410, '')),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'This contact is gone', 'merged into another one');
  }),
};

export const NotSaved: Story = {
  parameters: stage({ before: (client) => client.fail('updateContact', 'network') }),
  play: look(async ({ canvas }) => {
    (await find(canvas, 'button[title="Edit Stage"]')).click();
    fill(await find(canvas, 'input[aria-label=Stage]'), 'Touring');
    await shows(canvas, 'The change was not saved.', 'New lead');
  }),
};

export const Tags: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Qualified', 'Webinar');
    await press(canvas, 'Remove Webinar');
    await hides(canvas, 'Webinar');
    await press(canvas, 'Add tag');
    await find(canvas, 'input[aria-label="Add tag"]');
    await userEvent.keyboard('Lakeside{Enter}');
    await shows(canvas, 'Lakeside');
  }),
};

export const OptedOut: Story = {
  args: { contactId: MIKE },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'Texts opted out', 'keyword', 'Record consent');
  }),
};

export const ConsentRecord: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    await press(canvas, 'Record opt-out');
    await shows(canvas, 'Texts opted out');
    await press(canvas, 'Consent record');
    await shows(canvas, 'Texts · Opted out');
  }),
};

export const AskedForConsent: Story = {
  parameters: stage({
    width: 320,
    before: (client) => void client.recordConsent(JOHN, { action: 'grant', kind: 'implied' }),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith', 'gave the number');
    await press(canvas, 'Ask for consent');
    await shows(canvas, 'Asked, waiting for the answer until', 'by Ana Ruiz');
  }),
};

const ASKED = {
  'What matters most about the new home?': 'A garden for the children',
  how_soon: 'By the end of summer',
  has_agent: false,
};

export const Addresses: Story = {
  parameters: stage({
    before: (client) =>
      void client.updateContact(JOHN, {
        addresses: [
          { kind: 'phone', address: '+13125550999', label: 'Work' },
          { kind: 'email', address: 'john@smith-and-sons.example.com', label: null },
        ],
      }),
  }),
  play: look(async ({ canvas, client }) => {
    await shows(canvas, 'Work', '(312) 555-0999', 'Add number', 'Add email');
    await press(canvas, '(312) 555-0999');
    await press(canvas, 'Make first');
    await shows(canvas, '(312) 555-1234');
    await waitFor(() => expect(client.calls.at(-1)?.method).toBe('listDuplicates'));
    await expectNoSidewaysScroll(canvas);
  }),
};

export const AddressTaken: Story = {
  play: look(async ({ canvas }) => {
    await press(canvas, 'Add number');
    fill(await find(canvas, 'input[name=address]'), '+13125550177');
    await press(canvas, 'Add');
    await shows(canvas, 'It was not saved. Another contact has this number', 'Open that one');
  }),
};

export const PossibleDuplicate: Story = {
  parameters: stage({
    before: (client) => void client.updateContact(MIKE, { email: 'john.smith@example.com' }),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'May be the same person', 'Mike Wilson', 'same email');
    await press(canvas, 'Merge with Mike Wilson');
    await shows(canvas, 'Merge these two?', 'Mike Wilson becomes part of John Smith', 'It can be undone.');
  }),
};

export const Merged: Story = {
  parameters: stage({
    before: (client) => void client.updateContact(MIKE, { email: 'john.smith@example.com' }),
  }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Merge with Mike Wilson');
    await shows(canvas, 'Merge these two?');
    (await find(canvas, 'dialog .primary')).click();
    await shows(canvas, 'Mike Wilson is part of John Smith now.', 'Undo');
    await hides(canvas, 'May be the same person');
  }),
};

export const Delete: Story = {
  parameters: stage({ fake: { me: { member: { ...ANA, role: 'manager' } } } }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Delete contact');
    await shows(canvas, 'Delete John Smith?', 'so that an opt-out is kept', 'To go on, type John Smith');
  }),
};

export const Profile: Story = {
  parameters: stage({ before: (client) => void client.updateContact(JOHN, { profile: ASKED }) }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'What matters most', 'A garden for the children', 'How soon', 'Has agent No');
  }),
};

export const RecordingConsent: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await press(canvas, 'Record consent');
    await shows(canvas, 'How you know', 'Link to the proof', 'Given on', 'Valid until');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const RightToLeftComplete: Story = {
  parameters: stage({
    locale: 'ar',
    before: (client) => {
      void client.updateContact(JOHN, { profile: ASKED });
      void client.updateContact(MIKE, { email: 'john.smith@example.com' });
    },
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'قد يكون الشخص نفسه', 'إضافة رقم');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const ReadOnly: Story = {
  args: { readOnly: true },
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith', 'Qualified', 'Five Days of Joy');
    await expect(all(canvas, 'button').map((button) => button.textContent.trim())).toEqual([
      'What happened',
      'What happened',
      'Consent record',
      'Timeline',
    ]);
  }),
};

export const WithTimeline: Story = {
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    await press(canvas, 'Timeline');
    await shows(canvas, 'Changed: Stage and Email', 'Outgoing call');
  }),
};

export const HostSections: Story = {
  render: ({ contactId }) => html`
    <patchbay-contact-panel .contactId=${contactId}>
      <section>
        <h3>Listings seen</h3>
        <p>14 Maple Court, 9 Maple Court</p>
      </section>
    </patchbay-contact-panel>
  `,
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith', 'Listings seen');
  }),
};

export const LongNames: Story = {
  parameters: stage({
    width: 280,
    before: (client) =>
      void client.updateContact(
        JOHN,
        {
          first_name: 'Wolfeschlegelsteinhausenbergerdorff',
          last_name: 'Fernández-Villaverde y Ruiz de Alarcón',
          email: 'a.very.long.address.without.any.blank.in.it@subdomain.of.a.long.domain.example.com',
        },
        1,
      ),
  }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'a.very.long.address');
    await expectNoSidewaysScroll(canvas);
  }),
};

export const RightToLeft: Story = {
  parameters: stage({ locale: 'ar' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    await waitFor(async () => expect(await find(canvas, '[part=base]')).toHaveAttribute('dir', 'rtl'));
    await expectNoSidewaysScroll(canvas);
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    await expect(lightness(await element(canvas, 'patchbay-contact-panel'))).toBeLessThan(0.2);
  }),
};

export const SecondBrand: Story = {
  parameters: stage({ brand: HARBOR_BRAND }),
  play: look(async ({ canvas }) => {
    await shows(canvas, 'John Smith');
    const panel = await element(canvas, 'patchbay-contact-panel');
    await waitFor(() => expect(getComputedStyle(panel).getPropertyValue('--_accent')).toContain('#0f766e'));
  }),
};
