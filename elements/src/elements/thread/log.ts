/** What scrolls: the rows that are in view, what is said above them while older ones come, and what stands there instead of them. */
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { emptyState, why } from '../../internal/parts.ts';
import type { ThreadStore } from '../../stores/thread.ts';
import type { I18n } from '../../words/i18n.ts';
import { lineInputs, threadLine } from './message.ts';

interface LogContext {
  i18n: I18n;
  /** What is searched for. */
  mark: string;
  /** The row that the search stands at. */
  hit: string | undefined;
  memberId: string | undefined;
}

export function threadLog(
  thread: ThreadStore,
  { start, end }: { start: number; end: number },
  { i18n, mark, hit, memberId }: LogContext,
): TemplateResult {
  if (thread.status !== 'ready') {
    return html`<div class="ghosts" part="loading" role="status" aria-label=${i18n.t('loading')}>
      ${[1, 2, 3, 4, 5].map(() => html`<span class="bones"></span>`)}
    </div>`;
  }
  const { items } = thread;
  if (items.length === 0) {
    return html`<slot name="empty"
      >${emptyState('chat', i18n.t('empty.thread'), i18n.t('empty.threadHint'))}</slot
    >`;
  }
  const context = { i18n, mark, memberId, retry: (id: string) => void thread.retry(id) };
  return html`${thread.loadingOlder ? html`<div class="top" role="status">${i18n.t('loadingOlder')}…</div>` : nothing}
    ${
      thread.olderError
        ? html`<div class="top">
            ${i18n.t('error.older')} ${why(i18n, thread.olderError)}
            <button class="link" @click=${() => void thread.loadOlder()}>${i18n.t('tryAgain')}</button>
          </div>`
        : nothing
    }
    <div></div>
    <div class="rows">
      ${repeat(
        items.slice(start, end),
        ({ key }) => key,
        (item, i) => {
          const [before, after] = [items[start + i - 1], items[start + i + 1]];
          const line = { ...context, found: item.key === hit };
          return guard(lineInputs(item, before, after, line), () => threadLine(item, before, after, line));
        },
      )}
    </div>
    <div></div>`;
}
