/** A NUL byte and a lone surrogate cannot be stored; see `http/clean.ts`. */
export function cleanCell(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
