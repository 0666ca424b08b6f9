/**
 * CSV as RFC 4180 has it, and harmless when a spreadsheet opens it: a cell that begins as a formula does gets a `'` before
 * it (OWASP, "CSV Injection"). So does a number as +13125550177: without the `'` a spreadsheet makes 1.31E+10 of it and
 * saves that. A cell that begins with `'` and then as a formula gets one more, so that taking one away is always the way
 * back: `plainCell` in the importer.
 */
const FORMULA = /^'*[=+\-@\t\r]/;
const ESCAPED = /^'+[=+\-@\t\r]/;

export function safeCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",;|\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What `safeCell` was given. */
export function plainCell(text: string): string {
  return ESCAPED.test(text) ? text.slice(1) : text;
}

export function csvLine(cells: readonly string[]): string {
  // a line with nothing in it would be read as no line at all
  return `${cells.length === 1 && cells[0] === '' ? '""' : cells.map(safeCell).join(',')}\r\n`;
}

/** A list as one cell; `\` stands before what would end an item. */
export function joinList(items: readonly string[]): string {
  return items.map((item) => item.replace(/[\\;,]/g, '\\$&')).join('; ');
}

export function splitList(text: string): string[] {
  return [...text.matchAll(/(?:\\[^]|[^\\;,])+/g)]
    .map(([item]) => item.trim().replace(/\\([\\;,])/g, '$1'))
    .filter((item) => item !== '');
}
