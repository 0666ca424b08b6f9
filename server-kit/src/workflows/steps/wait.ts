import { wait as kind } from '../../contract/workflow/steps/wait.ts';
import {
  afterDuration,
  dateAt,
  dayAt,
  momentOf,
  nextYearly,
  toInstant,
  toLocal,
} from '../../contract/workflow/time.ts';
import type { Waiting } from '../engine/waiting.ts';
import { defineStep, type Outcome, type Run } from './step.ts';

const DAY_MS = 86_400_000;
type WaitStep = Parameters<(typeof kind)['words']>[0];

/** A run comes twice: to learn until when, and when that is over or something has woken it. */
export const wait = defineStep(kind, async ({ step, runs, now, zoneOf, choose, heard }) => {
  const { for_event: event } = step;
  const mine = (run: Run) => run.waited?.reason === 'wait' || run.waited?.reason === 'event';
  const isOver = ({ waited }: Run) => waited!.until !== null && Date.parse(waited!.until) <= now.getTime();
  const late = event ? runs.filter((run) => mine(run) && !run.wokenBy && isOver(run)) : [];
  // a bell that rang too early is made up for at the end
  const missed = late.length > 0 ? await heard(event!.type, late) : null;
  const happened = (run: Run) => run.wokenBy ?? missed?.get(run.contact.id);
  const woken = event?.where ? runs.filter((run) => mine(run) && happened(run)) : [];
  const meant = woken.length > 0 ? await choose([event!.where!], woken) : null;
  return runs.map((run): Outcome => {
    if (!mine(run)) return begin(step, run, now, zoneOf(run));
    if (!event) return isOver(run) ? done(run) : { wait: run.waited! };
    const what = happened(run);
    if (what && (meant === null || meant.has(run.contact.id)))
      return { done: true, detail: { event: what.type, event_id: what.id } };
    if (!isOver(run)) return { wait: run.waited!, wakesOn: event.type };
    return { done: true, to: event.on_timeout, detail: { event: null, until: run.waited!.until } };
  });
});

const done = ({ waited }: Run): Outcome => ({ done: true, detail: { until: waited!.until } });

function begin(step: WaitStep, run: Run, at: Date, clock: { zone: string; instead_of?: string }): Outcome {
  const now = at.getTime();
  const until = untilWhen(step, run, now, clock.zone);
  if (until === null) return { skip: 'missing_variable', detail: { what: nameOf(step) } };
  // what has passed is not waited for
  if (until <= now && !step.for_event)
    return {
      done: true,
      to: step.until?.on_passed,
      detail: { until: new Date(until).toISOString(), passed: true },
    };
  const waiting: Waiting = {
    reason: step.for_event ? 'event' : 'wait',
    until: new Date(until).toISOString(),
    ...clock,
    ...(step.for_event ? { what: step.for_event.type, since: at.toISOString() } : {}),
  };
  return step.for_event ? { wait: waiting, wakesOn: step.for_event.type } : { wait: waiting };
}

function nameOf({ until }: WaitStep): string | undefined {
  return until && 'field' in until ? until.field : undefined;
}

function untilWhen(step: WaitStep, run: Run, now: number, zone: string): number | null {
  if (step.for) return afterDuration(now, step.for, zone);
  if (step.for_event) return afterDuration(now, step.for_event.timeout, zone);
  if (step.until_day) return dayAt(run.startedAt.getTime(), step.until_day.day, step.until_day.at, zone);
  const { until } = step;
  if (!until) return null;
  if ('date' in until) return dateAt(until.date, until.at, zone);
  const { field, offset_days, offset_minutes, at = '10:00' } = until;
  const later = (instant: number | null) => (instant === null ? null : instant + offset_minutes * 60_000);
  if (field === 'birthday') {
    const { birth_month: month, birth_day: day } = run.contact;
    if (month === null || day === null) return null;
    return later(nextYearly(now, zone, { month, day, feb_29: 'feb_28', at, offset_days }));
  }
  const value = valueOf(run, field);
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return later(dateAt(value, at, zone, offset_days));
  const instant = momentOf(value, zone);
  if (instant === null) return null;
  // a number of days from an instant is the same time of day then
  return later(offset_days === 0 ? instant : daysFrom(instant, offset_days, zone));
}

function daysFrom(instant: number, days: number, zone: string): number {
  return toInstant(toLocal(instant, zone) + days * DAY_MS, zone);
}

function valueOf({ contact, variables }: Run, field: string): string {
  const [, place, key] = /^(fields|vars)\.(.*)$/.exec(field) ?? [];
  const value =
    place === 'fields'
      ? contact.fields[key!]
      : place === 'vars'
        ? variables[key!]
        : (contact as unknown as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : '';
}
