/**
 * What a workflow means, said a second time: one contact, one step after the other, nothing clever. Knows the kinds that the
 * random graphs are made of. Shares only the calendar with the engine, which has tests of its own.
 */
import type { Definition, StepBase } from '../../contract/workflow/index.ts';
import { afterDuration, dayAt, nextOpening } from '../../contract/workflow/time.ts';
import type { SimulatedEvent } from '../simulate.ts';

export interface Told {
  /** As `2026-03-02T15:00:00.000Z hello done`. */
  steps: string[];
  /** As `completed finished 2026-…`, or `active waiting`. */
  end: string;
  tags: string[];
  score: number;
}

type Step = StepBase & Record<string, any>; // oxlint-disable-line typescript/no-explicit-any
const ENDS: Record<string, string> = { opted_out: 'canceled', replied: 'canceled', too_many_steps: 'failed' };

export function interpret(
  { steps, settings }: Definition,
  events: readonly SimulatedEvent[],
  { start, until, zone, most = 10_000 }: { start: string; until: string; zone: string; most?: number },
): Told {
  const told: Told = { steps: [], end: '', tags: [], score: 0 };
  const left = events.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const sends: number[] = [];
  let now = Date.parse(start);
  let optedOut = false;
  let over: string | null = null;
  let at: Step | undefined = steps[0] as Step;
  let count = 0;

  const iso = () => new Date(now).toISOString();
  const named = (id: string | undefined): Step | undefined => steps.find((step) => step.id === id) as Step;
  const next = (step: Step, to?: string): Step | undefined =>
    named(to ?? step.next) ?? (steps[steps.findIndex(({ id }) => id === step.id) + 1] as Step | undefined);
  const did = (step: Step, outcome: string) => told.steps.push(`${iso()} ${step.id} ${outcome}`);
  const stop = (reason: string) => (over = `${ENDS[reason] ?? 'completed'} ${reason} ${iso()}`);

  /** True when an event of `type` came first; stops at whatever ends the run. */
  const sleep = (to: number, type?: string): boolean => {
    while (over === null && left[0] && Date.parse(left[0].at) <= Math.min(to, Date.parse(until))) {
      const event = left.shift()!;
      now = Math.max(now, Date.parse(event.at));
      if (event.type === 'consent.withdrawn') {
        optedOut = true;
        if (settings.on_opt_out === 'cancel') stop('opted_out');
      } else if (event.type === 'message.received' && settings.stop_on_reply) stop('replied');
      else if (event.type === type) return true;
    }
    if (over !== null) return false;
    if (to > Date.parse(until)) over = 'active waiting';
    else now = Math.max(now, to);
    return false;
  };

  while (at !== undefined && over === null) {
    const step: Step = at;
    // what has happened by now has happened before the step
    if (count === 0) sleep(now);
    if (over !== null) break;
    if ((count += 1) > most) {
      stop('too_many_steps');
      break;
    }
    if (settings.goal && told.tags.includes('goal')) {
      stop('goal');
      break;
    }
    let to: string | undefined;
    let outcome = 'done';
    if (step.kind === 'send_sms') {
      for (;;) {
        if (optedOut) break;
        const opening = settings.window ? nextOpening(now, zone, settings.window)! : now;
        const limit = settings.max_messages_per_day ?? Infinity;
        const enough =
          limit < Infinity && sends.filter((sent) => sent >= dayAt(now, 0, '00:00', zone)).length >= limit;
        if (opening > now) sleep(opening);
        else if (enough) sleep(dayAt(now, 1, '00:00', zone));
        else break;
        if (over !== null) break;
      }
      if (over !== null) break;
      if (optedOut && settings.on_opt_out === 'cancel') {
        stop('opted_out');
        break;
      }
      if (optedOut) outcome = 'skipped';
      else sends.push(now);
    } else if (step.kind === 'wait' && step['for']) {
      const due = afterDuration(now, step['for'], zone);
      if (due > now) sleep(due);
    } else if (step.kind === 'wait') {
      const { type, timeout, on_timeout } = step['for_event'];
      if (!sleep(afterDuration(now, timeout, zone), type)) to = on_timeout;
    } else if (step.kind === 'condition') {
      const branch = step['branches'].find(({ when }: { when: { value: string[] } }) =>
        when.value.some((tag) => told.tags.includes(tag)),
      );
      to = branch ? branch.to : step['else'];
    } else if (step.kind === 'add_tag') {
      if (step['tags'].every((tag: string) => told.tags.includes(tag))) outcome = 'skipped';
      told.tags = [...new Set([...told.tags, ...step['tags']])];
    } else if (step.kind === 'remove_tag') {
      if (!step['tags'].some((tag: string) => told.tags.includes(tag))) outcome = 'skipped';
      told.tags = told.tags.filter((tag) => !step['tags'].includes(tag));
    } else if (step.kind === 'score') told.score += step['by'];
    else if (step.kind === 'go_to') to = step['step'];
    if (over !== null) break;
    did(step, outcome);
    if (step.kind === 'end') break;
    at = next(step, to);
  }
  told.end = over ?? `completed finished ${iso()}`;
  return told;
}
