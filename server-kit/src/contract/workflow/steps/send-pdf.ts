import { defineKind, stepSchema } from '../kind.ts';
import { assetKey, template } from '../primitives.ts';

export const sendPdf = defineKind({
  kind: 'send_pdf',
  title: 'Send a PDF',
  icon: 'file',
  group: 'send',
  sends: 'sms',
  schema: stepSchema('send_pdf', { pdf: assetKey, body: template.optional() }),
  templates: ({ body }) => (body === undefined ? {} : { body }),
  words: ({ pdf }) => `Send the PDF “${pdf}”`,
});
