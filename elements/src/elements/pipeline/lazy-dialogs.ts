import { nothing, type LitElement } from 'lit';
import type { Opportunity } from '@patchbay/server-kit/contract';
import { Lazy } from '../../internal/lazy.ts';
import type { PipelineStore } from '../../stores/pipeline.ts';
import type { Stores } from '../../stores/stores.ts';
import type { I18n } from '../../words/i18n.ts';
import type * as dialogsModule from './dialogs.ts';

/** Which dialog is open. */
export type Asked =
  | { about: 'add'; stageId: string | null }
  | { about: 'edit'; card: Opportunity }
  | { about: 'stages' }
  | { about: 'pipeline' };

export interface DialogContext {
  i18n: I18n;
  stores: Stores;
  store: PipelineStore;
  /** Moves a card to the first stage of that kind. */
  settle: (card: Opportunity, kind: 'won' | 'lost') => void;
  /** Said aloud. */
  say: (words: string) => void;
}

/** The board's dialogs: fetched when one is first opened. */
export class LazyDialogs {
  #asked: Asked | null = null;
  readonly #host: LitElement;
  readonly #module: Lazy<typeof dialogsModule>;
  #open: { asked: Asked; dialog: { render(): unknown } } | undefined;

  constructor(host: LitElement) {
    this.#host = host;
    this.#module = new Lazy(host, () => import('./dialogs.ts'));
  }

  ask(asked: Asked | null): void {
    this.#asked = asked;
    this.#host.requestUpdate();
  }

  render(context: DialogContext): unknown {
    const asked = this.#asked;
    const loaded = asked && this.#module.now;
    if (!loaded) return nothing;
    if (this.#open?.asked !== asked) {
      const dialog = loaded.dialogFor(asked, context, {
        close: () => this.#asked === asked && this.ask(null),
        update: () => this.#host.requestUpdate(),
      });
      this.#open = { asked, dialog };
    }
    return this.#open.dialog.render();
  }
}
