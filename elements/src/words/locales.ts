import type { Words } from './en.ts';

type Load = () => Promise<Partial<Words>>;

const locales = new Map<string, Partial<Words> | Load>([
  ['en', {}],
  ['ar', () => import('./ar.ts').then(({ ar }) => ar)],
]);

/** Adds a language, or replaces one (what it leaves out is English): the words, or a function that loads them when they are first wanted. */
export function addLocale(language: string, words: Partial<Words> | Load): void {
  locales.set(language, words);
}

/** The words for `de-AT`: those of `de-AT`, else of `de`, else English. */
export async function loadWords(locale: string): Promise<Partial<Words>> {
  const found = locales.get(locale) ?? locales.get(locale.split('-')[0] ?? '') ?? {};
  if (typeof found !== 'function') return found;
  const words = await found();
  addLocale(locale, words);
  return words;
}

/** The same without waiting: undefined while they still have to be loaded. */
export function wordsNow(locale: string): Partial<Words> | undefined {
  const found = locales.get(locale) ?? locales.get(locale.split('-')[0] ?? '') ?? {};
  return typeof found === 'function' ? undefined : found;
}
