import { en, type Words } from './en.ts';

type Load = () => Promise<Words>;

const locales = new Map<string, Words | Load>([
  ['en', en],
  ['ar', () => import('./ar.ts').then(({ ar }) => ar)],
]);

/** Adds a language, or replaces one: whole words, or a function that loads them when they are first wanted. */
export function addLocale(language: string, words: Words | Load): void {
  locales.set(language, words);
}

/** The words for `de-AT`: those of `de-AT`, else of `de`, else English. */
export async function loadWords(locale: string): Promise<Words> {
  const found = locales.get(locale) ?? locales.get(locale.split('-')[0] ?? '') ?? en;
  if (typeof found !== 'function') return found;
  const words = await found();
  addLocale(locale, words);
  return words;
}

/** The same without waiting: undefined while they still have to be loaded. */
export function wordsNow(locale: string): Words | undefined {
  const found = locales.get(locale) ?? locales.get(locale.split('-')[0] ?? '') ?? en;
  return typeof found === 'function' ? undefined : found;
}
