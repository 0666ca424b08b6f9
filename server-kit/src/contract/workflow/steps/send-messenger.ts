import { defineKind, stepSchema } from '../kind.ts';
import { assetKey, template } from '../primitives.ts';

export const sendMessenger = defineKind({
  kind: 'send_messenger',
  title: 'Send a Messenger message',
  icon: 'messenger',
  group: 'send',
  sends: 'messenger',
  schema: stepSchema('send_messenger', { body: template, video: assetKey.optional() }),
  templates: ({ body }) => ({ body }),
  words: () => 'Send a Messenger message',
});
