import type {
  Brand,
  Contact,
  ContactField,
  Conversation,
  Me,
  Message,
  QuickReply,
  ThreadEvent,
} from '@patchbay/server-kit/contract';

import { ANA, DANA, fakeId, type Script } from './people.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const SENDER = {
  id: fakeId('5', 1),
  channel: 'sms' as const,
  address: '+19845550163',
  name: 'Main line',
  status: 'active' as const,
  status_reason: null,
  is_default: true,
};

export function fakeMe(now: number): Me {
  return {
    member: { ...ANA, role: 'agent' },
    tenant: { id: 'harbor', name: 'Harbor Realty', time_zone: 'America/Chicago' },
    members: [ANA, DANA, { id: 'u3', name: 'Leo Park' }],
    senders: [SENDER],
    token_expires_at: new Date(now + HOUR).toISOString(),
  };
}

export const PLAIN_BRAND: Brand = {
  name: 'Patchbay',
  logo_url: null,
  locale: null,
  tokens: { light: {}, dark: {} },
  words: {},
};

/** The second brand of stories and tests: deep teal, smaller corners. */
export const HARBOR_BRAND: Brand = {
  ...PLAIN_BRAND,
  name: 'Harbor Realty',
  tokens: {
    light: { accent: '#0f766e', 'accent-text': '#0b5f59', 'radius-m': '8px' },
    dark: { accent: '#2dd4bf', 'accent-text': '#5eead4' },
  },
};

export const QUICK_REPLIES: QuickReply[] = [
  {
    id: fakeId('6', 1),
    shortcut: 'tour',
    title: 'Offer a tour',
    body: 'Hi {{ first_name }}, would Saturday at 10 suit you for a tour?',
  },
  {
    id: fakeId('6', 2),
    shortcut: 'thanks',
    title: 'Thanks for reaching out',
    body: 'Thanks for reaching out, {{ first_name }}! {{ member_name }} from {{ tenant_name }} here.',
  },
  {
    id: fakeId('6', 3),
    shortcut: 'docs',
    title: 'Ask for documents',
    body: 'Could you send me a photo of the signed last page when you get a moment?',
  },
];

/** One field of every type. */
export const CONTACT_FIELDS: ContactField[] = (
  [
    ['rooms', 'Rooms', 'number'],
    ['kind', 'Kind of home', 'choice', ['house', 'flat']],
    ['wishes', 'Wishes', 'multi_choice', ['garden', 'garage', 'view']],
    ['moves', 'Moves in', 'date'],
    ['site', 'Site', 'url'],
    ['agent', 'Agent', 'phone'],
    ['financed', 'Financed', 'boolean'],
    ['notes', 'Notes', 'text'],
  ] as const
).map(([key, label, type, options = []], position) => ({
  id: fakeId('5', position),
  key,
  label,
  type,
  options: [...options],
  position,
  archived: false,
}));

export interface FakeThread {
  conversation: Conversation;
  contact: Contact;
  messages: Message[];
  events: ThreadEvent[];
}

/** Person number `n` with their conversation, as of `now`. */
export function fakeThread(script: Script, n: number, now: number): FakeThread {
  const at = (ago: number) => new Date(now - ago * MINUTE).toISOString();
  const name = [script.first, script.last].filter(Boolean).join(' ') || null;
  const contact: Contact = {
    id: fakeId('c', n),
    first_name: script.first,
    middle_name: null,
    last_name: script.last,
    name,
    phone: script.phone,
    email: name
      ? `${name
          .toLowerCase()
          .normalize('NFD')
          .replace(/[^a-z ]/g, '')
          .replaceAll(' ', '.')}@example.com`
      : null,
    addresses: [],
    birthday: script.lead ? '--05-12' : null,
    last_birthday_sent_year: null,
    tags: script.tags ?? [],
    lead_type: script.lead ?? null,
    lead_score: script.lead ? 62 : null,
    stage: script.lead ? 'New lead' : null,
    source: script.lead ? 'Website form' : null,
    owner_id: script.assignee?.id ?? null,
    street: null,
    city: script.lead ? 'Chicago' : null,
    postal_code: null,
    state: 'IL',
    country: null,
    time_zone: null,
    zone: { name: 'America/Chicago', source: 'address' },
    do_not_call: false,
    dnd: [],
    messenger_id: null,
    whatsapp_id: null,
    profile: {},
    fields: script.lead ? { Budget: '$420,000' } : {},
    consent: [
      {
        channel: 'sms',
        state: script.optedOut ? 'withdrawn' : 'granted',
        kind: script.optedOut ? null : 'express_written',
        source: script.optedOut ? 'keyword' : 'form',
        at: at(script.optedOut ? 172 : 4000),
        expires_at: null,
      },
      {
        channel: 'voice',
        state: 'granted',
        kind: 'express',
        source: 'form',
        at: at(4000),
        expires_at: new Date(now + 200 * DAY).toISOString(),
      },
      { channel: 'email', state: 'unknown', kind: null, source: null, at: null, expires_at: null },
    ],
    version: 1,
    created_at: new Date(now - 40 * DAY).toISOString(),
    updated_at: at(60),
  };
  const id = fakeId('a', n);
  const messages = script.lines.map((line, i): Message => {
    const time = at(line.ago);
    const out = line.out ?? false;
    const status = line.status ?? (out ? 'delivered' : 'received');
    return {
      id: fakeId('e', n, i),
      conversation_id: id,
      contact_id: contact.id,
      channel: 'sms',
      direction: out ? 'outbound' : 'inbound',
      status,
      origin: line.origin ?? (out ? 'member' : 'contact'),
      purpose: 'conversation',
      body: line.text,
      media: line.media ?? [],
      from: out ? SENDER.address : script.phone,
      to: out ? script.phone : SENDER.address,
      segments: 1,
      attempt: 1,
      author: out ? DANA : null,
      error: line.error ?? null,
      hold: null,
      send_at: null,
      created_at: time,
      sent_at: out ? time : null,
      delivered_at: status === 'delivered' || status === 'read' ? time : null,
      read_at: status === 'read' ? time : null,
    };
  });
  const events = (script.events ?? []).map(({ ago, type, data }, i) => ({
    id: fakeId('f', n, i),
    type,
    at: at(ago),
    actor: null,
    data,
  }));
  const last = messages.at(-1) as Message;
  const conversation: Conversation = {
    id,
    channel: 'sms',
    state: script.state ?? 'inbox',
    contact: { id: contact.id, name, phone: contact.phone, tags: contact.tags },
    sender: { id: SENDER.id, address: SENDER.address, name: SENDER.name },
    assignee: script.assignee ?? null,
    unread: script.unread ?? 0,
    preview: previewOf(last),
    block: script.optedOut ? optedOutBlock(name ?? 'They', at(172)) : null,
    possible_opt_out: null,
    last_message_at: last.created_at,
    created_at: contact.created_at,
  };
  return { conversation, contact, messages, events };
}

export function optedOutBlock(name: string, since: string): NonNullable<Conversation['block']> {
  return {
    code: 'opted_out',
    reason: `${name} has opted out of texts.`,
    way_out: 'Nothing can be sent to this number until they text START.',
    since,
  };
}

export function previewOf({
  id,
  body,
  direction,
  status,
  error,
  media,
}: Message): NonNullable<Conversation['preview']> {
  return {
    message_id: id,
    text: body,
    direction,
    status,
    error_reason: error?.reason ?? null,
    media_count: media.length,
    media_arriving: media.filter(({ arriving }) => arriving).length,
  };
}
