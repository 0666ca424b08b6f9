import { ProblemError } from '../errors.ts';

export interface Birthday {
  birth_year: number | null;
  birth_month: number | null;
  birth_day: number | null;
}

const NONE: Birthday = { birth_year: null, birth_month: null, birth_day: null };

/**
 * `1990-04-23`, or `--04-23` where the year is unknown (ISO 8601:2000; vCard still writes it so). Feb 29 needs a leap year
 * or no year. Throws `invalid_birthday`.
 */
export function readBirthday(written: string | null): Birthday {
  if (written === null || written === '') return NONE;
  const [, year, month, day] = /^(\d{4}|-)-(\d{2})-(\d{2})$/.exec(written) ?? [];
  const birthday = {
    birth_year: year === undefined || year === '-' ? null : Number(year),
    birth_month: Number(month),
    birth_day: Number(day),
  };
  if (month === undefined || !exists(birthday)) {
    throw new ProblemError(
      'invalid_birthday',
      `"${written}" is no birthday. Write it as 1990-04-23, or as --04-23 without the year.`,
      'birthday',
    );
  }
  return birthday;
}

function exists({ birth_year, birth_month, birth_day }: { [K in keyof Birthday]: number | null }): boolean {
  if (birth_year !== null && birth_year < 1) return false;
  // a leap year where none is known; Date.UTC would read 0 to 99 as the 1900s
  const date = new Date(0);
  date.setUTCFullYear(birth_year ?? 2000, birth_month! - 1, birth_day!);
  return date.getUTCMonth() === birth_month! - 1 && date.getUTCDate() === birth_day;
}

export function writeBirthday({ birth_year, birth_month, birth_day }: Birthday): string | null {
  if (birth_month === null || birth_day === null) return null;
  const year = birth_year === null ? '-' : String(birth_year).padStart(4, '0');
  return `${year}-${String(birth_month).padStart(2, '0')}-${String(birth_day).padStart(2, '0')}`;
}
