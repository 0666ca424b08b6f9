/** The rows of the table: which are drawn, which one is meant, and who is chosen. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { Contact } from '@patchbay/server-kit/contract';
import { FixedRows } from '../../internal/fixed-rows.ts';
import { Lazy } from '../../internal/lazy.ts';
import { why } from '../../internal/parts.ts';
import type { ContactListStore } from '../../stores/contact-list.ts';
import type { Choosing } from './choosing.ts';
import { head, type Drawing, type HeadState } from './head.ts';
import type { RowPool } from './row-pool.ts';
import type * as Table from './table.ts';

export interface GridOptions {
  list: () => ContactListStore | null;
  /** People are cards. */
  narrow: () => boolean;
  /** The same object until something in it changes: rows that were drawn with it are not drawn again. */
  drawing: () => Drawing;
  open: (contact: Contact) => void;
  /** Others are chosen. */
  chose: () => void;
}

export type Heads = Pick<HeadState, 'widths' | 'sortBy' | 'resize'>;

/** Rows that stand for people while the first ones are on their way. */
const WAITING = 12;

export class Grid {
  readonly #host: LitElement;
  readonly #options: GridOptions;
  readonly #rows: FixedRows;
  /** What fills the rows: loaded beside the client, so that it is there before them. */
  readonly #filling: Lazy<typeof Table>;
  #pool: RowPool | undefined;
  #choosing: Choosing | undefined;

  constructor(host: LitElement, options: GridOptions) {
    this.#host = host;
    this.#options = options;
    this.#filling = new Lazy(host, () => import('./table.ts'));
    this.#rows = new FixedRows(host, {
      scroller: () => this.#scroller,
      sizer: () => host.renderRoot.querySelector('.sizer'),
      count: () => options.list()?.length ?? 0,
      above: () => (options.narrow() ? 0 : 40),
      draw: (window) => this.#draw(window),
      onWindow: (start, end) => options.list()?.want(start, end),
    });
  }

  get #scroller(): HTMLElement | null {
    return this.#host.renderRoot.querySelector('.scroller');
  }

  /** Another list: from its top. */
  reset(): void {
    this.#rows.reset();
    this.#choosing?.reset();
  }

  render(list: ContactListStore, heads: Heads): TemplateResult {
    const drawing = this.#options.drawing();
    const narrow = this.#options.narrow();
    const { selection } = list;
    const { i18n, columns } = drawing;
    return html`<div
      class="scroller"
      part="list"
      role="grid"
      tabindex="0"
      aria-label=${i18n.t('contacts')}
      aria-multiselectable="true"
      aria-busy=${list.status !== 'ready'}
      aria-rowcount=${list.count === null ? -1 : list.count + (narrow ? 0 : 1)}
      aria-colcount=${columns.length + 1}
      @scroll=${sideways}
      @keydown=${(event: KeyboardEvent) => this.#choosing?.key(event)}
      @click=${(event: MouseEvent) => this.#choosing?.click(event)}
      @pointerdown=${(event: PointerEvent) => this.#choosing?.down(event)}
      @pointerup=${this.#choosing?.up}
      @pointercancel=${this.#choosing?.up}
      @pointermove=${this.#choosing?.up}
    >
      <div class="table" role="presentation">
        ${
          narrow
            ? nothing
            : html`<div class="heads" role="rowgroup">
                ${head(drawing, {
                  ...heads,
                  sort: list.view.sort,
                  all: selection.all,
                  some: !selection.empty,
                  tickAll: () => this.#choosing?.all(!selection.all),
                })}
              </div>`
        }
        <div class="sizer" role="rowgroup"><div class="window" role="presentation"></div></div>
      </div>
      ${
        list.moreError
          ? html`<div class="notice bad rim" role="alert">
              <span>${i18n.t('error.contactsMore')} ${why(i18n, list.moreError)}</span>
              <button class="link" @click=${() => list.retry()}>${i18n.t('tryAgain')}</button>
            </div>`
          : nothing
      }
    </div>`;
  }

  #draw(window: HTMLElement): void {
    const list = this.#options.list();
    const filling = this.#filling.now;
    if (!list || !filling) return;
    const narrow = this.#options.narrow();
    this.#pool ??= new filling.RowPool(() => this.#rows.redraw());
    this.#choosing ??= new filling.Choosing({
      ...this.#options,
      indexOf: (inside) => this.#pool?.indexOf(inside) ?? null,
      perView: () => this.#rows.perView,
      reveal: (index) => this.#rows.reveal(index),
      moved: () => this.#rows.redraw(),
    });
    const { start, end, first } = this.#rows;
    const { active } = this.#choosing;
    const { selection } = list;
    const waiting = list.status !== 'ready';
    this.#pool.draw(window, {
      ...(waiting ? { start: 0, end: WAITING, first: 0 } : { start, end, first }),
      above: narrow ? 0 : 1,
      look: narrow ? 'card' : 'tr',
      active,
      at: (index) => (waiting ? undefined : list.at(index)),
      chosen: (contact) => (contact ? selection.has(contact.id) : selection.all),
      inside: narrow ? filling.card : filling.row,
      drawing: this.#options.drawing(),
      forget: waiting,
    });
    const meant = waiting || active < start || active >= end ? null : `row-${active}`;
    const grid = this.#scroller!;
    if (grid.getAttribute('aria-activedescendant') === meant) return;
    if (meant === null) grid.removeAttribute('aria-activedescendant');
    else grid.setAttribute('aria-activedescendant', meant);
  }
}

/** The name stays in view beside the others. Pinned at all times, every row would cost two more layers of layout. */
function sideways({ currentTarget }: Event): void {
  const scroller = currentTarget as HTMLElement;
  scroller.classList.toggle('aside', scroller.scrollLeft !== 0);
}
