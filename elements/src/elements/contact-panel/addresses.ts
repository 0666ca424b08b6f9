import { css, html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { Contact, ContactAddress, UpdateContact } from '@patchbay/server-kit/contract';
import type { ApiError } from '../../client/errors.ts';
import { icon } from '../../internal/icons-more.ts';
import { why } from '../../internal/parts.ts';
import type { ContactStore } from '../../stores/contact.ts';
import { enMore } from '../../words/en-more.ts';
import { enPanel } from '../../words/en-panel.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';

addEnglish(enMore);
addEnglish(enPanel);

export const addressStyles = css`
  .address {
    display: grid;
    grid-column: 1 / -1;
    gap: 6px;
    margin-block: 4px 8px;
  }
  .address .field {
    min-height: 32px;
    margin: 0;
  }
  .address .acts,
  .addresses.acts {
    grid-column: 1 / -1;
    align-items: center;
    margin-block: 0;
  }
  .address .wrong {
    color: var(--_bad);
    font-size: var(--_text-s);
  }
`;

export interface AddressesContext {
  i18n: I18n;
  store: ContactStore;
  contact: Contact;
  /** Shows whoever has this number or address. False: it was not found. */
  openOwner: (address: string) => Promise<boolean>;
  done: (change: Promise<boolean>) => Promise<boolean>;
}

type Kind = ContactAddress['kind'];
/** Which row is open: a further address, or one that is being added. */
interface Open {
  contactId: string;
  kind: Kind;
  /** As it is stored; null: a new one. */
  address: string | null;
  typed: string;
  error: ApiError | null;
  said: string;
}

const LISTS = { phone: 'tel', email: 'email' } as const;

/** Further numbers and e-mail addresses of a contact: rows of its list of fields, each edited in its place. */
export class Addresses {
  readonly #host: LitElement;
  #open: Open | null = null;

  constructor(host: LitElement) {
    this.#host = host;
  }

  render(context: AddressesContext): TemplateResult {
    const { contact, i18n } = context;
    const open = this.#open?.contactId === contact.id ? this.#open : null;
    return html`${contact.addresses.map((one) =>
        open?.address === one.address && open.kind === one.kind
          ? this.#form(open, one, context)
          : this.#row(one, context),
      )}
      ${open && open.address === null ? this.#form(open, null, context) : nothing}
      <dd class="addresses acts">
        ${(['phone', 'email'] as const).map(
          (kind) =>
            html`<button class="link" @click=${() => this.#edit(contact.id, kind, null)}>
              ${i18n.t(kind === 'phone' ? 'address.addPhone' : 'address.addEmail')}
            </button>`,
        )}
      </dd>`;
  }

  #row({ kind, address, label }: ContactAddress, { contact, i18n }: AddressesContext): TemplateResult {
    const shown = kind === 'phone' ? i18n.phone(address) : address;
    return html`<dt>${label ?? i18n.t('field.also')}</dt>
      <dd>
        <button
          class="value"
          part="field"
          title=${i18n.t('editField', { field: shown })}
          @click=${() => this.#edit(contact.id, kind, address)}
        >
          <bdi>${shown}</bdi>${icon('edit')}
        </button>
      </dd>`;
  }

  #form(open: Open, stored: ContactAddress | null, context: AddressesContext): TemplateResult {
    const { i18n } = context;
    const { kind, error, said, typed } = open;
    const name = i18n.t(kind === 'phone' ? 'address.phone' : 'address.email');
    const act = (label: string, click: () => void) =>
      html`<button class="link" type="button" @click=${click}>${label}</button>`;
    return html`<dd class="address">
      <form
        class="address"
        @submit=${(event: SubmitEvent) => void this.#submit(event, stored, context)}
        @keydown=${(event: KeyboardEvent) => {
          // the inbox has shortcuts of single letters
          event.stopPropagation();
          if (event.key === 'Escape') this.#set(null);
        }}
      >
        <input
          class="field"
          name="address"
          type=${LISTS[kind]}
          required
          maxlength="320"
          aria-label=${name}
          placeholder=${name}
          aria-invalid=${error ? 'true' : nothing}
          .value=${typed}
          @input=${(event: Event) => (open.typed = (event.target as HTMLInputElement).value)}
        />
        <input
          class="field"
          name="label"
          maxlength="200"
          aria-label=${i18n.t('address.label')}
          placeholder=${i18n.t('address.label')}
          value=${stored?.label ?? ''}
        />
        ${
          error
            ? html`<p class="wrong" role="alert">
                ${i18n.t('error.address')} ${why(i18n, error)}
                ${
                  error.code === 'address_taken' || error.code === 'contact_exists'
                    ? act(i18n.t('openThatOne'), () => void this.#openOwner(open, context))
                    : nothing
                }
              </p>`
            : nothing
        }
        ${said ? html`<p class="wrong" role="status">${said}</p>` : nothing}
        <div class="acts">
          <button class="button">${i18n.t(stored ? 'save' : 'add')}</button>
          ${
            stored
              ? html`${act(i18n.t('address.first'), () => void this.#makeFirst(stored, context))}
                ${act(i18n.t('remove'), () => void this.#remove(stored, context))}`
              : nothing
          }
          ${act(i18n.t('bulk.cancel'), () => this.#set(null))}
        </div>
      </form>
    </dd>`;
  }

  #edit(contactId: string, kind: Kind, address: string | null): void {
    this.#set({ contactId, kind, address, typed: address ?? '', error: null, said: '' });
    void this.#host.updateComplete.then(() =>
      this.#host.renderRoot.querySelector<HTMLInputElement>('.address [name=address]')?.focus(),
    );
  }

  #set(open: Open | null): void {
    this.#open = open;
    this.#host.requestUpdate();
  }

  async #submit(event: SubmitEvent, stored: ContactAddress | null, context: AddressesContext): Promise<void> {
    event.preventDefault();
    const open = this.#open;
    if (!open) return;
    const form = event.currentTarget as HTMLFormElement;
    const label = (form.elements.namedItem('label') as HTMLInputElement).value.trim() || null;
    const address = open.typed.trim();
    if (address === '') return;
    const next = { kind: open.kind, address, label };
    const all = context.contact.addresses;
    await this.#save(
      { addresses: stored ? all.map((one) => (same(one, stored) ? next : one)) : [...all, next] },
      context,
    );
  }

  #remove(stored: ContactAddress, context: AddressesContext): Promise<void> {
    return this.#save({ addresses: context.contact.addresses.filter((one) => !same(one, stored)) }, context);
  }

  /** The two change places; the one that was first keeps no label, as it had none. */
  #makeFirst(stored: ContactAddress, context: AddressesContext): Promise<void> {
    const { kind, address } = stored;
    const before = context.contact[kind];
    const rest = context.contact.addresses.filter((one) => !same(one, stored));
    const addresses = before === null ? rest : [{ kind, address: before, label: null }, ...rest];
    return this.#save({ [kind]: address, addresses }, context);
  }

  async #save(patch: UpdateContact, { store, done }: AddressesContext): Promise<void> {
    const open = this.#open;
    if (await done(store.update(patch))) {
      if (this.#open === open) this.#set(null);
      return;
    }
    const error = store.takeError();
    if (this.#open === open && open) this.#set({ ...open, error, said: '' });
  }

  async #openOwner(open: Open, { openOwner, i18n }: AddressesContext): Promise<void> {
    if (await openOwner(open.typed)) return this.#set(null);
    this.#set({ ...open, error: null, said: i18n.t('address.noOwner') });
  }
}

const same = (a: ContactAddress, b: ContactAddress) => a.kind === b.kind && a.address === b.address;
