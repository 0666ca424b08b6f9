/**
 * Postgres arrays, one-dimensional. postgres.js would ask the catalog for their types on every new connection; when the
 * connection is lost at that moment (Postgres restarts), the question fails where nobody can catch it and Node ends
 * the host's process. So it is told not to ask, and the types that the kit uses are written down here.
 */
type ReadElement = (text: string) => unknown;
type Element = string | number | bigint | boolean | Date | null | undefined;

const asText: ReadElement = (text) => text;

/** The oids of array types, which are the same in every Postgres, and how an element is read. */
const ARRAYS: Record<string, [oid: number, read: ReadElement]> = {
  'boolean[]': [1000, (text) => text === 't'],
  'smallint[]': [1005, Number],
  'integer[]': [1007, Number],
  'text[]': [1009, asText],
  'bigint[]': [1016, asText],
  'double precision[]': [1022, Number],
  'timestamptz[]': [1185, asText],
  'uuid[]': [2951, asText],
};

/** For the option `types` of postgres.js. */
export const ARRAY_TYPES = Object.fromEntries(
  Object.entries(ARRAYS).map(([name, [oid, read]]) => [
    name,
    { to: oid, from: [oid], serialize: writeArray, parse: (text: string) => readArray(text, read) },
  ]),
);

/** As `{"a","b",NULL}`. What is no list is taken for a literal that is written out already. */
export function writeArray(value: unknown): string {
  if (!Array.isArray(value)) return value as string;
  let written = '';
  for (const element of value as Element[]) written += `${written === '' ? '' : ','}${writeElement(element)}`;
  return `{${written}}`;
}

function writeElement(value: Element): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number') return String(value);
  const text = value instanceof Date ? value.toISOString() : String(value);
  // hardly any has either
  if (!text.includes('"') && !text.includes('\\')) return `"${text}"`;
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** Reads `{a,"b \"c\"",NULL}`: elements are quoted when they need to be, and only an unquoted NULL is one. */
export function readArray(text: string, read: ReadElement = asText): unknown[] {
  const elements: unknown[] = [];
  const element = /"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs;
  for (const [, quoted, bare] of text.slice(1, -1).matchAll(element)) {
    if (quoted !== undefined) elements.push(read(quoted.replace(/\\(.)/gs, '$1')));
    else elements.push(bare === 'NULL' ? null : read(bare!));
  }
  return elements;
}
