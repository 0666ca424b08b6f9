import { nothing, type LitElement } from 'lit';
import { Lazy } from '../../internal/lazy.ts';
import type { Stores } from '../../stores/stores.ts';
import type { Contact } from '@patchbay/server-kit/contract';
import type { ContactStore } from '../../stores/contact.ts';
import type { I18n } from '../../words/i18n.ts';
import type * as extrasModule from './extras.ts';
import type * as formModule from './consent-form.ts';

export interface ExtrasContext {
  i18n: I18n;
  stores: Stores;
  store: ContactStore;
  contact: Contact;
  readOnly: boolean;
  open: (contactId: string) => void;
  changed: (contact: Contact) => void;
  removed: (contactId: string) => void;
  done: (change: Promise<boolean>) => Promise<boolean>;
}

/** What the panel does beyond showing: fetched when the first contact is shown, so that showing does not wait for it. */
export class LazyExtras {
  readonly #host: LitElement;
  readonly #module: Lazy<typeof extrasModule>;
  readonly #formModule: Lazy<typeof formModule>;
  #parts: { addresses: extrasModule.Addresses; upkeep: extrasModule.Upkeep } | undefined;
  #form: formModule.ConsentForm | undefined;

  constructor(host: LitElement) {
    this.#host = host;
    this.#module = new Lazy(host, () => import('./extras.ts'));
    this.#formModule = new Lazy(host, () => import('./consent-form.ts'));
  }

  /** The editable rows; `meanwhile` until they are loaded, and where nothing may be changed. */
  addresses(context: ExtrasContext, meanwhile: unknown): unknown {
    const parts = context.readOnly ? undefined : this.#loaded;
    if (!parts) return meanwhile;
    return parts.addresses.render({ ...context, openOwner: (address) => this.openOwner(context, address) });
  }
  notices(context: ExtrasContext): unknown {
    return this.#loaded?.upkeep.notices({ ...context, merged: context.changed }) ?? nothing;
  }
  profile({ contact, i18n }: ExtrasContext): unknown {
    return this.#loaded?.upkeep.profile(contact, i18n) ?? nothing;
  }
  removal(context: ExtrasContext): unknown {
    return this.#loaded?.upkeep.removal({ ...context, merged: context.changed }) ?? nothing;
  }

  consentForm(context: ExtrasContext, close: () => void): unknown {
    const loaded = this.#formModule.now;
    if (!loaded) return nothing;
    this.#form ??= new loaded.ConsentForm(this.#host);
    return this.#form.render({ ...context, close });
  }

  /** Shows whoever has a number or address already. Search reads it as people write it, in the account's country. */
  async openOwner({ stores, contact, open }: ExtrasContext, address: string): Promise<boolean> {
    const page = await stores.client.listContacts({ q: address, limit: 5 }).catch(() => null);
    const owner = page?.items.find(({ id }) => id !== contact.id);
    if (owner) open(owner.id);
    return owner !== undefined;
  }

  get #loaded() {
    const loaded = this.#module.now;
    if (!loaded) return undefined;
    return (this.#parts ??= {
      addresses: new loaded.Addresses(this.#host),
      upkeep: new loaded.Upkeep(this.#host),
    });
  }
}
