/** Where other systems call to set the workflow off: an address and its secret to copy, and what came last. */
import { html, nothing, type TemplateResult } from 'lit';
import type { WorkflowHook } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import type { I18n } from '../../words/i18n.ts';

export interface HooksContext {
  i18n: I18n;
  hooks: readonly WorkflowHook[];
  mayChange: boolean;
  busy: boolean;
  copied: () => void;
  renew: (key: string) => void;
}

export function hookList(context: HooksContext): TemplateResult {
  const { i18n, hooks } = context;
  const title = i18n.t('workflows.hooks');
  return html`<section part="hooks" aria-label=${title}>
    <h3>${title}</h3>
    <ul>
      ${hooks.map((hook) => hookItem(hook, context))}
    </ul>
  </section>`;
}

function hookItem(
  hook: WorkflowHook,
  { i18n, mayChange, busy, copied, renew }: HooksContext,
): TemplateResult {
  const { key, url, secret, signed, last, old_until } = hook;
  const copy = (word: 'workflows.hookCopy' | 'workflows.hookCopySecret', text: string) => {
    const action = i18n.t(word);
    return html`<button
      class="button"
      aria-label=${i18n.t('workflows.actOn', { action, name: key })}
      @click=${() => void navigator.clipboard?.writeText(text).then(copied, () => undefined)}
    >
      ${icon('copy')}${action}
    </button>`;
  };
  const again = i18n.t('workflows.hookRenew');
  return html`<li class="hook" part="hook">
    <div class="meta">
      <b><bdi>${key}</bdi></b>
      ${signed ? html`<span class="chip">${i18n.t('workflows.hookSigned')}</span>` : nothing}
    </div>
    <code tabindex="0" translate="no" dir="ltr">${url}</code>
    <div class="bits">
      ${copy('workflows.hookCopy', url)} ${copy('workflows.hookCopySecret', secret)}
      ${
        mayChange
          ? html`<button
              class="button"
              aria-label=${i18n.t('workflows.actOn', { action: again, name: key })}
              ?disabled=${busy}
              @click=${() => renew(key)}
            >
              ${icon('link')}${again}
            </button>`
          : nothing
      }
    </div>
    ${old_until ? html`<p class="line">${i18n.t('workflows.hookOld', { time: i18n.moment(old_until) })}</p>` : nothing}
    ${
      last
        ? html`<details>
            <summary class="line">${i18n.t('workflows.hookLast', { time: i18n.moment(last.at) })}</summary>
            <pre tabindex="0" translate="no" dir="ltr">${JSON.stringify(last.payload, null, 2)}</pre>
          </details>`
        : html`<p class="line">${i18n.t('workflows.hookNever')}</p>`
    }
  </li>`;
}
