/** Everybody else whom the two businesses know: no texts yet, but tags, owners, birthdays, cards and consents of every kind. */
import type { RecordConsent } from '@patchbay/server-kit/contract';
import type { TenantId } from '../agency.ts';
import { INTAKE_FORM, REQUEST_FORM, type Person } from './story.ts';

/** How they came to agree; `stopped`: they took it back. */
type Agreed = 'form' | 'paper' | 'said' | 'visit' | 'stopped' | '';

interface Group {
  tenant: TenantId;
  leadType: string;
  stage: string;
  source: string;
  owner: string;
  tags: string[];
  state: string;
  /** What their cards are about and worth, from the first to the last. */
  deals?: [name: string, dollars: number][];
  /** "First Last, city, birthday, how they agreed" */
  people: string[];
}

const GROUPS: readonly Group[] = [
  {
    tenant: 'harbor',
    leadType: 'Buyer',
    stage: 'New lead',
    source: 'Website form',
    owner: 'dana',
    tags: ['Newsletter'],
    state: 'IL',
    people: [
      'Hannah Moore, Chicago, 1991-02-14, form',
      'Luis Ortega, Cicero, , form',
      'Megan Doyle, Oak Park, 1987-07-30, said',
      'Ahmed Farouk, Evanston, 1979-12-05, form',
      'Chloe Bennett, Chicago, --11-29, ',
      'Victor Nowak, Skokie, , said',
    ],
  },
  {
    tenant: 'harbor',
    leadType: 'Buyer',
    stage: 'Qualified',
    source: 'Open house',
    owner: 'dana',
    tags: ['Open house', 'Qualified'],
    state: 'IL',
    deals: [
      ['18 Lantern Lane', 365_000],
      ['40 Quarry Road', 410_000],
      ['2 Mill Row', 298_500],
      ['7 Orchard Park', 520_000],
    ],
    people: [
      'Isabel Romero, Chicago, 1984-03-22, form',
      'Patrick O’Neill, Wilmette, 1975-11-25, paper',
      'Yuki Tanaka, Evanston, 1993-08-02, form',
      'Rachel Adams, Oak Park, 1989-12-01, form',
    ],
  },
  {
    tenant: 'harbor',
    leadType: 'Buyer',
    stage: 'Touring',
    source: 'Referral',
    owner: 'marcus',
    tags: ['Referral', 'Qualified'],
    state: 'IL',
    deals: [
      ['112 Bay Terrace', 455_000],
      ['3 Lighthouse Way', 610_000],
      ['25 Ferry Street', 338_000],
    ],
    people: [
      'Gabriel Costa, Chicago, 1982-01-18, form',
      'Emily Watson, Winnetka, 1990-12-09, paper',
      'Noah Feldman, Highland Park, --06-11, form',
    ],
  },
  {
    tenant: 'harbor',
    leadType: 'Seller',
    stage: 'Preparing',
    source: 'Postcard',
    owner: 'marcus',
    tags: ['Listing'],
    state: 'IL',
    deals: [
      ['Sale of 9 Elm Court', 480_000],
      ['Sale of 77 Ridge Road', 725_000],
    ],
    people: ['Margaret Quinn, Lake Forest, 1958-09-17, paper', 'Samir Desai, Naperville, 1971-04-06, form'],
  },
  {
    tenant: 'harbor',
    leadType: 'Buyer',
    stage: 'Under contract',
    source: 'Website form',
    owner: 'dana',
    tags: ['Under contract'],
    state: 'IL',
    deals: [['15 Cannery Loft', 402_000]],
    people: ['Olivia Grant, Chicago, 1986-10-27, form'],
  },
  {
    tenant: 'harbor',
    leadType: 'Buyer',
    stage: 'Closed',
    source: 'Referral',
    owner: 'dana',
    tags: ['Past client', 'Newsletter'],
    state: 'WI',
    deals: [
      ['6 Dune Path', 315_000],
      ['31 Summit Avenue', 549_000],
      ['4 Canal House', 287_500],
    ],
    people: [
      'Henry Lambert, Kenosha, 1969-12-14, form',
      'Priscilla Young, Milwaukee, 1977-05-19, stopped',
      'Anton Petrov, Racine, 1980-11-30, form',
    ],
  },
  {
    tenant: 'harbor',
    leadType: 'Seller',
    stage: 'Cold',
    source: 'Phone call',
    owner: 'marcus',
    tags: ['Cold'],
    state: 'IL',
    people: [
      'Walter Simmons, Joliet, 1952-08-23, stopped',
      'Denise Carter, Aurora, , said',
      'Frank Molina, Elgin, 1964-02-03, ',
    ],
  },
  {
    tenant: 'harbor',
    leadType: 'Renter',
    stage: '',
    source: 'Open house',
    owner: '',
    tags: ['Open house'],
    state: 'IL',
    people: [
      'Zoe Mitchell, Chicago, 1998-12-03, form',
      'Jamal Edwards, Chicago, 1996-09-09, ',
      'Kira Lindqvist, Evanston, , said',
      'Theo Papadakis, Berwyn, 1994-11-27, form',
      'Aisha Rahman, Chicago, 1999-01-25, form',
    ],
  },
  {
    tenant: 'lakeside',
    leadType: 'Patient',
    stage: 'Check-up due',
    source: 'Intake form',
    owner: 'priya',
    tags: ['Recall'],
    state: 'NY',
    deals: [
      ['Check-up', 180],
      ['Check-up', 180],
      ['Check-up and X-ray', 240],
      ['Check-up', 180],
    ],
    people: [
      'Marta Silva, Brooklyn, 1983-11-28, form',
      'Julian Reed, Queens, 1990-06-16, form',
      'Beatrice Fox, Manhattan, 1947-12-12, paper',
      'Kofi Mensah, Bronx, 1988-03-30, visit',
    ],
  },
  {
    tenant: 'lakeside',
    leadType: 'Patient',
    stage: 'Booked',
    source: 'Phone call',
    owner: 'priya',
    tags: ['New patient'],
    state: 'NY',
    deals: [
      ['First visit', 120],
      ['First visit', 120],
      ['Whitening', 350],
    ],
    people: [
      'Lena Hoffmann, Brooklyn, 1995-08-08, form',
      'Curtis Boyd, Yonkers, 1981-01-11, said',
      'Anjali Mehta, Queens, 1992-12-20, form',
    ],
  },
  {
    tenant: 'lakeside',
    leadType: 'Patient',
    stage: 'In treatment',
    source: 'Referral',
    owner: 'elena',
    tags: ['Crown'],
    state: 'NY',
    deals: [
      ['Crown, lower right', 1_450],
      ['Implant, first stage', 2_900],
    ],
    people: ['Roger Whitfield, Manhattan, 1960-04-21, paper', 'Sofia Marino, Brooklyn, 1978-12-02, visit'],
  },
  {
    tenant: 'lakeside',
    leadType: 'Patient',
    stage: 'Finished',
    source: 'Intake form',
    owner: 'elena',
    tags: ['Family plan'],
    state: 'NJ',
    deals: [
      ['Two fillings', 640],
      ['Night guard', 410],
    ],
    people: ['Daniel Kim, Hoboken, 1985-07-07, form', 'Alice Kim, Hoboken, 1986-11-26, form'],
  },
  {
    tenant: 'lakeside',
    leadType: 'Patient',
    stage: '',
    source: 'Website form',
    owner: '',
    tags: ['Family plan'],
    state: 'NY',
    people: [
      'Pauline Dubois, Manhattan, 1973-09-13, stopped',
      'Ethan Brooks, Queens, 2004-05-04, ',
      'Nadia Haddad, Brooklyn, 1997-12-06, form',
    ],
  },
];

const DAY = 24 * 60;
const AREAS = ['224', '331', '815', '262', '414', '779', '309', '217', '618', '563'];
const NEW_YORK = ['646', '929', '332', '516', '914', '631'];

export const CROWD: readonly Person[] = GROUPS.flatMap((group) =>
  group.people.map((line, nth): Person & { agreed: Agreed } => {
    const [name = '', city = '', birthday = '', agreed = ''] = line.split(',').map((part) => part.trim());
    const [first = '', ...rest] = name.split(' ');
    const last = rest.join(' ');
    const known = 9 + ((name.length * 7 + nth * 13) % 160);
    const [about, dollars] = group.deals?.[nth] ?? [];
    return {
      tenant: group.tenant,
      phone: '',
      first,
      last,
      email: `${first}.${last.replace(/[^a-z]/gi, '')}@example.com`.toLowerCase(),
      leadType: group.leadType,
      ...(group.stage && { stage: group.stage }),
      source: group.source,
      city,
      state: group.state,
      ...(birthday && { birthday }),
      tags: group.tags,
      ...(group.owner && { assignee: group.owner }),
      ...(about !== undefined &&
        dollars !== undefined && { deal: { name: about, dollars, closes: 6 + nth * 9, owner: group.owner } }),
      agreed: agreed as Agreed,
      known: known * DAY,
      lines: [],
    };
  }),
).map((person, nth) => {
  // 555-0100 to 555-0199 are nobody's; the story and the tests have theirs in other areas
  const areas = person.tenant === 'harbor' ? AREAS : NEW_YORK;
  return { ...person, phone: `+1${areas[nth % areas.length]}55501${String(40 + nth).padStart(2, '0')}` };
});

const SAID: Readonly<Record<TenantId, { form: string; paper: string; visit: string }>> = {
  harbor: {
    form: REQUEST_FORM,
    paper: 'Guest book of the open house: “Text me about places like this one.”',
    visit: 'May we text you about the viewing?',
  },
  lakeside: {
    form: INTAKE_FORM,
    paper: 'Signed on the clipboard: “Text me about my appointments and offers.”',
    visit: 'May we text you about this treatment?',
  },
};

/** What is written down of how somebody agreed, oldest first. */
export function consentsOf({ tenant, agreed }: Person): RecordConsent[] {
  const said = SAID[tenant];
  const grant = { action: 'grant' } as const;
  if (agreed === 'form') return [{ ...grant, kind: 'express_written', source: 'form', wording: said.form }];
  if (agreed === 'paper')
    return [{ ...grant, kind: 'express_written', source: 'paper', wording: said.paper }];
  if (agreed === 'said')
    return [{ ...grant, kind: 'express', source: 'verbal', wording: 'Asked on the phone' }];
  if (agreed === 'visit') return [{ ...grant, kind: 'transactional', source: 'member', wording: said.visit }];
  if (agreed === 'stopped') {
    return [
      { ...grant, kind: 'express_written', source: 'form', wording: said.form },
      { action: 'withdraw', source: 'verbal', wording: 'Asked on the phone not to be texted' },
    ];
  }
  return [];
}
