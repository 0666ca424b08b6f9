import { nothing, type LitElement } from 'lit';
import { Lazy } from '../../internal/lazy.ts';
import { StoreController } from '../../internal/store-controller.ts';
import type { Stores } from '../../stores/stores.ts';
import type { I18n } from '../../words/i18n.ts';
import type * as followUpModule from './follow-up.ts';

/** What runs by itself: asked about after the messages are there, which are what the thread is opened for. */
export class LazyFollowUp {
  readonly #host: LitElement;
  readonly #watched: StoreController;
  readonly #module: Lazy<typeof followUpModule>;
  #view: followUpModule.FollowUp | undefined;

  constructor(host: LitElement) {
    this.#host = host;
    this.#watched = new StoreController(host);
    this.#module = new Lazy(host, () => import('./follow-up.ts'));
  }

  render(stores: Stores | null, contactId: string, i18n: I18n, ready: boolean): unknown {
    const loaded = ready && stores ? this.#module.now : undefined;
    if (!loaded || !stores) return nothing;
    this.#view ??= new loaded.FollowUp(this.#host);
    const store = loaded.runsOf(stores, contactId);
    this.#watched.use(store);
    if (store.status === 'idle') void store.load();
    return this.#view.render(store, i18n);
  }
}
