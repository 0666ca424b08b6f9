import { sendMessenger as kind } from '../../contract/workflow/steps/send-messenger.ts';
import { newId } from '../../ids.ts';
import type { MessengerPayload } from '../requests/rows.ts';
import { TemplateError } from '../templates/render.ts';
import { renderRuns } from '../templates/render-runs.ts';
import { scopesFor } from '../templates/scope.ts';
import { defineStep, type Outcome } from './step.ts';
import { filesCalled, unready } from './texts.ts';

/** Meta's limit for a text. */
const LONGEST = 2_000;

export const sendMessenger = defineStep(kind, async (batch): Promise<Outcome[]> => {
  const { step, runs, tx, effects, services, definition } = batch;
  if (!services?.messenger) return runs.map(() => ({ skip: 'not_connected', detail: { what: 'Messenger' } }));
  const called = step.video === undefined ? [] : [step.video];
  const files = called.length === 0 ? [] : await filesCalled(tx, called);
  const unfit = unready(called, files, batch.now);
  if (unfit) return runs.map(() => unfit);
  const having = runs.filter(({ contact }) => contact.messenger_id !== null);
  let texts: ReturnType<typeof renderRuns>;
  try {
    // the video's link is a variable like others, so that it is the contact's own
    const link = files.length === 0 ? '' : '\n{{ asset.video.url }}';
    const scopeOf = await scopesFor(
      { ...batch, step: step.id, called: files[0] && { video: files[0] } },
      having,
      [step.body + link],
    );
    texts = renderRuns(step.body + link, having, scopeOf, definition.settings.missing_variable);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return runs.map(() => ({ fail: error.message, detail: { mend: error.mend } }));
  }
  let next = 0;
  return runs.map((run): Outcome => {
    const { contact, enrollmentId, ordinal } = run;
    if (contact.messenger_id === null) return { skip: 'no_address' };
    const rendered = texts[next++]!;
    if ('outcome' in rendered) return rendered.outcome;
    const { text } = rendered;
    if (text.trim() === '') return { fail: 'The message is empty: its template had nothing to say.' };
    if (text.length > LONGEST)
      return { fail: `The message has ${text.length} characters; Messenger takes at most ${LONGEST}.` };
    const requestId = newId();
    effects.request({
      enrollmentId,
      ordinal,
      kind: 'messenger',
      requestId,
      request: { to: contact.messenger_id, text } satisfies MessengerPayload,
    });
    return { done: true, detail: { request_id: requestId } };
  });
});
