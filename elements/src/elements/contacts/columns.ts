/** What a table of people can show: which columns there are, and which of them a member has chosen, how wide, in which order. */
import type { Contact, ContactField, FieldValue, MemberRef } from '@patchbay/server-kit/contract';
import type { ContactSort } from '@patchbay/server-kit/contract/names';
import type { SafeStorage } from '../../stores/storage.ts';
import type { WordKey } from '../../words/en.ts';
import type { I18n } from '../../words/i18n.ts';

export interface Column {
  /** `phone`, or `fields.<key>`. */
  key: string;
  label: string;
  width: number;
  /** The orders that a press on its head goes through. */
  sorts?: readonly [ContactSort, ContactSort];
  /** As text. What is more than text is drawn by `table.ts`. */
  text(contact: Contact, i18n: I18n, members: readonly MemberRef[]): string;
}

export interface ColumnPrefs {
  /** The keys of those shown, in order. The name is always first. */
  shown: readonly string[];
  widths: Readonly<Record<string, number>>;
  sort: ContactSort;
}

export const NARROWEST = 72;
export const WIDEST = 640;

const DEFAULT: ColumnPrefs = {
  shown: ['phone', 'email', 'tags', 'stage', 'owner_id', 'consent', 'created_at'],
  widths: {},
  sort: 'newest',
};

type Built = readonly [string, WordKey, number, Column['text'], Column['sorts']?];
const held =
  (key: 'email' | 'stage' | 'lead_type' | 'source' | 'city' | 'state'): Column['text'] =>
  (contact) =>
    contact[key] ?? '';
const day =
  (key: 'created_at' | 'updated_at'): Column['text'] =>
  (contact, i18n) =>
    i18n.date(contact[key]);

const BUILT: readonly Built[] = [
  ['name', 'contacts.name', 190, (contact, i18n) => nameOf(contact, i18n), ['name', 'name_desc']],
  ['phone', 'field.phone', 136, ({ phone }, i18n) => i18n.phone(phone)],
  ['email', 'field.email', 206, held('email')],
  ['tags', 'contacts.tags', 196, ({ tags }) => tags.join(', ')],
  ['stage', 'field.stage', 124, held('stage')],
  ['lead_type', 'field.lead_type', 110, held('lead_type')],
  [
    'lead_score',
    'field.lead_score',
    90,
    ({ lead_score }, i18n) => (lead_score === null ? '' : i18n.number(lead_score)),
  ],
  [
    'owner_id',
    'field.owner',
    120,
    ({ owner_id }, _, members) => members.find(({ id }) => id === owner_id)?.name ?? owner_id ?? '',
  ],
  ['source', 'field.source', 130, held('source')],
  ['city', 'field.city', 120, held('city')],
  ['state', 'field.state', 80, held('state')],
  [
    'consent',
    'contacts.consent',
    104,
    ({ consent }, i18n) =>
      consent
        .filter(({ channel }) => channel === 'sms')
        .map(({ state }) => i18n.t(`contacts.consent.${state}`))
        .join(', '),
  ],
  ['created_at', 'contacts.created', 106, day('created_at'), ['newest', 'oldest']],
  ['updated_at', 'contacts.updated', 120, day('updated_at')],
];

export function nameOf({ name, phone, email }: Contact, i18n: I18n): string {
  return name ?? (phone === null ? (email ?? i18n.t('contacts.nameless')) : i18n.phone(phone));
}

/** All there are: the built-in ones, then the account's own fields. */
export function columnsOf(i18n: I18n, fields: readonly ContactField[]): Column[] {
  const own = fields
    .filter(({ archived }) => !archived)
    .map(({ key, label, type }): Column => ({
      key: `fields.${key}`,
      label,
      width: 140,
      text: (contact, words) => written(contact.fields[key], type, words),
    }));
  return [
    ...BUILT.map(([key, word, width, text, sorts]): Column => ({
      key,
      label: i18n.t(word),
      width,
      text,
      ...(sorts && { sorts }),
    })),
    ...own,
  ];
}

function written(value: FieldValue | undefined, type: ContactField['type'], i18n: I18n): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return i18n.t(value ? 'contacts.yes' : 'contacts.no');
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'number') return i18n.number(value);
  return type === 'phone' ? i18n.phone(value) : value;
}

/** Those to draw, the name first. What is gone, such as an archived field, is passed over. */
export function chosen(columns: readonly Column[], { shown }: ColumnPrefs): Column[] {
  const byKey = new Map(columns.map((column) => [column.key, column]));
  return ['name', ...shown.filter((key) => key !== 'name')].flatMap((key) => byKey.get(key) ?? []);
}

export const widthOf = ({ key, width }: Column, { widths }: ColumnPrefs): number => widths[key] ?? width;

/** Remembered in this browser per member and view. */
export function readPrefs(storage: SafeStorage, scope: string, view: string | null): ColumnPrefs {
  if (scope === '') return DEFAULT;
  try {
    const read = JSON.parse(storage.get(keyOf(scope, view)) ?? '{}') as Partial<ColumnPrefs> | null;
    return { ...DEFAULT, ...read };
  } catch {
    return DEFAULT;
  }
}

export function writePrefs(
  storage: SafeStorage,
  scope: string,
  view: string | null,
  prefs: ColumnPrefs,
): void {
  if (scope !== '') storage.set(keyOf(scope, view), JSON.stringify(prefs));
}

const keyOf = (scope: string, view: string | null) => `pb:columns:${scope}:${view ?? ''}`;
