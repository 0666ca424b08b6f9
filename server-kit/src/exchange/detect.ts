/** What a file is: how its text is written, what stands between its cells, what its columns may mean. */
import { ProblemError } from '../errors.ts';
import { CsvReader, type CsvRecord, type Encoding } from './csv-read.ts';

/** Marks of files that are taken for CSV by mistake. */
const OTHERS: [bytes: string, what: string][] = [
  ['504b0304', 'This is an Excel workbook or another packed file. Open it and save the sheet as CSV.'],
  ['d0cf11e0', 'This is an Excel workbook of the older kind. Open it and save the sheet as CSV.'],
  ['25504446', 'This is a PDF. Export the table as CSV where it comes from.'],
  ['1f8b', 'This file is packed (gzip). Unpack it first.'],
];

export type Transfer = 'utf-8' | 'utf-16le' | 'utf-16be';

/** From the first bytes. Throws `invalid_file` for what is no text. */
export function transferOf(start: Buffer): { transfer: Transfer; bom: number } {
  const hex = start.subarray(0, 4).toString('hex');
  const other = OTHERS.find(([mark]) => hex.startsWith(mark));
  if (other) throw new ProblemError('invalid_file', other[1]);
  if (hex.startsWith('efbbbf')) return { transfer: 'utf-8', bom: 3 };
  if (hex.startsWith('fffe')) return { transfer: 'utf-16le', bom: 2 };
  if (hex.startsWith('feff')) return { transfer: 'utf-16be', bom: 2 };
  // without a mark: plain letters have a zero on one side
  const sample = start.subarray(0, 4_096);
  const zeros = [0, 0];
  sample.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2]! += 1;
  });
  if (zeros[1]! > sample.length * 0.3) return { transfer: 'utf-16le', bom: 0 };
  if (zeros[0]! > sample.length * 0.3) return { transfer: 'utf-16be', bom: 0 };
  return { transfer: 'utf-8', bom: 0 };
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The one by which most lines fall into equally many cells; a comma when nothing speaks for another. */
export function delimiterOf(sample: Buffer, encoding: Encoding, whole: boolean): string {
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of DELIMITERS) {
    const records = new CsvReader(delimiter, encoding).push(sample, whole).slice(0, 50);
    const readable = records.filter((record) => record.problem === null);
    const width = readable[0]?.cells.length ?? 0;
    if (width < 2) continue;
    const alike = readable.filter((record) => record.cells.length === width).length;
    const score = (alike / records.length) * 100 + Math.min(width, 50);
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** More than these and something is wrong with the file. */
export const MOST_COLUMNS = 500;

/** Throws `invalid_file`. */
export function checkHeader(header: CsvRecord | undefined): void {
  if (!header) throw new ProblemError('invalid_file', 'The file is empty.');
  if (header.problem !== null) throw new ProblemError('invalid_file', header.problem);
  if (header.cells.length > MOST_COLUMNS) {
    throw new ProblemError(
      'invalid_file',
      `The file has ${header.cells.length} columns; at most ${MOST_COLUMNS} can be read. Remove those that are not needed.`,
    );
  }
}

/** The fields of a contact that a column can hold, and how headers call them, without case, spaces and signs. */
export const IMPORT_FIELDS: Record<string, string[]> = {
  first_name: ['firstname', 'first', 'givenname', 'forename', 'fname', 'vorname'],
  middle_name: ['middlename', 'middle', 'middleinitial'],
  last_name: ['lastname', 'last', 'surname', 'familyname', 'lname', 'nachname'],
  name: [
    'name',
    'fullname',
    'contact',
    'contactname',
    'client',
    'lead',
    'leadname',
    'customer',
    'customername',
  ],
  phone: [
    'phone',
    'phonenumber',
    'mobile',
    'mobilephone',
    'mobilenumber',
    'cell',
    'cellphone',
    'tel',
    'telephone',
    'primaryphone',
    'phone1',
    'homephone',
    'workphone',
    'contactnumber',
    'number',
    'telefon',
    'handy',
  ],
  email: ['email', 'emailaddress', 'mail', 'primaryemail', 'email1'],
  further_phones: ['otherphones', 'otherphone', 'phone2', 'secondaryphone', 'additionalphones'],
  further_emails: ['otheremails', 'otheremail', 'email2', 'secondaryemail', 'additionalemails'],
  opted_out: ['optout', 'smsoptout', 'smsoptedout', 'unsubscribed', 'stopped'],
  birthday: ['birthday', 'birthdate', 'dateofbirth', 'dob', 'bday'],
  tags: ['tags', 'tag', 'labels', 'label', 'groups', 'group'],
  lead_type: ['leadtype', 'type'],
  lead_score: ['leadscore', 'score'],
  stage: ['stage', 'pipelinestage', 'status', 'leadstatus'],
  source: ['source', 'leadsource', 'origin'],
  owner_id: ['ownerid'],
  street: ['street', 'address', 'streetaddress', 'address1', 'addressline1', 'mailingaddress'],
  city: ['city', 'town'],
  postal_code: ['postalcode', 'zip', 'zipcode', 'postcode', 'plz'],
  state: ['state', 'province', 'region', 'stateprovince'],
  country: ['country', 'countrycode'],
  time_zone: ['timezone'],
  do_not_call: ['donotcall', 'dnc'],
  messenger_id: ['messengerid'],
  whatsapp_id: ['whatsappid'],
};

/** For each column a field, or null; each field once, to the first column that looks like it. */
export function proposeMapping(header: readonly string[], customKeys: readonly string[]): (string | null)[] {
  const taken = new Set<string>();
  return header.map((name) => {
    const plain = plainName(name);
    if (plain === '') return null;
    // an export of ours, also of fields that have no definition
    const own = /^fields\.(.{1,100})$/.exec(name.trim())?.[1];
    const custom = own ?? customKeys.find((key) => plainName(key) === plain);
    const known = Object.keys(IMPORT_FIELDS).find(
      (field) => plainName(field) === plain || IMPORT_FIELDS[field]!.includes(plain),
    );
    const field = known ?? (custom === undefined ? null : `fields.${custom}`);
    if (field === null || taken.has(field)) return null;
    taken.add(field);
    return field;
  });
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
