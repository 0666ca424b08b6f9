/** What each business has set up for itself: fields of its own, segments, quick replies. */
import type { CreateContactField, CreateSegment } from '@patchbay/server-kit/contract';
import type { TenantId } from '../agency.ts';

/** What a business wants to know of its people besides what everybody asks. */
export const FIELDS: Readonly<Record<TenantId, readonly CreateContactField[]>> = {
  harbor: [
    { key: 'budget', label: 'Budget', type: 'number' },
    { key: 'looking_for', label: 'Looking for', type: 'text' },
  ],
  lakeside: [
    { key: 'last_visit', label: 'Last visit', type: 'date' },
    {
      key: 'insurance',
      label: 'Insurance',
      type: 'choice',
      options: ['Northern Mutual', 'City Health', 'None'],
    },
  ],
};

/** What the portal's people have saved. */
export const SEGMENTS: Readonly<Record<TenantId, readonly CreateSegment[]>> = {
  harbor: [
    {
      name: 'Buyers who agreed to texts',
      filter: {
        all: [
          { field: 'lead_type', op: 'is', value: 'Buyer' },
          { consent: { channel: 'sms', state: 'granted' } },
        ],
      },
    },
    {
      name: 'Birthday in the next month',
      filter: { field: 'birthday', op: 'within', value: { next: 30, unit: 'days' } },
    },
    {
      name: 'Nobody looks after them',
      filter: { field: 'owner_id', op: 'is_empty' },
    },
    { name: 'Open house guests', filter: { field: 'tags', op: 'has_any', value: ['Open house'] } },
  ],
  lakeside: [
    {
      name: 'Check-up due',
      filter: {
        any: [
          { field: 'stage', op: 'is', value: 'Check-up due' },
          { field: 'tags', op: 'has_any', value: ['Recall'] },
        ],
      },
    },
    {
      name: 'Birthday in the next month',
      filter: { field: 'birthday', op: 'within', value: { next: 30, unit: 'days' } },
    },
    { name: 'Family plan', filter: { field: 'tags', op: 'has_any', value: ['Family plan'] } },
  ],
};

export const QUICK_REPLIES: Readonly<
  Record<TenantId, readonly { shortcut: string; title: string; body: string }[]>
> = {
  harbor: [
    {
      shortcut: 'tour',
      title: 'Offer a tour',
      body: 'Hi {{ first_name }}, would Saturday at 10 suit you for a tour?',
    },
    {
      shortcut: 'docs',
      title: 'Ask for documents',
      body: 'Could you send me a photo of the signed last page when you get a moment?',
    },
    {
      shortcut: 'thanks',
      title: 'Thanks for reaching out',
      body: 'Thanks for reaching out, {{ first_name }}! {{ member_name }} from {{ tenant_name }} here.',
    },
  ],
  lakeside: [
    {
      shortcut: 'confirm',
      title: 'Confirm an appointment',
      body: 'Hi {{ first_name }}, see you then. Reply here if anything changes.',
    },
    {
      shortcut: 'directions',
      title: 'How to find us',
      body: 'We are at 48 Pier Street, second floor. The entrance is next to the bakery.',
    },
    {
      shortcut: 'thanks',
      title: 'Thank a patient',
      body: 'Thank you, {{ first_name }}! {{ member_name }} from {{ tenant_name }}.',
    },
  ],
};
