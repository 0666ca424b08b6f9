import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { assetKey } from '../primitives.ts';

export const leaveVoicemail = defineKind({
  kind: 'leave_voicemail',
  title: 'Leave a voicemail',
  icon: 'play',
  group: 'send',
  sends: 'voice',
  schema: stepSchema('leave_voicemail', {
    recording: assetKey,
    if_answered: z.enum(['hang_up', 'play']).default('hang_up'),
  }),
  words: ({ recording }) => `Leave the voicemail “${recording}”`,
});
