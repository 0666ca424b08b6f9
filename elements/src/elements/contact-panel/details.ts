/** What can be said about a contact, as data: which detail, how it is typed in, and what changing it sends. */
import type {
  Contact,
  ContactField,
  FieldValue,
  MemberRef,
  UpdateContact,
} from '@patchbay/server-kit/contract';
import type { I18n } from '../../words/i18n.ts';

export type DetailKind =
  'text' | 'email' | 'tel' | 'url' | 'number' | 'date' | 'birthday' | 'choice' | 'choices' | 'switch';

export interface Detail {
  /** Unique in the panel. */
  key: string;
  label: string;
  kind: DetailKind;
  value: FieldValue | null;
  /** As it is read; left out: the value itself. */
  shown?: string;
  /** Of a choice. */
  options?: { value: string; label: string }[];
  /** Null: empties it. */
  patch(value: FieldValue | null): UpdateContact;
}

const TEXTS = [
  'first_name',
  'middle_name',
  'last_name',
  'email',
  'phone',
  'lead_type',
  'stage',
  'source',
] as const;
/** Shown even while empty: they are what is asked for first. */
const ALWAYS: readonly string[] = ['email', 'phone', 'stage'];
const ADDRESS = ['street', 'city', 'state', 'postal_code', 'country'] as const;
const KINDS = { email: 'email', phone: 'tel' } as const;
const MUTABLE = ['sms', 'voice', 'email'] as const;

type TextField = (typeof TEXTS)[number] | (typeof ADDRESS)[number];

function text(field: TextField, contact: Contact, i18n: I18n): Detail {
  const value = contact[field];
  return {
    key: field,
    label: i18n.t(`field.${field}`),
    kind: field in KINDS ? KINDS[field as keyof typeof KINDS] : 'text',
    value,
    ...(field === 'phone' ? { shown: i18n.phone(value) } : {}),
    patch: (next) => ({ [field]: next }),
  };
}

export function mainDetails(contact: Contact, i18n: I18n, members: readonly MemberRef[]): Detail[] {
  const { birthday, owner_id, lead_score } = contact;
  const owners = members.map(({ id, name }) => ({ value: id, label: name }));
  if (owner_id !== null && !members.some(({ id }) => id === owner_id))
    owners.push({ value: owner_id, label: owner_id });
  return [
    ...TEXTS.filter((field) => contact[field] !== null || ALWAYS.includes(field)).map((field) =>
      text(field, contact, i18n),
    ),
    {
      key: 'birthday',
      label: i18n.t('field.birthday'),
      kind: 'birthday',
      value: birthday,
      shown: birthday === null ? '' : birthdayWords(birthday, i18n),
      patch: (next) => ({ birthday: typeof next === 'string' ? typedBirthday(next) : null }),
    },
    {
      key: 'owner_id',
      label: i18n.t('field.owner'),
      kind: 'choice',
      value: owner_id,
      options: owners,
      patch: (next) => ({ owner_id: next as string | null }),
    },
    {
      key: 'lead_score',
      label: i18n.t('field.lead_score'),
      kind: 'number',
      value: lead_score,
      ...(lead_score === null ? {} : { shown: i18n.number(lead_score) }),
      patch: (next) => ({ lead_score: next as number | null }),
    },
  ];
}

export function addressDetails(contact: Contact, i18n: I18n): Detail[] {
  return ADDRESS.map((field) => text(field, contact, i18n));
}

export function contactingDetails({ do_not_call, dnd }: Contact, i18n: I18n): Detail[] {
  const channels = [...new Set([...MUTABLE, ...dnd])];
  return [
    {
      key: 'do_not_call',
      label: i18n.t('field.do_not_call'),
      kind: 'switch',
      value: do_not_call,
      patch: (next) => ({ do_not_call: next === true }),
    },
    {
      key: 'dnd',
      label: i18n.t('field.dnd'),
      kind: 'choices',
      value: dnd,
      options: channels.map((channel) => ({ value: channel, label: i18n.t(`consent.${channel}`) })),
      patch: (next) => ({ dnd: (next ?? []) as Contact['dnd'] }),
    },
  ];
}

const TYPES: Record<ContactField['type'], DetailKind> = {
  text: 'text',
  number: 'number',
  date: 'date',
  choice: 'choice',
  multi_choice: 'choices',
  boolean: 'switch',
  url: 'url',
  phone: 'tel',
};

/** The account's own fields in their order, then what is free. */
export function ownDetails(contact: Contact, i18n: I18n, fields: readonly ContactField[]): Detail[] {
  const known = new Set(fields.map(({ key }) => key));
  const detail = (key: string, more: Pick<Detail, 'label' | 'kind'> & Partial<Detail>): Detail => ({
    key: `fields.${key}`,
    value: contact.fields[key] ?? null,
    patch: (next) => ({ fields: { ...contact.fields, [key]: next } }),
    ...more,
  });
  return [
    ...fields
      .filter(({ archived }) => !archived)
      .map(({ key, label, type, options }) => {
        const value = contact.fields[key];
        return detail(key, {
          label,
          kind: TYPES[type],
          options: options.map((option) => ({ value: option, label: option })),
          ...(type === 'number' && typeof value === 'number' ? { shown: i18n.number(value) } : {}),
          ...(type === 'phone' && typeof value === 'string' ? { shown: i18n.phone(value) } : {}),
          ...(type === 'date' && typeof value === 'string' ? { shown: birthdayWords(value, i18n) } : {}),
        });
      }),
    ...Object.keys(contact.fields)
      .filter((key) => !known.has(key))
      .map((key) => detail(key, { label: key, kind: 'text' })),
  ];
}

/** "May 12", "April 23, 1990". */
function birthdayWords(birthday: string, i18n: I18n): string {
  const [, year, month, day] = /^(\d{4}|-)-(\d{2})-(\d{2})$/.exec(birthday) ?? [];
  if (year === undefined) return birthday;
  const date = new Date(0);
  date.setUTCFullYear(year === '-' ? 2000 : Number(year), Number(month) - 1, Number(day));
  return new Intl.DateTimeFormat(i18n.locale, {
    month: 'long',
    day: 'numeric',
    ...(year === '-' ? {} : { year: 'numeric' }),
    timeZone: 'UTC',
  }).format(date);
}

/** People leave the dashes away that stand for the year. */
function typedBirthday(typed: string): string {
  return /^\d{2}-\d{2}$/.test(typed) ? `--${typed}` : typed;
}
