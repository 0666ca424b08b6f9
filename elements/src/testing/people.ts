import type { Conversation, Message } from '@patchbay/server-kit/contract';

/** A uuid that says where it comes from: a kind (one hex digit) and a number or two. */
export function fakeId(kind: string, a: number, b = 0): string {
  return `0000000${kind}-0000-7000-8000-${a.toString(16).padStart(6, '0')}${b.toString(16).padStart(6, '0')}`;
}

export const ANA = { id: 'u1', name: 'Ana Ruiz' };
export const DANA = { id: 'u2', name: 'Dana Fox' };

interface Line {
  /** Minutes before now. */
  ago: number;
  text: string;
  out?: boolean;
  status?: Message['status'];
  origin?: Message['origin'];
  error?: Message['error'];
  media?: Message['media'];
}
export interface Script {
  first: string | null;
  last: string | null;
  phone: string;
  state?: Conversation['state'];
  unread?: number;
  assignee?: typeof ANA;
  lead?: string;
  tags?: string[];
  optedOut?: boolean;
  lines: Line[];
  events?: { ago: number; type: string; data: Record<string, unknown> }[];
}

/** A drawn picture, so that fixtures need no network: a data: address would be refused by a strict CSP. */
export const PICTURE = '/fixtures/photo.svg';

export const PEOPLE: Script[] = [
  {
    first: 'John',
    last: 'Smith',
    phone: '+13125551234',
    lead: 'Buyer',
    assignee: ANA,
    tags: ['Qualified', 'Webinar', 'Joy_Day0_Sent'],
    events: [
      { ago: 33, type: 'enrollment.started', data: { text: 'Joined Five Days of Joy · stage “New lead”' } },
      { ago: 12, type: 'call.ended', data: { text: 'Outgoing call · 4:07' } },
    ],
    lines: [
      {
        ago: 1520,
        out: true,
        text: 'Hi John, this is Dana from Harbor Realty. You asked about places near the lake: is there a size you have in mind?',
        status: 'delivered',
      },
      { ago: 1494, text: 'Two bedrooms, and a garage if possible' },
      {
        ago: 1490,
        out: true,
        text: 'Noted. I will send you what fits as soon as it is listed.',
        status: 'read',
      },
      {
        ago: 32,
        out: true,
        origin: 'workflow',
        text: "Hi John, it's Dana from Harbor Realty. Thanks for your request on 14 Maple Court. Reply STOP to opt out.",
        status: 'delivered',
      },
      { ago: 17, text: 'Thanks for reaching out!' },
      { ago: 16, text: 'Is it still available, and could I see it this weekend?' },
      {
        ago: 4,
        out: true,
        text: 'It is! Here is the walkthrough: https://harbor.video/k3x9',
        status: 'read',
      },
      {
        ago: 3,
        out: true,
        text: "Here's a two-minute walkthrough of the place. Saturday at 10 works on my side 👍",
        status: 'read',
      },
    ],
  },
  {
    first: 'Sarah',
    last: 'Jones',
    phone: '+13125550142',
    unread: 2,
    lead: 'Buyer',
    tags: ['Qualified'],
    lines: [
      {
        ago: 48,
        out: true,
        text: "Hi Sarah, Dana here. I've attached the floor plan for 9 Maple Court.",
        status: 'delivered',
        media: [
          {
            url: '/fixtures/floor-plan.pdf',
            content_type: 'application/pdf',
            name: 'Floor plan, 9 Maple Court.pdf',
          },
        ],
      },
      { ago: 20, text: 'Love it!' },
      { ago: 19, text: 'What are the HOA fees on Maple Court?' },
    ],
  },
  {
    first: null,
    last: null,
    phone: '+13125550177',
    unread: 1,
    lines: [{ ago: 98, text: 'Is the open house still on Sunday? 🏡' }],
  },
  {
    first: 'Mike',
    last: 'Wilson',
    phone: '+13125550119',
    lead: 'Seller',
    optedOut: true,
    tags: ['Cold'],
    lines: [
      { ago: 190, out: true, text: 'Hi Mike, still looking for a place near the lake?', status: 'delivered' },
      {
        ago: 181,
        out: true,
        text: 'Two new listings came in today.',
        status: 'undelivered',
        error: { code: '30003', reason: 'the phone is switched off or out of reach', retryable: true },
      },
      { ago: 172, text: 'STOP' },
    ],
    events: [{ ago: 172, type: 'consent.withdrawn', data: { channel: 'sms', source: 'keyword' } }],
  },
  {
    first: 'Laura',
    last: 'Chen',
    phone: '+13125550156',
    assignee: DANA,
    lead: 'Buyer',
    lines: [
      { ago: 290, text: 'I just left you a voicemail. Call me back when you can?' },
      { ago: 270, out: true, text: 'In a showing until noon, I will call you right after.', status: 'sent' },
    ],
    events: [{ ago: 292, type: 'call.missed', data: { text: 'Missed call · voicemail 0:24' } }],
  },
  {
    first: 'Diego',
    last: 'Pérez',
    phone: '+13125550128',
    assignee: ANA,
    lead: 'Renter',
    lines: [
      { ago: 1560, text: 'Can we make it 4 instead of 3?' },
      { ago: 1550, out: true, text: 'Perfect, see you at 4 then', status: 'delivered' },
    ],
  },
  {
    first: 'Amira',
    last: 'Khalil',
    phone: '+13125550183',
    lead: 'Seller',
    tags: ['VIP'],
    lines: [
      { ago: 1900, out: true, text: 'Here is the video of your garden, Amira.', status: 'read' },
      { ago: 1880, text: 'Thank you!! The video was so helpful' },
    ],
  },
  {
    first: 'Tom',
    last: 'Becker',
    phone: '+13125550191',
    lead: 'Buyer',
    lines: [
      {
        ago: 4300,
        out: true,
        text: 'Hi Tom, do you have a minute for a call this week?',
        status: 'undelivered',
        error: { code: '30006', reason: 'landline', retryable: false },
      },
    ],
  },
  {
    first: 'Nora',
    last: 'Olsen',
    phone: '+4799887766',
    lead: 'Seller',
    lines: [
      { ago: 5900, out: true, text: 'Could you send me a photo of the kitchen?', status: 'delivered' },
      { ago: 5800, text: '', media: [{ url: PICTURE, content_type: 'image/svg+xml', name: null }] },
    ],
  },
  {
    first: 'Priya',
    last: 'Nair',
    phone: '+13125550164',
    state: 'waiting',
    assignee: ANA,
    lead: 'Buyer',
    lines: [
      {
        ago: 1700,
        out: true,
        text: 'The bank needs your last two statements. Can you send them over?',
        status: 'delivered',
      },
    ],
  },
  {
    first: 'Owen',
    last: 'Brooks',
    phone: '+13125550137',
    state: 'closed',
    lead: 'Renter',
    lines: [{ ago: 15000, text: 'Signed and sent. Thanks for everything!' }],
  },
];
