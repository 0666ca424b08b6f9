import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { ProblemError } from '../errors.ts';

/**
 * The one place where what people type becomes E.164. `region` (ISO 3166, the tenant's) reads numbers without a
 * country code. Throws `invalid_phone`.
 */
export function toE164(typed: string, region: string, field = 'phone'): string {
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
