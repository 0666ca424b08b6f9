/** What happened to a run, in sentences. */
import type { SkipReason, StepOutcome } from '../../contract/workflow/index.ts';
import type { Waiting } from './waiting.ts';

const SKIPPED: Record<SkipReason, string> = {
  opted_out: 'Skipped: opted out',
  suppressed: 'Skipped: on a do-not-contact list',
  no_address: 'Skipped: no number',
  no_sender: 'Skipped: no number to send from',
  no_consent: 'Skipped: no consent for marketing',
  missing_variable: 'Skipped: nothing to put into the text',
  asset_deleted: 'Skipped: the file was deleted',
  by_member: 'Skipped by a member',
  not_connected: 'Skipped: not connected',
  already_so: 'Skipped: it was so already',
  due_while_paused: 'Skipped: it came due while the workflow was paused',
};

const WAITING: Record<Waiting['reason'], string> = {
  wait: 'Waiting',
  window: 'Waiting for the window',
  event: 'Waiting for an event',
  retry: 'Waiting to try again',
  daily_limit: 'Waiting: enough messages for today',
  asset: 'Waiting for a file',
  request: 'Waiting for an answer',
};

export interface TracedStep {
  outcome: StepOutcome;
  detail: Record<string, unknown> | null;
  at: string;
}

export function stepWords({ outcome, detail }: TracedStep, _now: Date, _zone: string): string {
  if (outcome === 'done') return 'Done';
  const reason = detail?.['reason'];
  if (outcome === 'skipped') return SKIPPED[reason as SkipReason] ?? 'Skipped';
  return typeof reason === 'string' ? `Failed: ${reason}` : 'Failed';
}

export function waitingWords({ reason, until, zone }: Waiting, _now: Date, tenantZone: string): string {
  if (until === null) return WAITING[reason];
  const timeZone = zone ?? tenantZone;
  const at = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(until));
  return `${WAITING[reason]}, until ${at} ${timeZone}`;
}
