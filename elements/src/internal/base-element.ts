import { ContextConsumer } from '@lit/context';
import { LitElement, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { PatchbayClient } from '../client/types.ts';
import { storesFor, type Stores } from '../stores/stores.ts';
import type { Store } from '../stores/store.ts';
import type { WordKey } from '../words/en.ts';
import { I18n } from '../words/i18n.ts';
import { loadWords, wordsNow } from '../words/locales.ts';
import { environmentContext, type Environment } from './environment.ts';
import { ElementEvent, type ElementEventName, type ElementEvents } from './events.ts';
import { StoreController } from './store-controller.ts';

export type Theme = 'light' | 'dark' | 'auto';
export type Density = 'comfortable' | 'compact';

const ENGLISH = new I18n();

/** What all elements share: where their data comes from, their words, their looks, and how they speak. */
export abstract class BaseElement extends LitElement {
  /** The name without prefix, such as `inbox`. */
  static readonly elementName: string;

  /** Instead of a provider: the client to use. */
  @property({ attribute: false }) client: PatchbayClient | null = null;
  /** Default: as the surroundings, by `color-scheme`. `auto` follows the system. */
  @property({ reflect: true }) theme: Theme | undefined;
  /** How close things stand. Default: `comfortable`, or what the surroundings say. */
  @property({ reflect: true }) density: Density | undefined;
  /** A BCP 47 tag, such as `en` or `ar`. Default: the provider's, else English. */
  @property() locale: string | undefined;
  /** An IANA time zone for the times shown. Default: the provider's, else the browser's. */
  @property({ attribute: 'time-zone' }) timeZone: string | undefined;
  /** Own wordings by key; they win over the provider's and the brand's. */
  @property({ attribute: false }) words: Readonly<Record<string, string>> | undefined;

  readonly #environment = new ContextConsumer(this, {
    context: environmentContext,
    subscribe: true,
    callback: () => this.rewire(),
  });
  readonly #watched = new StoreController(this);
  #release: (() => void) | undefined;
  #retained: Stores | null = null;
  #own: I18n | undefined;
  #loadingLocale: string | undefined;

  /** The stores of the client in force; null while there is none. */
  get stores(): Stores | null {
    return this.client ? storesFor(this.client) : (this.environment?.stores ?? null);
  }

  protected get environment(): Environment | undefined {
    return this.#environment.value;
  }

  get i18n(): I18n {
    return this.#own ?? this.environment?.i18n ?? ENGLISH;
  }

  protected t(key: WordKey, values?: Readonly<Record<string, string | number>>): string {
    return this.i18n.t(key, values);
  }

  /** Draws again when one of these changes. */
  protected watch(...stores: (Store | null | undefined)[]): void {
    this.#watched.use(...stores);
  }

  /** The tag of a sister under the prefix that this element was registered with. */
  protected tag(name: string): string {
    const { elementName } = this.constructor as typeof BaseElement;
    return this.localName.slice(0, this.localName.length - elementName.length) + name;
  }

  /** Dispatches an event; false when a host has taken it over. */
  protected emit<N extends ElementEventName>(name: N, detail: ElementEvents[N]): boolean {
    return this.dispatchEvent(new ElementEvent(name, detail));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A provider that is upgraded after us announces itself: only then can our question be answered.
    document.addEventListener('context-provider', this.#askAgain);
    this.rewire();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('context-provider', this.#askAgain);
    this.#release?.();
    this.#release = undefined;
    this.#retained = null;
  }

  /** Called when the stores became available, or others: the place to load what is shown. */
  protected storesChanged(_stores: Stores | null): void {
    this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client')) this.rewire();
    if (changed.has('locale') || changed.has('timeZone') || changed.has('words')) this.#speak();
  }

  readonly #askAgain = () => {
    if (!this.environment) this.#environment.hostConnected();
  };

  /** Looks again at where the stores come from. */
  protected rewire(): void {
    this.#speak();
    const stores = this.isConnected ? this.stores : null;
    if (stores === this.#retained) return this.requestUpdate();
    this.#release?.();
    this.#retained = stores;
    this.#release = stores?.retain();
    this.storesChanged(stores);
  }

  /** Own words, locale or zone: an I18n of its own, over what the provider says. */
  #speak(): void {
    if (this.locale === undefined && this.timeZone === undefined && this.words === undefined) {
      this.#own = undefined;
      return;
    }
    const above = this.environment?.i18n ?? ENGLISH;
    const locale = this.locale ?? above.locale;
    const words = wordsNow(locale);
    this.#own = new I18n(locale, words, { ...above.own, ...this.words }, this.timeZone ?? above.timeZone);
    if (words || this.#loadingLocale === locale) return;
    this.#loadingLocale = locale;
    void loadWords(locale).then(() => {
      this.#loadingLocale = undefined;
      this.#speak();
      this.requestUpdate();
    });
  }
}
