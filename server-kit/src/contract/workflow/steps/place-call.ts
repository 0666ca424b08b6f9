import { defineKind, stepSchema } from '../kind.ts';
import { memberId, template } from '../primitives.ts';

export const placeCall = defineKind({
  kind: 'place_call',
  title: 'Place a call',
  icon: 'phone',
  group: 'send',
  sends: 'voice',
  schema: stepSchema('place_call', {
    member: memberId
      .optional()
      .meta({ description: 'Whose phone rings first. Default: the contact’s owner' }),
    whisper: template.optional().meta({ description: 'What the member hears before they are connected' }),
  }),
  templates: ({ whisper }) => (whisper === undefined ? {} : { whisper }),
  words: () => 'Call them',
});
