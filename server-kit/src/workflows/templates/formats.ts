/** How telephone numbers and amounts look in texts. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** E.164 as people write it: without the country code within North America. What is no number stays as it is. */
export function formatPhone(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const number = parsePhoneNumberFromString(value.slice(0, 60));
  if (!number?.isPossible()) return value;
  return number.countryCallingCode === '1' ? number.formatNational() : number.formatInternational();
}

const formats = new Map<string, Intl.NumberFormat>();
const KEPT = 100;

/** `{{ vars.total | money: "EUR" }}`; by default dollars. What is no number, or no currency, stays as it is. */
export function formatMoney(value: unknown, currency: unknown, locale: string): unknown {
  const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof amount !== 'number' || !Number.isFinite(amount)) return value;
  const key = `${locale} ${typeof currency === 'string' ? currency.toUpperCase() : 'USD'}`;
  let format = formats.get(key);
  if (!format) {
    try {
      format = new Intl.NumberFormat(locale, { style: 'currency', currency: key.slice(locale.length + 1) });
    } catch {
      return value;
    }
    if (formats.size >= KEPT) formats.clear();
    formats.set(key, format);
  }
  return format.format(amount);
}
