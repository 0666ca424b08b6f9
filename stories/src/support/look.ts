/**
 * How stories look at what they show: through shadow roots, the way a person does, by words and names rather than by
 * classes. Everything waits for a moment, because drawing takes one.
 */
import type { FakeClient } from '@patchbay/elements/testing';
import { expect, waitFor as storybookWaitFor } from 'storybook/test';

interface PlayContext {
  canvasElement: HTMLElement;
  loaded: Record<string, unknown>;
}
export interface Shown {
  canvas: HTMLElement;
  client: FakeClient;
}

/** A story's `play`, with the fake client that the story was drawn from. */
export function look(at: (shown: Shown) => Promise<void>): (context: PlayContext) => Promise<void> {
  return ({ canvasElement, loaded }) => at({ canvas: canvasElement, client: loaded['client'] as FakeClient });
}

/** Tries until it succeeds. For up to 8 s: elements fetch their parts when they are first needed, on a machine of any speed. */
export function waitFor<T>(attempt: () => T | Promise<T>): Promise<T> {
  return storybookWaitFor(attempt, { timeout: 8_000 });
}

type Root = Element | ShadowRoot;

/** Everything below that matches, also inside shadow roots, in the order of the document. */
export function all(root: Root, selector: string): HTMLElement[] {
  const found: HTMLElement[] = [];
  const into = (parent: Root) => {
    for (const child of parent.children) {
      if (child instanceof HTMLElement && child.matches(selector)) found.push(child);
      if (child.shadowRoot) into(child.shadowRoot);
      into(child);
    }
  };
  if (root instanceof Element && root.shadowRoot) into(root.shadowRoot);
  into(root);
  return found;
}

/** Waits for the first visible match. */
export function find(root: Root, selector: string): Promise<HTMLElement> {
  return waitFor(() => {
    const match = all(root, selector).find((element) => element.checkVisibility());
    if (!match) throw new Error(`Nothing visible matches ${selector}.`);
    return match;
  });
}

/** Waits for an element of ours. */
export async function element<T extends keyof HTMLElementTagNameMap>(
  root: Root,
  tag: T,
): Promise<HTMLElementTagNameMap[T]> {
  return (await waitFor(() => {
    const match = all(root, tag)[0];
    if (!match) throw new Error(`There is no <${tag}>.`);
    return match;
  })) as HTMLElementTagNameMap[T];
}

/** The words that can be seen or heard, blanks collapsed. */
export function text(root: Node): string {
  const parts: string[] = [];
  const into = (node: Node) => {
    if (node instanceof Text) parts.push(node.data);
    if (node instanceof HTMLElement && (!node.checkVisibility() || /^(STYLE|SCRIPT)$/.test(node.tagName))) {
      // `display: contents` is not visible itself, what it contains may be.
      if (getComputedStyle(node).display !== 'contents') return;
    }
    if (node instanceof HTMLSlotElement && node.assignedNodes().length > 0)
      return node.assignedNodes().forEach(into);
    const inside = node instanceof Element && node.shadowRoot ? node.shadowRoot : node;
    inside.childNodes.forEach(into);
  };
  into(root);
  return parts.join(' ').replace(/\s+/g, ' ').trim();
}

export async function shows(root: Root, ...words: string[]): Promise<void> {
  for (const word of words) await waitFor(() => expect(text(root)).toContain(word));
}

export async function hides(root: Root, ...words: string[]): Promise<void> {
  for (const word of words) await waitFor(() => expect(text(root)).not.toContain(word));
}

/** Waits for a button or link by the name that a screen reader says: in full, or else as it begins. */
export function control(root: Root, name: string): Promise<HTMLElement> {
  return waitFor(() => {
    const named = all(root, 'button, a')
      .filter((item) => item.checkVisibility())
      .map((item) => ({ item, label: item.getAttribute('aria-label') ?? text(item) }));
    const match =
      named.find(({ label }) => label === name) ?? named.find(({ label }) => label.startsWith(`${name} `));
    if (!match) throw new Error(`There is no button "${name}".`);
    return match.item;
  });
}

export async function press(root: Root, name: string): Promise<void> {
  (await control(root, name)).click();
}

/** The browser's dialog for files is answered with this one, for as long as `open` runs. */
export async function choosing(file: File, open: () => Promise<void>): Promise<void> {
  const dialog = HTMLInputElement.prototype;
  dialog.click = function (this: HTMLInputElement) {
    const chosen = new DataTransfer();
    chosen.items.add(file);
    this.files = chosen.files;
    this.dispatchEvent(new Event('change'));
  };
  try {
    await open();
  } finally {
    // what every element has is behind it
    Reflect.deleteProperty(dialog, 'click');
  }
}

/** Writes into a field as a person would: what stood there is gone, and the element hears of it. */
export function fill(field: Element, value: string): void {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) {
    throw new Error(`<${field.localName}> cannot be written into.`);
  }
  field.focus();
  field.value = value;
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

/** The row of a conversation in the list. */
export function row(root: Root, name: string): Promise<HTMLElement> {
  return waitFor(() => {
    const match = all(root, '[part~=row]').find((item) => item.textContent.includes(name));
    if (!match) throw new Error(`The list has no row with "${name}".`);
    return match;
  });
}

/** Nothing sticks out sideways. */
export async function expectNoSidewaysScroll(root: Root): Promise<void> {
  const wide = all(root, '*').filter((item) => {
    const { overflowX } = getComputedStyle(item);
    return item.scrollWidth > item.clientWidth + 1 && item.clientWidth > 0 && /auto|scroll/.test(overflowX);
  });
  await expect(wide.map((item) => `${item.localName}.${item.className}`)).toEqual([]);
}

/** Perceived lightness of an element's background, 0 to 1. */
export function lightness(item: Element): number {
  const canvas = document.createElement('canvas').getContext('2d');
  if (!canvas) throw new Error('This browser cannot draw.');
  canvas.fillStyle = getComputedStyle(item).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
