import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { template } from '../primitives.ts';

export const placeCall = defineKind({
  kind: 'place_call',
  title: 'Place a call',
  icon: 'call',
  group: 'send',
  sends: 'voice',
  schema: stepSchema('place_call', {
    /** The member whose phone rings first. Default: the contact’s owner. */
    member: z.string().optional(),
    whisper: template.optional().meta({ description: 'What the member hears before they are connected' }),
  }),
  templates: ({ whisper }) => (whisper === undefined ? {} : { whisper }),
  words: () => 'Call them',
});
