import { adoptStyles, type CSSResult, type CSSResultArray, type LitElement } from 'lit';

/**
 * A part of an element that is loaded when it is first wanted: menus, pickers, dialogs. Keeps them out of what a page
 * loads before anything is seen. Its styles join the element's.
 */
export class Lazy<T extends object> {
  value: T | undefined;
  readonly #host: LitElement;
  readonly #load: () => Promise<T>;
  #loading: Promise<T> | undefined;

  constructor(host: LitElement, load: () => Promise<T>) {
    this.#host = host;
    this.#load = load;
  }

  load(): Promise<T> {
    this.#loading ??= this.#load().then(
      (value) => {
        this.value = value;
        const root = this.#host.renderRoot;
        const { styles } = value as { styles?: CSSResultArray | CSSResult };
        if (styles && root instanceof ShadowRoot)
          adoptStyles(root, [...root.adoptedStyleSheets, ...([styles].flat() as CSSResult[])]);
        this.#host.requestUpdate();
        return value;
      },
      (cause: unknown) => {
        // Offline at that moment: the next wish tries again.
        this.#loading = undefined;
        throw cause;
      },
    );
    return this.#loading;
  }

  /** What is loaded, or undefined while it is on its way: the update after it will have it. */
  get now(): T | undefined {
    if (!this.value) this.load().catch(() => undefined);
    return this.value;
  }
}
