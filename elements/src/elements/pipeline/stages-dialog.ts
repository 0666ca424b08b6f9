import { html, nothing, type TemplateResult } from 'lit';
import { STAGE_COLORS, STAGE_KINDS, type StageColor } from '@patchbay/server-kit/contract/names';
import type { Stage } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import { icon } from '../../internal/icons-more.ts';
import { modal } from '../../internal/modal.ts';
import { why } from '../../internal/parts.ts';
import type { I18n } from '../../words/i18n.ts';
import type { DialogHandle } from './dialogs.ts';
import type { DialogContext } from './lazy-dialogs.ts';

/** A stage as it is being edited; without an id a new one. */
type Draft = Omit<Stage, 'id'> & { id: string | null };

/** Renames, colours, orders, adds and removes the stages of a pipeline: all at once, as the server takes them. */
export class StagesDialog {
  readonly #context: DialogContext;
  readonly #handle: DialogHandle;
  readonly #pipeline;
  #name: string;
  #drafts: Draft[];
  /** Stages that go, and where their cards do. */
  #gone: { stage: Draft; to: string }[] = [];
  #error: ApiError | null = null;
  #sure = false;

  constructor(context: DialogContext, handle: DialogHandle) {
    this.#context = context;
    this.#handle = handle;
    this.#pipeline = context.store.pipeline!;
    this.#name = this.#pipeline.name;
    this.#drafts = this.#pipeline.stages.map((stage) => ({ ...stage }));
  }

  render(): TemplateResult {
    const { i18n } = this.#context;
    const { close } = this.#handle;
    return modal({
      i18n,
      name: 'stages-dialog',
      title: i18n.t('board.stages'),
      close,
      body: html`<form @submit=${(event: SubmitEvent) => void this.#submit(event)}>
        <label
          >${i18n.t('board.name')}<input
            class="field"
            name="pipeline"
            required
            maxlength="100"
            .value=${this.#name}
            @input=${(event: Event) => (this.#name = (event.target as HTMLInputElement).value)}
        /></label>
        <ul>
          ${this.#drafts.map((draft, index) => this.#row(draft, index, i18n))}
        </ul>
        <button class="link" type="button" @click=${() => this.#add()}>${i18n.t('stage.add')}</button>
        ${this.#gone.map((gone) => this.#where(gone, i18n))}
        <p class="wrong" role="alert">
          ${this.#error ? `${i18n.t('error.board')} ${why(i18n, this.#error)}` : nothing}
        </p>
        <div class="end">
          ${
            this.#pipeline.is_default
              ? nothing
              : html`<button class="link wrong start" type="button" @click=${() => void this.#delete()}>
                  ${i18n.t(this.#sure ? 'board.deleteSure' : 'board.delete')}
                </button>`
          }
          <button class="button" type="button" @click=${close}>${i18n.t('bulk.cancel')}</button>
          <button class="button primary">${i18n.t('card.save')}</button>
        </div>
      </form>`,
    });
  }

  #row(draft: Draft, index: number, i18n: I18n): TemplateResult {
    const name = draft.name || i18n.t('stage.new');
    const tool = (
      word: 'up' | 'down' | 'remove',
      mark: 'up' | 'down' | 'x',
      off: boolean,
      press: () => void,
    ) =>
      html`<button
        class="tool"
        type="button"
        aria-label=${i18n.t(`stage.${word}`, { name })}
        ?disabled=${off}
        @click=${press}
      >
        ${icon(mark)}
      </button>`;
    const value = (event: Event) => (event.target as HTMLInputElement).value;
    return html`<li class="stage">
      <span class="dot ${draft.color}"></span>
      <input
        class="field title"
        required
        maxlength="100"
        aria-label=${i18n.t('stage.name')}
        .value=${draft.name}
        @input=${(event: Event) => this.#set(() => (draft.name = value(event)))}
      />
      <select
        class="field"
        aria-label=${i18n.t('stage.color', { name })}
        @change=${(event: Event) => this.#set(() => (draft.color = value(event) as StageColor))}
      >
        ${STAGE_COLORS.map(
          (color) =>
            html`<option value=${color} ?selected=${color === draft.color}>
              ${i18n.t(`stage.color.${color}`)}
            </option>`,
        )}
      </select>
      <select
        class="field"
        aria-label=${i18n.t('stage.kind', { name })}
        @change=${(event: Event) => this.#set(() => (draft.kind = value(event) as Stage['kind']))}
      >
        ${STAGE_KINDS.map(
          (kind) =>
            html`<option value=${kind} ?selected=${kind === draft.kind}>
              ${i18n.t(`stage.kind.${kind}`)}
            </option>`,
        )}
      </select>
      ${tool('up', 'up', index === 0, () => this.#swap(index, -1))}
      ${tool('down', 'down', index === this.#drafts.length - 1, () => this.#swap(index, 1))}
      ${tool('remove', 'x', this.#stay(draft).length === 0 && draft.id !== null, () => this.#remove(draft))}
    </li>`;
  }

  /** Always asked: cards may be there that a filter hides, or that somebody adds meanwhile. */
  #where(gone: { stage: Draft; to: string }, i18n: I18n): TemplateResult {
    const { stage } = gone;
    return html`<div class="row">
      <label class="grow"
        >${i18n.t('stage.where', { name: stage.name })}<select
          class="field"
          @change=${(event: Event) => (gone.to = (event.target as HTMLSelectElement).value)}
        >
          ${this.#stay(stage).map(
            ({ id, name }) => html`<option value=${id!} ?selected=${id === gone.to}>${name}</option>`,
          )}
        </select></label
      >
      <button
        class="tool"
        type="button"
        aria-label=${i18n.t('stage.keep', { name: stage.name })}
        @click=${() => this.#keep(gone)}
      >
        ${icon('undo')}
      </button>
    </div>`;
  }

  /** The stages that stay and have been there: only they can take cards. */
  #stay(but: Draft): Draft[] {
    return this.#drafts.filter((draft) => draft !== but && draft.id !== null);
  }

  #add(): void {
    const draft: Draft = { id: null, name: '', kind: 'open', color: 'gray', probability: null };
    // before the ends, where work goes on
    const end = this.#drafts.findIndex(({ kind }) => kind !== 'open');
    this.#set(() => this.#drafts.splice(end < 0 ? this.#drafts.length : end, 0, draft));
  }

  #swap(index: number, by: 1 | -1): void {
    const [draft] = this.#drafts.splice(index, 1);
    this.#set(() => this.#drafts.splice(index + by, 0, draft!));
  }

  #remove(draft: Draft): void {
    this.#drafts = this.#drafts.filter((one) => one !== draft);
    if (draft.id !== null) this.#gone.push({ stage: draft, to: '' });
    // whoever's cards were to go there, they go elsewhere
    for (const gone of this.#gone) {
      const stay = this.#stay(gone.stage);
      if (!stay.some(({ id }) => id === gone.to)) gone.to = stay[0]?.id ?? '';
    }
    this.#handle.update();
  }

  #keep(gone: { stage: Draft; to: string }): void {
    this.#gone = this.#gone.filter((one) => one !== gone);
    this.#set(() => this.#drafts.push(gone.stage));
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { stores, store } = this.#context;
    const stages = this.#drafts.map(({ id, ...stage }) => ({ ...(id !== null && { id }), ...stage }));
    const move_cards = Object.fromEntries(this.#gone.map(({ stage, to }) => [stage.id!, to]));
    const { id, version } = this.#pipeline;
    try {
      await stores.client.updatePipeline(id, { name: this.#name.trim(), stages, move_cards }, version);
      this.#handle.close();
      await store.refresh();
    } catch (cause) {
      this.#set(() => (this.#error = ApiError.fromUnknown(cause)));
    }
  }

  async #delete(): Promise<void> {
    if (!this.#sure) return this.#set(() => (this.#sure = true));
    try {
      await this.#context.stores.client.deletePipeline(this.#pipeline.id);
      this.#handle.close();
      await this.#context.store.again();
    } catch (cause) {
      this.#set(() => (this.#error = ApiError.fromUnknown(cause)));
    }
  }

  #set(change: () => unknown): void {
    change();
    this.#handle.update();
  }
}

/** Makes another pipeline, and shows it. */
export class PipelineDialog {
  readonly #context: DialogContext;
  readonly #handle: DialogHandle;
  readonly #id = crypto.randomUUID();
  #error: ApiError | null = null;

  constructor(context: DialogContext, handle: DialogHandle) {
    this.#context = context;
    this.#handle = handle;
  }

  render(): TemplateResult {
    const { i18n } = this.#context;
    const { close } = this.#handle;
    return modal({
      i18n,
      name: 'pipeline-dialog',
      title: i18n.t('board.new'),
      close,
      body: html`<form @submit=${(event: SubmitEvent) => void this.#submit(event)}>
        <label
          >${i18n.t('board.name')}<input
            class="field"
            name="name"
            required
            maxlength="100"
            autocomplete="off"
        /></label>
        <p class="muted">${i18n.t('board.createHint')}</p>
        <p class="wrong" role="alert">
          ${this.#error ? `${i18n.t('error.board')} ${why(i18n, this.#error)}` : nothing}
        </p>
        <div class="end">
          <button class="button" type="button" @click=${close}>${i18n.t('bulk.cancel')}</button>
          <button class="button primary">${i18n.t('board.create')}</button>
        </div>
      </form>`,
    });
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { stores, store } = this.#context;
    const name = new FormData(event.currentTarget as HTMLFormElement).get('name');
    try {
      const made = await stores.client.createPipeline({
        id: this.#id,
        name: typeof name === 'string' ? name.trim() : '',
      });
      this.#handle.close();
      await store.again(made.id);
    } catch (cause) {
      this.#error = ApiError.fromUnknown(cause);
      this.#handle.update();
    }
  }
}
