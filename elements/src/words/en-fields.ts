import type { Word } from './en.ts';

/** What is known of a contact, by field. */
export const enFields = {
  'field.first_name': 'First name',
  'field.last_name': 'Last name',
  'field.email': 'Email',
  'field.phone': 'Phone',
  'field.stage': 'Stage',
  'field.lead_type': 'Lead type',
  'field.source': 'Source',
  'field.local_time': 'Local time',
  'field.middle_name': 'Middle name',
  'field.birthday': 'Birthday',
  'field.owner': 'Owner',
  'field.lead_score': 'Score',
  'field.street': 'Street',
  'field.city': 'City',
  'field.postal_code': 'Postal code',
  'field.state': 'State',
  'field.country': 'Country',
  'field.also': 'Also',
  'field.do_not_call': 'Do not call',
  'field.dnd': 'Muted',
} as const satisfies Record<string, Word>;
