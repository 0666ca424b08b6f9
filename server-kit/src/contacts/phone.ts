import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { ProblemError } from '../errors.ts';

/** As nearly every American number is written. What it leaves open (extensions, letters) is the library's to read. */
const PLAIN = /^(?:(\+)?1[ .-]?)?\(?([2-9]\d{2})\)?[ .-]?(\d{3})[ .-]?(\d{4})$/;

/** The library tries the pattern of two dozen countries on each number with +1: most of what an import took. */
function plainAmerican(typed: string, region: string): string | null {
  const [, plus, area, exchange, line] = PLAIN.exec(typed) ?? [];
  if (area === undefined || (plus === undefined && region !== 'US' && region !== 'CA')) return null;
  return `+1${area}${exchange}${line}`;
}

/**
 * The one place where what people type becomes E.164. `region` (ISO 3166, the tenant's) reads numbers without a
 * country code. Throws `invalid_phone`.
 */
export function toE164(typed: string, region: string, field = 'phone'): string {
  const plain = plainAmerican(typed, region);
  if (plain !== null) return plain;
  const number = parsePhoneNumberFromString(typed.slice(0, 60), region as CountryCode);
  if (number?.isPossible() && /^\+[1-9]\d{6,14}$/.test(number.number)) return number.number;
  throw new ProblemError(
    'invalid_phone',
    `"${typed.slice(0, 40)}" is not a phone number. Write it with country code, as in +1 312 555 0177.`,
    field,
  );
}

/** A carrier's address as it stands in a webhook, or null for what is no phone number (short codes, alphanumeric). */
export function carrierAddress(address: string | undefined): string | null {
  return address !== undefined && /^\+[1-9]\d{6,14}$/.test(address) ? address : null;
}
