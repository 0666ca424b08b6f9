/** Telephone numbers: what counts as one, and where an American one is said to live. */
const E164 = /^\+[1-9]\d{6,14}$/;

/** Twilio forgives spaces, dashes and brackets, and takes ten digits (or eleven from 1) for an American number. */
export function toE164(raw: string): string | undefined {
  const cleaned = raw.trim().replace(/[\s().-]/g, '');
  if (E164.test(cleaned)) return cleaned;
  if (/^[2-9]\d{9}$/.test(cleaned)) return `+1${cleaned}`;
  if (/^1[2-9]\d{9}$/.test(cleaned)) return `+${cleaned}`;
  return undefined;
}

export function nationalFormat(number: string): string {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return us ? `(${us[1]}) ${us[2]}-${us[3]}` : number;
}

export interface Place {
  city: string;
  state: string;
  zip: string;
  country: string;
}

const AREAS: Record<string, readonly [city: string, state: string, zip: string]> = {
  201: ['JERSEY CITY', 'NJ', '07302'],
  202: ['WASHINGTON', 'DC', '20001'],
  206: ['SEATTLE', 'WA', '98101'],
  212: ['NEW YORK', 'NY', '10010'],
  213: ['LOS ANGELES', 'CA', '90012'],
  303: ['DENVER', 'CO', '80202'],
  305: ['MIAMI', 'FL', '33130'],
  312: ['CHICAGO', 'IL', '60604'],
  404: ['ATLANTA', 'GA', '30303'],
  415: ['SAN FRANCISCO', 'CA', '94105'],
  512: ['AUSTIN', 'TX', '78701'],
  602: ['PHOENIX', 'AZ', '85004'],
  617: ['BOSTON', 'MA', '02110'],
  630: ['NAPERVILLE', 'IL', '60540'],
  702: ['LAS VEGAS', 'NV', '89101'],
  708: ['CICERO', 'IL', '60804'],
  773: ['CHICAGO', 'IL', '60614'],
  847: ['EVANSTON', 'IL', '60201'],
};

const COUNTRIES: readonly (readonly [prefix: string, country: string])[] = [
  ['+44', 'GB'],
  ['+49', 'DE'],
  ['+33', 'FR'],
  ['+34', 'ES'],
  ['+61', 'AU'],
  ['+52', 'MX'],
  ['+91', 'IN'],
  ['+45', 'DK'],
  ['+1', 'US'],
];

/** The FromCity, FromState… of a webhook: empty strings where Twilio would not know either. */
export function placeOf(number: string): Place {
  const country = COUNTRIES.find(([prefix]) => number.startsWith(prefix))?.[1] ?? '';
  const area = country === 'US' ? AREAS[number.slice(2, 5)] : undefined;
  return { city: area?.[0] ?? '', state: area?.[1] ?? '', zip: area?.[2] ?? '', country };
}

export function areaPlaces(): { areaCode: string; place: Place }[] {
  return Object.entries(AREAS).map(([areaCode, [city, state, zip]]) => ({
    areaCode,
    place: { city, state, zip, country: 'US' },
  }));
}
