/** Twilio's two calendars: RFC 2822 with a numeric zone in v2010, ISO 8601 to the second in v1. */
export function rfc2822(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}

export function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The carrier's own clock in a delivery receipt: YYMMDDhhmm. */
export function dlrDate(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 12);
}

/** A date or date-time of a query; undefined when it is neither. */
export function parseWhen(text: string): { ms: number; wholeDay: boolean } | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : { ms, wholeDay: /^\d{4}-\d{2}-\d{2}$/.test(text) };
}
