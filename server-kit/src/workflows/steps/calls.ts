/** Calls and voicemails: what is telephony stands behind `CallPlacer`, and without one nobody is called. */
import { leaveVoicemail as voicemailKind } from '../../contract/workflow/steps/leave-voicemail.ts';
import { placeCall as callKind } from '../../contract/workflow/steps/place-call.ts';
import type { StepBase } from '../../contract/workflow/index.ts';
import { TemplateError } from '../templates/render.ts';
import { renderRuns } from '../templates/render-runs.ts';
import { scopesFor } from '../templates/scope.ts';
import { sendWindow } from '../send-window.ts';
import { defineStep, type CallWish, type Outcome, type Run, type StepBatch } from './step.ts';
import { filesCalled, unready } from './texts.ts';

export const placeCall = defineStep(callKind, async (batch): Promise<Outcome[]> => {
  const { step, definition } = batch;
  const { whisper } = step;
  return placeAll(batch, async (runs) => {
    const member = (run: Run) => step.member ?? run.contact.owner_id;
    if (whisper === undefined)
      return runs.map((run) => ({ what: { kind: 'call', member: member(run), whisper: null } }));
    const scopeOf = await scopesFor({ ...batch, step: step.id }, runs, [whisper]);
    const texts = renderRuns(whisper, runs, scopeOf, definition.settings.missing_variable);
    return texts.map((rendered, nth) =>
      'outcome' in rendered
        ? rendered
        : { what: { kind: 'call', member: member(runs[nth]!), whisper: rendered.text } },
    );
  });
});

export const leaveVoicemail = defineStep(voicemailKind, async (batch): Promise<Outcome[]> => {
  const { step, tx, now } = batch;
  return placeAll(batch, async (reachable) => {
    const files = await filesCalled(tx, [step.recording]);
    const unfit = unready([step.recording], files, now);
    if (unfit) return reachable.map(() => ({ outcome: unfit }));
    const what = { kind: 'voicemail', assetId: files[0]!.id, ifAnswered: step.if_answered } as const;
    return reachable.map(() => ({ what }));
  });
});

type Wish = { what: CallWish['what'] } | { outcome: Outcome };

async function placeAll<S extends StepBase>(
  { runs, tx, services, definition }: StepBatch<S>,
  wishesOf: (runs: Run[]) => Promise<Wish[]>,
): Promise<Outcome[]> {
  const calls = services?.calls;
  if (!calls) return runs.map(() => ({ skip: 'not_connected', detail: { what: 'Calls' } }));
  const barred = (run: Run): Outcome | null => {
    if (run.contact.phone === null) return { skip: 'no_address' };
    return run.contact.do_not_call || run.contact.dnd.includes('voice') ? { skip: 'suppressed' } : null;
  };
  const reachable = runs.filter((run) => barred(run) === null);
  let wishes: Wish[];
  try {
    wishes = await wishesOf(reachable);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return runs.map(() => ({ fail: error.message, detail: { mend: error.mend } }));
  }
  const { purpose } = definition.settings;
  const window = sendWindow(definition.settings);
  const going = reachable.flatMap(({ enrollmentId, contact, ordinal }, nth) => {
    const wish = wishes[nth]!;
    return 'what' in wish
      ? [{ enrollmentId, contactId: contact.id, ordinal, purpose, window, what: wish.what }]
      : [];
  });
  const placed = going.length === 0 ? [] : await calls.place(tx, going);
  let asked = 0;
  let reached = 0;
  return runs.map((run): Outcome => {
    const bar = barred(run);
    if (bar) return bar;
    const wish = wishes[asked++]!;
    if ('outcome' in wish) return wish.outcome;
    const answer = placed[reached++]!;
    return 'callId' in answer ? { done: true, detail: { call_id: answer.callId } } : answer;
  });
}
