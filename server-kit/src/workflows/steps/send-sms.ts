import { sendSms as kind } from '../../contract/workflow/steps/send-sms.ts';
import { bodyOfTemplate } from '../templates/library.ts';
import { defineStep } from './step.ts';
import { textEverybody } from './texts.ts';

export const sendSms = defineStep(kind, async (batch) => {
  const { step, tx, runs } = batch;
  const body = step.template === undefined ? step.body : await bodyOfTemplate(tx, step.template);
  if (body === null) {
    return runs.map(() => ({ fail: `There is no template “${step.template}” in the library any more.` }));
  }
  const { assets, send_as: sendAs, sender = null } = step;
  return textEverybody(batch, { body: body ?? '', assets, sendAs, sender });
});
