import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../internal/icons-more.ts';
import type { ThreadStore } from '../../stores/thread.ts';
import type { I18n } from '../../words/i18n.ts';

/** Search inside one thread: the hits, newest first, and which of them is looked at. */
export class Find {
  q = '';
  at = 0;
  hits: readonly string[] = [];
  readonly #changed: (hit: string | undefined) => void;
  readonly #closed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(changed: (hit: string | undefined) => void, closed: () => void) {
    this.#changed = changed;
    this.#closed = closed;
  }

  get hit(): string | undefined {
    return this.hits[this.at];
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#closed();
    this.#changed(undefined);
  }

  search(q: string, thread: ThreadStore): void {
    this.q = q.trim();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(thread), 250);
  }

  step(by: number): void {
    if (this.hits.length === 0) return;
    this.at = (this.at + by + this.hits.length) % this.hits.length;
    this.#changed(this.hit);
  }

  async #run(thread: ThreadStore): Promise<void> {
    const asked = (this.#asked += 1);
    const found = this.q === '' ? [] : await thread.find(this.q).catch(() => []);
    if (asked !== this.#asked) return;
    this.hits = found.map(({ id }) => id).toReversed();
    this.at = 0;
    this.#changed(this.hit);
  }

  render(i18n: I18n, thread: ThreadStore): TemplateResult {
    const count = this.hits.length;
    const key = (event: KeyboardEvent) => {
      if (event.key === 'Escape') this.close();
      if (event.key === 'Enter') this.step(event.shiftKey ? -1 : 1);
      event.stopPropagation();
    };
    return html`<div class="find" part="find" role="search" @keydown=${key}>
      <input
        class="field"
        type="search"
        aria-label=${i18n.t('searchThread')}
        placeholder=${i18n.t('searchThread')}
        @input=${(event: Event) => this.search((event.target as HTMLInputElement).value, thread)}
      />
      ${
        this.q === ''
          ? nothing
          : html`<span role="status"
              >${count === 0 ? i18n.t('searchNone') : i18n.t('searchHits', { at: this.at + 1, count })}</span
            >`
      }
      <button
        class="tool"
        aria-label=${i18n.t('previousHit')}
        ?disabled=${count === 0}
        @click=${() => this.step(1)}
      >
        ${icon('up')}
      </button>
      <button
        class="tool"
        aria-label=${i18n.t('nextHit')}
        ?disabled=${count === 0}
        @click=${() => this.step(-1)}
      >
        ${icon('down')}
      </button>
      <button class="tool" aria-label=${i18n.t('close')} @click=${() => this.close()}>${icon('x')}</button>
    </div>`;
  }
}
