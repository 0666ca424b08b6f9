import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Store } from '../stores/store.ts';

/** Draws the host again when a store changes. `use()` may be called in every `willUpdate`: it subscribes once. */
export class StoreController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #onChange: () => void;
  #stores = new Map<Store, () => void>();
  #connected = false;

  constructor(host: ReactiveControllerHost, onChange: () => void = () => host.requestUpdate()) {
    this.#host = host;
    this.#onChange = onChange;
    this.#host.addController(this);
  }

  use(...stores: (Store | null | undefined)[]): void {
    const wanted = new Set(stores.filter((store) => store !== null && store !== undefined));
    for (const [store, stop] of this.#stores) {
      if (wanted.has(store)) continue;
      stop();
      this.#stores.delete(store);
    }
    for (const store of wanted) {
      if (!this.#stores.has(store))
        this.#stores.set(store, this.#connected ? store.subscribe(this.#onChange) : nothing);
    }
  }

  hostConnected(): void {
    this.#connected = true;
    for (const [store, stop] of this.#stores) {
      stop();
      this.#stores.set(store, store.subscribe(this.#onChange));
    }
  }

  hostDisconnected(): void {
    this.#connected = false;
    for (const [store, stop] of this.#stores) {
      stop();
      this.#stores.set(store, nothing);
    }
  }
}

const nothing = () => undefined;
