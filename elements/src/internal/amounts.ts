/** Sizes and lengths as people say them. */
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** "18.4 MB". Thousands, as phones and disks count. */
export function fileSize(bytes: number, locale: string): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return unit(bytes / 1000 ** power, UNITS[power]!, locale, power > 1 ? 1 : 0);
}

/** "9 sec", "3 min", "2 hr": rounded up, as a promise should be. */
export function timeLeft(seconds: number, locale: string): string {
  if (seconds < 60) return unit(seconds, 'second', locale);
  if (seconds < 3600) return unit(Math.ceil(seconds / 60), 'minute', locale);
  return unit(Math.ceil(seconds / 3600), 'hour', locale);
}

/** "2:04", "1:02:04". */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function unit(value: number, name: string, locale: string, digits = 0): string {
  const options = { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(locale, options).format(value);
}
