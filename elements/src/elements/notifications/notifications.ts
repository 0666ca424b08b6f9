import { html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { BaseElement } from '../../internal/base-element.ts';
import { Dismiss } from '../../internal/dismiss.ts';
import { icon } from '../../internal/icons-more.ts';
import { Lazy } from '../../internal/lazy.ts';
import { notificationsOf, type NotificationsStore } from '../../stores/notifications.ts';
import type { Stores } from '../../stores/stores.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enNotifications } from '../../words/en-notifications.ts';
import { addEnglish } from '../../words/i18n.ts';
import { styles } from './notifications.styles.ts';

addEnglish(enNotifications);

/** What the list wants at most, in px. */
const WIDE = 376;
const TALL = 496;
const GAP = 6;
const EDGE = 12;

/**
 * @summary A bell with what this member is told: mentions, what was assigned, what is due.
 *
 * @event contact-open - A notification about a contact was opened. Cancelable.
 * @event conversation-open - One about a conversation was opened. Cancelable.
 * @event notifications-change - The number of unread ones has changed.
 * @csspart bell - The button.
 * @csspart badge - How many are unread.
 * @csspart list - What opens below it.
 * @csspart notification - One of them.
 */
export class Notifications extends BaseElement {
  static override readonly elementName: string = 'notifications';
  static override styles = [tokens, base, styles];

  @query('.bell') private bell!: HTMLElement | null;

  /** Above this, the number is shown with a plus. */
  @property({ type: Number }) max = 99;

  @state() private open = false;

  readonly #list = new Lazy(this, () => import('./list.ts'));
  readonly #dismiss = new Dismiss(this, () => this.#close());
  #told: number | null = null;

  /** The store that is drawn. */
  get store(): NotificationsStore | null {
    return this.stores && notificationsOf(this.stores);
  }

  protected override storesChanged(stores: Stores | null): void {
    super.storesChanged(stores);
    if (stores) void notificationsOf(stores).load();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    this.watch(this.store, this.stores?.session);
    this.#dismiss.open(this.open ? () => this.renderRoot.querySelector('.root') : null);
  }

  protected override updated(): void {
    const count = this.store?.unread ?? null;
    if (count === null || count === this.#told) return;
    this.#told = count;
    this.emit('notifications-change', { count });
  }

  /** Opens the list, or closes it. */
  toggle(): void {
    this.open = !this.open;
    if (this.open) this.style.setProperty('--_inset', this.#room());
    if (this.open) void this.store?.load();
  }

  protected override render() {
    const { i18n, store, open, max } = this;
    const unread = store?.unread ?? 0;
    const label =
      unread > 0 ? this.t('notifications.unread', { count: unread }) : this.t('notifications.none');
    return html`<div class="root" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      <button
        class="tool bell"
        part="bell"
        aria-haspopup="dialog"
        aria-expanded=${open}
        aria-label=${label}
        title=${label}
        @click=${() => this.toggle()}
      >
        ${icon('bell')}${
          unread > 0
            ? html`<span class="badge num" part="badge" aria-hidden="true"
                >${unread > max ? `${i18n.number(max)}+` : i18n.number(unread)}</span
              >`
            : nothing
        }
      </button>
      <span class="hidden" role="status">${unread > 0 ? label : ''}</span>
      ${
        open && this.stores && store
          ? this.#list.now?.notificationList({
              i18n,
              store,
              feed: this.stores.session.feed,
              open: (one) => {
                this.#close();
                const { contact_id: contactId, conversation_id: conversationId } = one;
                if (conversationId !== null && one.kind === 'conversation_assigned') {
                  const conversation = this.stores?.cache.get(conversationId);
                  this.emit('conversation-open', { conversationId, conversation });
                } else if (contactId !== null) this.emit('contact-open', { contactId, conversationId });
              },
            })
          : nothing
      }
    </div>`;
  }

  /**
   * Where the list goes in the window: below the bell and towards the middle of the page, unless the window ends there. By the
   * window and not by the bell, because a host's bar or menu may cut off what sticks out of it.
   */
  #room(): string {
    const { left, right, top, bottom } = this.getBoundingClientRect();
    const above = bottom + TALL > innerHeight && bottom > innerHeight / 2;
    const toLeft = this.i18n.dir === 'rtl' ? left + WIDE > innerWidth : right > WIDE;
    const rows = above ? ['auto', `${innerHeight - top + GAP}px`] : [`${bottom + GAP}px`, 'auto'];
    const columns = toLeft
      ? [`${innerWidth - right}px`, 'auto']
      : ['auto', `${Math.max(EDGE, Math.min(left, innerWidth - WIDE))}px`];
    return `${rows[0]} ${columns[0]} ${rows[1]} ${columns[1]}`;
  }

  #close(): void {
    const held = this.shadowRoot?.activeElement !== null;
    this.open = false;
    // whoever came by keys goes on where they were
    if (held) this.bell?.focus();
  }
}
