/** What opens beside and over the table. Each is loaded when it is first wanted. */
import { nothing } from 'lit';
import type { Contact, Filter, JobTarget } from '@patchbay/server-kit/contract';
import type { BaseElement } from '../../internal/base-element.ts';
import { Lazy } from '../../internal/lazy.ts';
import type { ContactListStore } from '../../stores/contact-list.ts';
import { segmentsOf } from '../../stores/people.ts';
import type { Stores } from '../../stores/stores.ts';
import type { I18n } from '../../words/i18n.ts';
import { readPrefs, type Column, type ColumnPrefs } from './columns.ts';
import type { Open } from './toolbar.ts';

export interface PanelContext {
  i18n: I18n;
  stores: Stores;
  list: ContactListStore;
  open: Open | null;
  columns: readonly Column[];
  prefs: ColumnPrefs;
  segmentId: string | null;
  /** How many jobs there are to show. */
  jobs: number;
  /** Who is chosen, in words. */
  words: string;
  target: JobTarget | null;
  /** Of the builder, and what all tags begin with. */
  tag: string;
  prefix: string;
  close: () => void;
  view: (segmentId: string | null) => void;
  filter: (filter: Filter | null) => void;
  keep: (change: Partial<ColumnPrefs>) => void;
  added: (contact: Contact) => void;
}

export class Panels {
  readonly #host: BaseElement;
  readonly #bulk;
  readonly #chooser;
  readonly #add;
  readonly #import;
  readonly #filter;

  constructor(host: BaseElement) {
    this.#host = host;
    this.#bulk = new Lazy(host, () => import('./bulk.ts'));
    this.#chooser = new Lazy(host, () => import('./chooser.ts'));
    this.#add = new Lazy(host, () => import('./add.ts'));
    this.#import = new Lazy(host, () => import('./import-dialog.ts'));
    this.#filter = new Lazy(host, () => import('./filter-panel.ts'));
  }

  beside({ i18n, stores, list, open, segmentId, tag, prefix, close, view, filter }: PanelContext): unknown {
    if (open !== 'filter') return nothing;
    return this.#filter.now?.filterPanel({
      i18n,
      tag,
      prefix,
      filter: list.view.filter,
      segment: segmentsOf(stores).get(segmentId) ?? null,
      change: filter,
      show: view,
      close,
    });
  }

  below(context: PanelContext): unknown {
    return [this.#drawBulk(context), this.#drawDialog(context)];
  }

  #drawBulk({ i18n, stores, list, jobs, words, target }: PanelContext): unknown {
    const host = this.#host;
    if (list.selection.empty && jobs === 0 && !this.#bulk.value?.busy(host)) return nothing;
    return this.#bulk.now?.bulk({ host, stores, list, i18n, words, target });
  }

  #drawDialog({ i18n, stores, open, columns, prefs, close, keep, added }: PanelContext): unknown {
    if (open === 'columns') {
      return this.#chooser.now?.chooser({
        i18n,
        columns,
        prefs,
        change: (shown) => keep(shown === null ? readPrefs(stores.storage, '', null) : { shown }),
        close,
      });
    }
    if (open === 'add') return this.#add.now?.addDialog({ i18n, stores, close, added });
    if (open !== 'import') return nothing;
    return this.#import.now?.importDialog({
      i18n,
      stores,
      close,
      started: () => this.#host.requestUpdate(),
    });
  }
}
