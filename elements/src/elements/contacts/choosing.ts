/** Which row is meant, and who is chosen: by keyboard, mouse and finger. The grid holds the focus. */
import type { Contact } from '@patchbay/server-kit/contract';
import type { ContactListStore } from '../../stores/contact-list.ts';

export interface ChoosingOptions {
  list: () => ContactListStore | null;
  /** The row that something stands in; null outside of rows. */
  indexOf: (inside: EventTarget | null) => number | null;
  narrow: () => boolean;
  perView: () => number;
  reveal: (index: number) => void;
  open: (contact: Contact) => void;
  /** Another row is meant. */
  moved: () => void;
  /** Others are chosen. */
  chose: () => void;
}

/** How long a finger rests on a card to choose it. */
const LONG_PRESS = 500;

export class Choosing {
  /** The row that is meant. */
  active = 0;
  readonly #options: ChoosingOptions;
  /** Where a range begins. */
  #anchor = 0;
  #pressing: ReturnType<typeof setTimeout> | undefined;
  #pressed = false;

  constructor(options: ChoosingOptions) {
    this.#options = options;
  }

  reset(): void {
    this.#to(0);
  }

  #to(index: number, anchored = true): void {
    this.active = index;
    if (anchored) this.#anchor = index;
    this.#options.moved();
  }

  readonly key = (event: KeyboardEvent): void => {
    const { perView, reveal } = this.#options;
    const list = this.#options.list();
    if (!list || event.target !== event.currentTarget) return;
    const last = list.length - 1;
    const { key, shiftKey: shift } = event;
    const to = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + perView(),
      PageUp: this.active - perView(),
      Home: 0,
      End: last,
    }[key];
    if (to !== undefined) {
      this.#to(Math.max(0, Math.min(to, last)), !shift);
      reveal(this.active);
      if (shift) this.#range();
    } else if (key === ' ') {
      if (shift) this.#range();
      else this.#toggle(this.active);
    } else if (key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) this.all(true);
    else if (key === 'Escape' && !list.selection.empty) this.all(false);
    else if (key === 'Enter') this.#open(this.active);
    else return;
    event.preventDefault();
  };

  readonly click = (event: MouseEvent): void => {
    const { target } = event;
    const index = this.#options.indexOf(target);
    const list = this.#options.list();
    if (index === null || !list) return;
    if (this.#pressed) return void (this.#pressed = false);
    const ticking = (target as Element).closest('[data-tick]') !== null;
    if (event.shiftKey) {
      this.#to(index, false);
      this.#range();
    } else if (ticking || event.ctrlKey || event.metaKey || (this.#options.narrow() && !list.selection.empty))
      this.#toggle(index);
    else {
      this.#to(index);
      this.#open(index);
    }
  };

  // A finger that rests on a card chooses it; one that moves scrolls.
  readonly down = (event: PointerEvent): void => {
    this.up();
    this.#pressed = false;
    const index = this.#options.indexOf(event.target);
    if (event.pointerType === 'mouse' || index === null) return;
    this.#pressing = setTimeout(() => {
      this.#pressed = true;
      this.#toggle(index);
    }, LONG_PRESS);
  };
  readonly up = (): void => clearTimeout(this.#pressing);

  all(on: boolean): void {
    this.#options.list()?.chooseAll(on);
    this.#options.chose();
  }

  #open(index: number): void {
    const contact = this.#options.list()?.at(index);
    if (contact) this.#options.open(contact);
  }

  #toggle(index: number): void {
    const list = this.#options.list();
    const contact = list?.at(index);
    if (!contact || !list) return;
    this.#to(index);
    void list.choose(index, index, !list.selection.has(contact.id)).then(this.#options.chose);
  }

  #range(): void {
    void this.#options.list()?.choose(this.#anchor, this.active, true).then(this.#options.chose);
  }
}
