/** What failed for good in a workflow, by what failed alike, and the way to try it again. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { WorkflowFailure } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import { avatar, why } from '../../internal/parts.ts';
import type { FailedAlike, FailuresStore } from '../../stores/failures.ts';
import type { I18n } from '../../words/i18n.ts';

export interface FailuresContext {
  host: LitElement;
  i18n: I18n;
  store: FailuresStore;
  /** Whether all alike may be tried again at once. */
  mayChange: boolean;
  /** Whether anything may. */
  readOnly: boolean;
}

export function failureList(context: FailuresContext): TemplateResult {
  const { i18n, store } = context;
  const title = i18n.t('workflows.failures');
  return html`<section part="failures" class="failures" aria-label=${title}>
    <h3 tabindex="-1">${title}</h3>
    ${notice(context)} ${body(context)}
    <span class="hidden" role="status">${resultWords(store, i18n)}</span>
  </section>`;

  function body({ store }: FailuresContext) {
    if (store.status === 'error') {
      return html`<p class="line">
        ${i18n.t('error.failures')} ${why(i18n, store.error)}
        <button class="link" @click=${() => void store.load()}>${i18n.t('tryAgain')}</button>
      </p>`;
    }
    if (store.status !== 'ready')
      return html`<p role="status" aria-label=${i18n.t('loading')}><span class="bones"></span></p>`;
    if (store.groups.length === 0) return html`<p class="line">${i18n.t('workflows.failuresNone')}</p>`;
    return html`<ul>
      ${store.groups.map((group) => alike(group, context))}
    </ul>`;
  }
}

function notice({ i18n, store }: FailuresContext) {
  if (store.changeError) {
    return html`<div class="notice bad" role="alert">
      ${icon('alert')}<span>${i18n.t('error.retry')} ${why(i18n, store.changeError)}</span>
    </div>`;
  }
  const said = resultWords(store, i18n);
  return said === '' ? nothing : html`<p class="line said" aria-hidden="true">${icon('check')}${said}</p>`;
}

function resultWords({ result }: FailuresStore, i18n: I18n): string {
  if (!result) return '';
  const { retried, skipped } = result;
  const tried =
    retried === 0
      ? i18n.t('workflows.failuresUntried')
      : i18n.t('workflows.failuresRetried', { count: retried });
  return skipped > 0 ? `${tried} ${i18n.t('workflows.failuresSkipped', { count: skipped })}` : tried;
}

function alike(group: FailedAlike, context: FailuresContext): TemplateResult {
  const { i18n, store, mayChange } = context;
  const { key, step, words, reason, count, last_at, people, more } = group;
  const name = words ?? step;
  // as far as anybody has looked
  const hopeless = people !== null && !more && people.every(({ barred }) => barred !== null);
  const retryAll = i18n.t('workflows.failuresRetryAll', { count });
  return html`<li class="alike">
    <div class="row">
      <button
        class="title"
        aria-expanded=${people !== null}
        aria-label=${i18n.t('workflows.failuresOpen', { step: name, reason })}
        @click=${() => void store.toggle(key)}
      >
        ${icon(people ? 'up' : 'down')}<span><bdi>${name}</bdi></span>
      </button>
      ${
        mayChange && !hopeless
          ? html`<button
              class="button"
              aria-label=${i18n.t('workflows.actOn', { action: retryAll, name })}
              ?disabled=${store.busy !== null}
              @click=${() => press(context, store.retryAll(group))}
            >
              ${icon('history')}${store.busy === key ? i18n.t('workflows.failuresRetrying') : retryAll}
            </button>`
          : nothing
      }
    </div>
    <p class="reason" dir="auto">${reason === '' ? i18n.t('workflows.failuresNoReason') : reason}</p>
    <p class="line">${i18n.t('workflows.failuresAlike', { count, when: i18n.relative(last_at) })}</p>
    ${
      people === null
        ? nothing
        : html`<ul class="people">
              ${people.map((one) => person(one, context))}
            </ul>
            ${
              more
                ? html`<button class="link" @click=${() => void store.more(key)}>
                    ${i18n.t('workflows.failuresMore')}
                  </button>`
                : nothing
            }`
    }
  </li>`;
}

function person(failure: WorkflowFailure, context: FailuresContext): TemplateResult {
  const { i18n, store, readOnly } = context;
  const { contact, at, barred, goes_on } = failure;
  const name = contact.name ?? i18n.phone(contact.phone);
  const action = i18n.t('workflows.failureRetry');
  return html`<li data-id=${failure.id}>
    ${avatar(contact)}
    <div class="grow">
      <b><bdi>${name}</bdi></b>
      <small>${i18n.moment(at)}${goes_on ? ` · ${i18n.t('workflows.failureStands')}` : ''}</small>
      ${barred ? html`<small class="barred">${i18n.t(`workflows.barred.${barred}`)}</small>` : nothing}
    </div>
    ${
      barred || readOnly
        ? nothing
        : html`<button
            class="button"
            aria-label=${i18n.t('workflows.actOn', { action, name })}
            ?disabled=${store.busy !== null}
            @click=${() => press(context, store.retryOne(failure))}
          >
            ${store.busy === failure.id ? i18n.t('workflows.failuresRetrying') : action}
          </button>`
    }
  </li>`;
}

/** The button goes with what was tried again: whoever pressed it stays in this part. */
function press({ host }: FailuresContext, done: Promise<boolean>): void {
  void done.then(async () => {
    await host.updateComplete;
    const root = host.shadowRoot;
    if (root && root.activeElement === null)
      root.querySelector<HTMLElement>('[part=failures] h3')?.focus({ preventScroll: true });
  });
}
