import { html, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import { BaseElement } from '../../internal/base-element.ts';
import '../../stores/messaging.ts';
import type { Stores } from '../../stores/stores.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enUnread } from '../../words/en-unread.ts';
import { addEnglish } from '../../words/i18n.ts';
import { styles } from './unread-count.styles.ts';

addEnglish(enUnread);

/**
 * @summary How many conversations hold something unread; invisible at none.
 *
 * @event unread-change - The number has changed.
 * @csspart badge - The number.
 */
export class UnreadCount extends BaseElement {
  static override readonly elementName: string = 'unread-count';
  static override styles = [tokens, base, styles];

  /** Above this, it is shown with a plus. */
  @property({ type: Number }) max = 99;
  /** Reflected: there is nothing to show. */
  @property({ type: Boolean, reflect: true }) empty = true;

  #told: number | null = null;

  protected override storesChanged(stores: Stores | null): void {
    super.storesChanged(stores);
    if (stores && stores.unread.count === null) void stores.unread.load();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    this.watch(this.stores?.unread);
    this.empty = !this.stores?.unread.count;
  }

  protected override updated(): void {
    const count = this.stores?.unread.count ?? null;
    if (count === null || count === this.#told) return;
    this.#told = count;
    this.emit('unread-change', { count });
  }

  protected override render() {
    const count = this.stores?.unread.count ?? 0;
    if (count === 0) return nothing;
    const { i18n, max } = this;
    const label = this.t('unreadConversations', { count });
    return html`<span
      class="badge num"
      part="badge"
      role="status"
      aria-label=${label}
      title=${label}
      dir=${i18n.dir}
    >
      ${count > max ? `${i18n.number(max)}+` : i18n.number(count)}
    </span>`;
  }
}
