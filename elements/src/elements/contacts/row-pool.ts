/** The nodes of the drawn rows, used again and again: a row that leaves the view at one end comes in at the other. */
import { nothing, render } from 'lit';
import type { Contact } from '@patchbay/server-kit/contract';
import type { Drawing } from './head.ts';

export type DrawRow = (contact: Contact, chosen: boolean, drawing: Drawing) => unknown;

export interface Rows {
  /** [start, end). */
  start: number;
  end: number;
  /** The first that can be seen: it and those after it are filled first. */
  first: number;
  /** What stands above them, such as a head, counted by `aria-rowindex`. */
  above: number;
  look: 'tr' | 'card';
  /** Which is meant by the keyboard. */
  active: number;
  at(index: number): Contact | undefined;
  chosen(contact: Contact | undefined): boolean;
  inside: DrawRow;
  drawing: Drawing;
  /** What rows hold of others, who may belong to another account, is taken out. */
  forget: boolean;
}

interface Slot {
  element: HTMLElement;
  index: number;
  /** Whom it shows, drawn how. While somebody else is on the way, they are kept: their nodes are used again. */
  contact: Contact | undefined;
  chosen: boolean;
  inside: DrawRow | undefined;
  drawing: Drawing | undefined;
  look: string;
}

/**
 * Rows filled with another person in one frame. A jump replaces all; a texture stands for the rest until the next frame,
 * so that the time of a frame does not grow with the height of the screen.
 */
const AT_ONCE = 12;

export class RowPool {
  readonly #again: () => void;
  #slots: Slot[] = [];
  /** Near the ends of a list fewer rows are drawn; the others wait here. */
  #spare: Slot[] = [];
  #into: Element | null = null;
  #left = AT_ONCE;
  #late = false;
  /** The next frame is waited for. */
  #waiting = false;

  /** `again` is called when a frame later there is more to draw. */
  constructor(again: () => void) {
    this.#again = again;
  }

  /** The row that an element stands in; null outside of rows. */
  indexOf(inside: EventTarget | null): number | null {
    const row = inside instanceof Element ? inside.closest('[role=row]') : null;
    return this.#slots.find(({ element }) => element === row)?.index ?? null;
  }

  draw(into: Element, rows: Rows): void {
    if (into !== this.#into) {
      this.#slots = [];
      this.#spare = [];
    }
    this.#into = into;
    this.#turn(into, rows.start, Math.max(0, rows.end - rows.start));
    if (rows.forget) this.#spare = [];
    const count = this.#slots.length;
    const seen = Math.max(0, Math.min(rows.first - rows.start, count));
    this.#late = false;
    for (let n = 0; n < count; n += 1) {
      const nth = (n + seen) % count;
      if (!this.#fill(this.#slots[nth]!, rows.start + nth, rows)) this.#late = true;
    }
    if (!this.#late && this.#left === AT_ONCE) return;
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#left = AT_ONCE;
      if (this.#late) this.#again();
    });
  }

  /** As many as are wanted, and those that stay in view where they are. */
  #turn(into: Element, start: number, count: number): void {
    const slots = this.#slots;
    const by = start - (slots[0]?.index ?? start);
    if (by > 0 && by < slots.length) {
      const left = slots.splice(0, by);
      slots.push(...left);
      into.append(...left.map(({ element }) => element));
    } else if (by < 0 && -by < slots.length) {
      const left = slots.splice(by);
      slots.unshift(...left);
      into.prepend(...left.map(({ element }) => element));
    }
    while (slots.length < count) {
      const slot = this.#spare.pop() ?? newSlot();
      slots.push(slot);
      into.append(slot.element);
    }
    for (const slot of slots.splice(count)) {
      slot.element.remove();
      this.#spare.push(slot);
    }
  }

  /** False: not in this frame any more. */
  #fill(slot: Slot, index: number, rows: Rows): boolean {
    const { element } = slot;
    const contact = rows.at(index);
    const { inside, drawing, look, active } = rows;
    const chosen = rows.chosen(contact);
    let waits = contact === undefined;
    if (contact && slot.contact !== contact && slot.contact?.id !== contact.id) {
      waits = this.#left === 0;
      if (!waits) this.#left -= 1;
    }
    const drawn =
      slot.contact === contact &&
      slot.chosen === chosen &&
      slot.inside === inside &&
      slot.drawing === drawing;
    if (contact && !waits && !drawn) {
      Object.assign(slot, { contact, chosen, inside, drawing });
      render(inside(contact, chosen, drawing), element);
    } else if (rows.forget && slot.contact) {
      slot.contact = undefined;
      render(nothing, element);
    }
    const meant = index === active;
    const wanted = `${look}${waits ? ' wait' : ''}${meant ? ' active' : ''}${chosen ? ' chosen' : ''}`;
    if (slot.look !== wanted) {
      slot.look = element.className = wanted;
      element.setAttribute('part', look === 'card' ? 'row card' : 'row');
      element.ariaSelected = String(chosen);
      element.ariaBusy = waits ? 'true' : null;
    }
    if (slot.index !== index || (element.id !== '') !== meant) {
      slot.index = index;
      element.ariaRowIndex = String(index + rows.above + 1);
      // only the row that is meant is named
      if (meant) element.id = `row-${index}`;
      else element.removeAttribute('id');
    }
    return contact === undefined || !waits;
  }
}

function newSlot(): Slot {
  const element = document.createElement('div');
  element.role = 'row';
  return {
    element,
    index: -1,
    contact: undefined,
    chosen: false,
    inside: undefined,
    drawing: undefined,
    look: '',
  };
}
