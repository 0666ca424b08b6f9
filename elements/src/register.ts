import type { BaseElement } from './internal/base-element.ts';

export type ElementClass = (abstract new () => BaseElement) & { readonly elementName: string };

/**
 * Defines `<prefix>-<name>` for each class. A class can be registered once only, so each name gets a subclass of its
 * own: two prefixes, or two versions, live on one page. A name that is taken stays as it is.
 */
export function register(prefix: string, classes: readonly ElementClass[]): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(prefix)) {
    throw new TypeError(
      `The prefix "${prefix}" cannot begin a tag name: use lower-case letters, digits and hyphens.`,
    );
  }
  // On a server there is nothing to register with; the import is harmless there.
  if (typeof window === 'undefined' || typeof customElements === 'undefined') return;
  for (const each of classes) {
    const name = `${prefix}-${each.elementName}`;
    if (customElements.get(name)) continue;
    const Base = each as unknown as new () => BaseElement;
    customElements.define(name, class extends Base {});
  }
}
