import type { Message, TimelineEntry } from '@patchbay/server-kit/contract';
import type { TimelineKind } from '@patchbay/server-kit/contract/names';
import type { IconName } from '../../internal/icons-more.ts';
import { why } from '../../internal/parts.ts';
import type { I18n } from '../../words/i18n.ts';
import { consentBy } from '../consent-log/now.ts';
import { callWords } from '../thread/call-words.ts';

/** One entry in plain language. */
export interface Said {
  icon: IconName;
  tone: '' | 'good' | 'bad' | 'in' | 'out';
  text: string;
  /** What stands behind the time: who, and how it stands. */
  by: string;
  /** Written by a person, and shown as they wrote it. */
  quote: boolean;
}

const ICONS: Record<TimelineKind, IconName> = {
  message: 'chat',
  call: 'phone',
  consent: 'shield',
  contact: 'user',
  conversation: 'user',
  workflow: 'flow',
  note: 'note',
  task: 'task',
};

const OWN_ICONS: Partial<Record<string, IconName>> = { 'consent.withdrawn': 'stop', 'asset.viewed': 'play' };

export function says(entry: TimelineEntry, i18n: I18n): Said {
  if (entry.message) return saysMessage(entry.message, i18n);
  const { type, kind, data } = entry;
  // a workflow that does something to its own run is named already
  const actor = entry.actor?.name === data['name'] ? null : entry.actor;
  const bad = type === 'consent.withdrawn' || /\.(missed|failed)$/.test(type);
  return {
    icon: OWN_ICONS[type] ?? (type.startsWith('tag') ? 'tag' : ICONS[kind]),
    tone: bad ? 'bad' : /^(consent\.granted|opportunity\.won|task\.completed)$/.test(type) ? 'good' : '',
    text: eventWords(entry, i18n),
    by: [consentSource(kind, data, i18n), writer(type, actor?.name, i18n)].filter(Boolean).join(' · '),
    quote: type === 'note.added' && typeof data['text'] === 'string',
  };
}

function saysMessage(message: Message, i18n: I18n): Said {
  const { direction, status, body, media, channel, author, origin, error } = message;
  const failed = status === 'failed' || status === 'undelivered';
  const state = failed
    ? error
      ? i18n.t(`status.${status}Because`, { reason: why(i18n, error) })
      : i18n.t(`status.${status}`)
    : direction === 'inbound'
      ? i18n.t('timeline.received')
      : i18n.t(`status.${status as 'sent'}`);
  const who = direction === 'inbound' ? '' : origin === 'member' ? author?.name : i18n.t('automatic');
  const by = who ? i18n.t('timeline.sentBy', { name: who, status: state }) : state;
  return {
    icon: direction === 'inbound' ? 'chat' : 'send',
    tone: failed ? 'bad' : direction === 'inbound' ? 'in' : 'out',
    text: body || i18n.t('photo', { count: media.length }),
    by: channel === 'sms' ? by : i18n.t('timeline.via', { channel: i18n.t(`channel.${channel}`), text: by }),
    quote: true,
  };
}

function eventWords({ type, data }: TimelineEntry, i18n: I18n): string {
  if (type === 'conversation.updated') return conversationWords(data, i18n);
  if (type === 'contact.updated') return changedWords(data, i18n);
  if (type === 'contact.created' && textOf(data['job_id'])) return i18n.t('did.contact.imported');
  const consent = `event.${type}`;
  if (i18n.has(consent)) {
    const channel = `event.channel.${textOf(data['channel']) ?? 'sms'}`;
    return i18n.t(consent, {
      channel: i18n.has(channel) ? i18n.t(channel) : (textOf(data['channel']) ?? ''),
    });
  }
  if (type === 'stage.entered') return stageWords(data, i18n);
  if (type === 'asset.viewed') return viewWords(data, i18n);
  if (type === 'call.completed') return callWords(data, i18n);
  if (/^task\.(created|updated|completed|deleted)$/.test(type)) return taskWords(type, data, i18n);
  const own = textOf(data['text']);
  if (own !== null) {
    const text = withMentions(own, data['mentions']);
    return type === 'note.edited' ? i18n.t('did.note.edited', { text }) : text;
  }
  const name = ['name', 'segment_name', 'tag', 'stage', 'title']
    .map((key) => textOf(data[key]))
    .find(Boolean);
  const key = `did.${type}`;
  if (i18n.has(key)) return i18n.t(key, { name: name ?? '' }).trim();
  // A domain that this version has no words for: its own name, readable.
  const plain = type.replace(/[._]/g, ' ');
  return [plain.charAt(0).toLocaleUpperCase() + plain.slice(1), name].filter(Boolean).join(': ');
}

/** Who did it. Under a note, whose it is. */
function writer(type: string, name: string | undefined, i18n: I18n): string | undefined {
  return type === 'note.added' && name ? i18n.t('timeline.noteBy', { name }) : name;
}

/** The text of a note with its mentions as people read them. */
export function withMentions(text: string, mentions: unknown): string {
  const known = Array.isArray(mentions) ? (mentions as { id?: unknown; name?: unknown }[]) : [];
  return text.replace(/<@([^<>]{1,200})>/g, (whole, id: string) => {
    const name = known.find((member) => member.id === id)?.name;
    return typeof name === 'string' ? `@${name}` : whole;
  });
}

function stageWords({ from, to, name }: TimelineEntry['data'], i18n: I18n): string {
  const names = [from, to].map(
    (stage) => textOf((stage as { name?: unknown } | null | undefined)?.name) ?? '',
  );
  const [before = '', after = ''] = names;
  const text = before
    ? i18n.t('did.stage.entered.from', { from: before, to: after })
    : i18n.t('did.stage.entered', { to: after });
  const deal = textOf(name);
  return deal === null ? text : i18n.t('did.stage.entered.deal', { name: deal, text });
}

function viewWords({ name, kind, share }: TimelineEntry['data'], i18n: I18n): string {
  const played = kind === 'video' || kind === 'audio';
  const whole = typeof share === 'number' && share >= 0.95;
  const key = played ? (whole ? 'did.asset.played' : 'did.asset.begun') : 'did.asset.opened';
  return i18n.t(key, { name: textOf(name) ?? '' });
}

function taskWords(type: string, data: TimelineEntry['data'], i18n: I18n): string {
  const name = textOf(data['title']) ?? '';
  const due = textOf(data['due_at']);
  const time = due === null ? '' : dueWords(due, textOf(data['due_on']), i18n);
  if (type === 'task.created' && due !== null) return i18n.t('did.task.createdDue', { name, time });
  const changed = data['changed'];
  const moved = Array.isArray(changed) && changed.includes('due') && due !== null;
  if (type === 'task.updated' && moved) return i18n.t('did.task.moved', { name, time });
  return i18n.t(`did.${type}` as 'did.task.created', { name });
}

/** A day has no hour; a moment has one. */
export function dueWords(at: string, day: string | null, i18n: I18n): string {
  return day === null ? i18n.moment(at) : i18n.date(`${day}T12:00:00Z`);
}

function conversationWords({ state, assignee }: TimelineEntry['data'], i18n: I18n): string {
  if (state === 'closed') return i18n.t('event.closed');
  if (state === 'inbox' || state === 'waiting')
    return i18n.t('event.moved', { section: i18n.t(`section.${state}`) });
  const name = (assignee as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? i18n.t('assignedTo', { name }) : i18n.t('unassigned');
}

function changedWords(data: TimelineEntry['data'], i18n: I18n): string {
  const list = (names: readonly string[]) =>
    new Intl.ListFormat(i18n.locale, { type: 'conjunction' }).format(names);
  const changed = textsOf(data['changed']);
  if (changed.length === 1 && changed[0] === 'tags') {
    const [added, removed] = [textsOf(data['added']), textsOf(data['removed'])];
    if (added.length > 0) return i18n.t('did.tag.added', { name: list(added) });
    if (removed.length > 0) return i18n.t('did.tag.removed', { name: list(removed) });
  }
  // an import names every column of its file, whatever was changed
  if (changed.length > 1 && textOf(data['job_id'])) return i18n.t('did.contact.importedAgain');
  const fields = changed.map((field) =>
    i18n.has(`field.${field}`) ? i18n.t(`field.${field}` as 'field.email') : field,
  );
  return fields.length === 0
    ? i18n.t('did.contact.updated')
    : i18n.t('did.contact.changed', { fields: list(fields) });
}

function consentSource(kind: TimelineKind, data: TimelineEntry['data'], i18n: I18n): string {
  if (kind !== 'consent') return '';
  const wording = textOf(data['wording']);
  const source = consentBy(textOf(data['source']), i18n);
  return wording ? `${source}: “${wording}”` : source;
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
