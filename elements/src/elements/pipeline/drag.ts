import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface DragHost extends ReactiveControllerHost {
  readonly renderRoot: HTMLElement | DocumentFragment;
}

export interface DragOptions {
  /** A drag begins. False refuses it. */
  start(cardId: string): boolean;
  /** The pointer is here, in coordinates of the window. */
  over(x: number, y: number): void;
  drop(): void;
  cancel(): void;
  /** What scrolls sideways, and the list under a point, which scrolls down. */
  scrollers(x: number, y: number): { across: Element | null; down: Element | null };
}

/** A mouse that has moved less has clicked. */
const SLOP = 5;
/** A finger that rests so long, in ms, lifts; one that moves before that scrolls. */
const LONG_PRESS = 350;
/** Within so many px of an edge the board scrolls along, up to so many px a frame. */
const EDGE = 56;
const SPEED = 14;

/**
 * Dragging with mouse, pen and finger. Says where the pointer is and scrolls at the edges; what that means is the host's. A ghost
 * (`.drag-ghost`, drawn by the host) follows the pointer without a render for each of its moves.
 */
export class CardDrag implements ReactiveController {
  readonly #host: DragHost;
  readonly #options: DragOptions;
  #cardId: string | null = null;
  #dragging = false;
  #pressed: ReturnType<typeof setTimeout> | undefined;
  #origin = { x: 0, y: 0 };
  #at = { x: 0, y: 0 };
  /** From the card's corner to the pointer. */
  #grip = { x: 0, y: 0 };
  #frame = 0;
  #listening: AbortController | undefined;

  constructor(host: DragHost, options: DragOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  hostConnected(): void {
    /* nothing to do before a pointer is down */
  }

  hostDisconnected(): void {
    this.cancel();
  }

  hostUpdated(): void {
    if (this.#dragging) this.#placeGhost();
  }

  /** For `pointerdown` on a card. */
  down(event: PointerEvent, cardId: string): void {
    if (event.button !== 0 || !event.isPrimary || this.#cardId !== null) return;
    const card = event.currentTarget as HTMLElement;
    const { left, top } = card.getBoundingClientRect();
    this.#cardId = cardId;
    this.#origin = this.#at = { x: event.clientX, y: event.clientY };
    this.#grip = { x: event.clientX - left, y: event.clientY - top };
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    window.addEventListener('pointermove', this.#onMove, { signal });
    window.addEventListener('pointerup', this.#onUp, { signal });
    window.addEventListener('pointercancel', () => this.cancel(), { signal });
    window.addEventListener('keydown', this.#onKey, { signal, capture: true });
    if (event.pointerType !== 'touch') return;
    // while a card is held the page must not scroll under it, nor a menu open
    window.addEventListener('touchmove', this.#hold, { signal, passive: false });
    window.addEventListener('contextmenu', this.#hold, { signal });
    this.#pressed = setTimeout(() => this.#begin(), LONG_PRESS);
  }

  cancel(): void {
    const dragging = this.#dragging;
    this.#end();
    if (dragging) this.#options.cancel();
  }

  readonly #hold = (event: Event) => {
    if (this.#dragging) event.preventDefault();
  };

  readonly #onMove = (event: PointerEvent) => {
    this.#at = { x: event.clientX, y: event.clientY };
    if (!this.#dragging) {
      const far = Math.hypot(this.#at.x - this.#origin.x, this.#at.y - this.#origin.y) > SLOP;
      if (!far) return;
      if (event.pointerType === 'touch') return this.#end();
      this.#begin();
      if (!this.#dragging) return;
    }
    this.#placeGhost();
    this.#options.over(this.#at.x, this.#at.y);
  };

  readonly #onUp = () => {
    const dragging = this.#dragging;
    this.#end();
    if (!dragging) return;
    // the click that follows is the drag's end, not a wish to open the card
    window.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener('click', swallow, { capture: true }));
    this.#options.drop();
  };

  readonly #onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !this.#dragging) return;
    event.preventDefault();
    event.stopPropagation();
    this.cancel();
  };

  #begin(): void {
    const id = this.#cardId;
    if (id === null || !this.#options.start(id)) return this.#end();
    this.#dragging = true;
    this.#options.over(this.#at.x, this.#at.y);
    this.#frame = requestAnimationFrame(this.#scroll);
  }

  #end(): void {
    clearTimeout(this.#pressed);
    cancelAnimationFrame(this.#frame);
    this.#listening?.abort();
    this.#listening = undefined;
    this.#cardId = null;
    this.#dragging = false;
  }

  readonly #scroll = () => {
    const { x, y } = this.#at;
    const { across, down } = this.#options.scrollers(x, y);
    const moved = [nudge(across, 'left', x), nudge(down, 'top', y)].some(Boolean);
    if (moved) this.#options.over(x, y);
    this.#frame = requestAnimationFrame(this.#scroll);
  };

  #placeGhost(): void {
    const ghost = this.#host.renderRoot.querySelector<HTMLElement>('.drag-ghost');
    if (!ghost) return;
    ghost.style.transform = `translate(${this.#at.x - this.#grip.x}px, ${this.#at.y - this.#grip.y}px)`;
  }
}

function swallow(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}

/** Scrolls when the pointer is near an edge; the nearer the faster. Says whether it did. */
function nudge(scroller: Element | null, side: 'left' | 'top', at: number): boolean {
  if (!scroller) return false;
  const box = scroller.getBoundingClientRect();
  const [start, end] = side === 'left' ? [box.left, box.right] : [box.top, box.bottom];
  const into = at < start + EDGE ? at - (start + EDGE) : at > end - EDGE ? at - (end - EDGE) : 0;
  if (into === 0) return false;
  const step = Math.max(-1, Math.min(1, into / EDGE)) * SPEED;
  const before = side === 'left' ? scroller.scrollLeft : scroller.scrollTop;
  scroller.scrollBy(
    side === 'left' ? { left: step, behavior: 'instant' } : { top: step, behavior: 'instant' },
  );
  return before !== (side === 'left' ? scroller.scrollLeft : scroller.scrollTop);
}
