import { nothing, type LitElement } from 'lit';
import { Lazy } from '../../internal/lazy.ts';
import { StoreController } from '../../internal/store-controller.ts';
import type { Stores } from '../../stores/stores.ts';
import type { I18n } from '../../words/i18n.ts';
import type * as runsModule from './runs.ts';

/** The panel's workflows: fetched when the first contact is shown, and drawn as `enrollment-status` draws them. */
export class LazyRuns {
  readonly #host: LitElement;
  readonly #watched: StoreController;
  readonly #module: Lazy<typeof runsModule>;
  #view: runsModule.RunsView | undefined;

  constructor(host: LitElement) {
    this.#host = host;
    this.#watched = new StoreController(host);
    this.#module = new Lazy(host, () => import('./runs.ts'));
  }

  render(stores: Stores, contactId: string, i18n: I18n, readOnly: boolean): unknown {
    const loaded = this.#module.now;
    if (!loaded) return nothing;
    this.#view ??= new loaded.RunsView(this.#host);
    const store = loaded.runsOf(stores, contactId);
    this.#watched.use(store);
    if (store.status === 'idle') void store.load();
    return loaded.runsSection(this.#view, { i18n, store, feed: 'idle', readOnly });
  }
}
