import { sendPdf as kind } from '../../contract/workflow/steps/send-pdf.ts';
import { defineStep } from './step.ts';
import { textEverybody } from './texts.ts';

/** As a link, since no carrier takes documents in a text; where one does, in the text itself. */
export const sendPdf = defineStep(kind, (batch) => {
  const { pdf, body = '' } = batch.step;
  return textEverybody(batch, { body, assets: [pdf], sendAs: 'auto', sender: null, only: 'document' });
});
