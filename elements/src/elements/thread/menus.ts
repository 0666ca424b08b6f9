import { css, html, nothing, type TemplateResult } from 'lit';
import { menuKeys } from '../../internal/dismiss.ts';
import { icon } from '../../internal/icons-more.ts';
import type { HeaderContext } from './header.ts';

export { Find } from './find.ts';

export function assignMenu({ i18n, conversation, me, assign }: HeaderContext): TemplateResult {
  const current = conversation.assignee?.id ?? null;
  const item = (id: string | null, name: string) =>
    html`<button class="item" role="menuitemradio" aria-checked=${id === current} @click=${() => assign(id)}>
      <bdi class="grow">${name}</bdi>${id === current ? icon('check') : nothing}
    </button>`;
  return html`<div class="pop" role="menu" aria-label=${i18n.t('assign')} @keydown=${menuKeys}>
    ${
      me && current !== me.member.id
        ? html`<button class="item" role="menuitem" @click=${() => assign(me.member.id)}>
            ${i18n.t('assignToMe')}
          </button>`
        : nothing
    }
    ${(me?.members ?? []).map(({ id, name }) => item(id, name))} ${item(null, i18n.t('unassigned'))}
  </div>`;
}

export function moreMenu({ i18n, me, conversation, act, assign }: HeaderContext): TemplateResult {
  const mine = conversation.assignee?.id === me?.member.id;
  const closed = conversation.state === 'closed';
  return html`<div class="pop" role="menu" aria-label=${i18n.t('more')} @keydown=${menuKeys}>
    <button class="item" role="menuitem" @click=${() => act('search')}>
      ${icon('search')}${i18n.t('searchThread')}
    </button>
    <button class="item" role="menuitem" @click=${() => act('unread')}>
      ${icon('mail')}${i18n.t('markUnread')}
    </button>
    ${
      me
        ? html`<button class="item" role="menuitem" @click=${() => assign(mine ? null : me.member.id)}>
            ${icon('user')}${mine ? i18n.t('unassign') : i18n.t('assignToMe')}
          </button>`
        : nothing
    }
    <button class="item" role="menuitem" @click=${() => act('close')}>
      ${icon(closed ? 'undo' : 'check')}${i18n.t(closed ? 'reopen' : 'close')}
    </button>
    <slot name="menu"></slot>
  </div>`;
}

export const styles = css`
  .find {
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 8px 14px 8px 20px;
    border-bottom: 1px solid var(--_line);
    background: var(--_surface-sunken);
    font-size: 13px;
  }
  .find .field {
    flex: 1;
    min-width: 0;
  }
  .find span {
    padding: 0 8px;
    color: var(--_text-muted);
    white-space: nowrap;
  }
  @container (max-width: 639.9px) {
    .find .field {
      font-size: 16px;
    }
  }
`;
