/** What opens below the bell. Fetched when it is opened for the first time. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Notification, NotificationKind } from '@patchbay/server-kit/contract';
import type { FeedState } from '../../client/types.ts';
import { menuKeys } from '../../internal/dismiss.ts';
import { icon, type IconName } from '../../internal/icons-more.ts';
import { emptyState, errorState, feedNotice, why } from '../../internal/parts.ts';
import type { NotificationsStore } from '../../stores/notifications.ts';
import type { I18n } from '../../words/i18n.ts';

const ICONS: Record<NotificationKind, IconName> = {
  mention: 'note',
  task_assigned: 'task',
  task_due: 'clock',
  conversation_assigned: 'chat',
  workflow: 'bell',
};

export const styles = css`
  .pop {
    position: fixed;
    inset: var(--_inset);
    display: flex;
    flex-direction: column;
    width: min(360px, calc(100vw - 24px));
    max-height: min(480px, calc(100dvh - 96px));
    padding: 0;
    overflow: hidden;
  }
  .pop header {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 10px 14px 8px;
    border-bottom: 1px solid var(--_line);
  }
  .pop h2 {
    flex: 1;
    font-size: var(--_text-m);
    font-weight: 650;
  }
  .pop ul {
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .pop li {
    display: flex;
    align-items: start;
    border-bottom: 1px solid var(--_line);
  }
  .one {
    flex: 1;
    display: flex;
    gap: 10px;
    min-width: 0;
    min-height: 44px;
    padding: 10px 4px 10px 14px;
  }
  [dir='rtl'] .one {
    padding: 10px 14px 10px 4px;
  }
  .one:hover {
    background: var(--_surface-hover);
  }
  .one:focus-visible {
    outline-offset: -2px;
  }
  .one > .icon {
    margin-top: 1px;
    color: var(--_text-muted);
  }
  .unread .one > .icon {
    color: var(--_accent-text);
  }
  .unread .who {
    font-weight: 650;
  }
  .words {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow-wrap: anywhere;
  }
  .when {
    display: block;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .pop li .tool {
    width: 40px;
    height: 44px;
  }
  .pop li .tool .icon {
    width: 16px;
    height: 16px;
  }
  .tail {
    padding: 10px;
    text-align: center;
  }
  .ghost {
    display: grid;
    gap: 16px;
    padding: 18px 14px;
  }
  .notice {
    flex: none;
  }
`;

export interface ListContext {
  i18n: I18n;
  store: NotificationsStore;
  feed: FeedState;
  open: (notification: Notification) => void;
}

export function notificationList(context: ListContext): TemplateResult {
  const { i18n, store, feed } = context;
  return html`<div
    class="pop"
    part="list"
    role="dialog"
    aria-label=${i18n.t('notifications')}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End') menuKeys(event);
      // the inbox has shortcuts of single letters
      if (event.key.length === 1) event.stopPropagation();
    }}
  >
    <header>
      <h2>${i18n.t('notifications')}</h2>
      ${
        store.unread
          ? html`<button class="link" @click=${() => void store.read()}>
              ${i18n.t('notifications.readAll')}
            </button>`
          : nothing
      }
    </header>
    ${feedNotice(i18n, feed)}
    ${
      store.readError
        ? html`<div class="notice bad" role="alert">
            ${icon('alert')}<span>${i18n.t('error.notificationsRead')} ${why(i18n, store.readError)}</span>
          </div>`
        : nothing
    }
    ${body(context)}
  </div>`;
}

function body(context: ListContext): TemplateResult {
  const { i18n, store } = context;
  if (store.status === 'error')
    return errorState(i18n, 'error.notifications', store.error, () => void store.load());
  if (store.status !== 'ready') {
    return html`<div class="ghost" part="loading" role="status" aria-label=${i18n.t('loading')}>
      ${[1, 2, 3].map(() => html`<span class="bones"></span>`)}
    </div>`;
  }
  if (store.items.length === 0)
    return emptyState('check', i18n.t('notifications.empty'), i18n.t('notifications.emptyHint'));
  return html`<ul>
    ${store.items.map((one) => row(one, context))}
    ${
      store.hasMore
        ? html`<li class="tail">
            <button class="link grow" ?disabled=${store.loadingMore} @click=${() => void store.loadMore()}>
              ${store.moreError ? why(i18n, store.moreError) : ''} ${i18n.t('notifications.more')}
            </button>
          </li>`
        : nothing
    }
  </ul>`;
}

function row(one: Notification, { i18n, store, open }: ListContext): TemplateResult {
  const { id, kind, words, actor, contact_name, read_at, created_at } = one;
  const unread = read_at === null;
  const who = i18n.t(`notifications.${kind}`, { actor: actor?.name ?? i18n.t('notifications.somebody') });
  const about =
    contact_name === null ? '' : i18n.t('notifications.about', { name: shownName(contact_name, i18n) });
  const press = () => {
    void store.read(id);
    open(one);
  };
  return html`<li class=${unread ? 'unread' : ''} part="notification" data-id=${id}>
    <button class="one" @click=${press}>
      ${icon(ICONS[kind])}
      <span class="grow">
        ${unread ? html`<span class="hidden">${i18n.t('notifications.isUnread')}: </span>` : nothing}
        <span class="who">${who}</span>
        ${words === '' ? nothing : html`<span class="words"><bdi>${words}</bdi></span>`}
        <span class="when">${[about, i18n.moment(created_at)].filter(Boolean).join(' · ')}</span>
      </span>
    </button>
    ${
      unread
        ? html`<button
            class="tool"
            aria-label="${i18n.t('notifications.read')}: ${who}"
            title=${i18n.t('notifications.read')}
            @click=${() => void store.read(id)}
          >
            ${icon('check')}
          </button>`
        : nothing
    }
  </li>`;
}

/** Whoever has no name is called by the number. */
const shownName = (name: string, i18n: I18n) => (/^\+\d{7,15}$/.test(name) ? i18n.phone(name) : name);
