/** What the portal knows without asking anybody: the agency's clients, their people, their numbers. */
import type { TenantOptions } from '@patchbay/server-kit';

export type TenantId = 'harbor' | 'lakeside';

export interface PortalUser {
  id: string;
  name: string;
  title: string;
  tenant: TenantId;
  role: 'agent' | 'manager';
  /** Where they are called. */
  phone: string;
}

export interface Client extends TenantOptions {
  id: TenantId;
  name: string;
  /** One line about the business, for the login page. */
  about: string;
  timeZone: string;
  /** The number that it texts from. */
  number: string;
  /** What the number is called. */
  numberName: string;
  /** Who answers STOP, START and HELP. */
  keywordReplies: 'kit' | 'carrier';
  /** What the elements' tags begin with on this client's pages. */
  prefix: string;
  /** What a customer is called here. */
  people: string;
  /** What the library of files is called. */
  media: string;
  /** What the board is called, and the stages on it. */
  board: { name: string; stages: readonly Stage[] };
}

interface Stage {
  name: string;
  kind: 'open' | 'won' | 'lost';
  color: 'gray' | 'blue' | 'teal' | 'green' | 'amber' | 'red' | 'violet';
}

/** Both businesses are where this machine is, so that the inbox and the phone beside it show the same hour. */
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export const AGENCY = 'Northside Agency';

export const CLIENTS: Readonly<Record<TenantId, Client>> = {
  harbor: {
    id: 'harbor',
    name: 'Harbor Realty',
    about: 'Homes on the lake shore',
    timeZone: HERE,
    number: '+16305550142',
    numberName: 'Office',
    keywordReplies: 'kit',
    prefix: 'acme',
    people: 'People',
    media: 'Videos',
    board: {
      name: 'Deals',
      stages: [
        { name: 'New lead', kind: 'open', color: 'blue' },
        { name: 'Qualified', kind: 'open', color: 'teal' },
        { name: 'Touring', kind: 'open', color: 'violet' },
        { name: 'Preparing', kind: 'open', color: 'amber' },
        { name: 'Listing signed', kind: 'open', color: 'amber' },
        { name: 'Under contract', kind: 'open', color: 'red' },
        { name: 'Closed', kind: 'won', color: 'green' },
        { name: 'Cold', kind: 'lost', color: 'gray' },
      ],
    },
    brand: {
      name: 'Harbor Realty',
      logo_url: null,
      locale: null,
      tokens: {
        light: { accent: '#0f766e', 'accent-text': '#0b5f59', 'radius-m': '8px' },
        dark: { accent: '#2dd4bf', 'accent-text': '#5eead4', 'radius-m': '8px' },
      },
      words: {},
    },
    settings: {
      keyword_replies: {
        stop: 'Harbor Realty: you will get no more texts from us. Reply START if you change your mind.',
        start: 'Harbor Realty: welcome back. Reply STOP at any time to opt out.',
        help: 'Harbor Realty: call us at (630) 555-0142, or reply here. Reply STOP to opt out.',
      },
    },
  },
  lakeside: {
    id: 'lakeside',
    name: 'Lakeside Dental',
    about: 'Family dentistry, downtown',
    timeZone: HERE,
    number: '+12125550163',
    numberName: 'Front desk',
    keywordReplies: 'carrier',
    prefix: 'patchbay',
    people: 'Patients',
    media: 'Media',
    board: {
      name: 'Treatments',
      stages: [
        { name: 'Inquiry', kind: 'open', color: 'blue' },
        { name: 'Check-up due', kind: 'open', color: 'violet' },
        { name: 'Booked', kind: 'open', color: 'teal' },
        { name: 'In treatment', kind: 'open', color: 'amber' },
        { name: 'Finished', kind: 'won', color: 'green' },
        { name: 'Inactive', kind: 'lost', color: 'gray' },
      ],
    },
    brand: {
      name: 'Lakeside Dental',
      logo_url: null,
      locale: null,
      tokens: { light: {}, dark: {} },
      words: {},
    },
    settings: {},
  },
};

export const USERS: readonly PortalUser[] = [
  {
    id: 'dana',
    name: 'Dana Reyes',
    title: 'Listing agent',
    tenant: 'harbor',
    role: 'agent',
    phone: '+13125550150',
  },
  {
    id: 'marcus',
    name: 'Marcus Hale',
    title: 'Managing broker',
    tenant: 'harbor',
    role: 'manager',
    phone: '+13125550151',
  },
  {
    id: 'priya',
    name: 'Priya Nair',
    title: 'Front desk',
    tenant: 'lakeside',
    role: 'agent',
    phone: '+12125550152',
  },
  {
    id: 'elena',
    name: 'Elena Ortiz',
    title: 'Practice manager',
    tenant: 'lakeside',
    role: 'manager',
    phone: '+12125550153',
  },
];

export const userOf = (id: unknown): PortalUser | undefined => USERS.find((user) => user.id === id);

/** A further phone, which has never written to anybody: the new lead of the tour. */
export const NEW_LEAD = '+13125550188';
