import { css, html, nothing, type TemplateResult } from 'lit';
import type { Message, Task } from '@patchbay/server-kit/contract';
import { controls } from '../../styles/controls.ts';
import { icon } from '../../internal/icons-more.ts';
import { why } from '../../internal/parts.ts';
import type { TimelineStore } from '../../stores/timeline.ts';
import { localTime, zonedInstant, type I18n } from '../../words/i18n.ts';
import { dueWords } from './says.ts';

const own = css`
  .upcoming {
    margin-top: 14px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-m);
    overflow: hidden;
  }
  .upcoming .title {
    display: flex;
    align-items: center;
    gap: 7px;
    padding: 8px 12px;
    background: var(--_surface-sunken);
    color: var(--_text-muted);
    font-size: var(--_text-s);
    font-weight: 600;
  }
  .upcoming .title .icon {
    width: 15px;
    height: 15px;
  }
  .upcoming li {
    padding: 9px 12px;
    border-top: 1px solid var(--_line);
  }
  .acts,
  .upcoming form {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 16px;
    margin-top: 4px;
    font-size: 13px;
  }
  .upcoming form {
    gap: 6px 12px;
  }
  .upcoming .field {
    width: auto;
  }
  .upcoming .late {
    color: var(--_bad);
  }
`;
export const styles = [controls, own];

export interface UpcomingContext {
  i18n: I18n;
  store: TimelineStore;
  /** The message or the task that gets another time. */
  moving: string | null;
  readOnly: boolean;
  move: (id: string | null) => void;
}

/** What waits for its hour: to be seen, sent at once, put off, or taken back. */
export function upcomingBlock(context: UpcomingContext): TemplateResult | typeof nothing {
  const { i18n, store } = context;
  if (store.upcoming.length + store.tasks.length === 0) return nothing;
  return html`<section class="upcoming" part="upcoming" aria-label=${i18n.t('timeline.upcoming')}>
    <p class="title">${icon('clock')}${i18n.t('timeline.upcoming')}</p>
    ${
      store.changeError
        ? html`<div class="notice bad" role="alert">
            ${icon('alert')}<span>${i18n.t('error.upcoming')} ${why(i18n, store.changeError)}</span>
          </div>`
        : nothing
    }
    <ul>
      ${store.tasks.map((task) => toDo(task, context))}
      ${store.upcoming.map((message) => waiting(message, context))}
    </ul>
  </section>`;
}

function waiting(message: Message, context: UpcomingContext): TemplateResult {
  const { i18n, store, moving, readOnly, move } = context;
  const { id, body, media, hold, send_at } = message;
  const until = hold?.until ?? send_at;
  const time = until ? i18n.moment(until) : '';
  const planned = hold?.reason === 'scheduled';
  const text = body || i18n.t('photo', { count: media.length });
  return html`<li part="upcoming-entry" data-id=${id}>
    <p class="words"><bdi>${text}</bdi></p>
    <p class="by">
      ${planned ? i18n.t('timeline.due', { time }) : i18n.t(`hold.${hold?.reason ?? 'scheduled'}`, { time })}
    </p>
    ${
      readOnly
        ? nothing
        : moving === id
          ? newTime(body, send_at, context, (at) => store.reschedule(id, at))
          : html`<div class="acts">
              ${
                planned
                  ? html`<button class="link" @click=${() => void store.sendNow(id)}>
                        ${i18n.t('timeline.sendNow')}
                      </button>
                      <button class="link" @click=${() => move(id)}>${i18n.t('timeline.reschedule')}</button>`
                  : nothing
              }
              <button class="link" @click=${() => void store.cancel(id)}>${i18n.t('cancelSend')}</button>
            </div>`
    }
  </li>`;
}

function toDo(task: Task, context: UpcomingContext): TemplateResult {
  const { i18n, store, moving, readOnly, move } = context;
  const { id, title, due_at, due_on, overdue_at, assignee } = task;
  const late = overdue_at !== null && Date.parse(overdue_at) <= Date.now();
  const time = due_at === null ? '' : dueWords(due_at, due_on, i18n);
  const word = due_at === null ? 'timeline.taskOpen' : late ? 'timeline.taskOverdue' : 'timeline.taskDue';
  return html`<li part="upcoming-entry" data-id=${id}>
    <p class="words"><bdi>${title}</bdi></p>
    <p class="by ${late ? 'late' : ''}">
      ${[i18n.t(word, { time }), assignee?.name].filter(Boolean).join(' · ')}
    </p>
    ${
      readOnly
        ? nothing
        : moving === id
          ? newTime(title, due_at, context, (at) => store.rescheduleTask(id, at))
          : html`<div class="acts">
              <button class="link" @click=${() => void store.completeTask(id)}>
                ${i18n.t('timeline.taskDone')}
              </button>
              <button class="link" @click=${() => move(id)}>${i18n.t('timeline.reschedule')}</button>
            </div>`
    }
  </li>`;
}

function newTime(
  text: string,
  before: string | null,
  { i18n, move }: UpcomingContext,
  change: (at: string) => Promise<boolean>,
): TemplateResult {
  const zone = i18n.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem('at') as HTMLInputElement;
    const at = zonedInstant(field.value, zone);
    const past = Number.isNaN(at.getTime()) || at.getTime() <= Date.now();
    field.setCustomValidity(past ? i18n.t('later.past') : '');
    if (!field.reportValidity()) return;
    void change(at.toISOString()).then((done) => done && move(null));
  };
  return html`<form novalidate @submit=${save}>
    <input
      class="field"
      type="datetime-local"
      name="at"
      required
      aria-label=${i18n.t('timeline.newTime', { text })}
      .value=${localTime(Date.parse(before ?? new Date().toISOString()), zone)}
      @input=${(event: Event) => (event.target as HTMLInputElement).setCustomValidity('')}
    />
    <span class="by">${i18n.t('later.zone', { zone: i18n.city(zone) })}</span>
    <span class="acts">
      <button class="link">${i18n.t('later.schedule')}</button>
      <button type="button" class="link" @click=${() => move(null)}>${i18n.t('timeline.keep')}</button>
    </span>
  </form>`;
}
