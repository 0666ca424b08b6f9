/**
 * Which events set off which triggers: pure, and without anybody's definition. What an event alone cannot say (`source` of a new
 * contact, the value that a field has now) becomes a clause, which is judged together with the trigger's own `where`.
 */
import {
  filterFieldType,
  type Filter,
  type TriggerKind,
  type WorkflowTrigger,
} from '../../contract/index.ts';

/** Something that happened to a contact, as triggers and waits name it. */
export interface Happening {
  /** Of the event in the log; several happenings may come from one. */
  id: string;
  /** The transaction that recorded it. */
  tx: bigint;
  type: string;
  contactId: string;
  messageId: string | null;
  data: Record<string, unknown>;
}

/** Of those triggers that an event sets off: its type in the log. The others wait for a time or for somebody to ask. */
const LOGGED = {
  'contact.created': ['contact.created'],
  'stage.entered': ['stage.entered'],
  // tags and fields have no events of their own: a row more for each would double the log of a bulk action
  'tag.added': ['contact.updated', 'contact.created'],
  'tag.removed': ['contact.updated'],
  'field.changed': ['contact.updated', 'stage.entered'],
  'questionnaire.submitted': ['questionnaire.submitted'],
  'form.submitted': ['form.submitted'],
  'message.received': ['message.received'],
  'call.completed': ['call.completed'],
  'segment.entered': ['segment.entered'],
  'segment.left': ['segment.left'],
  'qr.scanned': ['qr.scanned'],
  'url.visited': ['url.visited'],
  'mail.delivered': ['mail.delivered'],
  'link.clicked': ['link.clicked'],
  'gift_card.redeemed': ['gift_card.redeemed'],
  'workflow.finished': ['enrollment.completed'],
} as const satisfies Partial<Record<TriggerKind, readonly string[]>>;

/** The types of the log that may be what a trigger or a wait calls `name`: several for a tag, itself for nearly all. */
export function loggedTypes(name: string): readonly string[] {
  return Object.hasOwn(LOGGED, name) ? LOGGED[name as keyof typeof LOGGED] : [name];
}

/** A trigger of a kind that the log sets off. */
export function isLogged(kind: string): boolean {
  return Object.hasOwn(LOGGED, kind);
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** An event of the log as what it means: a change of a contact is also the tags and fields that it names. */
export function happeningsOf(event: Happening): Happening[] {
  const { type, data } = event;
  const found = [event];
  if (type === 'enrollment.completed') found.push({ ...event, type: 'workflow.finished' });
  if (type === 'contact.created' || type === 'contact.updated') {
    const [added, removed] = [textsOf(data['added']), textsOf(data['removed'])];
    if (added.length > 0) found.push({ ...event, type: 'tag.added', data: { tags: added } });
    if (removed.length > 0) found.push({ ...event, type: 'tag.removed', data: { tags: removed } });
  }
  const fields = fieldsOf(event);
  if (fields.length > 0) found.push({ ...event, type: 'field.changed', data: { fields } });
  return found;
}

/** As filters name them. */
function fieldsOf({ type, data }: Happening): string[] {
  if (type === 'stage.entered') return ['stage'];
  if (type !== 'contact.updated') return [];
  const names = textsOf(data['changed']).map((name) => (name.startsWith('birth_') ? 'birthday' : name));
  const own = textsOf(data['fields']).map((key) => `fields.${key}`);
  return [...new Set([...names.filter((name) => name !== 'fields'), ...own])];
}

export interface Asked {
  /** Of texts that came in: what they say, by message. */
  texts: Map<string, string>;
  /** Of workflows that others wait for: the id of a key. */
  workflows: Map<string, string>;
}

/** Whether this is what the trigger waits for. Whom it is about is not judged here. */
export function isMeant(
  trigger: WorkflowTrigger,
  { type, data, messageId }: Happening,
  asked: Asked,
): boolean {
  if (trigger.on !== type) return false;
  switch (trigger.on) {
    case 'stage.entered':
      return isNamed(data['to'], trigger.stage) && isPipeline(data, trigger.pipeline);
    case 'tag.added':
    case 'tag.removed':
      return textsOf(data['tags']).includes(trigger.tag);
    case 'field.changed':
      return textsOf(data['fields']).includes(trigger.field);
    case 'message.received':
      // who says stop is not to hear more, whatever else the word would set off
      return data['keyword'] !== 'stop' && isSaid(asked.texts.get(messageId ?? '') ?? '', trigger);
    case 'call.completed':
      return (
        isSame(data['disposition'], trigger.disposition) &&
        (trigger.missed === undefined || (data['missed'] === true) === trigger.missed)
      );
    case 'segment.entered':
    case 'segment.left':
      return data['segment_id'] === trigger.segment.toLowerCase();
    case 'link.clicked':
      return trigger.link === undefined || folded(data['url']).includes(folded(trigger.link));
    case 'workflow.finished':
      return data['workflow_id'] === asked.workflows.get(trigger.workflow);
    case 'questionnaire.submitted':
    case 'form.submitted':
    case 'qr.scanned':
    case 'url.visited':
    case 'mail.delivered':
    case 'gift_card.redeemed':
      return isSame(data['name'], trigger.name);
    case 'contact.created':
      return true;
    case 'no_reply':
    case 'date':
    case 'schedule':
    case 'manual':
    case 'api':
    case 'webhook':
      return false;
  }
}

/** Whom it has to be about: the trigger's `where` and what the event cannot say. Undefined: anybody. */
export function whereOf(trigger: WorkflowTrigger): Filter | undefined {
  const more = ownClause(trigger);
  if (more === undefined) return trigger.where;
  return trigger.where === undefined ? more : { all: [more, trigger.where] };
}

/** The value is the one that the contact has when the event is read: the log holds no values, which outlive the contact. */
function ownClause(trigger: WorkflowTrigger): Filter | undefined {
  if (trigger.on === 'contact.created' && trigger.source !== undefined)
    return { field: 'source', op: 'is', value: trigger.source };
  if (trigger.on !== 'field.changed' || trigger.to === undefined) return undefined;
  const { field, to } = trigger;
  const type = filterFieldType(field);
  if (type === 'text' || type === 'custom') return { field, op: 'is', value: String(to) };
  if (type === 'number') return { field, op: 'is', value: Number(to) };
  if (type === 'boolean') return { field, op: 'is', value: String(to) === 'true' };
  if (type === 'tags' || type === 'channels') return { field, op: 'has_any', value: [String(to)] };
  return undefined;
}

const folded = (value: unknown) => (typeof value === 'string' ? value.trim().toLowerCase() : '');

function isSame(value: unknown, wanted: string | undefined): boolean {
  return wanted === undefined || folded(value) === folded(wanted);
}

function isNamed(stage: unknown, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const { id, name } = (stage ?? {}) as { id?: unknown; name?: unknown };
  return id === wanted || folded(name) === folded(wanted);
}

function isPipeline(data: Record<string, unknown>, wanted: string | undefined): boolean {
  return (
    wanted === undefined || data['pipeline_id'] === wanted || folded(data['pipeline']) === folded(wanted)
  );
}

/** A keyword is the whole text, but for case, the space around it and the mark at its end. */
function isSaid(
  text: string,
  { keyword, contains }: { keyword?: string | undefined; contains?: string | undefined },
): boolean {
  const plain = (words: string) =>
    folded(words)
      .replace(/\s+/g, ' ')
      .replace(/[.!?]+$/, '');
  if (keyword !== undefined && plain(text) !== plain(keyword)) return false;
  return contains === undefined || folded(text).includes(folded(contains));
}
