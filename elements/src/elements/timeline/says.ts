import type { Message, TimelineEntry } from '@patchbay/server-kit/contract';
import type { TimelineKind } from '@patchbay/server-kit/contract/names';
import type { IconName } from '../../internal/icons.ts';
import { why } from '../../internal/parts.ts';
import type { I18n } from '../../words/i18n.ts';
import { consentBy } from '../consent-log/now.ts';

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

export function says(entry: TimelineEntry, i18n: I18n): Said {
  if (entry.message) return saysMessage(entry.message, i18n);
  const { type, kind, data, actor } = entry;
  const bad = type === 'consent.withdrawn' || /\.(missed|failed)$/.test(type);
  return {
    icon: type.startsWith('tag') ? 'tag' : type === 'consent.withdrawn' ? 'stop' : ICONS[kind],
    tone: bad ? 'bad' : type === 'consent.granted' ? 'good' : '',
    text: eventWords(entry, i18n),
    by: [consentSource(kind, data, i18n), actor?.name].filter(Boolean).join(' · '),
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
  const consent = `event.${type}`;
  if (i18n.has(consent)) {
    const channel = `event.channel.${textOf(data['channel']) ?? 'sms'}`;
    return i18n.t(consent, {
      channel: i18n.has(channel) ? i18n.t(channel) : (textOf(data['channel']) ?? ''),
    });
  }
  const own = textOf(data['text']);
  if (own !== null) return own;
  const name = textOf(data['name']) ?? textOf(data['tag']) ?? textOf(data['stage']) ?? textOf(data['title']);
  const key = `did.${type}`;
  if (i18n.has(key)) return i18n.t(key, { name: name ?? '' }).trim();
  // A domain that this version has no words for: its own name, readable.
  const plain = type.replace(/[._]/g, ' ');
  return [plain.charAt(0).toLocaleUpperCase() + plain.slice(1), name].filter(Boolean).join(': ');
}

function conversationWords({ state, assignee }: TimelineEntry['data'], i18n: I18n): string {
  if (state === 'closed') return i18n.t('event.closed');
  if (state === 'inbox' || state === 'waiting')
    return i18n.t('event.moved', { section: i18n.t(`section.${state}`) });
  const name = (assignee as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? i18n.t('assignedTo', { name }) : i18n.t('unassigned');
}

function changedWords({ changed }: TimelineEntry['data'], i18n: I18n): string {
  const fields = (Array.isArray(changed) ? changed : [])
    .filter((field) => typeof field === 'string')
    .map((field) => (i18n.has(`field.${field}`) ? i18n.t(`field.${field}` as 'field.email') : field));
  if (fields.length === 0) return i18n.t('did.contact.updated');
  const list = new Intl.ListFormat(i18n.locale, { type: 'conjunction' }).format(fields);
  return i18n.t('did.contact.changed', { fields: list });
}

function consentSource(kind: TimelineKind, data: TimelineEntry['data'], i18n: I18n): string {
  if (kind !== 'consent') return '';
  const wording = textOf(data['wording']);
  const source = consentBy(textOf(data['source']), i18n);
  return wording ? `${source}: “${wording}”` : source;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
