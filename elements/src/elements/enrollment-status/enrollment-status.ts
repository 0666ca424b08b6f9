import { html, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import { BaseElement } from '../../internal/base-element.ts';
import { Lazy } from '../../internal/lazy.ts';
import { core } from '../../styles/core.ts';
import { tokens } from '../../styles/tokens.ts';
import type { RunsStore } from '../../stores/runs.ts';
import type { RunsView } from './drawing.ts';
import { styles } from './enrollment-status.styles.ts';

/**
 * @summary Which workflows a contact is in: where each stands, what it waits for, and what it did.
 *
 * @slot - Below everything.
 * @csspart run - One run.
 * @csspart progress - How far it is.
 * @csspart waiting - What it waits for.
 * @csspart trace - What it did.
 * @csspart earlier - Those that are over.
 * @csspart enroll - The way into another workflow.
 */
export class EnrollmentStatus extends BaseElement {
  static override readonly elementName: string = 'enrollment-status';
  static override styles = [tokens, core, styles];

  /** Whose. */
  @property({ attribute: 'contact-id' }) contactId: string | null = null;
  /** Nothing can be changed. */
  @property({ type: Boolean, attribute: 'read-only' }) readOnly = false;

  /** The store, and what draws it: loaded beside the client. */
  readonly #drawing = new Lazy(this, () => import('./drawing.ts'));
  #view: RunsView | undefined;

  /** The store that is drawn; null also until its code is there. */
  get store(): RunsStore | null {
    const { stores, contactId } = this;
    return (stores && contactId !== null && this.#drawing.value?.runsOf(stores, contactId)) || null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const code = this.#drawing.now;
    if (code) this.#view ??= new code.RunsView(this);
    const { store } = this;
    this.watch(store, this.stores?.session);
    if (store?.status === 'idle') void store.load();
  }

  protected override render() {
    const { i18n, store, stores, readOnly } = this;
    return html`<div class="root" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      ${
        this.#view?.render({ i18n, store, feed: stores?.session.feed ?? 'idle', readOnly }) ??
        html`<div class="ghosts" part="loading" role="status" aria-label=${this.t('loading')}>
          ${[1, 2, 3].map(() => html`<span class="bones"></span>`)}
        </div>`
      }
      <slot></slot>
    </div>`;
  }
}
