import { css, html, nothing, type TemplateResult } from 'lit';
import type { Message } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import type { I18n } from '../../words/i18n.ts';

export const styles = css`
  .scheduled {
    margin-bottom: 10px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-l);
    font-size: 13px;
    overflow: hidden;
  }
  .scheduled > button {
    display: flex;
    align-items: center;
    gap: 8px;
    width: 100%;
    min-height: 36px;
    padding: 0 12px;
    color: var(--_text-muted);
  }
  .scheduled > button:hover {
    background: var(--_surface-hover);
  }
  .scheduled .icon {
    width: 15px;
    height: 15px;
  }
  .scheduled li {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 8px 12px;
    border-top: 1px solid var(--_line);
  }
  .scheduled li .muted {
    display: block;
    font-size: var(--_text-xs);
  }
  .scheduled ul {
    max-height: 200px;
    overflow: auto;
  }
`;

export interface ScheduledContext {
  i18n: I18n;
  timeZone: string | undefined;
  open: boolean;
  editing: string | null;
  toggle: () => void;
  edit: (message: Message) => void;
  cancel: (id: string) => void;
}

/** What waits for its hour, above the text field: seen, changed and taken back before it goes. */
export function scheduledList(
  messages: readonly Message[],
  context: ScheduledContext,
): TemplateResult | typeof nothing {
  const { i18n, timeZone, open, editing, toggle, edit, cancel } = context;
  const first = messages[0];
  if (!first) return nothing;
  return html`<div class="scheduled" part="scheduled">
    <button aria-expanded=${open} @click=${toggle}>
      ${icon('clock')}<span class="grow ell"
        >${i18n.t('scheduledCount', { count: messages.length })} ·
        ${i18n.moment(first.send_at ?? '', timeZone)}</span
      >
      ${icon(open ? 'down' : 'up')}
    </button>
    ${
      open
        ? html`<ul>
            ${messages.map(
              (message) =>
                html`<li class=${message.id === editing ? 'on' : ''}>
                  <span class="grow"
                    ><span class="ell">${message.body}</span>
                    <span class="muted"
                      >${i18n.t('scheduledFor', { time: i18n.moment(message.send_at ?? '', timeZone) })}</span
                    ></span
                  >
                  <button class="link" @click=${() => edit(message)}>${i18n.t('edit')}</button>
                  <button class="link" @click=${() => cancel(message.id)}>${i18n.t('cancelSend')}</button>
                </li>`,
            )}
          </ul>`
        : nothing
    }
  </div>`;
}
