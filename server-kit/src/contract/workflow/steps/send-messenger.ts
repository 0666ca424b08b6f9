import { defineKind, stepSchema } from '../kind.ts';
import { assetKey, template } from '../primitives.ts';
import { shortened } from '../wording.ts';

export const sendMessenger = defineKind({
  kind: 'send_messenger',
  title: 'Send a Messenger message',
  icon: 'send',
  group: 'send',
  sends: 'messenger',
  schema: stepSchema('send_messenger', { body: template, video: assetKey.optional() }),
  templates: ({ body }) => ({ body }),
  words: ({ body }) => `Messenger: ${shortened(body)}`,
});
