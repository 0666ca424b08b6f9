import { z } from 'zod';
import { defineKind, stepSchema } from '../kind.ts';
import { assetKey, template, templateKey } from '../primitives.ts';
import { shortened } from '../wording.ts';

export const sendSms = defineKind({
  kind: 'send_sms',
  title: 'Send a text',
  icon: 'chat',
  group: 'send',
  sends: 'sms',
  schema: stepSchema('send_sms', {
    body: template.optional(),
    template: templateKey
      .optional()
      .meta({ description: 'A template of the library by its key, instead of `body`' }),
    assets: z
      .array(assetKey)
      .max(10)
      .default([])
      .meta({ description: 'Sent as MMS where the carrier takes them, else as links' }),
    sender: z
      .string()
      .max(100)
      .optional()
      .meta({ description: 'The number to send from. Default: the conversation’s' }),
    send_as: z.enum(['auto', 'attachment', 'link']).default('auto'),
  })
    .refine((step) => step.body === undefined || step.template === undefined, {
      message: 'Say either body or template, not both',
      path: ['template'],
    })
    .refine((step) => step.body !== undefined || step.template !== undefined || step.assets.length > 0, {
      message: 'Say what to send: body, template or assets',
    }),
  templates: ({ body }) => (body === undefined ? {} : { body }),
  words: ({ body, template: key, assets }) =>
    key ? `Text “${key}”` : body ? `Text: ${shortened(body)}` : `Send ${assets.join(', ')}`,
});
