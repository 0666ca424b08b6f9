import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface FixedRowsOptions {
  /** The element that scrolls. Asked again after every update; null while it is not drawn. */
  scroller: () => HTMLElement | null;
  /** Stands in the scroller for all rows; it has one child, the window, with the drawn ones. */
  sizer: () => HTMLElement | null;
  count: () => number;
  /** What lies above the rows inside the scroller and stays in view: the head of a table, in px. */
  above?: () => number;
  /** Rows drawn beyond the visible part, above and below. Default 8. */
  overscan?: number;
  /** Draws the rows [start, end) into the window; after every update, and when others have come into view. */
  draw: (window: HTMLElement) => void;
  /** The window has moved. */
  onWindow?: (start: number, end: number) => void;
}

/**
 * Browsers cut elements off at a height: Chromium near 33.5 million px, Firefox near 17.8. A million rows are taller, so the
 * scroller is never taller than this, and its bar stands for more than it measures.
 */
const TALLEST = 8_000_000;
/** Never more rows in the DOM than this. */
const MOST = 120;
/** Scrolled at once by no more than so many views, it was a wheel, a finger or a key and is followed pixel by pixel. */
const STEP = 2;

/**
 * Draws only the rows that can be seen, all of one height: where each stands is a multiplication, so a million cost what a
 * hundred do. The rows stand in one window that is moved. Scrolling draws rows and nothing else of the host, and nothing here
 * asks the browser for a layout while it draws: sizes come from a ResizeObserver, when they are known anyway.
 *
 * Where the whole would be too tall, the place that the scroller shows and the place in the rows are two numbers: small steps
 * move both alike, a jump of the bar sets the second from the first, and when the scroller rests, the first from the second.
 */
export class FixedRows implements ReactiveController {
  /** The rows to draw: [start, end). */
  start = 0;
  end = 0;
  readonly #options: FixedRowsOptions;
  #height = 44;
  /** The place in the rows: px that lie above the view. */
  #place = 0;
  #lastTop = 0;
  #view = 0;
  #scroller: HTMLElement | null = null;
  /** The row that is measured. */
  #row: Element | null = null;
  #observer: ResizeObserver | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, options: FixedRowsOptions) {
    this.#options = options;
    host.addController(this);
  }

  /** Rows in a view: how far a page key goes. */
  get perView(): number {
    return Math.max(1, Math.floor(this.#view / this.#height) - 1);
  }

  /** The first row of which something can be seen. */
  get first(): number {
    return Math.floor(this.#place / this.#height);
  }

  /** Draws again, without an update of the host. */
  redraw(): void {
    const window = this.#options.sizer()?.firstElementChild;
    if (!this.#scroller || !(window instanceof HTMLElement)) return;
    this.#prepare();
    this.#options.draw(window);
    this.#put(window);
    const row = window.firstElementChild;
    if (row && !this.#row?.isConnected) {
      if (this.#row) this.#observer?.unobserve(this.#row);
      this.#row = row;
      this.#observer?.observe(row);
    }
    this.#options.onWindow?.(this.start, this.end);
  }

  /** Chooses the rows. */
  #prepare(): void {
    const count = this.#options.count();
    const overscan = this.#options.overscan ?? 8;
    const view = this.#view || 800;
    this.#place = Math.max(0, Math.min(this.#place, this.#room));
    this.start = Math.max(0, Math.min(Math.floor(this.#place / this.#height) - overscan, count));
    this.end = Math.min(count, Math.ceil((this.#place + view) / this.#height) + overscan, this.start + MOST);
  }

  /** Another list: from its top. */
  reset(): void {
    this.#place = this.#lastTop = 0;
    if (this.#scroller) this.#scroller.scrollTop = 0;
  }

  /** Brings a row into view with as little movement as possible. */
  reveal(index: number): void {
    const top = index * this.#height;
    if (top < this.#place) this.#go(top);
    else if (top + this.#height > this.#place + this.#view) this.#go(top + this.#height - this.#view);
  }

  hostConnected(): void {
    this.#observer = new ResizeObserver(() => this.#measure());
  }

  hostUpdated(): void {
    const scroller = this.#options.scroller();
    if (scroller !== this.#scroller) this.#attach(scroller);
    this.redraw();
  }

  hostDisconnected(): void {
    this.#attach(null);
    clearTimeout(this.#rest);
  }

  #attach(scroller: HTMLElement | null): void {
    this.#scroller?.removeEventListener('scroll', this.#scrolled);
    this.#observer?.disconnect();
    this.#row = null;
    this.#scroller = scroller;
    if (!scroller) return;
    scroller.addEventListener('scroll', this.#scrolled, { passive: true });
    this.#observer?.observe(scroller);
    this.#lastTop = scroller.scrollTop;
  }

  get #total(): number {
    return this.#options.count() * this.#height;
  }
  /** How far the rows can be moved, and how far the scroller can. */
  get #room(): number {
    return Math.max(0, this.#total - this.#view);
  }
  get #range(): number {
    return Math.max(0, Math.min(this.#total, TALLEST) - this.#view);
  }
  get #squeezed(): boolean {
    return this.#total > TALLEST;
  }

  #measure(): void {
    const scroller = this.#scroller;
    if (!scroller || scroller.clientHeight === 0) return;
    const row = this.#row;
    const height = row instanceof HTMLElement ? row.offsetHeight || this.#height : this.#height;
    const view = scroller.clientHeight - (this.#options.above?.() ?? 0);
    if (height === this.#height && view === this.#view) return;
    // what is at the top stays there when rows change their height
    this.#place = (this.#place / this.#height) * height;
    this.#height = height;
    this.#view = view;
    this.redraw();
  }

  /** Puts the window where its first row belongs. */
  #put(window = this.#options.sizer()?.firstElementChild): void {
    const sizer = this.#options.sizer();
    if (!sizer || !(window instanceof HTMLElement)) return;
    const tall = `${Math.min(this.#total, TALLEST)}px`;
    if (sizer.style.height !== tall) sizer.style.height = tall;
    const above = this.#squeezed ? this.#place - this.#lastTop : 0;
    const moved = `translateY(${this.start * this.#height - above}px)`;
    if (window.style.transform !== moved) window.style.transform = moved;
  }

  readonly #scrolled = () => {
    const scroller = this.#scroller;
    if (!scroller) return;
    const { scrollTop } = scroller;
    const step = scrollTop - this.#lastTop;
    this.#lastTop = scrollTop;
    if (!this.#squeezed) this.#place = scrollTop;
    else if (scrollTop <= 0) this.#place = 0;
    else if (scrollTop >= this.#range - 1) this.#place = this.#room;
    else if (Math.abs(step) <= this.#view * STEP) {
      this.#place = Math.max(0, Math.min(this.#place + step, this.#room));
      this.#settleNearEnds();
    } else this.#place = (scrollTop / this.#range) * this.#room;
    const { first } = this;
    const last = Math.ceil((this.#place + this.#view) / this.#height);
    const count = this.#options.count();
    if (first < this.start || Math.min(last, count) > this.end || this.#far(first)) this.redraw();
    else if (this.#squeezed) this.#put();
    if (!this.#squeezed) return;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#align(), 150);
  };

  /** Half of the rows beyond the view are used up: more are drawn before they are missed. */
  #far(first: number): boolean {
    const half = (this.#options.overscan ?? 8) / 2;
    return first - this.start < half && this.start > 0;
  }

  /** The scroller must not come to its end before the rows do. */
  #settleNearEnds(): void {
    const near = this.#view * STEP;
    const { scrollTop } = this.#scroller!;
    if (scrollTop < near || scrollTop > this.#range - near) this.#align();
  }

  /** The bar shows where in the rows one is. */
  #align(): void {
    const scroller = this.#scroller;
    if (!scroller || !this.#squeezed) return;
    const ideal = Math.round((this.#place / this.#room) * this.#range);
    // within a row of an end only that end itself is the end
    const top =
      this.#place > 0 && this.#place < this.#room ? Math.max(2, Math.min(ideal, this.#range - 2)) : ideal;
    if (Math.abs(top - scroller.scrollTop) > 1) scroller.scrollTop = top;
    this.#lastTop = scroller.scrollTop;
    this.#put();
  }

  #go(place: number): void {
    this.#place = Math.max(0, Math.min(place, this.#room));
    const scroller = this.#scroller;
    if (scroller && this.#squeezed) this.#align();
    else if (scroller) scroller.scrollTop = this.#lastTop = this.#place;
    this.redraw();
  }
}
