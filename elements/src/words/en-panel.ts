import { enPerson } from './en-person.ts';
import type { Word } from './en.ts';

/** What the contact panel can do beyond its fields: addresses, duplicates, deleting, the form of a consent. Loaded with it. */
export const enPanel = {
  ...enPerson,
  'address.addPhone': 'Add number',
  'address.addEmail': 'Add email',
  'address.phone': 'Number',
  'address.email': 'Email',
  'address.label': 'Label, such as “work”',
  'address.first': 'Make first',
  'address.noOwner': 'Whose it is could not be found. Search for it among all people.',
  'error.address': 'It was not saved.',
  'panel.maybe': 'May be the same person',
  'panel.same.phone': 'same number',
  'panel.same.email': 'same email',
  'panel.same.name_and_birthday': 'same name and birthday',
  'panel.open': 'Open {name}',
  'panel.mergeWith': 'Merge with {name}',
  'panel.profile': 'Profile',
  'panel.delete': 'Delete contact',
  'panel.deleteTitle': 'Delete {name}?',
  'panel.deleteHint':
    'Conversations, messages, tasks, notes and cards of this person are deleted too. What was said about consent stays, so that an opt-out is kept. This cannot be undone.',
  'panel.nameless': 'this person',
  'error.delete': 'The contact was not deleted.',
  'consent.channel': 'For',
  'consent.source': 'How you know',
  'consent.given': 'Given on',
  'consent.expires': 'Valid until',
  'consent.proofLink': 'Link to the proof, such as a signed form',
  'consent.recording': 'Record consent',
} as const satisfies Record<string, Word>;
