/** The words of workflows, declared once. No zod here: elements bundle this file. */

/** The format of a definition. A reader of a later kit reads every earlier one. */
export const DEFINITION_VERSION = 1;

/** `draft`: never published. `paused`: nothing of it leaves. `archived`: out of sight, its runs canceled. */
export const WORKFLOW_STATES = ['draft', 'active', 'paused', 'archived'] as const;

/**
 * One contact's run. `active` covers waiting: what for stands in `waiting`. The last three are ends, and each has a
 * reason from `END_REASONS`.
 */
export const ENROLLMENT_STATES = ['active', 'paused', 'completed', 'canceled', 'failed'] as const;

/** Why an enrollment ended: every one has exactly one. */
export const END_REASONS = [
  'finished',
  'goal',
  'replied',
  'opted_out',
  'member',
  'contact_deleted',
  'contact_merged',
  'workflow_archived',
  'left_by_workflow',
  'too_many_steps',
  'step_missing',
  'step_crashed',
] as const;

/** What a contact's run waits for. */
export const WAIT_REASONS = ['wait', 'window', 'event', 'retry', 'daily_limit', 'asset', 'request'] as const;

/** How a step ended, once and for all. `skipped` goes on as `done` does, and says why. */
export const STEP_OUTCOMES = ['done', 'skipped', 'failed'] as const;

/** Why a step was passed over. */
export const SKIP_REASONS = [
  'opted_out',
  'suppressed',
  'no_address',
  'no_sender',
  'no_consent',
  'missing_variable',
  'asset_deleted',
  'by_member',
  'not_connected',
  'already_so',
  'due_while_paused',
  'taken_back',
] as const;

/** Why a step that failed cannot be tried again. `sent_since`: its text has been sent again in the conversation. */
export const RETRY_BARS = [
  'opted_out',
  'workflow_archived',
  'in_it_anew',
  'sent_since',
  'no_effect',
] as const;

/** What a simulation assumes of somebody. `none`: has not agreed to marketing; `opted_out`: has said STOP. */
export const SIMULATED_CONSENTS = ['granted', 'none', 'opted_out'] as const;

/** What makes a workflow start. Each is one type of event in the log, or a time. */
export const TRIGGER_KINDS = [
  'contact.created',
  'stage.entered',
  'tag.added',
  'tag.removed',
  'field.changed',
  'questionnaire.submitted',
  'form.submitted',
  'message.received',
  'no_reply',
  'call.completed',
  'segment.entered',
  'segment.left',
  'date',
  'schedule',
  'manual',
  'api',
  'webhook',
  'qr.scanned',
  'url.visited',
  'mail.delivered',
  'link.clicked',
  'gift_card.redeemed',
  'workflow.finished',
] as const;

/** Events that the host tells the kit of (`POST /v1/events`), because they happen in its own product. */
export const TOLD_EVENTS = [
  'questionnaire.submitted',
  'form.submitted',
  'call.completed',
  'qr.scanned',
  'url.visited',
  'mail.delivered',
  'gift_card.redeemed',
] as const;

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const PROBLEM_SEVERITIES = ['error', 'warning'] as const;

/** What can be wrong with a definition. An `error` keeps it from being published. */
export const PROBLEM_CODES = [
  'not_readable',
  'unknown_version',
  'unknown_key',
  'invalid_value',
  'no_steps',
  'too_many_steps',
  'duplicate_id',
  'unknown_step_kind',
  'unknown_step',
  'unreachable_step',
  'missing_branch',
  'loop_without_wait',
  'no_exit',
  'no_trigger',
  'no_opt_out_wording',
  'unknown_tag',
  'unknown_field',
  'unknown_template',
  'unknown_stage',
  'unknown_asset',
  'unknown_segment',
  'unknown_workflow',
  'unknown_variable',
  'invalid_template',
  'invalid_filter',
  'window_never_open',
  'address_not_allowed',
] as const;

/** What templates may read of a contact: `{{ first_name }}` or `{{ contact.first_name }}`. */
export const CONTACT_VARIABLES = [
  'id',
  'first_name',
  'last_name',
  'name',
  'phone',
  'email',
  'birthday',
  'lead_type',
  'lead_score',
  'stage',
  'tags',
  'city',
  'state',
  'postal_code',
  'country',
  'zone',
  'created_at',
] as const;

/**
 * What else they may read. `asset.<key>.url` is a file's link; `member` (or `owner`) looks after the contact; `event` set the
 * run off or woke it; `vars` came with it or from earlier steps.
 */
export const TEMPLATE_ROOTS = [
  'contact',
  'fields',
  'tenant',
  'member',
  'owner',
  'event',
  'vars',
  'asset',
  'links',
  'now',
] as const;

/** Columns of a contact that `set_field` may write, beside `fields.<key>`. Stages are entered by `move_stage`. */
export const WRITABLE_FIELDS = [
  'first_name',
  'middle_name',
  'last_name',
  'lead_type',
  'lead_score',
  'source',
  'owner_id',
  'street',
  'city',
  'state',
  'postal_code',
  'country',
  'time_zone',
  'last_birthday_sent_year',
  'do_not_call',
  'messenger_id',
] as const;

export const WORKFLOW_LIMITS = {
  steps: 2_000,
  triggers: 20,
  branches: 20,
  /** Steps that one contact may run through in one enrollment. */
  runs: 10_000,
  /** Steps without a wait in between that one enrollment may take at one look. */
  at_once: 100,
  template: 20_000,
  /** Bytes of a definition as YAML or JSON. */
  source: 2_000_000,
} as const;

/** Minutes until a step that failed for the moment is tried again: the first, second and third time. */
export const RETRY_MINUTES = [5, 30, 120] as const;

export type WorkflowState = (typeof WORKFLOW_STATES)[number];
export type EnrollmentState = (typeof ENROLLMENT_STATES)[number];
export type EndReason = (typeof END_REASONS)[number];
export type WaitReason = (typeof WAIT_REASONS)[number];
export type StepOutcome = (typeof STEP_OUTCOMES)[number];
export type SimulatedConsent = (typeof SIMULATED_CONSENTS)[number];
export type RetryBar = (typeof RETRY_BARS)[number];
export type SkipReason = (typeof SKIP_REASONS)[number];
export type TriggerKind = (typeof TRIGGER_KINDS)[number];
export type Weekday = (typeof WEEKDAYS)[number];
export type ProblemCode = (typeof PROBLEM_CODES)[number];
export type ProblemSeverity = (typeof PROBLEM_SEVERITIES)[number];
