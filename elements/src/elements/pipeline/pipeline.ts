import { html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Opportunity, Stage } from '@patchbay/server-kit/contract';
import { BaseElement } from '../../internal/base-element.ts';
import { emptyState, errorState, feedNotice, why } from '../../internal/parts.ts';
import { pipelineOf, type Column, type PipelineStore, type Place } from '../../stores/pipeline.ts';
import type { Stores } from '../../stores/stores.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enPipeline } from '../../words/en-pipeline.ts';
import { addEnglish } from '../../words/i18n.ts';
import { columnHead, ghostBoard, pipelineBar, refusal } from './bar.ts';
import { cardBody, nameOf, type CardContext } from './card.ts';
import { CardDrag } from './drag.ts';
import { LazyDialogs, type Asked } from './lazy-dialogs.ts';
import { roomIn, stepTo, type Lifted } from './lift.ts';
import { styles } from './pipeline.styles.ts';

addEnglish(enPipeline);

/** So many px before a column's end its next page is asked for. */
const AHEAD = 400;

/**
 * @summary A pipeline as a board of cards to drag, with call and text on each.
 *
 * @event contact-open - A card was opened. Cancelable.
 * @event call-start - Someone wants to call a card's person. Cancel it to call; else the browser dials. Cancelable.
 * @event message-start - Someone wants to write to a card's person. Cancelable.
 * @event card-moved - The server has moved a card.
 * @csspart bar - Pipeline, search and filter.
 * @csspart board - The columns.
 * @csspart column - One stage.
 * @csspart card - One card.
 * @csspart card-name - What a card is called.
 * @csspart card-value - What it is worth.
 * @csspart card-closes - When it is expected to close.
 * @csspart card-actions - Won, lost and edit.
 * @csspart call - The button that calls.
 * @csspart text - The button that writes.
 * @csspart marker - Where a card would land.
 */
export class Pipeline extends BaseElement {
  static override readonly elementName: string = 'pipeline';
  static override styles = [tokens, base, styles];

  /** The pipeline to show. Default: the account's default one. */
  @property({ attribute: 'pipeline-id' }) pipelineId: string | null = null;
  /** Cards can be neither moved nor changed. */
  @property({ type: Boolean, attribute: 'read-only' }) readOnly = false;

  @state() private lifted: Lifted | null = null;
  @state() private announced = '';
  /** On one column: the stage that is in view. */
  @state() private shownStage: string | null = null;
  readonly #drag = new CardDrag(this, {
    start: (cardId) => this.#lift(cardId, 'pointer'),
    over: (x, y) => this.#over(x, y),
    drop: () => void this.#drop(),
    cancel: () => this.#cancel(),
    scrollers: (x, y) => ({
      across: this.renderRoot.querySelector('.board'),
      down: this.#columnAt(x, y)?.querySelector('.cards') ?? null,
    }),
  });

  readonly #dialogs = new LazyDialogs(this);
  readonly #ask = (asked: Asked) => this.#dialogs.ask(asked);

  /** The store that is drawn. */
  get store(): PipelineStore | null {
    return this.stores && pipelineOf(this.stores);
  }

  protected override storesChanged(stores: Stores | null): void {
    super.storesChanged(stores);
    if (stores) void pipelineOf(stores).load(this.pipelineId);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    this.watch(this.store, this.stores?.session);
    if (changed.has('pipelineId') && this.pipelineId !== null) void this.store?.choose(this.pipelineId);
    // whoever holds a card that somebody has deleted holds nothing
    if (this.lifted && !this.store?.find(this.lifted.cardId)) this.lifted = null;
  }

  protected override render() {
    const { i18n, store, lifted } = this;
    const held = lifted?.by === 'pointer' ? store?.find(lifted.cardId)?.card : undefined;
    return html`<div
      class="root ${held ? 'dragging' : ''}"
      part="base"
      dir=${i18n.dir}
      lang=${i18n.locale}
      @keydown=${this.#onKey}
    >
      ${store ? this.#renderBody(store) : emptyState('alert', this.t('noClient'), this.t('noClientHint'))}
      ${held ? html`<div class="card drag-ghost" aria-hidden="true" inert>${cardBody(held, this.#context)}</div>` : nothing}
      <p class="hidden" role="status" aria-live="assertive">${this.announced}</p>
      <p class="hidden" id="hint">${this.t('pipeline.hint')}</p>
      ${this.#renderDialog(store)}
    </div>`;
  }

  #renderDialog(store: PipelineStore | null) {
    const { i18n, stores } = this;
    if (!store || !stores) return nothing;
    const say = (words: string) => (this.announced = words);
    return this.#dialogs.render({
      i18n,
      stores,
      store,
      say,
      settle: (card, kind) => this.#settle(card, kind),
    });
  }

  #renderBody(store: PipelineStore) {
    const { i18n } = this;
    if (store.status === 'error')
      return errorState(i18n, 'error.pipeline', store.error, () => void store.load());
    const loaded = store.status === 'ready';
    if (loaded && !store.pipeline) {
      return emptyState(
        'flow',
        this.t('pipeline.none'),
        this.t('pipeline.noneHint'),
        html`<button class="button primary" @click=${() => void store.begin(this.t('pipeline.firstName'))}>
          ${this.t('pipeline.begin')}
        </button>`,
      );
    }
    const manager = this.stores?.session.me?.member.role === 'manager';
    return html`${pipelineBar(store, i18n, this.readOnly ? null : this.#ask, manager)}
    ${feedNotice(i18n, this.stores?.session.feed ?? 'idle')} ${refusal(store, i18n)}
    ${loaded ? this.#renderBoard(store) : ghostBoard(i18n)}`;
  }

  #renderBoard(store: PipelineStore) {
    const { columns, filter } = store;
    const filtered = Boolean(filter.q || filter.owner);
    if (columns.every(({ count }) => count === 0)) {
      return filtered
        ? emptyState(
            'search',
            this.t('pipeline.emptyFilter'),
            this.t('pipeline.emptyFilterHint'),
            html`<button class="button" @click=${() => void store.setFilter({})}>
              ${this.t('pipeline.showAll')}
            </button>`,
          )
        : html`<slot name="empty"
            >${emptyState('user', this.t('pipeline.empty'), this.t('pipeline.emptyHint'))}</slot
          >`;
    }
    const shown = this.shownStage ?? columns[0]?.stage.id;
    return html`<nav class="stages" aria-label=${this.t('pipeline.stages')}>
        ${columns.map(
          ({ stage, count }) =>
            html`<button aria-current=${stage.id === shown} @click=${() => this.#showStage(stage.id)}>
              <span class="dot ${stage.color}"></span>${stage.name}<span class="num"
                >${this.i18n.number(count)}</span
              >
            </button>`,
        )}
      </nav>
      <div class="board" part="board" @scroll=${this.#onScroll}>
        ${repeat(
          columns,
          ({ stage }) => stage.id,
          (column) => this.#renderColumn(column),
        )}
      </div>`;
  }

  #renderColumn(column: Column) {
    const { lifted, i18n } = this;
    const { stage, count, cards, loadingMore, moreError } = column;
    const to = lifted?.to.stageId === stage.id ? lifted.to : null;
    const last = roomIn(column, lifted?.cardId ?? '');
    let place = -1;
    return html`<section
      class="column ${to ? 'target' : ''}"
      part="column"
      data-stage=${stage.id}
      aria-label="${stage.name}, ${this.t('pipeline.cards', { count })}"
    >
      ${columnHead(column, i18n, this.readOnly ? null : this.#ask)}
      ${count === 0 && !to ? html`<p class="none">${this.t('pipeline.emptyStage')}</p>` : nothing}
      <ul class="cards" @scroll=${(event: Event) => this.#onColumnScroll(event, stage.id)}>
        ${repeat(
          cards,
          ({ id }) => id,
          (card) => {
            if (card.id !== lifted?.cardId) place += 1;
            const marked = to?.index === place && card.id !== lifted?.cardId;
            return html`${marked ? MARKER : nothing}${this.#renderCard(card, stage.kind)}`;
          },
        )}
        ${to?.index === last ? MARKER : nothing}
      </ul>
      ${loadingMore ? html`<p class="tail" role="status">${this.t('pipeline.more')}…</p>` : nothing}
      ${
        moreError
          ? html`<p class="tail">
              ${why(i18n, moreError)}
              <button class="link" @click=${() => void this.store?.loadMore(stage.id)}>
                ${this.t('tryAgain')}
              </button>
            </p>`
          : nothing
      }
    </section>`;
  }

  #renderCard(card: Opportunity, now: Stage['kind']) {
    const ends = this.readOnly ? null : ENDS.filter((kind) => kind !== now && this.#endStage(kind));
    const lifted = card.id === this.lifted?.cardId;
    return html`<li
      class="card ${lifted ? 'lifted' : ''}"
      part="card"
      data-id=${card.id}
      tabindex="0"
      aria-roledescription=${this.readOnly ? nothing : this.t('pipeline.card')}
      aria-describedby=${this.readOnly ? nothing : 'hint'}
      @pointerdown=${(event: PointerEvent) => !this.readOnly && this.#drag.down(event, card.id)}
      @dragstart=${(event: Event) => event.preventDefault()}
    >
      ${cardBody(card, this.#context, ends)}
    </li>`;
  }

  get #context(): CardContext {
    return {
      i18n: this.i18n,
      now: Date.now(),
      open: ({ contact }) =>
        void this.emit('contact-open', { contactId: contact.id, conversationId: contact.conversation_id }),
      text: ({ contact }) => {
        const { id, conversation_id, phone } = contact;
        this.emit('message-start', { contactId: id, conversationId: conversation_id, phone });
      },
      edit: (card) => this.#ask({ about: 'edit', card }),
      settle: (card, kind) => this.#settle(card, kind),
      call: (event, { contact }) => {
        const taken = !this.emit('call-start', { contactId: contact.id, phone: contact.phone ?? '' });
        if (taken) event.preventDefault();
      },
    };
  }

  #lift(cardId: string, by: Lifted['by']): boolean {
    const found = this.store?.find(cardId);
    if (!found || this.readOnly) return false;
    this.lifted = { cardId, to: found.place, by };
    this.announced = this.t('pipeline.lifted', {
      name: nameOf(found.card, this.i18n),
      place: this.#placeWords(),
    });
    return true;
  }

  #cancel(): void {
    const found = this.lifted && this.store?.find(this.lifted.cardId);
    this.lifted = null;
    if (found) this.announced = this.t('pipeline.canceled', { name: nameOf(found.card, this.i18n) });
  }

  async #drop(): Promise<void> {
    const { lifted, store } = this;
    const found = lifted && store?.find(lifted.cardId);
    if (!lifted || !store || !found) return;
    const words = this.#placeWords();
    this.lifted = null;
    const moving = store.move(lifted.cardId, lifted.to);
    this.announced = this.t('pipeline.dropped', { name: nameOf(found.card, this.i18n), place: words });
    if (lifted.by === 'keys') {
      await this.updateComplete;
      this.#cardElement(lifted.cardId)?.focus();
    }
    await this.#told(moving, found.place.stageId);
  }

  async #told(moving: Promise<Opportunity | null>, fromStageId: string): Promise<void> {
    const opportunity = await moving;
    if (opportunity && opportunity.stage_id !== fromStageId)
      this.emit('card-moved', { opportunity, fromStageId });
  }

  /** The first stage on which a card has ended so. */
  #endStage(kind: 'won' | 'lost'): Stage | undefined {
    return this.store?.columns.find(({ stage }) => stage.kind === kind)?.stage;
  }

  #settle({ id, stage_id }: Opportunity, kind: 'won' | 'lost'): void {
    const stage = this.#endStage(kind);
    if (stage && this.store) void this.#told(this.store.move(id, { stageId: stage.id, index: 0 }), stage_id);
  }

  #go(to: Place): void {
    if (!this.lifted) return;
    const { cardId, by, to: before } = this.lifted;
    if (before.stageId === to.stageId && before.index === to.index) return;
    this.lifted = { cardId, by, to };
    this.announced = this.t('pipeline.over', { place: this.#placeWords() });
    if (by === 'pointer') return;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector('.marker')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    );
  }

  #placeWords(): string {
    const { lifted } = this;
    const column = this.store?.columns.find(({ stage }) => stage.id === lifted?.to.stageId);
    if (!lifted || !column) return '';
    const own = column.cards.some(({ id }) => id === lifted.cardId);
    const total = column.count + (own ? 0 : 1);
    return this.t('pipeline.place', { stage: column.stage.name, index: lifted.to.index + 1, total });
  }

  #over(x: number, y: number): void {
    const { lifted } = this;
    const column = this.#columnAt(x, y);
    const stageId = column?.dataset['stage'];
    if (!lifted || !column || stageId === undefined) return;
    const others = [...column.querySelectorAll<HTMLElement>('.card')].filter(
      ({ dataset }) => dataset['id'] !== lifted.cardId,
    );
    const below = others.findIndex((card) => {
      const { top, height } = card.getBoundingClientRect();
      return y < top + height / 2;
    });
    this.#go({ stageId, index: below < 0 ? others.length : below });
  }

  /** The column under a point, however far above or below the cards. */
  #columnAt(x: number, _y: number): HTMLElement | undefined {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.column[data-stage]')].find((column) => {
      const { left, right } = column.getBoundingClientRect();
      return x >= left && x <= right;
    });
  }

  #cardElement(id: string): HTMLElement | undefined {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.column .card')].find(
      ({ dataset }) => dataset['id'] === id,
    );
  }

  readonly #onKey = (event: KeyboardEvent) => {
    const { lifted, store } = this;
    const forward = this.i18n.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    if (lifted?.by === 'keys' && store) {
      if (event.key === 'Tab') return this.#cancel();
      if (event.key === 'Escape') this.#cancel();
      else if (event.key === ' ' || event.key === 'Enter') void this.#drop();
      else {
        const to = stepTo(store.columns, lifted, event.key, forward);
        if (to) this.#go(to);
        else if (!event.key.startsWith('Arrow')) return;
      }
      event.preventDefault();
      return event.stopPropagation();
    }
    const card = event.target as HTMLElement;
    const id = card.dataset?.['id'];
    if (id === undefined || !card.classList.contains('card')) return;
    if (event.key === ' ' && this.#lift(id, 'keys')) event.preventDefault();
    if (event.key === 'Enter') card.querySelector<HTMLElement>('.name')?.click();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const list = [...(card.parentElement?.querySelectorAll<HTMLElement>('.card') ?? [])];
    list[list.indexOf(card) + step]?.focus();
  };

  #showStage(stageId: string): void {
    this.shownStage = stageId;
    const column = [...this.renderRoot.querySelectorAll<HTMLElement>('.column')].find(
      ({ dataset }) => dataset['stage'] === stageId,
    );
    column?.scrollIntoView({ block: 'nearest', inline: 'start' });
  }

  readonly #onScroll = (event: Event) => {
    const board = event.currentTarget as HTMLElement;
    const middle = board.getBoundingClientRect().left + board.clientWidth / 2;
    this.shownStage = this.#columnAt(middle, 0)?.dataset['stage'] ?? this.shownStage;
  };

  #onColumnScroll(event: Event, stageId: string): void {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget as HTMLElement;
    if (scrollTop + clientHeight > scrollHeight - AHEAD) void this.store?.loadMore(stageId);
  }
}

const ENDS = ['won', 'lost'] as const;
const MARKER = html`<li class="marker" part="marker" aria-hidden="true"></li>`;
