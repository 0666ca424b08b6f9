import { en, type Word, type WordKey, type Words } from './en.ts';

/** English, as far as it is loaded: the words of a part come with the part. */
const english: Partial<Record<string, Word>> = { ...en };

/** Adds the English words of a part that is loaded later. */
export function addEnglish(words: Readonly<Record<string, Word>>): void {
  Object.assign(english, words);
}

/** Texts by key, dates, numbers and phone numbers for one locale and one time zone. Immutable: a change makes a new one. */
export class I18n {
  readonly locale: string;
  readonly dir: 'ltr' | 'rtl';
  readonly timeZone: string | undefined;
  readonly #words: Partial<Words>;
  /** Own wordings that win over the locale's. */
  readonly own: Readonly<Record<string, string>>;
  readonly #plural: Intl.PluralRules;
  readonly #formats = new Map<string, Intl.DateTimeFormat>();
  readonly #number: Intl.NumberFormat;

  constructor(
    locale = 'en',
    words: Partial<Words> = {},
    own: Readonly<Record<string, string>> = {},
    timeZone?: string,
  ) {
    this.locale = locale;
    this.dir = /^(ar|fa|he|ur|ps|sd|ug|yi|dv)\b/.test(locale) ? 'rtl' : 'ltr';
    this.timeZone = timeZone !== undefined && validZone(timeZone) ? timeZone : undefined;
    this.#words = words;
    this.own = own;
    this.#plural = new Intl.PluralRules(locale);
    this.#number = new Intl.NumberFormat(locale);
  }

  /** The text of a key. An own wording wins: `key.one`, `key.other` for plurals, or `key` for all forms. */
  t(key: WordKey, values: Readonly<Record<string, string | number>> = {}): string {
    const count = values['count'];
    const form = typeof count === 'number' ? this.#plural.select(count) : 'other';
    const word: Word = this.#words[key] ?? english[key] ?? '';
    const text =
      this.own[`${key}.${form}`] ??
      this.own[key] ??
      (typeof word === 'string' ? word : (word[form] ?? word.other));
    return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
      const value = values[name];
      return value === undefined ? hole : typeof value === 'number' ? this.number(value) : value;
    });
  }

  has(key: string): key is WordKey {
    return key in english;
  }

  number(value: number): string {
    return this.#number.format(value);
  }

  time(iso: string, timeZone = this.timeZone): string {
    return this.#format({ hour: 'numeric', minute: '2-digit', timeZone }, iso);
  }

  /** A day as a divider says it: Today, Yesterday, Tuesday, Feb 19, Feb 19, 2024. */
  day(iso: string, now = Date.now()): string {
    const age = this.daysAgo(iso, now);
    if (age === 0) return this.t('today');
    if (age === 1) return this.t('yesterday');
    if (age > 1 && age < 7) return this.#format({ weekday: 'long', timeZone: this.timeZone }, iso);
    return this.date(iso, now);
  }

  date(iso: string, now = Date.now()): string {
    const year = new Date(iso).getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
    return this.#format({ month: 'short', day: 'numeric', year, timeZone: this.timeZone }, iso);
  }

  /** For a list: now, 5 min, 2:47 PM, Yesterday, Tue, Feb 19. */
  relative(iso: string, now = Date.now()): string {
    const minutes = Math.floor((now - Date.parse(iso)) / 60_000);
    if (minutes >= 0 && minutes < 1) return this.t('now');
    if (minutes >= 0 && minutes < 60) return this.t('minutes', { count: minutes });
    const age = this.daysAgo(iso, now);
    if (age === 0) return this.time(iso);
    if (age === 1) return this.t('yesterday');
    if (age > 1 && age < 7) return this.#format({ weekday: 'short', timeZone: this.timeZone }, iso);
    return this.date(iso, now);
  }

  /** In a sentence: "today at 11:58 AM", "tomorrow at 10:00 AM", "Feb 19, 2:28 PM". */
  moment(iso: string, timeZone = this.timeZone, now = Date.now()): string {
    const age = this.daysAgo(iso, now, timeZone);
    if (Math.abs(age) > 1) {
      const year = age > 300 ? 'numeric' : undefined;
      return this.#format(
        { month: 'short', day: 'numeric', year, hour: 'numeric', minute: '2-digit', timeZone },
        iso,
      );
    }
    const day = new Intl.RelativeTimeFormat(this.locale, { numeric: 'auto' }).format(-age, 'day');
    return this.t('dayAt', { day, time: this.time(iso, timeZone) });
  }

  /** Whole days between the two, counted by midnights in the time zone. Negative: in the future. */
  daysAgo(iso: string, now = Date.now(), timeZone = this.timeZone): number {
    return this.#dayNumber(now, timeZone) - this.#dayNumber(Date.parse(iso), timeZone);
  }

  sameDay(a: string, b: string): boolean {
    return a.slice(0, 13) === b.slice(0, 13) || this.daysAgo(a, Date.parse(b)) === 0;
  }

  /** A phone number for people. Isolated where the text runs the other way, or its groups would change places. */
  phone(e164: string | null | undefined): string {
    const number = formatPhone(e164);
    return this.dir === 'rtl' && number !== '' ? `\u2066${number}\u2069` : number;
  }

  /** "Chicago" of America/Chicago. */
  city(timeZone: string): string {
    return timeZone.slice(timeZone.lastIndexOf('/') + 1).replaceAll('_', ' ');
  }

  #dayNumber(at: number, timeZone: string | undefined): number {
    const text = this.#formatter(
      { year: 'numeric', month: '2-digit', day: '2-digit', timeZone },
      'en-CA',
    ).format(at);
    return Math.round(Date.parse(`${text}T00:00:00Z`) / 86_400_000);
  }
  #format(options: Intl.DateTimeFormatOptions, iso: string): string {
    return this.#formatter(options, this.locale).format(new Date(iso));
  }
  #formatter(options: Intl.DateTimeFormatOptions, locale: string): Intl.DateTimeFormat {
    const key = locale + JSON.stringify(options);
    let format = this.#formats.get(key);
    if (!format) this.#formats.set(key, (format = new Intl.DateTimeFormat(locale, options)));
    return format;
  }
}

/** A number as people of its country write it; one of another country with spaces, as ITU-T E.123 asks. */
export function formatPhone(e164: string | null | undefined): string {
  if (!e164) return '';
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  if (american) return `(${american[1]}) ${american[2]}-${american[3]}`;
  return e164.replace(/^(\+\d{2})(\d{2,3})(\d{3})(\d+)$/, '$1 $2 $3 $4');
}

export function validZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // RangeError: unknown name.
  }
}

/** The instant at which clocks in `timeZone` show `local` ("2026-11-22T09:00"). A time that DST skips moves on. */
export function zonedInstant(local: string, timeZone: string): Date {
  const wanted = Date.parse(`${local}:00Z`);
  let at = wanted;
  // Twice: the first guess may lie on the other side of a change of the clocks.
  for (let i = 0; i < 2; i += 1) at = wanted - (Date.parse(`${localTime(at, timeZone)}:00Z`) - at);
  return new Date(at);
}

/** What clocks in `timeZone` show at an instant, as "2026-11-22T09:00". */
export function localTime(at: number, timeZone: string | undefined): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}`;
}
