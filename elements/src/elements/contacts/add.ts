/** The dialog that adds one contact. */
import { html, type TemplateResult } from 'lit';
import type { Contact, CreateContact } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import { modal, modalStyles } from '../../internal/modal.ts';
import { why } from '../../internal/parts.ts';
import type { Stores } from '../../stores/stores.ts';
import { enContactsMore } from '../../words/en-contacts-more.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';

addEnglish(enContactsMore);

export const styles = modalStyles;

const FIELDS = [
  ['first_name', 'text', 'given-name'],
  ['last_name', 'text', 'family-name'],
  ['phone', 'tel', 'tel'],
  ['email', 'email', 'email'],
] as const;

export interface AddContext {
  i18n: I18n;
  stores: Stores;
  close: () => void;
  added: (contact: Contact) => void;
}

export function addDialog(context: AddContext): TemplateResult {
  const { i18n, close } = context;
  return modal({
    i18n,
    name: 'add-contact',
    title: i18n.t('addContact.title'),
    close,
    body: html`<form novalidate @submit=${(event: SubmitEvent) => void add(event, context)}>
      <p class="muted">${i18n.t('addContact.hint')}</p>
      ${FIELDS.map(
        ([name, type, complete]) =>
          html`<label
            >${i18n.t(`field.${name}`)}<input
              class="field"
              name=${name}
              type=${type}
              autocomplete=${complete}
          /></label>`,
      )}
      <p class="wrong" role="alert"></p>
      <div class="end">
        <button class="button" type="button" @click=${close}>${i18n.t('bulk.cancel')}</button>
        <button class="button primary">${i18n.t('addContact.save')}</button>
      </div>
    </form>`,
  });
}

async function add(event: SubmitEvent, { i18n, stores, close, added }: AddContext): Promise<void> {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const wrong = form.querySelector('.wrong')!;
  const button = form.querySelector<HTMLButtonElement>('.primary')!;
  const given = Object.fromEntries(
    FIELDS.flatMap(([name]) => {
      const value = (form.elements.namedItem(name) as HTMLInputElement).value.trim();
      return value === '' ? [] : [[name, value]];
    }),
  ) as CreateContact;
  if (Object.keys(given).length === 0) return void (wrong.textContent = i18n.t('addContact.needed'));
  button.disabled = true;
  try {
    added(await stores.client.createContact(given));
    close();
  } catch (cause) {
    // what was typed stays
    wrong.textContent = `${i18n.t('error.addContact')} ${why(i18n, ApiError.fromUnknown(cause))}`;
    button.disabled = false;
  }
}
