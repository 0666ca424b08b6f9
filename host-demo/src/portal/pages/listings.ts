import type { PortalUser } from '../../agency.ts';
import { html, type Html } from '../html.ts';
import { page, type Theme } from '../layout.ts';

interface Listing {
  street: string;
  town: string;
  price: string;
  facts: string;
  state: 'Active' | 'Under contract' | 'Coming soon';
  note: string;
  picture: string;
}

const LISTINGS: readonly Listing[] = [
  {
    street: '14 Maple Court',
    town: 'Lakeview',
    price: '$412,000',
    facts: '2 bed · 1.5 bath · 1,180 sq ft · garage',
    state: 'Active',
    note: '6 showings this week',
    picture: 'maple-14',
  },
  {
    street: '9 Maple Court',
    town: 'Lakeview',
    price: '$389,500',
    facts: '2 bed · 1 bath · 1,040 sq ft',
    state: 'Active',
    note: 'Open house on Sunday, 1 to 3',
    picture: 'maple-9',
  },
  {
    street: '220 Shore Drive',
    town: 'North Beach',
    price: '$875,000',
    facts: '4 bed · 3 bath · 2,610 sq ft · dock',
    state: 'Under contract',
    note: 'Inspection done, closing in three weeks',
    picture: 'shore-220',
  },
  {
    street: '61 Harbor Street',
    town: 'Old Town',
    price: '$529,000',
    facts: '3 bed · 2 bath · 1,520 sq ft',
    state: 'Active',
    note: 'New price since Monday',
    picture: 'harbor-61',
  },
  {
    street: '3 Orchard Lane',
    town: 'Elm Grove',
    price: '$455,000',
    facts: '3 bed · 2 bath · 1,700 sq ft · garden',
    state: 'Coming soon',
    note: 'Photographer comes today at 4',
    picture: 'orchard-3',
  },
  {
    street: '118 Willow Road',
    town: 'Elm Grove',
    price: '$349,900',
    facts: '2 bed · 1 bath · 960 sq ft',
    state: 'Active',
    note: '2 offers in, decision on Friday',
    picture: 'willow-118',
  },
];

const TONES = { Active: 'good', 'Under contract': 'accent', 'Coming soon': 'warn' } as const;

export function listingsPage(user: PortalUser, theme: Theme): Html {
  return page({
    user,
    theme,
    path: '/listings',
    title: 'Listings',
    content: html`<header class="page-head">
        <h1>Listings</h1>
        <p>
          ${LISTINGS.length} homes, ${LISTINGS.filter(({ state }) => state === 'Active').length} of them
          active
        </p>
      </header>
      <ul class="cards">
        ${LISTINGS.map(
          ({ street, town, price, facts, state, note, picture }) =>
            html`<li class="listing">
              <img src="/public/pictures/${picture}.svg" alt="" width="400" height="220" />
              <div class="listing-text">
                <div class="line">
                  <h2>${street}</h2>
                  <span class="chip ${TONES[state]}">${state}</span>
                </div>
                <p class="small">${town}</p>
                <p class="price">${price}</p>
                <p>${facts}</p>
                <p class="small note">${note}</p>
              </div>
            </li>`,
        )}
      </ul>`,
  });
}
