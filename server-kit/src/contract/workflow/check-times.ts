/** Zones that there are, windows that open, schedules that come. */
import type { Definition, WorkflowProblem } from './definition.ts';
import type { StepKind } from './kind.ts';
import type { Window } from './primitives.ts';
import { pathText, shortened } from './wording.ts';
import { isZone } from './zones.ts';

/** When marketing may be sent at all, in minutes: 47 CFR 64.1200(c)(1). States narrow it further, contact by contact. */
const LAWFUL = { from: 8 * 60, to: 21 * 60 };
const DAY = 24 * 60;

export function checkTimes(definition: Definition, kinds: ReadonlyMap<string, StepKind>): WorkflowProblem[] {
  const problems: WorkflowProblem[] = [];
  const report = (code: WorkflowProblem['code'], path: string, message: string, mend: string) =>
    void problems.push({ code, severity: 'error', step: null, path, message, mend });
  const { settings, steps, triggers } = definition;
  const { zone, window } = settings;
  if (!['contact', 'tenant'].includes(zone) && !isZone(zone)) {
    report(
      'window_never_open',
      'settings.zone',
      `There is no time zone “${shortened(zone, 40)}”, so no window ever opens.`,
      'Write contact, tenant, or a zone as America/Toronto.',
    );
  }
  const sends = steps.some(({ kind }) => kinds.get(kind)?.sends === 'sms');
  const open = window && openMinutes(window);
  if (open && open.from === open.to) {
    report(
      'window_never_open',
      'settings.window',
      'The window ends when it begins, so it never opens.',
      'Write from and to as 10:00 and 18:00.',
    );
  } else if (open && sends && settings.purpose === 'marketing' && !meets(open, LAWFUL)) {
    report(
      'window_never_open',
      'settings.window',
      `The window ${clock(open.from)} to ${clock(open.to)} lies in the quiet hours: marketing is sent from 08:00 to 21:00 only.`,
      'Move the window into the day.',
    );
  }
  triggers.forEach((trigger, index) => {
    if (trigger.on !== 'schedule') return;
    const place = (key: string) => pathText(['triggers', index, key]);
    const wrong = cronMistake(trigger.cron);
    if (wrong)
      report('invalid_value', place('cron'), wrong, 'Write five fields, as 0 9 * * 1 for Mondays at 9:00.');
    if (trigger.zone !== undefined && trigger.zone !== 'tenant' && !isZone(trigger.zone)) {
      report(
        'invalid_value',
        place('zone'),
        `There is no time zone “${shortened(trigger.zone, 40)}”.`,
        'Write one as America/Toronto.',
      );
    }
  });
  return problems;
}

function openMinutes({ from = '00:00', to = '24:00' }: Window): { from: number; to: number } {
  const [start, end] = [minutes(from), minutes(to)];
  // an end at midnight is that of the day
  return { from: start, to: end === 0 && start > 0 ? DAY : end };
}

function minutes(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** Whether two spans of a day share a minute; one may go over midnight. */
function meets(open: { from: number; to: number }, day: { from: number; to: number }): boolean {
  const spans =
    open.from < open.to
      ? [open]
      : [
          { from: open.from, to: DAY },
          { from: 0, to: open.to },
        ];
  return spans.some(({ from, to }) => from < day.to && day.from < to);
}

const CRON_FIELDS = [
  { what: 'minutes', least: 0, most: 59, names: [] },
  { what: 'hours', least: 0, most: 23, names: [] },
  { what: 'days of the month', least: 1, most: 31, names: [] },
  { what: 'months', least: 1, most: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { what: 'weekdays', least: 0, most: 7, names: 'sun mon tue wed thu fri sat'.split(' ') },
];

function cronMistake(cron: string): string | null {
  const fields = cron.trim().toLowerCase().split(/\s+/);
  if (fields.length !== 5) return `A schedule has five fields; this one has ${fields.length}.`;
  for (const [index, { what, least, most, names }] of CRON_FIELDS.entries()) {
    const value = (text: string) =>
      names.includes(text) ? names.indexOf(text) + least : /^\d{1,2}$/.test(text) ? Number(text) : -1;
    const within = (text: string) => value(text) >= least && value(text) <= most;
    for (const part of fields[index]!.split(',')) {
      const [range = '', every, more] = part.split('/');
      const [from = '', to, toMore] = range.split('-');
      const fine =
        more === undefined &&
        toMore === undefined &&
        (every === undefined || /^[1-9]\d?$/.test(every)) &&
        (range === '*' ||
          (within(from) && (to === undefined || (within(to) && value(from) <= value(to)))) ||
          (index === 2 && range === 'l'));
      if (!fine) return `“${shortened(part, 20)}” is not understood as ${what}.`;
    }
  }
  return null;
}
