import { html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { CONVERSATION_STATES, type ConversationState } from '@patchbay/server-kit/contract/names';
import { BaseElement } from '../../internal/base-element.ts';
import { Dismiss } from '../../internal/dismiss.ts';
import { icon } from '../../internal/icons-more.ts';
import { emptyState, errorState, feedNotice, spinnerRows, why } from '../../internal/parts.ts';
import { Lazy } from '../../internal/lazy.ts';
import { VirtualRows } from '../../internal/virtual-rows.ts';
import type { ConversationFilter, ConversationsStore } from '../../stores/conversations.ts';
import '../../stores/messaging.ts';
import type { Stores } from '../../stores/stores.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enList } from '../../words/en-list.ts';
import { addEnglish } from '../../words/i18n.ts';
import { styles } from './conversation-list.styles.ts';
import { same } from './same-filter.ts';
import type { FilterMenu } from './filter-menu.ts';
import { conversationRow } from './row.ts';

addEnglish(enList);

/**
 * @summary Conversations, most recent first: sections, filter, search, endless paging.
 *
 * @slot header-actions - Beside the title.
 * @slot empty - Instead of the words for an empty list.
 * @event conversation-open - Someone chose a conversation; cancelable.
 * @event message-new - Someone asked for a new message; cancelable.
 * @csspart header - Title and search.
 * @csspart title - The title.
 * @csspart search - The search field.
 * @csspart tabs - The sections.
 * @csspart tab - One section.
 * @csspart filter - The filter's button.
 * @csspart list - What scrolls.
 * @csspart row - One conversation.
 * @csspart avatar - The initials.
 * @csspart name - The name or number.
 * @csspart time - When something happened last.
 * @csspart preview - The newest message.
 * @csspart unread - The dot.
 * @cssproperty --pb-surface-selected - Behind the open conversation.
 */
export class ConversationList extends BaseElement {
  static override readonly elementName: string = 'conversation-list';
  static override styles = [tokens, base, styles];
  static {
    // Heights are known only once rows are drawn; what is then missing is a second update, and meant to be one.
    ConversationList.disableWarning?.('change-in-update');
  }

  @query('.scroller') private scroller!: HTMLElement | null;
  @query('.rows') private rows!: HTMLElement | null;
  @query('input[type=search]') private searchField!: HTMLInputElement | null;

  /** inbox, waiting or closed. */
  @property() section: ConversationState | undefined;
  /** The conversation that is marked as open. */
  @property({ attribute: 'selected-id' }) selectedId: string | null = null;
  /** Minutes after which a person who waits for an answer is marked. 0: never. */
  @property({ type: Number, attribute: 'sla-minutes' }) slaMinutes = 15;
  /** Instead of the client's shared list: one of your own, with its own filter. */
  @property({ attribute: false }) store: ConversationsStore | null = null;
  /** Leaves out the button for a new message. */
  @property({ type: Boolean, attribute: 'no-new' }) noNew = false;

  @state() private menuOpen = false;

  readonly #virtual = new VirtualRows(this, {
    scroller: () => this.scroller,
    rows: () => this.rows,
    count: () => this.list?.ids.length ?? 0,
    key: (index) => this.list?.ids[index] ?? '',
    estimate: 64,
    onScroll: ({ atEnd }) => {
      if (atEnd) void this.list?.loadMore();
    },
  });
  readonly #menuModule = new Lazy(this, () => import('./filter-menu.ts'));
  #filterMenu: FilterMenu | undefined;
  readonly #dismiss = new Dismiss(this, () => (this.menuOpen = false));
  #clock: ReturnType<typeof setInterval> | undefined;
  #shown = '';

  /** The store that is drawn. */
  get list(): ConversationsStore | null {
    return this.store ?? this.stores?.conversations ?? null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => this.requestUpdate(), 30_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  protected override storesChanged(stores: Stores | null): void {
    super.storesChanged(stores);
    const { list } = this;
    if (!list || list.status !== 'idle') return;
    if (this.section) list.section = this.section;
    void list.load();
    void list.loadCounts();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { list, stores } = this;
    this.watch(list, stores?.cache, stores?.drafts, stores?.session);
    if (!list) return;
    if (changed.has('section') && this.section) list.show(this.section);
    if (changed.has('selectedId')) list.select(this.selectedId);
    const shown = `${list.section} ${list.q} ${JSON.stringify(list.filter)}`;
    if (shown !== this.#shown) this.#virtual.reset();
    this.#shown = shown;
    this.#virtual.prepare();
    this.#dismiss.open(this.menuOpen ? () => this.renderRoot.querySelector('.tabs') : null);
  }

  /** Puts the cursor into the search field. */
  focusSearch(): void {
    this.searchField?.focus();
    this.searchField?.select();
  }

  /** Opens the conversation after (1) or before (-1) the open one. */
  openNeighbour(step: 1 | -1): void {
    const id = this.list?.neighbour(step);
    if (id === undefined) return;
    this.#open(id);
    this.#virtual.scrollToKey(id, 'nearest');
  }

  protected override render() {
    const { list, i18n } = this;
    return html`<div class="root one" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      ${this.#renderHeader()} ${feedNotice(i18n, this.stores?.session.feed ?? 'idle')}
      <div class="scroller" part="list">${list ? this.#renderList(list) : this.#renderUnconnected()}</div>
    </div>`;
  }

  #renderHeader() {
    const { list } = this;
    const q = list?.q ?? '';
    return html`<div class="head" part="header">
        <div class="row">
          <h2 part="title">${this.t('title')}</h2>
          <slot name="header-actions"></slot>
          ${
            this.noNew
              ? nothing
              : html`<button
                  class="tool"
                  part="new"
                  title=${this.t('newMessage')}
                  aria-label=${this.t('newMessage')}
                  @click=${() => this.emit('message-new', {})}
                >
                  ${icon('plus')}
                </button>`
          }
        </div>
        <div class="search" role="search">
          ${icon('search')}
          <input
            type="search"
            part="search"
            .value=${q}
            placeholder=${this.t('search')}
            aria-label=${this.t('search')}
            autocomplete="off"
            @input=${this.#onSearch}
            @keydown=${this.#onSearchKey}
          />
          ${
            q === ''
              ? html`<kbd aria-hidden="true">/</kbd>`
              : html`<button class="tool" aria-label=${this.t('searchClear')} @click=${this.#clearSearch}>
                  ${icon('x')}
                </button>`
          }
        </div>
      </div>
      <div class="tabs" part="tabs">
        ${q === '' ? this.#renderTabs() : html`<span class="results">${this.t('searchResults')}</span>`}${this.#renderFilter()}
      </div>`;
  }

  #renderTabs() {
    const { list } = this;
    return html`<div
      role="tablist"
      class="row grow"
      aria-label=${this.t('sections')}
      @keydown=${this.#onTabKey}
    >
      ${CONVERSATION_STATES.map((section) => {
        const selected = list?.section === section;
        const count = section === 'closed' ? undefined : list?.counts?.[section];
        return html`<button
          class="tab"
          role="tab"
          part="tab"
          aria-selected=${selected}
          tabindex=${selected ? 0 : -1}
          @click=${() => this.#show(section)}
        >
          ${this.t(`section.${section}`)}${count ? html`<span class="num">${this.i18n.number(count)}</span>` : nothing}
        </button>`;
      })}
    </div>`;
  }

  #renderFilter() {
    const { list } = this;
    const filter = list?.filter ?? {};
    const all = same(filter, {});
    const label = this.#filterWords(filter);
    return html`<button
        class="filter ${all ? '' : 'set'}"
        part="filter"
        aria-haspopup="menu"
        aria-expanded=${this.menuOpen}
        aria-label="${this.t('filter')}: ${label}"
        @click=${() => (this.menuOpen = !this.menuOpen)}
      >
        <span class="ell">${label}</span>${icon('down')}
      </button>
      ${
        this.menuOpen
          ? this.#menu?.render({
              i18n: this.i18n,
              stores: this.stores,
              filter,
              choose: (next) => this.#filter(next),
            })
          : nothing
      }`;
  }

  /** Undefined until it has been fetched. */
  get #menu(): FilterMenu | undefined {
    const loaded = this.#menuModule.now;
    return loaded && (this.#filterMenu ??= new loaded.FilterMenu(this));
  }

  /** What the menu's button says. */
  #filterWords(filter: ConversationFilter): string {
    const { assignee, unread, tag, channel, segment } = filter;
    if (segment !== undefined)
      return this.#menu?.segmentName(this.stores, segment) ?? this.t('filter.segment');
    if (channel !== undefined) return this.t(`channel.${channel}`);
    if (tag !== undefined) return this.t('filter.tag', { tag });
    if (unread) return this.t('filter.unread');
    if (assignee === undefined) return this.t('filter.all');
    return this.t(assignee === 'none' ? 'filter.none' : 'filter.me');
  }

  #renderList(list: ConversationsStore) {
    const { i18n } = this;
    if (list.status === 'error') return errorState(i18n, 'error.list', list.error, () => void list.load());
    if (list.status !== 'ready' && list.ids.length === 0) return spinnerRows(8, ghost, this.t('loading'));
    if (list.ids.length === 0) return html`<slot name="empty">${this.#renderEmpty(list)}</slot>`;
    const { start, end } = this.#virtual;
    const now = Date.now();
    const ids = list.ids.slice(start, end);
    return html`<div></div>
      <div class="rows" role="list" aria-label=${this.t('conversations')}>
        ${repeat(
          ids,
          (id) => id,
          (id, index) => this.#renderRow(list, id, start + index, now),
        )}
      </div>
      <div></div>
      ${list.loadingMore ? html`<div class="tail" role="status">${this.t('loading')}…</div>` : nothing}
      ${
        list.error
          ? html`<div class="tail">
              ${why(i18n, list.error)}
              <button class="link" @click=${() => void list.loadMore()}>${this.t('tryAgain')}</button>
            </div>`
          : nothing
      }`;
  }

  #renderRow(list: ConversationsStore, id: string, index: number, now: number) {
    const conversation = list.get(id);
    if (!conversation) return nothing;
    const selected = id === list.selectedId;
    const draft = this.stores?.drafts.saying(id) ?? '';
    return html`<div
      role="listitem"
      data-key=${id}
      aria-setsize=${list.hasMore ? -1 : list.ids.length}
      aria-posinset=${index + 1}
    >
      <button
        class="entry ${conversation.unread > 0 ? 'unread' : ''}"
        part="row ${selected ? 'row-selected' : ''}"
        aria-current=${selected ? 'true' : 'false'}
        @click=${() => this.#open(id)}
      >
        ${guard([conversation, draft, selected, this.slaMinutes, this.i18n, Math.floor(now / 30_000)], () =>
          conversationRow(conversation, {
            i18n: this.i18n,
            draft,
            selected,
            slaMinutes: this.slaMinutes,
            now,
          }),
        )}
      </button>
    </div>`;
  }

  #renderEmpty(list: ConversationsStore) {
    if (list.q !== '')
      return emptyState('search', this.t('empty.search', { q: list.q }), this.t('empty.searchHint'));
    if (list.filtered) {
      const all = html`<button class="button" @click=${() => this.#filter({})}>
        ${this.t('filter.all')}
      </button>`;
      return emptyState('search', this.t('empty.filter'), this.t('empty.filterHint'), all);
    }
    return emptyState(
      list.section === 'inbox' ? 'check' : 'chat',
      this.t(`empty.${list.section}`),
      this.t(`empty.${list.section}Hint`),
    );
  }

  #renderUnconnected() {
    return this.environment === undefined
      ? emptyState('alert', this.t('noClient'), this.t('noClientHint'))
      : spinnerRows(8, ghost, this.t('loading'));
  }

  #open(conversationId: string): void {
    const { list } = this;
    if (!this.emit('conversation-open', { conversationId, conversation: list?.get(conversationId) })) return;
    this.selectedId = conversationId;
  }

  #show(section: ConversationState): void {
    this.section = section;
    this.list?.show(section);
  }

  #filter(filter: ConversationFilter): void {
    this.menuOpen = false;
    this.list?.setFilter(filter);
  }

  readonly #onSearch = (event: Event) => this.list?.search((event.target as HTMLInputElement).value);
  readonly #clearSearch = () => {
    if (this.searchField) this.searchField.value = '';
    this.list?.search('');
    this.searchField?.focus();
  };
  readonly #onSearchKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') this.#clearSearch();
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('.entry')?.focus();
  };
  readonly #onTabKey = (event: KeyboardEvent) => {
    const forward = this.i18n.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const step = event.key === forward ? 1 : /^Arrow(Left|Right)$/.test(event.key) ? -1 : 0;
    const at = CONVERSATION_STATES.indexOf(this.list?.section ?? 'inbox') + step;
    const section = CONVERSATION_STATES[at];
    if (step === 0 || section === undefined) return;
    this.#show(section);
    this.renderRoot.querySelectorAll<HTMLElement>('.tab')[at]?.focus();
  };
}

const ghost = () =>
  html`<div class="ghost">
    <span class="avatar"></span
    ><span class="grow"><span class="bones"></span><span class="bones"></span></span>
  </div>`;
