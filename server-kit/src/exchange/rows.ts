/** From the cells of a row to what is stored of a contact. The rules are those of PATCH /contacts; what breaks them is said in words. */
import { checkedAddresses } from '../contacts/addresses.ts';
import { readBirthday } from '../contacts/birthday.ts';
import { checkedFieldsBy, listFields } from '../contacts/fields.ts';
import { regionOf } from '../contacts/input.ts';
import { toE164 } from '../contacts/phone.ts';
import { checkedZone } from '../contacts/zones.ts';
import {
  updateContact,
  type ContactAddress,
  type ContactField,
  type FieldValue,
  type StartImport,
} from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import { cleanCell } from './clean.ts';
import type { CsvRecord } from './csv-read.ts';
import { plainCell, splitList } from '../csv.ts';
import { IMPORT_FIELDS } from './detect.ts';

/** Columns of `contacts` by name, as far as the row says anything. */
export type RowValues = Record<string, string | number | boolean | null>;

export type Further = Pick<ContactAddress, 'kind' | 'address'>;

export interface ReadRow {
  line: number;
  /** As in the file. */
  cells: string[];
  values: RowValues;
  tags: string[];
  fields: Record<string, FieldValue>;
  /** Numbers and e-mail addresses beside the first ones. */
  further: Further[];
  /** The row says that they want nothing more. */
  optedOut: boolean;
  /** Of the consent in the row, RFC 3339; null: it does not say. */
  agreedAt: string | null;
  problem: string | null;
}

/** What is the same for every row of an import. */
export interface Reading {
  settings: StartImport;
  region: string;
  custom: Map<string, ContactField>;
  owners: Set<string>;
  /** Of the database. */
  now: string;
  /** Headers, for the words of a problem. */
  names: string[];
}

export async function readingOf(tx: Tx, settings: StartImport, names: string[]): Promise<Reading> {
  const [fields, members, region, [clock]] = await Promise.all([
    listFields(tx),
    tx.sql<{ member_id: string }[]>`select member_id from members where tenant_id = ${tx.tenant}`,
    settings.region ?? regionOf(tx),
    tx.sql<{ now: string }[]>`select moment() as now`,
  ]);
  return {
    settings,
    region,
    custom: new Map(fields.map((field) => [field.key, field])),
    owners: new Set(members.map((row) => row.member_id)),
    now: clock!.now,
    names,
  };
}

export const customKey = (field: string) =>
  field.startsWith('fields.') ? field.slice('fields.'.length) : null;

/** Of several columns together. */
const LISTS = ['tags', 'further_phones', 'further_emails'];

/** Throws `invalid_request` for a mapping that cannot be meant. */
export function checkSettings({ mapping, defaults, dedupe, consent }: StartImport, columns: number): void {
  if (mapping.length !== columns) {
    throw new ProblemError(
      'invalid_request',
      `The file has ${columns} columns, the mapping ${mapping.length}.`,
      'mapping',
    );
  }
  const mapped = mapping.filter((field) => field !== null);
  for (const [path, fields] of [
    ['mapping', mapped],
    ['defaults', Object.keys(defaults)],
  ] as const) {
    const unknown = fields.find((field) => customKey(field) === null && !Object.hasOwn(IMPORT_FIELDS, field));
    if (unknown !== undefined)
      throw new ProblemError('invalid_request', `There is no field ${unknown}.`, path);
  }
  const twice = mapped.find((field, index) => !LISTS.includes(field) && mapped.indexOf(field) !== index);
  if (twice !== undefined) {
    throw new ProblemError(
      'invalid_request',
      `Two columns are mapped to ${twice}. Leave one of them out.`,
      'mapping',
    );
  }
  if (mapped.length === 0) throw new ProblemError('invalid_request', 'Map at least one column.', 'mapping');
  const { by } = dedupe;
  if (!['phone', 'email', 'phone_or_email'].includes(by) && customKey(by) === null) {
    throw new ProblemError(
      'invalid_request',
      'Use phone, email, phone_or_email or fields.<key>.',
      'dedupe.by',
    );
  }
  if (customKey(by) !== null && !mapped.includes(by)) {
    throw new ProblemError(
      'invalid_request',
      `Map a column to ${by}, by which people are known.`,
      'dedupe.by',
    );
  }
  if (consent?.occurred_at_column !== undefined && consent.occurred_at_column >= columns) {
    throw new ProblemError(
      'invalid_request',
      `The file has ${columns} columns, counted from 0.`,
      'consent.occurred_at_column',
    );
  }
  if (consent && !mapped.includes('phone')) {
    throw new ProblemError(
      'invalid_request',
      'Consent belongs to a number. Map a column to phone.',
      'consent',
    );
  }
}

export function readRow({ line, cells, problem }: CsvRecord, reading: Reading): ReadRow {
  const row: ReadRow = {
    line,
    cells,
    values: {},
    tags: [...reading.settings.tags],
    fields: {},
    further: [],
    optedOut: false,
    agreedAt: null,
    problem,
  };
  if (problem !== null) return row;
  const { mapping, defaults } = reading.settings;
  if (cells.length > mapping.length && cells.slice(mapping.length).some((cell) => cell.trim() !== '')) {
    row.problem = `The line has ${cells.length} cells, the header ${mapping.length}. A cell that holds the delimiter must stand in quotes.`;
    return row;
  }
  let place = '';
  try {
    mapping.forEach((field, index) => {
      if (field === null) return;
      place = reading.names[index]!.trim() || `column ${index + 1}`;
      const text = cleanCell(plainCell(cells[index] ?? '')).trim();
      if (text !== '') put(row, field, text, reading);
    });
    const column = reading.settings.consent?.occurred_at_column;
    if (column !== undefined) {
      place = reading.names[column]?.trim() || `column ${column + 1}`;
      row.agreedAt = agreedAt((cells[column] ?? '').trim(), reading);
    }
    for (const [field, text] of Object.entries(defaults)) {
      place = field;
      if (!has(row, field)) put(row, field, text, reading);
    }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    row.problem = `${place}: ${error.message}`;
    return row;
  }
  const { first_name, last_name, phone, email } = row.values;
  if (!first_name && !last_name && !phone && !email) {
    row.problem = 'The line has no name, no number and no e-mail address to know the person by.';
  } else if (row.optedOut && numbersOf(row).length === 0) {
    row.problem = 'The line says that somebody has opted out, and has no number of theirs.';
  }
  return row;
}

/** All that the row has. */
export function numbersOf({ values, further }: ReadRow): string[] {
  const more = further.filter(({ kind }) => kind === 'phone').map(({ address }) => address);
  return typeof values['phone'] === 'string' ? [values['phone'], ...more] : more;
}

function has({ values, fields, tags, further }: ReadRow, field: string): boolean {
  const key = customKey(field);
  if (key !== null) return Object.hasOwn(fields, key);
  if (field === 'tags') return tags.length > 0;
  if (field === 'further_phones') return further.some(({ kind }) => kind === 'phone');
  if (field === 'further_emails') return further.some(({ kind }) => kind === 'email');
  if (field === 'name') return 'first_name' in values || 'last_name' in values;
  return field === 'birthday' ? 'birth_day' in values : field in values;
}

function put(row: ReadRow, field: string, text: string, reading: Reading): void {
  const { values } = row;
  const key = customKey(field);
  if (key !== null) Object.assign(row.fields, customValue(key, text, reading));
  else if (field === 'phone') values['phone'] = toE164(text, reading.region);
  else if (field === 'tags') row.tags = [...new Set([...row.tags, ...splitList(text).map(checkedTag)])];
  else if (field === 'name') putName(values, text);
  else if (field === 'birthday') Object.assign(values, readBirthday(plainDate(text, reading.region)));
  else if (field === 'time_zone') values[field] = checkedZone(text);
  else if (field === 'owner_id' && !reading.owners.has(text))
    throw new ProblemError('invalid_request', `"${text.slice(0, 60)}" is no member of this account.`);
  else if (field === 'further_phones') putFurther(row, 'phone', text, reading);
  else if (field === 'further_emails') putFurther(row, 'email', text, reading);
  // no is no word of theirs: nobody is opted in by a list
  else if (field === 'opted_out') row.optedOut ||= yesOrNo(text);
  else if (field === 'do_not_call') values[field] = yesOrNo(text);
  else if (field === 'lead_score') values[field] = checked(field, number(text)) as number;
  else if (field === 'postal_code' || field === 'country' || field === 'email') {
    values[field] = checked(field, text) as string;
  } else values[field] = shortText(text);
}

function putFurther(row: ReadRow, kind: Further['kind'], text: string, { region }: Reading): void {
  const given = splitList(text).map((address) => ({ kind, address }));
  row.further = [...row.further, ...checkedAddresses(given, region)];
}

/** The rule of most columns, without asking zod a million times for it. */
function shortText(text: string): string {
  if (text.length <= 200) return text;
  throw new ProblemError('invalid_request', `longer than 200 characters.`);
}

function checked(field: 'postal_code' | 'country' | 'email' | 'lead_score', value: unknown): unknown {
  const read = updateContact.shape[field].safeParse(value);
  if (read.success) return read.data;
  throw new ProblemError(
    'invalid_request',
    `"${String(value).slice(0, 60)}": ${read.error.issues[0]!.message}.`,
  );
}

function checkedTag(tag: string): string {
  if (tag.length <= 100) return tag;
  throw new ProblemError('invalid_request', 'A tag has at most 100 characters.');
}

/** "Rivera, Ana" or "Ana Maria Rivera": the last word is the last name. */
function putName(values: RowValues, text: string): void {
  shortText(text);
  const [last, first] = text.split(',').map((part) => part.trim());
  const space = text.lastIndexOf(' ');
  const names =
    first !== undefined && last !== undefined && text.split(',').length === 2
      ? [first, last]
      : space === -1
        ? [text, '']
        : [text.slice(0, space).trim(), text.slice(space + 1)];
  if (names[0] && !('first_name' in values)) values['first_name'] = names[0];
  if (names[1] && !('last_name' in values)) values['last_name'] = names[1];
}

/** As `readBirthday` wants it. With slashes, Americans write the month first; elsewhere, and with dots, the day comes first. */
function plainDate(text: string, region: string): string {
  const [, a, sign, b, year] = /^(\d{1,2})([./-])(\d{1,2})\2?(\d{4})?\.?$/.exec(text) ?? [];
  if (a === undefined || b === undefined) return text.replace(/[T ]00:00.*$/, '');
  const [month, day] = region === 'US' && sign !== '.' ? [a, b] : [b, a];
  return `${year ?? '-'}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** A day counts from its noon in UTC, which is that day from Alaska to Auckland, or nearly. */
function agreedAt(text: string, { region, now }: Reading): string | null {
  if (text === '') return null;
  const day = /^\d{4}-\d{2}-\d{2}$/.exec(plainDate(text, region))?.[0];
  const at = new Date(day === undefined ? text : `${day}T12:00:00Z`);
  if (Number.isNaN(at.getTime()))
    throw new ProblemError('invalid_request', `"${text.slice(0, 40)}" is no date. Write it as 2026-11-21.`);
  if (at.getTime() > Date.parse(now) + DAY)
    throw new ProblemError('invalid_request', `${text.slice(0, 40)} has not come yet.`);
  return new Date(Math.min(at.getTime(), Date.parse(now))).toISOString();
}

const DAY = 86_400_000;

function yesOrNo(text: string): boolean {
  if (/^(true|yes|y|1|x|ja|sí|si|oui)$/i.test(text)) return true;
  if (/^(false|no|n|0|nein|non)$/i.test(text)) return false;
  throw new ProblemError('invalid_request', `"${text.slice(0, 40)}" is neither yes nor no.`);
}

function number(text: string): number {
  const value = Number(text.replace(/,(?=\d{3}(\D|$))/g, ''));
  if (Number.isFinite(value)) return value;
  throw new ProblemError('invalid_request', `"${text.slice(0, 40)}" is no number.`);
}

function customValue(key: string, text: string, { custom, region }: Reading): Record<string, FieldValue> {
  const type = custom.get(key)?.type;
  const value: FieldValue =
    type === 'number'
      ? number(text)
      : type === 'boolean'
        ? yesOrNo(text)
        : type === 'multi_choice'
          ? splitList(text)
          : type === 'date'
            ? plainDate(text, region)
            : text;
  if (text.length > 2_000) throw new ProblemError('invalid_field', 'longer than 2000 characters.');
  return checkedFieldsBy(custom, { [key]: value }, {}, region);
}
