import { html, nothing, type TemplateResult } from 'lit';
import type { Contact, CreateOpportunity, Opportunity } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import { modal } from '../../internal/modal.ts';
import { avatar, why } from '../../internal/parts.ts';
import type { I18n } from '../../words/i18n.ts';
import { nameOf } from './card.ts';
import type { DialogHandle } from './dialogs.ts';
import type { Asked, DialogContext } from './lazy-dialogs.ts';

type Person = Pick<Contact, 'id' | 'name' | 'phone'>;
type CardAsked = Extract<Asked, { about: 'add' | 'edit' }>;
type Terms = Required<Pick<CreateOpportunity, 'name' | 'value' | 'currency' | 'owner_id' | 'expected_close'>>;

const SEARCH_PAUSE = 250;
/** Offered beside those that the board has already. */
const CURRENCIES = ['USD', 'EUR', 'GBP', 'CAD', 'AUD', 'CHF', 'JPY', 'AED', 'SAR'];

/** Adds a card, or edits one. */
export class CardDialog {
  readonly #card: Opportunity | null;
  readonly #stageId: string | null;
  readonly #context: DialogContext;
  readonly #handle: DialogHandle;
  /** The same request is the same card, however often it is sent. */
  readonly #id = crypto.randomUUID();
  #person: Person | null;
  #found: readonly Person[] | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #words: string = '';
  #error: ApiError | null = null;
  #wrong = '';
  #sure = false;
  #busy = false;

  constructor(asked: CardAsked, context: DialogContext, handle: DialogHandle) {
    this.#context = context;
    this.#handle = handle;
    this.#card = asked.about === 'edit' ? asked.card : null;
    this.#stageId = asked.about === 'add' ? asked.stageId : null;
    this.#person = this.#card?.contact ?? null;
  }

  render(): TemplateResult {
    const { i18n, store, stores } = this.#context;
    const card = this.#card;
    const { close } = this.#handle;
    const members = stores.session.me?.members ?? [];
    const used = store.columns.flatMap(({ sums }) => sums.map(({ currency }) => currency));
    const currency = card?.currency ?? used[0] ?? CURRENCIES[0]!;
    const currencies = [...new Set([currency, ...used, ...CURRENCIES])];
    return modal({
      i18n,
      name: 'card-dialog',
      title: i18n.t(card ? 'card.edit' : 'card.add'),
      close,
      body: html`<form @submit=${(event: SubmitEvent) => void this.#submit(event)}>
        ${this.#renderPerson(i18n)}
        <label
          >${i18n.t('card.name')}<input class="field" name="name" maxlength="200" value=${card?.name ?? ''}
        /></label>
        <div class="two">
          <label
            >${i18n.t('card.value')}<input
              class="field num"
              name="value"
              type="number"
              min="0"
              max="1000000000"
              step="any"
              inputmode="decimal"
              value=${typeof card?.value === 'number' ? major(card.value, currency) : ''}
          /></label>
          <label
            >${i18n.t('card.currency')}<select class="field" name="currency">
              ${currencies.map((one) => html`<option ?selected=${one === currency}>${one}</option>`)}
            </select></label
          >
        </div>
        ${
          card
            ? nothing
            : html`<label
                >${i18n.t('card.stage')}<select class="field" name="stage">
                  ${(store.pipeline?.stages ?? []).map(
                    ({ id, name }) =>
                      html`<option value=${id} ?selected=${id === this.#stageId}>${name}</option>`,
                  )}
                </select></label
              >`
        }
        <label
          >${i18n.t('field.owner')}<select class="field" name="owner">
            <option value="">${i18n.t('card.nobody')}</option>
            ${members.map(
              ({ id, name }) =>
                html`<option value=${id} ?selected=${id === card?.owner?.id}>${name}</option>`,
            )}
          </select></label
        >
        <label
          >${i18n.t('card.expected')}<input
            class="field"
            name="closes"
            type="date"
            value=${card?.expected_close ?? ''}
        /></label>
        <p class="wrong" role="alert">
          ${this.#error ? `${i18n.t('error.card')} ${why(i18n, this.#error)}` : this.#wrong}
        </p>
        <div class="end">
          ${card ? this.#renderEnds(card, i18n) : nothing}
          <button class="button" type="button" @click=${close}>${i18n.t('bulk.cancel')}</button>
          <button class="button primary" ?disabled=${this.#busy}>
            ${i18n.t(card ? 'card.save' : 'card.addNow')}
          </button>
        </div>
      </form>`,
    });
  }

  /** How it ended, and that it was never one. */
  #renderEnds(card: Opportunity, i18n: I18n): TemplateResult {
    const { store, settle } = this.#context;
    const end = (kind: 'won' | 'lost') => {
      const stage = store.columns.find((column) => column.stage.kind === kind)?.stage;
      if (!stage || stage.id === store.find(card.id)?.place.stageId) return nothing;
      const press = () => {
        this.#handle.close();
        settle(card, kind);
      };
      return html`<button class="button" type="button" @click=${press}>${i18n.t(`card.${kind}`)}</button>`;
    };
    return html`<button class="link wrong start" type="button" @click=${() => void this.#delete(card)}>
        ${i18n.t(this.#sure ? 'card.deleteSure' : 'card.delete')}</button
      >${end('won')}${end('lost')}`;
  }

  #renderPerson(i18n: I18n): TemplateResult {
    const person = this.#person;
    if (person) {
      return html`<div class="row">
        ${avatar(person)}<b class="grow ell"><bdi>${person.name ?? i18n.phone(person.phone)}</bdi></b>
        ${
          this.#card
            ? nothing
            : html`<button class="link" type="button" @click=${() => this.#set(() => (this.#person = null))}>
                ${i18n.t('card.change')}
              </button>`
        }
      </div>`;
    }
    const found = this.#found;
    return html`<label
        >${i18n.t('card.contact')}<input
          class="field"
          type="search"
          name="contact"
          autocomplete="off"
          placeholder=${i18n.t('card.contactHint')}
          .value=${this.#words}
          @input=${(event: Event) => this.#search((event.target as HTMLInputElement).value)}
          @keydown=${(event: KeyboardEvent) => {
            if (event.key !== 'Enter') return;
            // the first of them is meant, not the whole form
            event.preventDefault();
            const [first] = this.#found ?? [];
            if (first) this.#set(() => (this.#person = first));
          }}
      /></label>
      ${
        found === null
          ? nothing
          : found.length === 0
            ? html`<p class="muted" role="status">${i18n.t('card.noContact')}</p>`
            : html`<div class="found">
                ${found.map(
                  (one) =>
                    html`<button
                      class="item"
                      type="button"
                      @click=${() => this.#set(() => (this.#person = one))}
                    >
                      ${avatar(one)}<span class="grow ell"
                        ><bdi>${one.name ?? i18n.phone(one.phone)}</bdi></span
                      >
                      <bdi class="muted num">${i18n.phone(one.phone)}</bdi>
                    </button>`,
                )}
              </div>`
      }`;
  }

  #search(typed: string): void {
    const q = typed.trim();
    this.#words = typed;
    clearTimeout(this.#timer);
    if (q === '') return this.#set(() => (this.#found = null));
    this.#timer = setTimeout(() => {
      void this.#context.stores.client.listContacts({ q, limit: 6 }).then(
        ({ items }) => this.#words.trim() === q && this.#set(() => (this.#found = items)),
        (cause: unknown) => this.#refused(cause),
      );
    }, SEARCH_PAUSE);
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { i18n, stores, store, say } = this.#context;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const terms = termsOf(form);
    const card = this.#card;
    const person = this.#person;
    if (!person) return this.#set(() => (this.#wrong = i18n.t('card.needed')));
    this.#set(() => (this.#busy = true));
    try {
      if (card) await stores.client.updateOpportunity(card.id, terms, card.version);
      else {
        const made = await stores.client.createOpportunity({
          id: this.#id,
          contact_id: person.id,
          stage_id: text(form, 'stage'),
          ...terms,
        });
        say(i18n.t('card.added', { name: nameOf(made, i18n) }));
      }
      this.#handle.close();
      await store.refresh();
    } catch (cause) {
      this.#refused(cause);
    }
  }

  async #delete(card: Opportunity): Promise<void> {
    if (!this.#sure) return this.#set(() => (this.#sure = true));
    try {
      await this.#context.stores.client.deleteOpportunity(card.id);
      this.#handle.close();
      await this.#context.store.refresh();
    } catch (cause) {
      this.#refused(cause);
    }
  }

  #refused(cause: unknown): void {
    this.#set(() => {
      this.#error = ApiError.fromUnknown(cause);
      this.#busy = false;
    });
    // what stands there by now
    if (this.#error?.code === 'edited_elsewhere' || this.#error?.code === 'not_found')
      void this.#context.store.refresh();
  }

  #set(change: () => unknown): void {
    change();
    this.#handle.update();
  }
}

function termsOf(form: FormData): Terms {
  const currency = text(form, 'currency');
  const value = text(form, 'value');
  return {
    name: text(form, 'name') || null,
    // a sum without a currency says nothing, nor does a currency alone
    value: value === '' ? null : minor(Number(value), currency),
    currency: value === '' ? null : currency,
    owner_id: text(form, 'owner') || null,
    expected_close: text(form, 'closes') || null,
  };
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

function placesOf(currency: string): number {
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  );
}
/** Rounded: 1.15 * 100 is not 115. */
const minor = (amount: number, currency: string) => Math.round(amount * 10 ** placesOf(currency));
const major = (value: number, currency: string) => String(value / 10 ** placesOf(currency));
