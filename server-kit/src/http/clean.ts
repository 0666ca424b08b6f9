/**
 * Text as Postgres and JSON can carry it. A NUL byte cannot be stored (SQLSTATE 22021) and a lone surrogate cannot be
 * written as UTF-8; both come from broken clients, never from people. They are dropped and replaced (U+FFFD), because
 * losing somebody's text over an invisible character would be worse.
 */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

/** The same for every text in a JSON value, keys among them. */
export function cleanJson(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanJson);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [cleanText(key), cleanJson(held)]));
}

/** Whether `json` could hold anything that `cleanJson` would change. Cheap: nearly every body ends here. */
export function mayNeedCleaning(json: string): boolean {
  return /\0|\\u(?:0000|[dD][89a-fA-F])/.test(json) || !json.isWellFormed();
}
