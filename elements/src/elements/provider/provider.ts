import { ContextProvider } from '@lit/context';
import { css, html, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { Brand } from '@patchbay/server-kit/contract';
import { lazyClient } from '../../client/lazy.ts';
import type { GetToken } from '../../client/token.ts';
import type { PatchbayClient } from '../../client/types.ts';
import { BaseElement } from '../../internal/base-element.ts';
import { environmentContext, type Environment } from '../../internal/environment.ts';
import { storesFor, type Stores } from '../../stores/stores.ts';
import { brandSheet } from '../../styles/brand.ts';
import { tokens } from '../../styles/tokens.ts';
import { I18n } from '../../words/i18n.ts';
import { loadWords, wordsNow } from '../../words/locales.ts';

/**
 * @summary Connects every element inside it to the server, and gives them brand, words, locale and theme.
 *
 * @slot - The elements, with whatever markup lies between.
 * @event token-needed - A session token is wanted: answer with `event.detail.respond(token)`.
 */
export class Provider extends BaseElement {
  static override readonly elementName: string = 'provider';
  static override styles = [
    tokens,
    css`
      :host {
        display: contents;
      }
    `,
  ];

  /** Where the server kit is mounted, such as `/crm`. */
  @property({ attribute: 'base-url' }) baseUrl: string | undefined;
  /** A session token. Without `getToken`, a new one is asked for by `token-needed` before this one ends. */
  @property() token: string | undefined;
  /** Gives a fresh session token whenever one is needed. */
  @property({ attribute: false }) getToken: GetToken | undefined;
  /** Instead of the server's: name, logo, tokens, words, locale. */
  @property({ attribute: false }) brand: Brand | undefined;

  readonly #provided = new ContextProvider(this, {
    context: environmentContext,
    initialValue: { stores: null, i18n: new I18n() },
  });
  readonly #sheet = globalThis.CSSStyleSheet ? new CSSStyleSheet() : undefined;
  #connectedTo = '';
  #connection: PatchbayClient | null = null;
  #refused = false;
  #unsubscribe: (() => void) | undefined;
  #branded: Brand | null = null;

  /** A provider looks at its own client, never at a provider around it: they may serve two tenants. */
  override get stores(): Stores | null {
    const client = this.client ?? this.#connection;
    return client ? storesFor(client) : null;
  }

  protected override get environment(): Environment {
    return this.#provided.value;
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    if (this.#sheet && root instanceof ShadowRoot)
      root.adoptedStyleSheets = [this.#sheet, ...root.adoptedStyleSheets];
    return root;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  protected override storesChanged(stores: Stores | null): void {
    this.#unsubscribe?.();
    this.#unsubscribe = stores?.session.subscribe(() => this.#provide());
    this.#provide();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('token')) this.#refused = false;
    this.#connect();
    super.willUpdate(changed);
    this.#provide();
  }

  protected override render() {
    return html`<slot></slot>`;
  }

  #connect(): void {
    const wanted = this.client || this.baseUrl === undefined ? '' : this.baseUrl;
    if (wanted === this.#connectedTo && (this.#connection !== null) === (wanted !== '')) return;
    this.#connectedTo = wanted;
    this.#connection =
      wanted === '' ? null : lazyClient({ baseUrl: wanted, getToken: (reason) => this.#ask(reason) });
    if (this.isConnected) this.rewire();
  }

  /** The property while it is good, else `getToken`, else whoever hears the event. */
  async #ask(reason: 'first' | 'expiring' | 'refused'): Promise<string | null> {
    if (reason === 'refused') this.#refused = true;
    if (reason === 'first' && this.token && !this.#refused) return this.token;
    if (this.getToken) return this.getToken(reason);
    const answers: (string | Promise<string>)[] = [];
    this.emit('token-needed', { reason, respond: (token) => void answers.push(token) });
    return answers[0] ?? this.token ?? null;
  }

  #provide(): void {
    const { stores } = this;
    const brand = this.brand ?? stores?.session.brand ?? null;
    if (brand !== this.#branded) {
      this.#branded = brand;
      this.#sheet?.replaceSync(brandSheet(brand));
    }
    const locale = this.locale ?? brand?.locale ?? 'en';
    const own = { ...brand?.words, ...this.words };
    const zone = this.timeZone ?? stores?.session.me?.tenant.time_zone;
    const words = wordsNow(locale);
    const before = this.#provided.value;
    const same =
      before.i18n.locale === locale && before.i18n.timeZone === zone && sameWords(before.i18n.own, own);
    if (words && !(same && before.stores === stores)) {
      this.#provided.setValue({ stores, i18n: same ? before.i18n : new I18n(locale, words, own, zone) });
    } else if (!words) {
      void loadWords(locale).then(() => this.#provide());
      if (before.stores !== stores) this.#provided.setValue({ ...before, stores });
    }
  }
}

function sameWords(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
