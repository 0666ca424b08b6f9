import type { ReactiveController, ReactiveControllerHost } from 'lit';

/**
 * Closes what is open when the person turns to something else: Escape, or a press outside. Listens only while
 * something is open.
 */
export class Dismiss implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #close: () => void;
  #inside: (() => Element | null) | null = null;

  constructor(host: ReactiveControllerHost & HTMLElement, close: () => void) {
    this.#host = host;
    this.#close = close;
    host.addController(this);
  }

  /** To be called with what counts as inside, or null when nothing is open. */
  open(inside: (() => Element | null) | null): void {
    const was = this.#inside !== null;
    this.#inside = inside;
    if (was === (inside !== null)) return;
    const method = inside ? 'addEventListener' : 'removeEventListener';
    document[method]('pointerdown', this.#pressed, true);
    this.#host[method]('keydown', this.#key as EventListener);
  }

  hostDisconnected(): void {
    this.open(null);
  }

  readonly #pressed = (event: Event) => {
    const inside = this.#inside?.();
    if (inside && event.composedPath().includes(inside)) return;
    this.#close();
  };
  readonly #key = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.#close();
  };
}

/** Moves the focus through a menu's items with the arrow keys, Home and End. */
export function menuKeys(event: KeyboardEvent): void {
  const menu = event.currentTarget as HTMLElement;
  const items = [...menu.querySelectorAll<HTMLElement>('button:not(:disabled), input')];
  const root = menu.getRootNode() as ShadowRoot;
  const at = items.indexOf(root.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length)?.focus();
}
