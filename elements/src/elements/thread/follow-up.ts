/** What runs by itself for the contact of a thread, and the way to hold it: fetched when a thread has one to ask about. */
import { css, html, nothing, type LitElement, type TemplateResult } from 'lit';
import { icon } from '../../internal/icons-more.ts';
import { modalStyles } from '../../internal/modal.ts';
import { why } from '../../internal/parts.ts';
import type { RunsStore } from '../../stores/runs.ts';
import { enRuns } from '../../words/en-runs.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import { cameDue, resumeRunsDialog } from '../enrollment-status/resume.ts';
import { dueStyles } from '../enrollment-status/resume.styles.ts';
import { whenWords } from '../enrollment-status/says.ts';

export { runsOf } from '../../stores/runs.ts';

addEnglish(enRuns);

const own = css`
  .follow {
    flex: none;
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 38px;
    padding: 3px 12px 3px 20px;
    border-bottom: 1px solid var(--_line);
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .follow:dir(rtl) {
    padding: 3px 20px 3px 12px;
  }
  .follow > .icon {
    flex: none;
    width: 15px;
    height: 15px;
    color: var(--_accent-text);
  }
  .follow.still > .icon {
    color: var(--_warn);
  }
  .follow b {
    color: var(--_text);
    font-weight: 550;
  }
  .short {
    display: none;
  }
  .follow .button {
    min-height: 28px;
    color: var(--_text);
    font-size: var(--_text-s);
  }
  .follow .wrong {
    color: var(--_bad);
  }
  .follow > .grow {
    container: follow / inline-size;
  }
  /* in one line: whose time it is stands in the panel */
  @container follow (max-width: 359.9px) {
    .grow .whole {
      display: none;
    }
    .grow .short {
      display: inline;
    }
  }
  @container (max-width: 519.9px) {
    .follow {
      padding-inline: 14px 8px;
    }
    .follow > .button .whole {
      display: none;
    }
    .follow > .button .short {
      display: inline;
    }
    .follow .button {
      min-height: 44px;
      padding-inline: 10px;
    }
  }
`;
export const styles = [modalStyles, dueStyles, own];

export class FollowUp {
  readonly #host: LitElement;
  #asking = false;

  constructor(host: LitElement) {
    this.#host = host;
  }

  render(store: RunsStore, i18n: I18n): TemplateResult | typeof nothing {
    const live = store.runs.filter(({ ended_at }) => ended_at === null);
    if (live.length === 0) return nothing;
    const running = live.filter(({ state, workflow }) => state === 'active' && workflow.state !== 'paused');
    const paused = live.filter(({ state }) => state === 'paused');
    const still = running.length === 0;
    const [next] = running
      .filter(({ due_at }) => due_at !== null && Date.parse(due_at) > Date.now())
      .toSorted((a, b) => Date.parse(a.due_at!) - Date.parse(b.due_at!));
    const says = still
      ? i18n.t('runs.allPaused', { count: live.length })
      : i18n.t('runs.running', { count: running.length });
    const more = [
      !still && live.length > running.length
        ? i18n.t('runs.standing', { count: live.length - running.length })
        : '',
      next
        ? html`<span class="whole"
              >${i18n.t('runs.nextStep', { when: whenWords(next.due_at!, next.zone, i18n) })}</span
            ><span class="short"
              >${i18n.t('runs.nextStep', { when: i18n.moment(next.due_at!, next.zone) })}</span
            >`
        : '',
    ].filter((one) => one !== '');
    const busy = store.busy !== null;
    return html`<div
        class="follow ${still ? 'still' : ''}"
        part="automation"
        role="group"
        aria-label=${i18n.t('runs.automation')}
      >
        ${icon(still ? 'pause' : 'flow')}
        <span class="grow" role="status"
          ><b>${says}</b>${more.map((one) => html` · ${one}`)}${
            store.changeError
              ? html` <span class="wrong">${i18n.t('error.run')} ${why(i18n, store.changeError)}</span>`
              : nothing
          }</span
        >
        ${
          paused.length > 0
            ? html`<button class="button" ?disabled=${busy} @click=${() => this.#resume(store)}>
                ${icon('play')}${i18n.t('runs.resumeAll')}
              </button>`
            : nothing
        }
        ${
          running.length > 0
            ? html`<button
                class="button"
                aria-label=${i18n.t('runs.pauseAll')}
                ?disabled=${busy}
                @click=${() => this.#done(store.pauseAll())}
              >
                ${icon('pause')}<span class="whole">${i18n.t('runs.pauseAll')}</span
                ><span class="short">${i18n.t('runs.pause')}</span>
              </button>`
            : nothing
        }
      </div>
      ${this.#asking ? this.#dialog(store, i18n) : nothing}`;
  }

  #resume(store: RunsStore): void {
    if (cameDue(store.runs).length === 0) return this.#done(store.resumeAll('run'));
    this.#ask(true);
  }

  #dialog(store: RunsStore, i18n: I18n): TemplateResult {
    return resumeRunsDialog({
      i18n,
      title: i18n.t('runs.resumeAllTitle'),
      due: cameDue(store.runs),
      close: () => this.#ask(false),
      choose: (due) => {
        this.#ask(false);
        this.#done(store.resumeAll(due));
      },
    });
  }

  /** One button makes place for the other: who pressed it stays at it. */
  #done(change: Promise<boolean>): void {
    void change.then(async () => {
      await this.#host.updateComplete;
      const root = this.#host.shadowRoot;
      if (root && root.activeElement === null)
        root.querySelector<HTMLElement>('[part=automation] .button')?.focus({ preventScroll: true });
    });
  }

  #ask(asking: boolean): void {
    this.#asking = asking;
    this.#host.requestUpdate();
  }
}
