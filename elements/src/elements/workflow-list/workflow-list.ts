import { html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { BaseElement } from '../../internal/base-element.ts';
import { Lazy } from '../../internal/lazy.ts';
import { core } from '../../styles/core.ts';
import { tokens } from '../../styles/tokens.ts';
import type { WorkflowsStore } from '../../stores/workflows.ts';
import type { WorkflowsView } from './drawing.ts';
import { styles } from './workflow-list.styles.ts';

/**
 * @summary The account's workflows: what runs, how many are in each, and what is wrong with a draft.
 *
 * @slot actions - More buttons beside Upload.
 * @csspart workflow - One workflow.
 * @csspart failed - How many of its steps failed: leads to them.
 * @csspart counts - How many are in it.
 * @csspart details - What is shown of the one that is open.
 * @csspart failures - What failed in it, and the way to try it again.
 * @csspart steps - Its steps, with how many stand at each.
 * @csspart problems - What is wrong with its draft.
 * @csspart hooks - Where other systems call to set it off; for managers.
 * @csspart hook - One of these addresses.
 * @csspart source - Its definition, as it was written.
 * @csspart versions - What was published.
 * @csspart drop - Over everything, while a file is dragged.
 */
export class WorkflowList extends BaseElement {
  static override readonly elementName: string = 'workflow-list';
  static override styles = [tokens, core, styles];

  /** Nothing can be changed. Agents cannot in any case. */
  @property({ type: Boolean, attribute: 'read-only' }) readOnly = false;

  @state() private dragging = false;

  /** The store, and what draws it: loaded beside the client. */
  readonly #drawing = new Lazy(this, () => import('./drawing.ts'));
  #view: WorkflowsView | undefined;

  /** The store that is drawn; null also until its code is there. */
  get store(): WorkflowsStore | null {
    return (this.stores && this.#drawing.value?.workflowsOf(this.stores)) ?? null;
  }

  /** Checks a definition, and asks whether to keep it: as if its file had been chosen. */
  async take(file: Blob): Promise<void> {
    await this.#drawing.load();
    await this.updateComplete;
    if (this.store) await this.#view?.take(file, this.store, this.i18n);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const code = this.#drawing.now;
    if (code) this.#view ??= new code.WorkflowsView(this);
    const { store } = this;
    this.watch(store, store?.failures, this.stores?.session);
    if (store?.status === 'idle') void store.load();
    if (store?.failures?.status === 'idle') void store.failures.load();
  }

  protected override render() {
    const { i18n, store, stores } = this;
    const mayChange = !this.readOnly && stores?.session.me?.member.role === 'manager';
    const feed = stores?.session.feed ?? 'idle';
    return html`<div
      class="root"
      part="base"
      dir=${i18n.dir}
      lang=${i18n.locale}
      @dragover=${(event: DragEvent) => {
        if (!mayChange || !event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        this.dragging = true;
      }}
      @dragleave=${() => (this.dragging = false)}
      @drop=${this.#onDrop}
    >
      ${
        (store && this.#view?.render({ i18n, store, feed, mayChange, readOnly: this.readOnly })) ??
        html`<div class="ghosts" part="loading" role="status" aria-label=${this.t('loading')}>
          ${[1, 2, 3].map(() => html`<span class="bones"></span>`)}
        </div>`
      }
      ${this.dragging ? html`<div class="drop" part="drop"><b>${this.t('workflows.drop')}</b></div>` : nothing}
    </div>`;
  }

  readonly #onDrop = (event: DragEvent) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (!this.dragging || !file) return;
    event.preventDefault();
    this.dragging = false;
    void this.take(file);
  };
}
