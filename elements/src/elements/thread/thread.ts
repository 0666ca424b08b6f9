import { html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Conversation, UpdateConversation } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import { BaseElement } from '../../internal/base-element.ts';
import { Dismiss } from '../../internal/dismiss.ts';
import { icon } from '../../internal/icons-more.ts';
import { Lazy } from '../../internal/lazy.ts';
import { errorState, feedNotice } from '../../internal/parts.ts';
import { VirtualRows } from '../../internal/virtual-rows.ts';
import type { ThreadStore } from '../../stores/thread.ts';
import { contactOf, threadOf } from '../../stores/opened.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enMore } from '../../words/en-more.ts';
import { addEnglish } from '../../words/i18n.ts';
import type { Find } from './find.ts';
import { changeRefused, nothingOpen, optOutBanner } from './banners.ts';
import { LazyFollowUp } from './lazy-follow-up.ts';
import { LazySend } from '../send-video/lazy-send.ts';
import { threadHeader, type ThreadMenu } from './header.ts';
import { threadLog } from './log.ts';
import { linkOf } from './message.ts';
import { News } from './news.ts';
import { Reading } from './reading.ts';
import '../../stores/messaging.ts';
import { headerStyles, styles } from './thread.styles.ts';

addEnglish(enMore);

/**
 * @summary The messages of one conversation, with what happened between them, and its header.
 *
 * @slot header-actions - In the header: call, video, whatever the host offers.
 * @slot menu - More entries for the header's menu.
 * @slot empty - Instead of the words for an empty thread.
 * @event message-send - A video is about to be sent; cancelable.
 * @event message-sent - The server has it.
 * @event conversation-close - The back button was pressed.
 * @event contact-open - The details button was pressed; cancelable.
 * @event link-open - A link was clicked; cancelable.
 * @event media-open - A picture or file was clicked; cancelable.
 * @csspart header - The header.
 * @csspart automation - Below it: what runs by itself, and the way to hold it.
 * @csspart name - The contact's name.
 * @csspart number - Number and sender.
 * @csspart log - What scrolls.
 * @csspart day - A day divider.
 * @csspart message - One message with its media and its line of time and ticks.
 * @csspart bubble - The text.
 * @csspart meta - Time, author and ticks.
 * @csspart tick - The tick.
 * @csspart retry - Retry after a failure.
 * @csspart media - An attachment.
 * @csspart event - A pill between messages.
 * @csspart newer - The button to the newest message.
 * @csspart opt-out-banner - The question about a possible opt-out.
 * @cssproperty --pb-bubble-out - Behind what was sent.
 * @cssproperty --pb-bubble-in - Behind what was received.
 * @cssproperty --pb-read - The ticks of what was read.
 */
export class Thread extends BaseElement {
  static override readonly elementName: string = 'thread';
  static override styles = [tokens, base, headerStyles, styles];
  static {
    // Heights are known only once rows are drawn; what is then missing is a second update, and meant to be one.
    Thread.disableWarning?.('change-in-update');
  }

  @query('.scroller') private scroller!: HTMLElement | null;
  @query('.rows') private rows!: HTMLElement | null;

  /** The conversation to show. */
  @property({ attribute: 'conversation-id' }) conversationId: string | null = null;
  /** Shows a back button: one column. */
  @property({ type: Boolean }) back = false;
  /** Draws the button for the details as pressed. */
  @property({ type: Boolean, attribute: 'details-open' }) detailsOpen = false;
  /** Leaves out the button for the contact's details. */
  @property({ type: Boolean, attribute: 'no-details' }) noDetails = false;
  /** Leaves out the header. */
  @property({ type: Boolean, attribute: 'no-header' }) noHeader = false;

  /** Leaves the word about a lost connection to somebody else. */
  @property({ type: Boolean, attribute: 'no-notice' }) noNotice = false;

  @state() private menu: ThreadMenu = null;
  @state() private newCount = 0;
  @state() private changeError: ApiError | null = null;
  @state() private conversationError: ApiError | null = null;

  readonly #virtual = new VirtualRows(this, {
    scroller: () => this.scroller,
    rows: () => this.rows,
    count: () => this.thread?.items.length ?? 0,
    key: (index) => this.thread?.items[index]?.key ?? '',
    estimate: 62,
    stickToEnd: true,
    onScroll: (place) => this.#onPlace(place),
  });
  readonly #dismiss = new Dismiss(this, () => (this.menu = null));
  readonly #menus = new Lazy(this, () => import('./menus.ts'));
  readonly #sending = new LazySend(this);
  readonly #followUp = new LazyFollowUp(this);
  readonly #reading = new Reading(this, {
    // the whole thread is loaded, and its end is in view
    seen: () => this.thread?.status === 'ready' && this.#virtual.atEnd,
    read: (id) => void this.stores?.cache.update(id, { unread: false }).catch(() => undefined),
  });
  #find: Find | null = null;
  #drawn: ThreadStore | null = null;
  readonly #news = new News();
  #wasAtEnd = true;

  /** The store that is drawn. */
  get thread(): ThreadStore | null {
    return this.conversationId !== null && this.stores ? threadOf(this.stores, this.conversationId) : null;
  }
  get conversation(): Conversation | undefined {
    return this.conversationId === null ? undefined : this.stores?.cache.get(this.conversationId);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { thread, stores } = this;
    const contactId = this.conversation?.contact.id;
    const contact = contactId && stores ? contactOf(stores, contactId) : null;
    this.watch(thread, stores?.cache, stores?.session, contact);
    if (thread !== this.#drawn) this.#begin(thread);
    if (contact?.status === 'idle') void contact.load();
    this.#notice(thread);
    this.#virtual.prepare();
    this.#dismiss.open(this.menu ? () => this.renderRoot.querySelector('.head') : null);
  }

  /** Goes to the newest message. */
  async scrollToNewest(): Promise<void> {
    this.newCount = 0;
    await this.thread?.jumpToEnd();
    this.#virtual.scrollToEnd();
  }

  /** Goes to a message, wherever in the history it is. */
  async scrollToMessage(messageId: string): Promise<void> {
    await this.thread?.jump(messageId);
    this.#virtual.scrollToKey(messageId);
  }

  /** Opens the search inside this thread. */
  async openSearch(): Promise<void> {
    const { Find } = await this.#menus.load();
    this.menu = null;
    this.#find ??= new Find(
      (hit) => void this.#toHit(hit),
      () => (this.#find = null),
    );
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.find input')?.focus();
  }

  protected override render() {
    const { i18n, thread, conversation, stores } = this;
    return html`<div class="root" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      ${this.noHeader ? nothing : this.#renderHeader(conversation)}
      ${
        this.noHeader || !conversation
          ? nothing
          : this.#followUp.render(stores, conversation.contact.id, i18n, thread?.status === 'ready')
      }
      ${this.#find && thread ? this.#find.render(i18n, thread) : nothing}
      ${this.noNotice ? nothing : feedNotice(i18n, stores?.session.feed ?? 'idle')}
      ${changeRefused(this.changeError, i18n, () => (this.changeError = null))}
      ${optOutBanner(
        conversation,
        i18n,
        (chosen) => void this.#optOut(chosen),
        () => this.#change({ possible_opt_out: null }),
      )}
      <div class="logarea">
        <div
          class="scroller"
          part="log"
          tabindex="0"
          role="group"
          aria-label=${this.t('messages', { name: this.#name })}
          @click=${this.#onClick}
        >
          ${thread ? this.#renderMessages(thread) : nothingOpen(i18n, this.stores !== null || this.environment !== undefined)}
        </div>
        ${this.#renderNewer(thread)}
      </div>
      <div class="hidden" role="log" aria-live="polite" aria-relevant="additions">
        ${repeat(
          this.#news.said,
          ({ key }) => key,
          ({ text }) => html`<p>${text}</p>`,
        )}
      </div>
      ${
        conversation
          ? this.#sending.render({
              i18n,
              stores,
              client: this.client,
              tag: this.tag('media-library'),
              to: { conversationId: conversation.id, contactId: conversation.contact.id, name: this.#name },
              before: (detail) => this.emit('message-send', detail),
              sent: (message) => void this.emit('message-sent', { message }),
            })
          : nothing
      }
    </div>`;
  }

  #renderHeader(conversation: Conversation | undefined) {
    if (!conversation) {
      return this.back && this.conversationId
        ? html`<div class="head back">
            <button class="tool backward" aria-label=${this.t('back')} @click=${() => this.#act('back')}>
              ${icon('back', 'flip')}
            </button>
          </div>`
        : nothing;
    }
    const { stores } = this;
    return threadHeader({
      i18n: this.i18n,
      conversation,
      contact: stores ? contactOf(stores, conversation.contact.id).contact : null,
      me: stores?.session.me ?? null,
      back: this.back,
      menu: this.menu,
      menus: this.menu ? this.#menus.now : undefined,
      detailsOpen: this.detailsOpen,
      noDetails: this.noDetails,
      act: (action) => this.#act(action),
      toggle: (menu) => (this.menu = this.menu === menu ? null : menu),
      assign: (memberId) => this.#change({ assignee_id: memberId }),
    });
  }

  #renderMessages(thread: ThreadStore) {
    const failed =
      thread.status === 'error' ? thread.error : this.conversation ? null : this.conversationError;
    if (failed) return errorState(this.i18n, 'error.thread', failed, () => this.#load(thread));
    return threadLog(thread, this.#virtual, {
      i18n: this.i18n,
      mark: this.#find?.q ?? '',
      hit: this.#find?.hit,
      memberId: this.stores?.session.me?.member.id,
    });
  }

  #renderNewer(thread: ThreadStore | null) {
    if (!thread || (this.#virtual.atEnd && thread.atEnd) || thread.status !== 'ready') return nothing;
    const some = this.newCount > 0;
    return html`<button
      class="newer ${some ? 'some' : ''}"
      part="newer"
      title=${this.t('toNewest')}
      aria-label=${some ? nothing : this.t('toNewest')}
      @click=${() => void this.scrollToNewest()}
    >
      ${some ? this.t('newMessages', { count: this.newCount }) : nothing}${icon('down')}
    </button>`;
  }

  get #name(): string {
    const contact = this.conversation?.contact;
    return contact?.name ?? this.i18n.phone(contact?.phone);
  }

  #begin(thread: ThreadStore | null): void {
    this.#drawn = thread;
    this.#virtual.reset();
    this.#find?.close();
    this.newCount = 0;
    this.menu = null;
    this.changeError = null;
    this.#sending.show(false);
    this.#reading.begin();
    this.#news.begin(thread);
    if (thread) this.#load(thread);
  }

  #load(thread: ThreadStore): void {
    this.conversationError = null;
    void thread.load();
    this.stores?.cache.ensure(thread.conversationId).catch((cause: unknown) => {
      if (thread === this.#drawn) this.conversationError = ApiError.fromUnknown(cause);
    });
  }

  /** Counts what is new while the reader is elsewhere, says it, and follows what was sent from here. */
  #notice(thread: ThreadStore | null): void {
    const news = this.#news.look(thread, this.#virtual.atEnd, (message) =>
      this.t('said', {
        name: this.#name,
        text: message.body || this.t('photo', { count: message.media.length }),
      }),
    );
    if (news.sent) this.#virtual.scrollToEnd();
    this.newCount += news.missed;
  }

  #onPlace({ atStart, atEnd }: { atStart: boolean; atEnd: boolean }): void {
    const { thread } = this;
    if (!thread) return;
    if (atStart && thread.hasOlder && !thread.loadingOlder && !thread.olderError) void thread.loadOlder();
    if (atEnd && !thread.atEnd) void thread.loadNewer();
    if (this.#virtual.atEnd === this.#wasAtEnd) return;
    this.#wasAtEnd = this.#virtual.atEnd;
    if (this.#wasAtEnd) this.newCount = 0;
    this.requestUpdate();
  }

  async #toHit(hit: string | undefined): Promise<void> {
    this.requestUpdate();
    if (hit !== undefined) await this.scrollToMessage(hit);
  }

  #change(patch: UpdateConversation): void {
    this.menu = null;
    this.changeError = null;
    if (this.conversationId === null) return;
    this.stores?.cache.update(this.conversationId, patch).catch((cause: unknown) => {
      this.changeError = ApiError.fromUnknown(cause);
    });
  }

  async #optOut({ id, contact, possible_opt_out }: Conversation): Promise<void> {
    const store = this.stores && contactOf(this.stores, contact.id);
    const wording = possible_opt_out?.text ?? '';
    const done = await store?.recordConsent({ channel: 'sms', action: 'withdraw', wording });
    if (done) await this.stores?.cache.refresh(id).catch(() => undefined);
    else this.changeError = store?.saveError ?? null;
  }

  #act(action: 'back' | 'details' | 'close' | 'search' | 'unread' | 'video'): void {
    const { conversation, conversationId } = this;
    this.menu = null;
    if (action === 'back' && conversationId) this.emit('conversation-close', { conversationId });
    if (!conversation) return;
    if (action === 'search') void this.openSearch();
    else if (action === 'close')
      this.#change({ state: conversation.state === 'closed' ? 'inbox' : 'closed' });
    else if (action === 'details')
      this.emit('contact-open', { contactId: conversation.contact.id, conversationId });
    else if (action === 'video') this.#sending.show();
    else if (action === 'unread') {
      this.#reading.keepUnread();
      this.#change({ unread: true });
    }
  }

  readonly #onClick = (event: Event) => {
    const link = linkOf(event);
    if (!link) return;
    const { url, messageId, contentType } = link;
    const allowed =
      contentType === undefined
        ? this.emit('link-open', { url, messageId })
        : this.emit('media-open', { url, contentType, messageId });
    if (!allowed) event.preventDefault();
  };
}
