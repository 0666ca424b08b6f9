import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { assetKey, template } from '../primitives.ts';

export const sendSms = defineKind({
  kind: 'send_sms',
  title: 'Send a text',
  icon: 'message',
  group: 'send',
  sends: 'sms',
  schema: stepSchema('send_sms', {
    body: template.optional(),
    template: z
      .string()
      .optional()
      .meta({ description: 'A template of the library by its key, instead of `body`' }),
    assets: z
      .array(assetKey)
      .max(10)
      .default([])
      .meta({ description: 'Sent as MMS where the carrier takes them, else as links' }),
    sender: z
      .string()
      .optional()
      .meta({ description: 'The number to send from. Default: the conversation’s' }),
    send_as: z.enum(['auto', 'attachment', 'link']).default('auto'),
  }),
  templates: ({ body }) => (body === undefined ? {} : { body }),
  words: ({ body, template: key }) => (key ? `Text “${key}”` : `Text: ${shortened(body ?? '')}`),
});

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
