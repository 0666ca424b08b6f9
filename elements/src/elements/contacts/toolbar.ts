/** Above the rows: search, buttons, and a tab for everybody and each segment. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Segment } from '@patchbay/server-kit/contract';
import { CONTACT_SORTS, type ContactSort } from '@patchbay/server-kit/contract/names';
import { icon, outline } from '../../internal/icons.ts';
import type { ContactListStore } from '../../stores/contact-list.ts';
import type { I18n } from '../../words/i18n.ts';

/** What is open beside or above the rows. */
// Seen at first, and here alone: not worth a place among the icons that every element brings.
const FUNNEL = 'M4 5h16l-6.500 8v6l-3-1.500V13z';
const PANEL = 'M4 5h16v14H4zM14.5 5v14';
const UPLOAD = 'M12 15.500V4.500M7 9l5-5 5 5M5 20h14';

export type Open = 'filter' | 'columns' | 'add' | 'import';

export interface ToolbarContext {
  i18n: I18n;
  list: ContactListStore;
  segments: readonly Segment[];
  /** The segment that is shown; null: everybody. */
  shown: string | null;
  narrow: boolean;
  readOnly: boolean;
  open: Open | null;
  toggle: (open: Open) => void;
  search: (event: InputEvent) => void;
  sort: (sort: ContactSort) => void;
  view: (segmentId: string | null) => void;
  toImport: () => void;
}

export function toolbar(context: ToolbarContext): TemplateResult {
  const { i18n, list, segments, narrow, readOnly, open, toggle, search, toImport } = context;
  const on = list.view.filter !== null;
  const tool = (name: Open, label: string, mark: TemplateResult, look = '') =>
    html`<button
      class="button ${look}"
      aria-label=${label}
      aria-expanded=${open === name}
      @click=${() => toggle(name)}
    >
      ${mark}<span class="label">${label}</span>
    </button>`;
  return html`<div class="top">
      <div class="search" part="search">
        ${icon('search')}
        <input
          type="search"
          aria-label=${i18n.t('contacts.search')}
          placeholder=${i18n.t('contacts.search')}
          @input=${search}
        />
      </div>
      <span class="count muted num" part="count"
        >${list.count === null ? '' : i18n.t('contacts.count', { count: list.count })}</span
      >
      ${tool('filter', i18n.t(on ? 'contacts.filterOn' : 'contacts.filter'), outline(FUNNEL), on ? 'set' : '')}
      ${narrow ? order(context) : tool('columns', i18n.t('contacts.columns'), outline(PANEL))}
      <slot name="actions"></slot>
      ${
        readOnly
          ? nothing
          : html`<button
                class="button"
                part="import"
                aria-label=${i18n.t('contacts.import')}
                @click=${toImport}
              >
                ${outline(UPLOAD)}<span class="label">${i18n.t('contacts.import')}</span>
              </button>
              ${tool('add', i18n.t('contacts.add'), icon('plus'), 'primary')}`
      }
    </div>
    <div class="views" part="views" role="group" aria-label=${i18n.t('contacts.views')}>
      ${tab(context, null, i18n.t('contacts.everybody'))}
      ${segments.map(({ id, name, members }) => tab(context, id, name, members))}
    </div>`;
}

function tab(
  { i18n, shown, view }: ToolbarContext,
  id: string | null,
  label: string,
  members?: number,
): TemplateResult {
  return html`<button class="tab" part="view" aria-pressed=${shown === id} @click=${() => view(id)}>
    <bdi>${label}</bdi
    >${members === undefined ? nothing : html`<span class="num">${i18n.number(members)}</span>`}
  </button>`;
}

/** Cards have no heads to press. */
function order({ i18n, list, sort }: ToolbarContext): TemplateResult {
  return html`<select
    class="field order"
    aria-label=${i18n.t('contacts.sort')}
    @change=${(event: Event) => sort((event.target as HTMLSelectElement).value as ContactSort)}
  >
    ${CONTACT_SORTS.map((each) => html`<option value=${each} ?selected=${each === list.view.sort}>${i18n.t(`contacts.sort.${each}`)}</option>`)}
  </select>`;
}
