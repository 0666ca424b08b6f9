/** Who has written what to whom, as minutes before now. The seed plays it through the kit's own front door. */
import type { TenantId } from '../agency.ts';

export interface Line {
  /** Minutes before now. */
  ago: number;
  /** A member's id for what the business wrote; left out for what the person wrote. */
  by?: string;
  text: string;
  /** A picture of `public/pictures`, sent by the person. */
  picture?: string;
  /** A file of the library, sent by the business. */
  file?: string;
}

export interface Person {
  tenant: TenantId;
  phone: string;
  /** Left out: a number that nobody has put a name to. */
  first?: string;
  last?: string;
  email?: string;
  leadType?: string;
  stage?: string;
  source?: string;
  city?: string;
  state?: string;
  /** As ISO writes it, `--05-12` where the year is not known. */
  birthday?: string;
  tags?: string[];
  fields?: Record<string, string | number>;
  /** What they agreed to, in the words they were shown. */
  consent?: string;
  /** Of the crowd: how they agreed, see `consentsOf`. */
  agreed?: string;
  /** Minutes before now. Default: shortly before their first text. */
  known?: number;
  /** The phone takes no texts: the carrier's error code. */
  undelivered?: number;
  assignee?: string;
  /** On the board, beside their stage. `closes` in days from now. */
  deal?: { name: string; dollars: number; closes?: number; owner: string };
  tasks?: {
    title: string;
    /** Days from now, at nine in the morning. */ due: number;
    by: string;
    done?: boolean;
  }[];
  /** Written by a member, who may mention another: `<@marcus>`. */
  notes?: { text: string; by: string }[];
  unread?: boolean;
  in?: 'inbox' | 'waiting' | 'closed';
  lines: Line[];
}

const HOUR = 60;
const DAY = 24 * HOUR;
export const REQUEST_FORM =
  'By sending this form I agree to receive texts from Harbor Realty about my request. Reply STOP to opt out.';
export const INTAKE_FORM =
  'I agree to receive appointment texts from Lakeside Dental. Reply STOP to opt out.';

export const PEOPLE: readonly Person[] = [
  {
    tenant: 'harbor',
    phone: '+13125551234',
    first: 'John',
    last: 'Smith',
    email: 'john.smith@example.com',
    leadType: 'Buyer',
    stage: 'Qualified',
    source: 'Website form',
    state: 'IL',
    tags: ['Qualified', 'Webinar', 'Maple Court'],
    birthday: '1988-05-12',
    city: 'Chicago',
    fields: { budget: 420_000, looking_for: 'Two bedrooms, garage' },
    consent: REQUEST_FORM,
    assignee: 'dana',
    deal: { name: '14 Maple Court', dollars: 412_000, closes: 21, owner: 'dana' },
    tasks: [
      { title: 'Confirm Saturday’s showing with the owner', due: 1, by: 'dana' },
      { title: 'Send the HOA papers', due: -1, by: 'dana' },
    ],
    notes: [
      {
        text: 'Has a loan approval up to $430,000. <@marcus> please check the HOA reserve before Saturday.',
        by: 'dana',
      },
    ],
    lines: [
      {
        ago: 1 * DAY + 6 * HOUR,
        by: 'dana',
        text: 'Hi John, Dana from Harbor Realty. You asked about places near the lake: is there a size you have in mind?',
      },
      { ago: 1 * DAY + 5 * HOUR + 34, text: 'Two bedrooms, and a garage if possible' },
      {
        ago: 1 * DAY + 5 * HOUR + 30,
        by: 'dana',
        text: 'Noted. I will send you what fits as soon as it is listed.',
      },
      {
        ago: 34,
        by: 'dana',
        text: 'One has come in that fits: 14 Maple Court, two bedrooms, garage, a minute from the water.',
      },
      { ago: 19, text: 'Thanks for reaching out!' },
      { ago: 18, text: 'Is it still available, and could I see it this weekend?' },
      {
        ago: 3,
        by: 'dana',
        text: 'It is! Here is a quick walkthrough. Saturday at 10 works on my side',
        file: 'walkthrough.mp4',
      },
    ],
  },
  {
    tenant: 'harbor',
    phone: '+13125550128',
    first: 'Sarah',
    last: 'Jones',
    email: 'sarah.jones@example.com',
    leadType: 'Buyer',
    stage: 'Touring',
    source: 'Open house',
    state: 'IL',
    tags: ['Qualified'],
    birthday: '--12-04',
    fields: { budget: 390_000 },
    consent: REQUEST_FORM,
    unread: true,
    deal: { name: '9 Maple Court', dollars: 389_500, closes: 30, owner: 'dana' },
    tasks: [{ title: 'Answer her about the HOA fees', due: 0, by: 'dana' }],
    lines: [
      {
        ago: 48,
        by: 'dana',
        text: "Hi Sarah, Dana here. I've put the floor plan for 9 Maple Court in your folder.",
      },
      { ago: 20, text: 'Love it!' },
      { ago: 19, text: 'What are the HOA fees on Maple Court?' },
    ],
  },
  {
    tenant: 'harbor',
    phone: '+13125550177',
    unread: true,
    lines: [{ ago: 98, text: 'Is the open house still on Sunday?' }],
  },
  {
    tenant: 'harbor',
    phone: '+13125550119',
    first: 'Mike',
    last: 'Wilson',
    leadType: 'Seller',
    stage: 'Cold',
    source: 'Postcard',
    state: 'IL',
    tags: ['Cold'],
    consent: REQUEST_FORM,
    assignee: 'marcus',
    lines: [
      { ago: 190, by: 'marcus', text: 'Hi Mike, still thinking of selling this spring?' },
      {
        ago: 176,
        by: 'marcus',
        text: 'Two places on your street went above asking last week. I can send you what they fetched.',
      },
      { ago: 172, text: 'STOP' },
    ],
  },
  {
    tenant: 'harbor',
    phone: '+13125550164',
    first: 'Laura',
    last: 'Chen',
    email: 'laura.chen@example.com',
    leadType: 'Buyer',
    stage: 'New lead',
    source: 'Referral',
    state: 'IL',
    tags: ['Referral'],
    consent: REQUEST_FORM,
    assignee: 'dana',
    lines: [
      { ago: 271, text: 'Hi, Amira gave me your number. I tried to call just now' },
      { ago: 268, by: 'dana', text: 'Hi Laura, I was in a showing. Is after four good for a call?' },
      { ago: 266, text: 'After four is perfect' },
    ],
  },
  {
    tenant: 'harbor',
    phone: '+17735550146',
    first: 'Diego',
    last: 'Pérez',
    email: 'diego.perez@example.com',
    leadType: 'Seller',
    stage: 'Listing signed',
    source: 'Referral',
    state: 'IL',
    tags: ['Listing', 'Qualified'],
    consent: REQUEST_FORM,
    assignee: 'marcus',
    in: 'waiting',
    deal: { name: 'Listing of 5 Pier Street', dollars: 540_000, closes: 45, owner: 'marcus' },
    lines: [
      { ago: 1 * DAY + 3 * HOUR, text: 'The photographer can come at 4 today, does that work for you?' },
      { ago: 1 * DAY + 3 * HOUR - 12, by: 'marcus', text: 'Perfect, see you at 4 then' },
    ],
  },
  {
    tenant: 'harbor',
    phone: '+18475550190',
    first: 'Amira',
    last: 'Khalil',
    email: 'amira.khalil@example.com',
    leadType: 'Buyer',
    stage: 'Under contract',
    source: 'Open house',
    state: 'IL',
    tags: ['Qualified', 'Under contract'],
    consent: REQUEST_FORM,
    assignee: 'dana',
    deal: { name: '220 Shore Drive', dollars: 875_000, closes: -2, owner: 'marcus' },
    tasks: [{ title: 'Move the closing date with the notary', due: 1, by: 'marcus' }],
    lines: [
      {
        ago: 1 * DAY + 7 * HOUR,
        by: 'dana',
        text: 'Hi Amira, the inspection report is in: nothing serious. I recorded a short video about the roof.',
      },
      { ago: 1 * DAY + 6 * HOUR, text: 'Thank you!! The video was so helpful' },
    ],
  },
  {
    tenant: 'harbor',
    phone: '+17085550112',
    first: 'Tom',
    last: 'Becker',
    leadType: 'Seller',
    stage: 'New lead',
    source: 'Phone call',
    state: 'IL',
    tags: [],
    consent: REQUEST_FORM,
    undelivered: 30006,
    assignee: 'dana',
    lines: [
      {
        ago: 3 * DAY + 2 * HOUR,
        by: 'dana',
        text: 'Hi Tom, thanks for your call. When would suit you for a first valuation?',
      },
    ],
  },
  {
    tenant: 'harbor',
    phone: '+16305550175',
    first: 'Nora',
    last: 'Olsen',
    email: 'nora.olsen@example.com',
    leadType: 'Seller',
    stage: 'Preparing',
    source: 'Website form',
    state: 'IL',
    tags: ['Listing'],
    consent: REQUEST_FORM,
    assignee: 'marcus',
    in: 'waiting',
    deal: { name: 'Sale of 31 Birch Lane', dollars: 465_000, closes: 60, owner: 'dana' },
    lines: [
      {
        ago: 4 * DAY + 3 * HOUR,
        by: 'marcus',
        text: 'Hi Nora, could you send me a picture of the house from the street for the listing?',
      },
      { ago: 4 * DAY + 2 * HOUR, text: '', picture: 'house.jpg' },
    ],
  },
  {
    tenant: 'harbor',
    phone: '+12065550133',
    first: 'Ben',
    last: 'Harper',
    leadType: 'Buyer',
    stage: 'Closed',
    source: 'Referral',
    state: 'WA',
    tags: ['Past client'],
    consent: REQUEST_FORM,
    assignee: 'dana',
    in: 'closed',
    deal: { name: '8 Harbor Row', dollars: 358_000, owner: 'marcus' },
    lines: [
      { ago: 6 * DAY, by: 'dana', text: 'Keys are at the front office, Ben. Welcome home!' },
      { ago: 6 * DAY - 25, text: 'Picked up. Thank you for everything 🏡' },
    ],
  },
  {
    tenant: 'lakeside',
    phone: '+12125550181',
    first: 'Grace',
    last: 'Liu',
    email: 'grace.liu@example.com',
    leadType: 'Patient',
    stage: 'Check-up due',
    source: 'Intake form',
    state: 'NY',
    tags: ['Family plan'],
    birthday: '1984-11-30',
    fields: { last_visit: '2026-03-03', insurance: 'Northern Mutual' },
    consent: INTAKE_FORM,
    assignee: 'priya',
    unread: true,
    deal: { name: 'Check-up and cleaning', dollars: 180, closes: 14, owner: 'priya' },
    lines: [
      { ago: 64, by: 'priya', text: 'Hi Grace, your check-up is due. Would Thursday at 9 suit you?' },
      { ago: 22, text: 'Thursday works. Can I bring my son along for his first visit?' },
    ],
  },
  {
    tenant: 'lakeside',
    phone: '+17185550152',
    first: 'Owen',
    last: 'Hart',
    leadType: 'Patient',
    stage: 'In treatment',
    source: 'Phone call',
    state: 'NY',
    tags: ['Crown'],
    consent: INTAKE_FORM,
    assignee: 'priya',
    deal: { name: 'Crown, upper left', dollars: 1_450, closes: 9, owner: 'elena' },
    tasks: [{ title: 'Order the crown from the lab', due: 1, by: 'priya' }],
    notes: [{ text: 'Prefers mornings. <@elena> he asked for the same hygienist.', by: 'priya' }],
    lines: [
      { ago: 190, text: 'The temporary crown feels a bit high when I bite' },
      {
        ago: 181,
        by: 'priya',
        text: 'Thanks for telling us, Owen. Come by today before 5 and we will adjust it, it takes ten minutes.',
      },
      { ago: 178, text: 'On my way after lunch' },
    ],
  },
  {
    tenant: 'lakeside',
    phone: '+13475550138',
    first: 'Samuel',
    last: 'Okafor',
    leadType: 'Patient',
    stage: 'Booked',
    source: 'Website form',
    state: 'NY',
    tags: ['New patient'],
    consent: INTAKE_FORM,
    assignee: 'elena',
    in: 'waiting',
    deal: { name: 'First visit', dollars: 120, closes: 3, owner: 'priya' },
    lines: [
      { ago: 1 * DAY + 4 * HOUR, text: 'Hello, do you take new patients? I have just moved here' },
      {
        ago: 1 * DAY + 3 * HOUR,
        by: 'elena',
        text: 'Welcome! We do. I have put you down for Monday at 11. Please bring your insurance card.',
      },
    ],
  },
  {
    tenant: 'lakeside',
    phone: '+19175550107',
    first: 'Ruth',
    last: 'Alvarez',
    leadType: 'Patient',
    stage: 'Inactive',
    source: 'Intake form',
    state: 'NY',
    tags: [],
    consent: INTAKE_FORM,
    lines: [
      { ago: 2 * DAY + 5 * HOUR, by: 'priya', text: 'Hi Ruth, it has been a year since your last check-up.' },
      { ago: 2 * DAY + 4 * HOUR, text: 'Stop' },
    ],
  },
];
