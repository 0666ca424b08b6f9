import { html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Filter, Segment } from '@patchbay/server-kit/contract';
import { BaseElement } from '../../internal/base-element.ts';
import { icon } from '../../internal/icons-more.ts';
import { avatar, emptyState, errorState, feedNotice, why } from '../../internal/parts.ts';
import type { Model } from '../../stores/filter-model.ts';
import { segmentsOf } from '../../stores/people.ts';
import { SegmentDraftStore } from '../../stores/segment-draft.ts';
import type { Stores } from '../../stores/stores.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enBuilder } from '../../words/en-builder.ts';
import { enList } from '../../words/en-list.ts';
import { enRecord } from '../../words/en-record.ts';
import { addEnglish } from '../../words/i18n.ts';
import { styles } from './segment-builder.styles.ts';
import { group } from './tree.ts';

addEnglish(enList);
addEnglish(enRecord);
addEnglish(enBuilder);

/**
 * @summary Says in plain sentences whom a segment or a filter finds, and lets that be changed.
 *
 * @event filter-change - The filter was changed by hand; conditions that are not finished are left out of it.
 * @event segment-save - A segment was made or changed.
 * @event segment-delete - A segment was deleted.
 * @csspart group - A group of conditions.
 * @csspart condition - One condition.
 * @csspart count - How many people it finds.
 * @csspart save - What saves it.
 */
export class SegmentBuilder extends BaseElement {
  static override readonly elementName: string = 'segment-builder';
  static override styles = [tokens, base, styles];

  @query('input[name=name]') private nameInput!: HTMLInputElement | null;

  /** The filter. Null: everybody. */
  @property({ attribute: false }) filter: Filter | null = null;
  /** Whose filter is edited; null: a filter of its own. */
  @property({ attribute: 'segment-id' }) segmentId: string | null = null;
  /** Leaves out saving, renaming and deleting. */
  @property({ type: Boolean, attribute: 'no-save' }) noSave = false;

  @state() private naming: 'new' | 'rename' | null = null;
  @state() private deleting = false;
  @state() private said = '';

  #draft: SegmentDraftStore | null = null;
  #focus: number | undefined;

  /** What is edited. */
  get draft(): SegmentDraftStore | null {
    return this.#draft;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#draft?.dispose();
    this.#draft = null;
  }

  protected override storesChanged(stores: Stores | null): void {
    super.storesChanged(stores);
    this.#draft?.dispose();
    const segments = stores && segmentsOf(stores);
    this.#draft = stores && segments ? new SegmentDraftStore({ client: stores.client, segments }) : null;
    if (!stores || !this.#draft) return;
    void segments?.load();
    void stores.session.loadContactFields();
    this.#begin(this.#draft);
  }

  #begin(draft: SegmentDraftStore): void {
    this.naming = null;
    this.deleting = false;
    this.said = '';
    if (this.segmentId !== null) void draft.open(this.segmentId);
    else {
      draft.begin(this.filter);
      void draft.preview();
    }
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { stores } = this;
    this.watch(this.#draft, stores?.session, stores && segmentsOf(stores));
    if (!this.#draft || !this.hasUpdated) return;
    if (changed.has('segmentId') && this.segmentId !== (this.#draft.segment?.id ?? null))
      this.#begin(this.#draft);
    else if (changed.has('filter') && this.segmentId === null) this.#draft.begin(this.filter);
  }

  protected override updated(): void {
    if (this.#focus === undefined) return;
    // whoever has added or moved something goes on there
    const node = this.renderRoot.querySelector<HTMLElement>(`[data-node="${this.#focus}"]`);
    this.#focus = undefined;
    (node?.querySelector<HTMLElement>('select, input') ?? node)?.focus();
  }

  readonly #edit = (model: Model, focus?: number) => {
    const draft = this.#draft;
    if (!draft) return;
    const before = JSON.stringify(draft.filter);
    draft.edit(model);
    this.#focus = focus;
    this.said = '';
    if (JSON.stringify(draft.filter) !== before)
      this.emit('filter-change', { filter: isEverybody(draft.filter) ? null : draft.filter });
  };

  protected override render() {
    const { i18n, stores } = this;
    const draft = this.#draft;
    return html`<div class="root" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      ${
        stores && draft
          ? html`${feedNotice(i18n, stores.session.feed)} ${this.#renderBody(stores, draft)}`
          : emptyState('flow', this.t('noClient'), this.t('noClientHint'))
      }
      <div class="hidden" role="status">${this.said}</div>
    </div>`;
  }

  #renderBody(stores: Stores, draft: SegmentDraftStore) {
    const { i18n } = this;
    if (draft.status === 'error')
      return errorState(i18n, 'error.segment', draft.loadError, () => void draft.open(this.segmentId));
    if (draft.status === 'loading') {
      return html`<div class="ghosts" part="loading" role="status" aria-label=${this.t('loading')}>
        ${[1, 2, 3].map(() => html`<span class="bones"></span>`)}
      </div>`;
    }
    if (draft.segment?.kind === 'static')
      return html`${emptyState('user', draft.segment.name, this.t('segment.static'))}${this.#renderSave(draft)}`;
    const tags = [...new Set(draft.people.flatMap((person) => person.tags))];
    return html`<div class="tree">
        ${group(draft.model.root, {
          i18n,
          model: draft.model,
          problems: draft.problems,
          fields: stores.session.contactFields ?? [],
          members: stores.session.me?.members ?? [],
          tags,
          segments: segmentsOf(stores).items,
          self: draft.segment?.id ?? null,
          edit: this.#edit,
        })}
      </div>
      ${this.#renderCount(draft)} ${this.noSave ? nothing : this.#renderSave(draft)}`;
  }

  #renderCount(draft: SegmentDraftStore) {
    const { i18n } = this;
    const { error, count } = draft;
    const words =
      error?.code === 'filter_too_costly'
        ? this.t('error.costly')
        : error
          ? `${this.t('error.count')} ${why(i18n, error)}`
          : '';
    return html`<div class="found" part="count" aria-live="polite" aria-busy=${draft.counting}>
      ${
        error
          ? html`<p class="wrong">
              ${words}
              <button class="link" @click=${() => void draft.preview()}>${this.t('tryAgain')}</button>
            </p>`
          : html`<p>
              <b class="num"
                >${count === null ? this.t('count.counting') : this.t('count.found', { count })}</b
              >
            </p>`
      }
      ${
        draft.people.length > 0
          ? html`<ul class="people" aria-label=${this.t('count.more')}>
              ${draft.people.map(
                (person) =>
                  html`<li>
                    ${avatar(person)}<span class="ell"
                      ><bdi>${person.name ?? i18n.phone(person.phone)}</bdi></span
                    >
                  </li>`,
              )}
            </ul>`
          : nothing
      }
    </div>`;
  }

  #renderSave(draft: SegmentDraftStore) {
    const { segment, saveError, theirs } = draft;
    const saved = (made: Segment | null) => {
      if (!made) return;
      this.naming = null;
      this.said = this.t('segment.saved');
      this.segmentId = made.id;
      this.emit('segment-save', { segment: made });
    };
    if (theirs) {
      return html`<div class="save" part="save" role="alert">
        <p>${this.t('segment.conflict')}</p>
        <div class="row">
          <button class="button" @click=${() => draft.takeTheirs()}>${this.t('segment.theirs')}</button>
          <button class="button primary" @click=${() => void draft.keepMine().then(saved)}>
            ${this.t('segment.mine')}
          </button>
        </div>
      </div>`;
    }
    if (this.deleting && segment) return this.#renderDelete(draft, segment);
    return html`<div class="save" part="save">
      ${
        saveError
          ? html`<p class="wrong" role="alert">
              ${this.t(saveError.code === 'segment_in_use' ? 'error.deleteSegment' : 'error.saveSegment')}
              ${why(this.i18n, saveError)}
            </p>`
          : nothing
      }
      ${
        this.naming
          ? this.#renderName(draft, saved)
          : html`<div class="row">
              ${
                segment
                  ? html`<button
                        class="button primary"
                        ?disabled=${!draft.dirty || draft.saving || draft.unfinished}
                        @click=${() => void draft.save().then(saved)}
                      >
                        ${this.t('segment.save')}
                      </button>
                      <button class="button" @click=${() => this.#name('rename')}>
                        ${this.t('segment.rename')}
                      </button>
                      <button
                        class="tool"
                        title=${this.t('segment.delete')}
                        aria-label=${this.t('segment.delete')}
                        @click=${() => (this.deleting = true)}
                      >
                        ${icon('trash')}
                      </button>`
                  : html`<button
                      class="button primary"
                      ?disabled=${!draft.dirty || draft.saving || draft.unfinished}
                      @click=${() => this.#name('new')}
                    >
                      ${this.t('segment.saveAs')}
                    </button>`
              }
            </div>`
      }
    </div>`;
  }

  #renderName(draft: SegmentDraftStore, saved: (segment: Segment | null) => void) {
    const renaming = this.naming === 'rename';
    return html`<form
      class="row"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const name = this.nameInput?.value.trim() ?? '';
        if (name !== '') void (renaming ? draft.save({ name }) : draft.saveAs(name)).then(saved);
      }}
    >
      <input
        class="field"
        name="name"
        required
        maxlength="200"
        aria-label=${this.t('segment.name')}
        placeholder=${this.t('segment.name')}
        .value=${renaming ? (draft.segment?.name ?? '') : ''}
      />
      <button class="button primary" ?disabled=${draft.saving}>
        ${this.t(renaming ? 'segment.rename' : 'segment.saveAs')}
      </button>
      <button class="button" type="button" @click=${() => (this.naming = null)}>
        ${this.t('segment.cancel')}
      </button>
    </form>`;
  }

  #renderDelete(draft: SegmentDraftStore, segment: Segment) {
    return html`<div class="save" part="save" role="alertdialog" aria-label=${this.t('segment.delete')}>
      <p>${this.t('segment.deleteSure', { name: segment.name })}</p>
      <div class="row">
        <button
          class="button danger"
          @click=${() => {
            this.deleting = false;
            void draft.remove().then((gone) => {
              if (!gone) return;
              this.segmentId = null;
              this.emit('segment-delete', { segmentId: segment.id });
            });
          }}
        >
          ${this.t('segment.deleteNow')}
        </button>
        <button class="button" @click=${() => (this.deleting = false)}>${this.t('segment.keep')}</button>
      </div>
    </div>`;
  }

  #name(way: 'new' | 'rename'): void {
    this.naming = way;
    void this.updateComplete.then(() => this.nameInput?.focus());
  }
}

const isEverybody = (filter: Filter): boolean => 'all' in filter && filter.all.length === 0;
