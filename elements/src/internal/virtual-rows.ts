import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface VirtualRowsOptions {
  /** The element that scrolls. Asked again after every update; null while it is not drawn. */
  scroller: () => HTMLElement | null;
  /** The parent of the drawn rows: each child with `data-key` is one row. Between two spacers. */
  rows: () => HTMLElement | null;
  count: () => number;
  key: (index: number) => string;
  /** A guess at a row's height in px, until it was drawn once. */
  estimate: number;
  /** How many px are drawn beyond the visible part, above and below. */
  overscan?: number;
  /** Keeps the end in view while the reader is there: a thread. */
  stickToEnd?: boolean;
  /** The window or the place has changed. */
  onScroll?: (place: { atStart: boolean; atEnd: boolean }) => void;
}

/** Near enough to the end to count as there, in px: half a line of inertia must not unstick a chat. */
const NEAR = 48;
/** Never more rows in the DOM than this, whatever the heights. */
const MOST = 120;

/**
 * Draws only the rows that can be seen, of any heights, and keeps what the reader looks at where it is.
 *
 * The rows stand in normal flow between two spacers. Before each update the first visible row and its place are
 * noted; after it, the real heights are taken and the scroll position corrected by the difference, all before the
 * browser paints. So rows that turn out taller than guessed, pages put in above, and pictures that load late do not
 * move the text under the reader's eyes. (Native scroll anchoring is off: Safari has none, and two correct twice.)
 */
export class VirtualRows implements ReactiveController {
  /** The rows to draw: [start, end). */
  start = 0;
  end = 0;
  /** Whether the reader is at the end. */
  atEnd = true;

  readonly #host: ReactiveControllerHost;
  readonly #options: VirtualRowsOptions;
  /** Offsets of the rows' tops; one longer than the rows. Valid below `#valid`. */
  #offsets: number[] = [0];
  #heights: number[] = [];
  #keys: string[] = [];
  readonly #known = new Map<string, number>();
  #valid = 0;
  /** Where the reader is; `index` is where the row was, for a list of a hundred thousand is long to search. */
  #anchor: { key: string; index: number; top: number } | null = null;
  #wanted: { key: string; block: 'start' | 'center' | 'nearest' } | null = null;
  #scroller: HTMLElement | null = null;
  #observer: ResizeObserver | undefined;
  #lastTop = 0;

  constructor(host: ReactiveControllerHost, options: VirtualRowsOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  /** To be called in `willUpdate`: takes up changed rows and chooses the window. */
  prepare(): void {
    this.#note();
    this.#sync();
    if (!this.#covered()) this.#choose();
  }

  /** Forgets the place: another list. */
  reset(): void {
    this.#keys = [];
    this.#heights = [];
    this.#offsets = [0];
    this.#valid = 0;
    this.#known.clear();
    this.#anchor = null;
    this.#wanted = null;
    this.start = this.end = 0;
    this.atEnd = this.#options.stickToEnd ?? false;
    if (this.#scroller && !this.#options.stickToEnd) this.#scroller.scrollTop = 0;
  }

  /** To the beginning, at once: what was looked at is not brought back by rows that change their height. */
  scrollToStart(): void {
    this.#anchor = null;
    this.#lastTop = 0;
    if (this.#scroller) this.#scroller.scrollTop = 0;
  }

  scrollToEnd(): void {
    this.atEnd = true;
    this.#wanted = null;
    this.#anchor = null;
    this.#host.requestUpdate();
  }

  scrollToKey(key: string, block: 'start' | 'center' | 'nearest' = 'center'): void {
    this.#wanted = { key, block };
    this.atEnd = false;
    this.#host.requestUpdate();
  }

  hostConnected(): void {
    this.#observer = new ResizeObserver(() => this.#resized());
  }

  hostUpdated(): void {
    this.#attach();
    this.#settle();
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#scroller?.removeEventListener('scroll', this.#scrolled);
    this.#scroller = null;
  }

  #attach(): void {
    const scroller = this.#options.scroller();
    if (scroller === this.#scroller) return;
    this.#scroller?.removeEventListener('scroll', this.#scrolled);
    this.#observer?.disconnect();
    this.#scroller = scroller;
    if (!scroller) return;
    scroller.addEventListener('scroll', this.#scrolled, { passive: true });
    this.#observer?.observe(scroller);
    const rows = this.#options.rows();
    if (rows) this.#observer?.observe(rows);
  }

  readonly #scrolled = () => {
    const scroller = this.#scroller;
    if (!scroller) return;
    // Content that grew is not a reader who moved: only a move upwards unsticks the end.
    const up = scroller.scrollTop < this.#lastTop - 1;
    this.#lastTop = scroller.scrollTop;
    const beyond = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    this.atEnd = beyond <= NEAR || (this.atEnd && !up);
    this.#note();
    this.#follow();
    this.#report();
  };

  #resized(): void {
    if (!this.#scroller || this.#scroller.clientHeight === 0) return;
    this.#settle();
  }

  /** Notes where the reader is. */
  #note(): void {
    const scroller = this.#scroller;
    if (!scroller || scroller.clientHeight === 0 || this.#wanted) return;
    this.#anchor = null;
    if (this.#options.stickToEnd && this.atEnd) return;
    const edge = scroller.getBoundingClientRect().top;
    for (const [nth, row] of this.#drawn().entries()) {
      const { top, bottom } = row.getBoundingClientRect();
      if (bottom <= edge) continue;
      this.#anchor = { key: row.dataset['key'] ?? '', index: this.start + nth, top: top - edge };
      return;
    }
  }

  /** Takes up rows that were added, moved or removed. Added at the end, the usual case, costs only the new ones. */
  #sync(): void {
    const { count, key, estimate } = this.#options;
    const length = count();
    const old = this.#keys.length;
    const grown =
      length >= old && (old === 0 || (key(0) === this.#keys[0] && key(old - 1) === this.#keys[old - 1]));
    const from = grown ? old : 0;
    if (!grown) {
      this.#keys.length = this.#heights.length = 0;
      this.#valid = 0;
    }
    for (let i = from; i < length; i += 1) {
      const name = key(i);
      this.#keys.push(name);
      this.#heights.push(this.#known.get(name) ?? estimate);
    }
    this.#valid = Math.min(this.#valid, from);
  }

  #offset(index: number): number {
    const offsets = this.#offsets;
    for (; this.#valid < index; this.#valid += 1) {
      offsets[this.#valid + 1] = (offsets[this.#valid] ?? 0) + (this.#heights[this.#valid] ?? 0);
    }
    return offsets[index] ?? 0;
  }

  /** The row at a place: the last one whose top is not below it. */
  #at(place: number): number {
    this.#offset(this.#keys.length);
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#offsets[middle + 1] ?? 0) > place) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #follow(): void {
    if (!this.#covered()) this.#host.requestUpdate();
  }

  /** Half of the margin may be used up: else a row that comes or goes at the rim would be another update. */
  #covered(): boolean {
    const { start, end } = this;
    this.#choose(0.5);
    const covered = start <= this.start && end >= this.end && end <= this.#keys.length;
    this.start = start;
    this.end = end;
    return covered;
  }

  #choose(margin = 1): void {
    const total = this.#keys.length;
    const { stickToEnd } = this.#options;
    const overscan = (this.#options.overscan ?? 400) * margin;
    const view = this.#scroller?.clientHeight || 800;
    let top: number;
    if (this.#wanted) {
      const index = Math.max(0, this.#keys.indexOf(this.#wanted.key));
      top = this.#offset(index) - view / 2;
    } else if (stickToEnd && this.atEnd) {
      top = this.#offset(total) - view;
    } else if (this.#anchor) {
      const { key, index: before } = this.#anchor;
      const index = this.#keys[before] === key ? before : this.#keys.indexOf(key);
      top = index < 0 ? (this.#scroller?.scrollTop ?? 0) : this.#offset(index) - this.#anchor.top;
    } else {
      top = this.#scroller?.scrollTop ?? 0;
    }
    this.start = Math.max(0, Math.min(this.#at(top - overscan), total));
    this.end = Math.min(total, this.#at(top + view + overscan) + 1, this.start + MOST);
    if (stickToEnd && this.atEnd && !this.#wanted) {
      this.end = total;
      this.start = Math.max(this.start, total - MOST);
    }
  }

  /** Takes the real heights, sets the spacers, and puts the reader back to where they were. */
  #settle(): void {
    const scroller = this.#scroller;
    const rows = this.#options.rows();
    if (!scroller || !rows) return;
    // The spacers first: they stand for rows that are not drawn, so nothing measured below changes them, and the
    // browser lays out once instead of twice (with `#covered`: 2.6 ms for a text that arrives in a thread of 50,000 became 1.8).
    this.#space(rows.previousElementSibling, this.#offset(this.start));
    this.#space(rows.nextElementSibling, this.#offset(this.#keys.length) - this.#offset(this.end));
    if (scroller.clientHeight === 0) return;
    let index = this.start;
    for (const row of this.#drawn()) {
      const name = row.dataset['key'] ?? '';
      if (this.#keys[index] !== name) index = this.#keys.indexOf(name, this.start);
      if (index < 0) break;
      const height = row.getBoundingClientRect().height;
      if (height !== this.#heights[index]) {
        this.#heights[index] = height;
        this.#known.set(name, height);
        this.#valid = Math.min(this.#valid, index);
      }
      index += 1;
    }
    this.#place(scroller);
    this.#report();
    this.#again();
  }

  #space(element: Element | null, height: number): void {
    const size = `${height}px`;
    // Setting what is set already would still cost a layout.
    if (!(element instanceof HTMLElement) || element.style.getPropertyValue('block-size') === size) return;
    element.style.setProperty('block-size', size);
  }

  #place(scroller: HTMLElement): void {
    let target: number | null = null;
    const edge = scroller.getBoundingClientRect().top;
    if (this.#wanted) {
      const row = this.#row(this.#wanted.key);
      if (row) {
        const { top, bottom, height } = row.getBoundingClientRect();
        const room = scroller.clientHeight;
        const inside = top >= edge && bottom <= edge + room;
        const lead = {
          start: 0,
          center: Math.max(0, (room - height) / 2),
          nearest: top < edge ? 0 : room - height,
        };
        if (this.#wanted.block !== 'nearest' || !inside) {
          target = scroller.scrollTop + top - edge - lead[this.#wanted.block];
        }
        this.#wanted = null;
      }
    } else if (this.#options.stickToEnd && this.atEnd) {
      target = scroller.scrollHeight - scroller.clientHeight;
    } else if (this.#anchor) {
      const row = this.#row(this.#anchor.key);
      if (row) target = scroller.scrollTop + row.getBoundingClientRect().top - edge - this.#anchor.top;
    }
    if (target === null || Math.abs(target - scroller.scrollTop) < 0.5) return;
    scroller.scrollTop = target;
    this.#lastTop = scroller.scrollTop;
  }

  /** Rows lower than guessed leave the window short: one more update fills it. */
  #again(): void {
    if (!this.#wanted) this.#note();
    this.#follow();
  }

  #report(): void {
    const scroller = this.#scroller;
    if (!scroller || this.#keys.length === 0) return;
    const reach = Math.max(600, scroller.clientHeight);
    const beyond = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    this.#options.onScroll?.({ atStart: scroller.scrollTop < reach, atEnd: beyond < reach });
  }

  #drawn(): HTMLElement[] {
    const rows = this.#options.rows();
    return rows
      ? ([...rows.children].filter(
          (row) => row instanceof HTMLElement && row.dataset['key'],
        ) as HTMLElement[])
      : [];
  }
  #row(key: string): HTMLElement | undefined {
    return this.#drawn().find((row) => row.dataset['key'] === key);
  }
}
