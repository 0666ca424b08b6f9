import { localTime, zonedInstant } from '../../words/i18n.ts';
import type { WordKey } from '../../words/en.ts';

export interface Preset {
  word: WordKey;
  at: Date;
}

/** Hours that people choose most, in the time zone of the person who will read it. Those that have passed are left out. */
export function presets(now: number, timeZone: string): Preset[] {
  const today = localTime(now, timeZone).slice(0, 10);
  const on = (days: number, hour: string) => zonedInstant(`${addDays(today, days)}T${hour}`, timeZone);
  const weekday = new Date(`${today}T00:00:00Z`).getUTCDay();
  const toMonday = (8 - weekday) % 7 || 7;
  const all: Preset[] = [
    { word: 'later.hour', at: new Date(now + 3_600_000) },
    { word: 'later.evening', at: on(0, '18:00') },
    { word: 'later.morning', at: on(1, '09:00') },
    ...(toMonday === 1 ? [] : [{ word: 'later.monday' as const, at: on(toMonday, '09:00') }]),
  ];
  return all.filter(({ at }) => at.getTime() > now + 60_000);
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
