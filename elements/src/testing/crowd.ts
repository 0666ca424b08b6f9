import { fakeThread, type FakeThread } from './fixtures.ts';
import { fakeId } from './people.ts';

const FIRST = [
  'Ava',
  'Ben',
  'Chloe',
  'Dev',
  'Elena',
  'Femi',
  'Grace',
  'Hugo',
  'Ines',
  'Jonas',
  'Kira',
  'Liam',
  'Maya',
];
const LAST = [
  'Adler',
  'Bauer',
  'Costa',
  'Dunn',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Hale',
  'Ito',
  'Jensen',
  'Kovacs',
];
const TEXTS = [
  'Sounds good, thank you!',
  'Could we talk tomorrow instead?',
  'I will be there in ten minutes.',
  'Can you tell me more about the neighbourhood, the schools, and how long the drive into town takes in the morning?',
  'Yes',
  'What is the next step, and what do you need from me before Friday? I have the papers here already.',
  'Great 👍',
];

export const text = (n: number): string => TEXTS[n % TEXTS.length] as string;

/** Person number `n` of a crowd of any size, made when somebody looks. */
export function crowdThread(n: number, now: number): FakeThread {
  const state = n % 10 === 3 ? 'waiting' : n % 10 === 7 ? 'closed' : 'inbox';
  const thread = fakeThread(
    {
      first: FIRST[n % FIRST.length] as string,
      last: LAST[(n * 7) % LAST.length] as string,
      phone: `+1773${String(2_000_000 + n).padStart(7, '0')}`,
      state,
      unread: n % 9 === 4 ? 1 : 0,
      lead: 'Buyer',
      lines: [{ ago: 6_000 + n * 3, text: text(n), out: n % 3 === 0 }],
    },
    n,
    now,
  );
  return thread;
}

/** Message number `i` (0 is the oldest) of `count` in a long thread. */
export function longMessage(thread: FakeThread, i: number, count: number, now: number) {
  const out = i % 5 > 2;
  const created_at = new Date(now - (count - i) * 7 * 60_000).toISOString();
  const model = thread.messages[0] as FakeThread['messages'][number];
  const { contact, conversation } = thread;
  const line = sender(conversation);
  return {
    ...model,
    id: fakeId('b', contactNumber(contact.id), i),
    direction: out ? ('outbound' as const) : ('inbound' as const),
    status: out ? ('delivered' as const) : ('received' as const),
    origin: out ? ('member' as const) : ('contact' as const),
    body: `${text(i * 3 + (i >> 3))} (${i + 1})`,
    media: [],
    error: null,
    from: out ? line : (contact.phone ?? ''),
    to: out ? (contact.phone ?? '') : line,
    created_at,
    sent_at: out ? created_at : null,
    delivered_at: out ? created_at : null,
    read_at: null,
  };
}

const sender = ({ sender }: FakeThread['conversation']) => sender?.address ?? '';
const contactNumber = (id: string) => Number.parseInt(id.slice(-12, -6), 16);
