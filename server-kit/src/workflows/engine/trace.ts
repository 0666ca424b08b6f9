/** What a run did and why it does not go on, as sentences. Numbers and names come in, words go out; nothing is kept as text. */
import type { EndReason, SkipReason } from '../../contract/workflow/index.ts';
import { toLocal } from '../../contract/workflow/time.ts';
import type { Waiting } from './waiting.ts';

export interface TracedStep {
  outcome: 'done' | 'skipped' | 'failed';
  detail: Record<string, unknown> | null;
  /** RFC 3339. */
  at: string;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `10:00` today, `3 March, 10:00` on another day, with the year in another year. */
export function timeWords(instant: string, zone: string, now: Date): string {
  const [local, here] = [toLocal(Date.parse(instant), zone), toLocal(now.getTime(), zone)].map((time) =>
    new Date(time).toISOString(),
  );
  const time = local!.slice(11, 16);
  if (local!.slice(0, 10) === here!.slice(0, 10)) return `${time} ${zone}`;
  return `${dayWords(local!, here!)}, ${time} ${zone}`;
}

function dayWords(local: string, here: string): string {
  const day = `${Number(local.slice(8, 10))} ${MONTHS[Number(local.slice(5, 7)) - 1]}`;
  return local.slice(0, 4) === here.slice(0, 4) ? day : `${day} ${local.slice(0, 4)}`;
}

/** `tenantZone`: for what knows no zone. */
export function waitingWords(waiting: Waiting, now: Date, tenantZone: string): string {
  const { reason, until, zone = tenantZone, instead_of, what } = waiting;
  const when = until === null ? '' : ` until ${timeWords(until, zone, now)}`;
  const aside = instead_of === undefined ? '' : ` (${instead_of} is no time zone)`;
  const why: Record<Waiting['reason'], string> = {
    wait: `Waiting${when}`,
    window: `Waiting${when} because of the window`,
    event: `Waiting for ${what ?? 'an event'}${until === null ? '' : `, at most${when}`}`,
    retry: `Trying again${when.replace(' until', ' at')}: ${what ?? 'it failed'}`,
    daily_limit: `Waiting${when} because there were enough messages today`,
    asset: `Waiting for the file ${what ?? ''} to be ready`.replace('  ', ' '),
    request: `Waiting for ${what ?? 'the other system'} to answer`,
  };
  return why[reason] + aside;
}

const SKIPPED: Record<SkipReason, string> = {
  opted_out: 'opted out',
  suppressed: 'on a do-not-contact list',
  no_address: 'no number to send to',
  no_sender: 'no number to send from',
  no_consent: 'no consent for marketing texts',
  missing_variable: 'nothing to put in',
  asset_deleted: 'the file was deleted',
  by_member: 'passed over by a member',
  not_connected: 'not connected',
  already_so: 'it was so already',
  due_while_paused: 'its time came while it was paused',
  taken_back: 'the workflow ended before it left',
};

const HELD: Partial<Record<Waiting['reason'], string>> = {
  window: 'held by the window',
  retry: 'after trying again',
  daily_limit: 'held because there were enough messages that day',
  asset: 'held until the file was ready',
};

export function stepWords({ outcome, detail }: TracedStep, now: Date, zone: string): string {
  const held = HELD[(detail?.['held'] as Waiting | undefined)?.reason ?? 'wait'];
  const aside = held === undefined ? '' : `, ${held}`;
  if (outcome === 'skipped') {
    const reason = detail?.['reason'] as SkipReason;
    const since = detail?.['since'];
    const here = new Date(toLocal(now.getTime(), zone)).toISOString();
    const on =
      typeof since === 'string'
        ? ` on ${dayWords(new Date(toLocal(Date.parse(since), zone)).toISOString(), here)}`
        : '';
    return `Skipped: ${SKIPPED[reason] ?? reason}${on}${aside}`;
  }
  if (outcome === 'failed') return `Failed: ${String(detail?.['reason'])}${aside}`;
  if (typeof detail?.['branch'] === 'string') return `Took “${detail['branch']}”`;
  if (detail && 'event' in detail)
    return detail['event'] === null ? 'It did not happen in time' : 'It happened';
  return `Done${aside}`;
}

/** "Tried again by Ada on 3 March, 10:00", and how that stands where it has not come to the step. */
export function retryWords(
  who: string | null,
  at: string,
  so: string | null,
  now: Date,
  zone: string,
): string {
  const [local, here] = [toLocal(Date.parse(at), zone), toLocal(now.getTime(), zone)].map((time) =>
    new Date(time).toISOString(),
  );
  const when = `${dayWords(local!, here!)}, ${local!.slice(11, 16)}`;
  return `Tried again${who === null ? '' : ` by ${who}`} on ${when}${so === null ? '' : `. ${so}`}`;
}

const ENDED: Record<EndReason, string> = {
  finished: 'Finished',
  goal: 'The goal was reached',
  replied: 'Ended: they replied',
  opted_out: 'Ended: they opted out',
  member: 'Ended by a member',
  contact_deleted: 'Ended: the contact was deleted',
  contact_merged: 'Ended: the contact became part of another',
  workflow_archived: 'Ended: the workflow was archived',
  left_by_workflow: 'Ended by another workflow',
  too_many_steps: 'Failed: it went round too often',
  step_missing: 'Failed: the step where it stood is not in its version',
  step_crashed: 'Failed: a step crashed',
};

export const endWords = (reason: EndReason): string => ENDED[reason];
