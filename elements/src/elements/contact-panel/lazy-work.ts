import { nothing, type LitElement } from 'lit';
import { Lazy } from '../../internal/lazy.ts';
import type { Stores } from '../../stores/stores.ts';
import type { I18n } from '../../words/i18n.ts';
import type * as workModule from './work.ts';

/** The panel's tasks and notes: fetched when the first contact is shown. */
export class LazyWork {
  readonly #host: LitElement;
  readonly #module: Lazy<typeof workModule>;
  #work: workModule.Work | undefined;

  constructor(host: LitElement) {
    this.#host = host;
    this.#module = new Lazy(host, () => import('./work.ts'));
  }

  render(stores: Stores | null, contactId: string, i18n: I18n, readOnly: boolean): unknown {
    const loaded = stores && this.#module.now;
    if (!loaded) return nothing;
    this.#work ??= new loaded.Work(this.#host);
    return this.#work.render(stores, contactId, i18n, readOnly);
  }
}
