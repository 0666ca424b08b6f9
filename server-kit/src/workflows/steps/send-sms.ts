import { sendSms as kind } from '../../contract/workflow/steps/send-sms.ts';
import { newId } from '../../ids.ts';
import { defineStep } from './step.ts';

export const sendSms = defineStep(kind, ({ step, runs, effects, definition }) =>
  runs.map(({ contact, enrollmentId }) => {
    if (contact.phone === null) return { skip: 'no_address' };
    const messageId = newId();
    effects.text({
      enrollmentId,
      contactId: contact.id,
      body: step.body ?? '',
      assets: step.assets,
      sendAs: step.send_as,
      sender: step.sender ?? null,
      purpose: definition.settings.purpose,
      messageId,
    });
    return { done: true, detail: { message_id: messageId } };
  }),
);
