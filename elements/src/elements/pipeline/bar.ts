import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../internal/icons-more.ts';
import { why } from '../../internal/parts.ts';
import type { BoardFilter, PipelineStore } from '../../stores/pipeline.ts';
import type { I18n } from '../../words/i18n.ts';
import { nameOf } from './card.ts';

const SEARCH_PAUSE = 250;
const OWNERS = [
  ['', 'pipeline.everyone'],
  ['me', 'pipeline.mine'],
  ['none', 'pipeline.nobodys'],
] as const;

/** Searches that wait for the next letter, by the board that they are about. */
const waiting = new WeakMap<PipelineStore, ReturnType<typeof setTimeout>>();

/** Which pipeline, and which of its cards. */
export function pipelineBar(store: PipelineStore, i18n: I18n): TemplateResult {
  const { pipelines, pipeline, filter } = store;
  const change = ({ q = '', owner = '' }: BoardFilter) =>
    void store.setFilter({ ...(q && { q }), ...(owner && { owner }) });
  const search = (event: Event) => {
    const q = (event.target as HTMLInputElement).value.trim();
    clearTimeout(waiting.get(store));
    waiting.set(
      store,
      setTimeout(() => change({ ...store.filter, q }), SEARCH_PAUSE),
    );
  };
  const value = (event: Event) => (event.target as HTMLSelectElement).value;
  return html`<div class="bar" part="bar">
    ${
      pipelines.length > 1
        ? html`<select
            class="field pick"
            aria-label=${i18n.t('pipeline.choose')}
            @change=${(event: Event) => void store.choose(value(event))}
          >
            ${pipelines.map(
              ({ id, name }) => html`<option value=${id} ?selected=${id === pipeline?.id}>${name}</option>`,
            )}
          </select>`
        : html`<h2>${pipeline?.name ?? i18n.t('pipeline')}</h2>`
    }
    <input
      class="field find"
      type="search"
      aria-label=${i18n.t('pipeline.search')}
      placeholder=${i18n.t('pipeline.search')}
      .value=${filter.q ?? ''}
      @input=${search}
    />
    <select
      class="field"
      aria-label=${i18n.t('pipeline.owner')}
      @change=${(event: Event) => change({ ...store.filter, owner: value(event) })}
    >
      ${OWNERS.map(
        ([owner, word]) =>
          html`<option value=${owner} ?selected=${(filter.owner ?? '') === owner}>${i18n.t(word)}</option>`,
      )}
    </select>
  </div>`;
}

/** Why a card went back to where it was. */
export function refusal(store: PipelineStore, i18n: I18n): TemplateResult | typeof nothing {
  const { moveError } = store;
  if (!moveError) return nothing;
  const name = nameOf(moveError.card, i18n);
  return html`<div class="notice bad" role="alert">
    ${icon('alert')}<span class="grow">${i18n.t('error.move', { name })} ${why(i18n, moveError.error)}</span>
    <button class="tool" aria-label=${i18n.t('close')} @click=${() => store.forgetError()}>
      ${icon('x')}
    </button>
  </div>`;
}
