import { html, nothing, type TemplateResult } from 'lit';
import { icon, type IconName } from '../../internal/icons-more.ts';
import { why } from '../../internal/parts.ts';
import type { BoardFilter, Column, PipelineStore } from '../../stores/pipeline.ts';
import type { WordKey } from '../../words/en.ts';
import type { I18n } from '../../words/i18n.ts';
import { money, nameOf } from './card.ts';
import type { Asked } from './lazy-dialogs.ts';

const SEARCH_PAUSE = 250;
const OWNERS = [
  ['', 'pipeline.everyone'],
  ['me', 'pipeline.mine'],
  ['none', 'pipeline.nobodys'],
] as const;

/** Searches that wait for the next letter, by the board that they are about. */
const waiting = new WeakMap<PipelineStore, ReturnType<typeof setTimeout>>();

/** Which pipeline, and which of its cards. `ask` opens a dialog; null where nothing may be changed. */
export function pipelineBar(
  store: PipelineStore,
  i18n: I18n,
  ask: ((asked: Asked) => void) | null,
  manager: boolean,
): TemplateResult {
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
  const tool = (word: WordKey, mark: IconName, press: () => void) =>
    html`<button class="tool" title=${i18n.t(word)} aria-label=${i18n.t(word)} @click=${press}>
      ${icon(mark)}
    </button>`;
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
    ${
      ask && manager
        ? html`${tool('pipeline.stagesEdit', 'edit', () => ask({ about: 'stages' }))}${tool('pipeline.another', 'plus', () => ask({ about: 'pipeline' }))}`
        : nothing
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
    ${
      ask
        ? html`<button
            class="button primary"
            aria-label=${i18n.t('pipeline.add')}
            @click=${() => ask({ about: 'add', stageId: null })}
          >
            ${icon('plus')}<span class="said">${i18n.t('pipeline.add')}</span>
          </button>`
        : nothing
    }
  </div>`;
}

/** A stage's name, count and sums, and the way to a new card on it. */
export function columnHead(
  { stage, count, sums }: Column,
  i18n: I18n,
  ask: ((asked: Asked) => void) | null,
): TemplateResult {
  const add = i18n.t('pipeline.addTo', { stage: stage.name });
  return html`<header class="head">
    <span class="dot ${stage.color}"></span>
    <h3 class="ell">${stage.name}</h3>
    <span class="num">${i18n.number(count)}</span>
    <span class="sum num"
      ><bdi
        >${sums
          .filter(({ value }) => value > 0)
          .map(({ value, currency }) => money(value, currency, i18n.locale))
          .join(' · ')}</bdi
      ></span
    >
    ${
      ask
        ? html`<button
            class="tool"
            title=${add}
            aria-label=${add}
            @click=${() => ask({ about: 'add', stageId: stage.id })}
          >
            ${icon('plus')}
          </button>`
        : nothing
    }
  </header>`;
}

/** While the board is on its way. */
export function ghostBoard(i18n: I18n): TemplateResult {
  return html`<div class="board" part="loading" role="status" aria-label=${i18n.t('loading')}>
    ${[4, 3, 2, 1].map(
      (count) =>
        html`<div class="column ghost-column">
          ${Array.from({ length: count + 1 }, () => html`<span class="bones"></span>`)}
        </div>`,
    )}
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
