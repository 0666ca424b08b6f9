import type { ReactiveController, ReactiveControllerHost } from 'lit';

/**
 * How much of the element lies under the phone's on-screen keyboard, as `--_keyboard` on its root. iOS does not
 * resize the page for the keyboard, it only shrinks the visual viewport; without this the composer hides behind it.
 */
export class KeyboardInset implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #root: () => HTMLElement | null;

  constructor(host: ReactiveControllerHost & HTMLElement, root: () => HTMLElement | null) {
    this.#host = host;
    this.#root = root;
    host.addController(this);
  }

  hostConnected(): void {
    window.visualViewport?.addEventListener('resize', this.#measure);
    window.visualViewport?.addEventListener('scroll', this.#measure);
  }

  hostDisconnected(): void {
    window.visualViewport?.removeEventListener('resize', this.#measure);
    window.visualViewport?.removeEventListener('scroll', this.#measure);
  }

  readonly #measure = () => {
    const view = window.visualViewport;
    const root = this.#root();
    // Zoomed in by two fingers is not a keyboard.
    if (!view || !root || view.scale > 1.05) return;
    const covered = this.#host.getBoundingClientRect().bottom - (view.offsetTop + view.height);
    root.style.setProperty('--_keyboard', `${Math.max(0, Math.round(covered))}px`);
  };
}
