import { defineKind, stepSchema } from '../kind.ts';
import { assetKey, template } from '../primitives.ts';

export const sendVideo = defineKind({
  kind: 'send_video',
  title: 'Send a video',
  icon: 'camera',
  group: 'send',
  sends: 'sms',
  schema: stepSchema('send_video', { video: assetKey, body: template.optional() }),
  templates: ({ body }) => (body === undefined ? {} : { body }),
  words: ({ video }) => `Send the video “${video}”`,
});
