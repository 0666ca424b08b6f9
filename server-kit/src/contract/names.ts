/** Every closed set of words on the wire, declared once. No zod here: elements bundle this file. */

export const CHANNELS = ['sms', 'whatsapp', 'messenger', 'email', 'voice'] as const;

export const ROLES = ['agent', 'manager'] as const;

/** Where a conversation stands: to be dealt with, waiting for the contact, or done. */
export const CONVERSATION_STATES = ['inbox', 'waiting', 'closed'] as const;

/**
 * A message's states, weakest first. Within one attempt a status only ever moves to the right, whatever order the
 * carrier's callbacks arrive in; `received` is the one state of an inbound message, `canceled` is reached from
 * `queued` alone.
 */
export const MESSAGE_STATUSES = [
  'received',
  'queued',
  'canceled',
  'sending',
  'sent',
  'failed',
  'undelivered',
  'delivered',
  'read',
] as const;

export const MESSAGE_ORIGINS = ['member', 'keyword', 'workflow', 'api', 'contact'] as const;

/**
 * Why the person is written to: `marketing` waits for quiet hours to end and needs a recorded consent
 * (47 CFR 64.1200(c)(1)); `opt_out_confirmation` is the one text that may follow a STOP, and only the kit makes it.
 */
export const MESSAGE_PURPOSES = ['conversation', 'marketing', 'opt_out_confirmation'] as const;

/** Why a queued message has not left yet. */
export const HOLD_REASONS = [
  'scheduled',
  'quiet_hours',
  'window',
  'sender_pending',
  'sender_paused',
  'carrier_busy',
  'unconfirmed',
] as const;

/** Why nothing can be sent in a conversation now. */
export const BLOCK_CODES = ['opted_out', 'suppressed', 'no_sender', 'sender_pending', 'no_address'] as const;

/** A call's states, weakest first; it only ever moves to the right. `ended`: how its second leg ended is still to be told. */
export const CALL_STATUSES = [
  'queued',
  'canceled',
  'placing',
  'placed',
  'ringing',
  'in_progress',
  'ended',
  'completed',
] as const;

/**
 * How a call went. `missed`: nobody here took it. `member_unreachable`: the member's own phone, which rings first, was not
 * picked up, so the contact's never rang. `voicemail`: the recording was left, whole.
 */
export const CALL_DISPOSITIONS = [
  'answered',
  'missed',
  'voicemail',
  'no_answer',
  'busy',
  'member_unreachable',
  'failed',
] as const;

export const EVENT_TYPES = [
  'message.received',
  'message.queued',
  'message.released',
  'message.updated',
  'message.sent',
  'message.delivered',
  'message.undelivered',
  'message.failed',
  'message.read',
  'message.canceled',
  'conversation.updated',
  'contact.created',
  'contact.updated',
  'contact.merged',
  'contact.unmerged',
  'contact.deleted',
  'consent.granted',
  'consent.withdrawn',
  'consent.requested',
  'consent.blocked',
  'consent.unblocked',
  'sender.updated',
  'segment.entered',
  'segment.left',
  'job.updated',
  'stage.entered',
  'opportunity.created',
  'opportunity.updated',
  'opportunity.won',
  'opportunity.lost',
  'opportunity.deleted',
  'pipeline.updated',
  'task.created',
  'task.updated',
  'task.completed',
  'task.deleted',
  'note.added',
  'note.edited',
  'note.deleted',
  'notification.added',
  'notification.read',
  'asset.created',
  'asset.updated',
  'asset.deleted',
  'asset.viewed',
  'questionnaire.submitted',
  'form.submitted',
  'call.started',
  'call.canceled',
  'call.completed',
  'qr.scanned',
  'url.visited',
  'mail.delivered',
  'gift_card.redeemed',
  'link.clicked',
  'workflow.updated',
  'workflow.published',
  'workflow.paused',
  'workflow.resumed',
  'workflow.archived',
  'workflow.webhook_renewed',
  'enrollment.started',
  'enrollment.moved',
  'enrollment.paused',
  'enrollment.resumed',
  'enrollment.step_failed',
  'enrollment.step_skipped',
  'enrollment.completed',
  'enrollment.canceled',
  'enrollment.failed',
  'template.updated',
] as const;

/** What a timeline can be narrowed to, and the event types of each, by what stands before their dot. */
export const TIMELINE_KINDS = {
  message: ['message', 'email', 'asset'],
  call: ['call', 'voicemail'],
  consent: ['consent'],
  contact: ['contact', 'tag', 'stage', 'opportunity', 'segment'],
  conversation: ['conversation'],
  workflow: ['workflow', 'enrollment'],
  note: ['note'],
  task: ['task'],
} as const;
export type TimelineKind = keyof typeof TIMELINE_KINDS;
/** A call has one entry, which says how it went; what a run does step by step stands in its trace. */
export const TIMELINE_LEAVES_OUT = ['call.started', 'enrollment.moved', 'enrollment.step_skipped'] as const;

/** The kind of an event. What no kind names, because a later domain or the host brought it, is about the contact. */
export function timelineKind(type: string): TimelineKind {
  const domain = type.slice(0, type.indexOf('.'));
  for (const [kind, domains] of Object.entries(TIMELINE_KINDS)) {
    if ((domains as readonly string[]).includes(domain)) return kind as TimelineKind;
  }
  return 'contact';
}

export const CONSENT_ACTIONS = ['grant', 'withdraw'] as const;
/** Where a change of consent comes from: the person's own text, the carrier, or whoever wrote it down. */
export const CONSENT_SOURCES = [
  'keyword',
  'free_text',
  'carrier',
  'member',
  'api',
  'form',
  'import',
  'paper',
  'verbal',
] as const;
/** What can be said over the API; the others are written by what they are named after. */
export const RECORDED_SOURCES = ['form', 'paper', 'verbal', 'api', 'member'] as const;

/**
 * What was agreed to, strongest first. `express_written`: signed, on paper or as 15 U.S.C. 7006 allows, after reading that
 * marketing will come and that nothing depends on agreeing (47 CFR 64.1200(f)(9)). `express`: said or shown, without
 * that. `implied`: gave the number in the course of business. `transactional`: for what was ordered or booked, and no more.
 */
export const CONSENT_KINDS = ['express_written', 'express', 'implied', 'transactional'] as const;
export type ConsentKind = (typeof CONSENT_KINDS)[number];

/**
 * What marketing texts need: 47 CFR 64.1200(a)(2) asks for prior express written consent wherever software sends them, which
 * is what `purpose: "marketing"` is for. What a member writes by hand is a conversation and needs no grant.
 */
export const MARKETING_KINDS = ['express_written'] as const satisfies readonly ConsentKind[];

export const CONSENT_REQUEST_VIAS = ['sms', 'link'] as const;

export const ASSET_KINDS = ['video', 'picture', 'document', 'audio'] as const;
export const ASSET_STATES = ['processing', 'ready', 'refused'] as const;
export const UPLOAD_STATES = ['open', 'finishing', 'done', 'refused'] as const;
/** What a link leads to: a page that plays or shows it, or the bytes alone. */
export const LINK_PURPOSES = ['page', 'file'] as const;
export const VIEWERS = ['human', 'machine'] as const;
/** How a file goes out: in the message itself where the carrier takes it, else as a link in the text. */
export const SEND_AS = ['auto', 'attachment', 'link'] as const;
/** What goes with a video when neither the sender nor the account (`settings.video_words`) has words for it. */
export const FALLBACK_VIDEO_WORDS = 'Here is a short video for you.';

/** Whose block: the account's own, or an agency's over all its accounts. */
export const SUPPRESSION_LISTS = ['own', 'agency'] as const;

/** What a tenant's own field of a contact can hold. */
export const FIELD_TYPES = [
  'text',
  'number',
  'date',
  'choice',
  'multi_choice',
  'boolean',
  'url',
  'phone',
] as const;

/** Where a contact's time zone is known from, surest first. */
export const ZONE_SOURCES = ['explicit', 'address', 'number', 'tenant'] as const;

/** Why two contacts may be one person. */
export const DUPLICATE_REASONS = ['phone', 'email', 'name_and_birthday'] as const;

/**
 * What a filter may ask of a contact: the name is the column's, the type decides the operators. A new column is one line
 * here. Custom fields are asked for as `fields.<key>` and have the type `custom`.
 */
export const FILTER_FIELDS = {
  first_name: 'text',
  middle_name: 'text',
  last_name: 'text',
  name: 'text',
  phone: 'text',
  email: 'text',
  lead_type: 'text',
  stage: 'text',
  source: 'text',
  city: 'text',
  state: 'text',
  postal_code: 'text',
  country: 'text',
  owner_id: 'text',
  time_zone: 'text',
  messenger_id: 'text',
  tags: 'tags',
  lead_score: 'number',
  do_not_call: 'boolean',
  dnd: 'channels',
  birthday: 'birthday',
  created_at: 'instant',
  updated_at: 'instant',
} as const;

const TEXT_OPERATORS = ['is', 'is_not', 'in', 'not_in', 'contains', 'starts_with'] as const;
const NUMBER_OPERATORS = ['gt', 'gte', 'lt', 'lte'] as const;
const DATE_OPERATORS = ['before', 'after', 'between', 'within'] as const;
const PRESENCE_OPERATORS = ['is_empty', 'is_set'] as const;

export const FILTER_OPERATORS = {
  text: [...TEXT_OPERATORS, ...PRESENCE_OPERATORS],
  instant: [...DATE_OPERATORS, ...PRESENCE_OPERATORS],
  tags: ['has_any', 'has_all', 'has_none', ...PRESENCE_OPERATORS],
  channels: ['has_any', 'has_all', 'has_none', ...PRESENCE_OPERATORS],
  number: ['is', 'is_not', ...NUMBER_OPERATORS, 'between', ...PRESENCE_OPERATORS],
  boolean: ['is'],
  /** Comes every year, so a period is asked for days, and the year of birth does not count. */
  birthday: ['within', ...PRESENCE_OPERATORS],
  custom: [...TEXT_OPERATORS, ...NUMBER_OPERATORS, ...DATE_OPERATORS, ...PRESENCE_OPERATORS],
} as const;

/** Minutes and hours are spans of time; the others count on the calendar of the filter's time zone. */
export const TIME_UNITS = ['minutes', 'hours', 'days', 'weeks', 'months'] as const;
/** Weeks begin on Monday (ISO 8601). */
export const PERIODS = [
  'today',
  'yesterday',
  'tomorrow',
  'this_week',
  'this_month',
  'last_month',
  'this_year',
] as const;

/** `depth` and `clauses` count every group and condition; `list` is the longest list of values, `text` the longest text. */
export const FILTER_LIMITS = {
  depth: 10,
  clauses: 200,
  list: 500,
  text: 500,
  count: 1_000,
  span: 10_000,
} as const;

/** What can be wrong with a clause of a filter. */
export const FILTER_ISSUES = [
  'not_a_clause',
  'unknown_key',
  'empty_group',
  'too_deep',
  'too_many_clauses',
  'unknown_field',
  'unknown_operator',
  'unknown_event',
  'unknown_segment',
  'segment_cycle',
  'list_too_long',
  'invalid_value',
] as const;

/** The orders that a million people can be read in: each is one index. Without a name: after all names. */
export const CONTACT_SORTS = ['newest', 'oldest', 'name', 'name_desc'] as const;

/** `dynamic`: whoever the filter finds. `static`: whoever was put in by hand. */
export const SEGMENT_KINDS = ['dynamic', 'static'] as const;

/** Whether a card on a stage is still worked on, and if not, how it ended. */
export const STAGE_KINDS = ['open', 'won', 'lost'] as const;
/** Names of colours, which the design tokens of a brand give their looks. */
export const STAGE_COLORS = ['gray', 'blue', 'teal', 'green', 'amber', 'red', 'violet'] as const;
/** `stages` a pipeline may have, pipelines a tenant. */
export const PIPELINE_LIMITS = { stages: 30, pipelines: 50 } as const;

/** What a member is told of. */
export const NOTIFICATION_KINDS = [
  'mention',
  'task_assigned',
  'task_due',
  'conversation_assigned',
  'workflow',
] as const;

/** What runs over many contacts in the worker. */
export const JOB_KINDS = ['bulk', 'import', 'export'] as const;
/** `waiting`: an import whose columns are not mapped yet. */
export const JOB_STATES = ['waiting', 'queued', 'running', 'done', 'failed', 'canceled'] as const;
export const EXPORT_SUBJECTS = ['contacts', 'messages', 'calls', 'consent', 'audit'] as const;
export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
/** How the text of an imported file is written. What is no UTF-8 and has no mark is taken for windows-1252. */
export const FILE_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
/** Where the people of a file agreed; `import`: all that is known is the file. */
export const IMPORTED_SOURCES = ['import', 'form', 'paper', 'verbal'] as const;
/** What happens with a row about somebody who is there already. `fill_empty` changes only what is not known yet. */
export const DEDUPE_MODES = ['update', 'fill_empty', 'skip'] as const;
export const IMPORT_OUTCOMES = ['created', 'updated', 'unchanged', 'skipped', 'refused'] as const;

/** Every error code that the API gives, with its HTTP status and its title. The detail says what to do. */
export const ERROR_CODES = {
  unauthenticated: { status: 401, title: 'Sign in again' },
  token_expired: { status: 401, title: 'The session has ended' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  invalid_request: { status: 422, title: 'The request is not valid' },
  invalid_phone: { status: 422, title: 'Not a phone number' },
  invalid_birthday: { status: 422, title: 'Not a birthday' },
  invalid_time_zone: { status: 422, title: 'Not a time zone' },
  invalid_field: { status: 422, title: 'The value does not fit the field' },
  invalid_merge: { status: 422, title: 'These cannot be merged' },
  invalid_cursor: { status: 422, title: 'Unknown place in the list' },
  invalid_text: { status: 422, title: 'The text cannot be sent' },
  invalid_time: { status: 422, title: 'The time cannot be used' },
  contact_exists: { status: 409, title: 'There is already a contact with this number' },
  contact_merged: { status: 410, title: 'This contact is part of another one now' },
  address_taken: { status: 409, title: 'This number or address belongs to another contact' },
  field_exists: { status: 409, title: 'There is already a field with this key' },
  not_undoable: { status: 409, title: 'This merge cannot be undone now' },
  message_id_taken: { status: 409, title: 'This message id was used for something else' },
  idempotency_mismatch: { status: 422, title: 'The Idempotency-Key was used for another request' },
  idempotency_in_progress: { status: 409, title: 'The same request is still being handled' },
  not_editable: { status: 409, title: 'It has already left' },
  not_retryable: { status: 409, title: 'It cannot be sent again' },
  edited_elsewhere: { status: 412, title: 'Someone else changed this meanwhile' },
  opted_out: { status: 409, title: 'This person has opted out' },
  suppressed: { status: 409, title: 'This address is on a do-not-contact list' },
  invalid_consent: { status: 422, title: 'This consent cannot be recorded' },
  asked_already: { status: 409, title: 'This person has just been asked' },
  not_removable: { status: 409, title: 'This person opted out themselves' },
  no_sender: { status: 409, title: 'There is no number to send from' },
  no_address: { status: 409, title: 'This contact has no number' },
  body_already_read: { status: 500, title: 'The request body was read before the kit' },
  invalid_filter: { status: 422, title: 'The filter is not valid' },
  filter_too_costly: { status: 422, title: 'The filter would take too long' },
  segment_exists: { status: 409, title: 'There is already a segment with this name' },
  segment_in_use: { status: 409, title: 'Another segment is built on this one' },
  job_not_startable: { status: 409, title: 'This job cannot be started' },
  invalid_file: { status: 422, title: 'The file cannot be read' },
  not_static: { status: 409, title: 'The members of this segment follow from its filter' },
  pipeline_exists: { status: 409, title: 'There is already a pipeline with this name' },
  stage_in_use: { status: 409, title: 'There are still cards on this stage' },
  file_refused: { status: 422, title: 'This file cannot be used' },
  asset_in_use: { status: 409, title: 'The file is in use' },
  asset_not_ready: { status: 409, title: 'The file is not ready yet' },
  asset_key_taken: { status: 409, title: 'Another file has this key' },
  link_permanent: { status: 409, title: 'This link lasts as long as its file' },
  template_exists: { status: 409, title: 'There is already a template with this key' },
  invalid_template: { status: 422, title: 'The template cannot be read' },
  link_ended: { status: 410, title: 'This link has ended' },
  invalid_workflow: { status: 422, title: 'The workflow is not valid' },
  workflow_exists: { status: 409, title: 'There is already a workflow with this key' },
  workflow_not_active: { status: 409, title: 'This workflow takes nobody in' },
  enrollment_over: { status: 409, title: 'This run is over' },
  upload_moved: { status: 409, title: 'The upload goes on at another byte' },
  webhook_ended: { status: 410, title: 'This address was replaced' },
  upload_ended: { status: 410, title: 'This upload has ended' },
  storage_full: { status: 507, title: 'There is no room for the file' },
  payload_too_large: { status: 413, title: 'Too large' },
  unavailable: { status: 503, title: 'The database cannot be reached' },
  internal: { status: 500, title: 'Unexpected error' },
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;
export type FilterType = keyof typeof FILTER_OPERATORS;
export type FilterOperator = (typeof FILTER_OPERATORS)[FilterType][number];
export type FilterIssueCode = (typeof FILTER_ISSUES)[number];
export type ImportOutcome = (typeof IMPORT_OUTCOMES)[number];
export type FileEncoding = (typeof FILE_ENCODINGS)[number];
export type ExportSubject = (typeof EXPORT_SUBJECTS)[number];
export type JobState = (typeof JOB_STATES)[number];
export type AssetKind = (typeof ASSET_KINDS)[number];
export type AssetState = (typeof ASSET_STATES)[number];
export type UploadState = (typeof UPLOAD_STATES)[number];
export type LinkPurpose = (typeof LINK_PURPOSES)[number];
export type Viewer = (typeof VIEWERS)[number];
export type SendAs = (typeof SEND_AS)[number];
export type BlockCode = (typeof BLOCK_CODES)[number];
export type EventType = (typeof EVENT_TYPES)[number];
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];
export type ConversationState = (typeof CONVERSATION_STATES)[number];
export type HoldReason = (typeof HOLD_REASONS)[number];
export type MessageOrigin = (typeof MESSAGE_ORIGINS)[number];
export type MessagePurpose = (typeof MESSAGE_PURPOSES)[number];
export type FieldType = (typeof FIELD_TYPES)[number];
export type ZoneSource = (typeof ZONE_SOURCES)[number];
export type ContactSort = (typeof CONTACT_SORTS)[number];
export type DuplicateReason = (typeof DUPLICATE_REASONS)[number];
export type StageKind = (typeof STAGE_KINDS)[number];
export type StageColor = (typeof STAGE_COLORS)[number];
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];
