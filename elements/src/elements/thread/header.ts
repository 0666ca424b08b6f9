import { html, nothing, type TemplateResult } from 'lit';
import type { Contact, Conversation, Me } from '@patchbay/server-kit/contract';
import { menuKeys } from '../../internal/dismiss.ts';
import { icon } from '../../internal/icons.ts';
import { avatar } from '../../internal/parts.ts';
import { formatPhone, type I18n } from '../../words/i18n.ts';

export type ThreadMenu = 'assign' | 'more' | null;

export interface HeaderContext {
  i18n: I18n;
  conversation: Conversation;
  contact: Contact | null;
  me: Me | null;
  back: boolean;
  menu: ThreadMenu;
  detailsOpen: boolean;
  noDetails: boolean;
  act: (action: 'back' | 'details' | 'close' | 'search' | 'unread') => void;
  toggle: (menu: ThreadMenu) => void;
  assign: (memberId: string | null) => void;
}

export function threadHeader(context: HeaderContext): TemplateResult {
  const { i18n, conversation, contact, back, act } = context;
  const { contact: person, sender, state } = conversation;
  const number = formatPhone(person.phone);
  const via = sender ? i18n.t('via', { number: formatPhone(sender.address) }) : '';
  const second = [person.name && !back ? number : '', via].filter(Boolean).join(' · ');
  const closed = state === 'closed';
  const closeWord = closed ? i18n.t('reopen') : i18n.t('close');
  return html`<header part="header" class=${back ? 'back' : ''}>
    ${
      back
        ? html`<button
            class="tool backward"
            part="back"
            aria-label=${i18n.t('back')}
            @click=${() => act('back')}
          >
            ${icon('back', 'flip')}
          </button>`
        : nothing
    }
    ${avatar(person)}
    <div class="grow">
      <div class="who">
        <bdi class="title ell" part="name" role="heading" aria-level="2">${person.name ?? number}</bdi>
        ${contact?.lead_type ? html`<span class="chip accent ell wide" part="chip">${contact.lead_type}</span>` : nothing}
        ${contact?.stage ? html`<span class="chip ell wide" part="chip">${contact.stage}</span>` : nothing}
      </div>
      <div class="number num ell" part="number"><bdi>${second}</bdi></div>
    </div>
    <slot name="header-actions"></slot>
    ${renderAssign(context)}
    <button
      class="button wide"
      part="close"
      title=${closed ? closeWord : i18n.t('closeConversation')}
      @click=${() => act('close')}
    >
      ${icon(closed ? 'undo' : 'check')}${closeWord}
    </button>
    ${
      context.noDetails
        ? nothing
        : html`<button
            class="tool"
            part="details"
            aria-label=${i18n.t('details')}
            title=${i18n.t('details')}
            aria-pressed=${context.detailsOpen}
            @click=${() => act('details')}
          >
            ${icon('panel', 'flip')}
          </button>`
    }
    ${renderMore(context, closeWord)}
  </header>`;
}

function renderAssign({ i18n, conversation, me, menu, toggle, assign }: HeaderContext): TemplateResult {
  const { assignee } = conversation;
  const label = assignee ? i18n.t('assignedTo', { name: assignee.name }) : i18n.t('assign');
  const item = (id: string | null, name: string) =>
    html`<button
      class="item"
      role="menuitemradio"
      aria-checked=${id === (assignee?.id ?? null)}
      @click=${() => assign(id)}
    >
      <bdi class="grow">${name}</bdi>${id === (assignee?.id ?? null) ? icon('check') : nothing}
    </button>`;
  return html`<div class="menu wide">
    <button
      class="tool"
      part="assign"
      aria-haspopup="menu"
      aria-expanded=${menu === 'assign'}
      aria-label=${label}
      title=${label}
      @click=${() => toggle('assign')}
    >
      ${assignee ? avatarSmall(assignee) : icon('user')}
    </button>
    ${
      menu === 'assign'
        ? html`<div class="pop" role="menu" aria-label=${i18n.t('assign')} @keydown=${menuKeys}>
            ${me && assignee?.id !== me.member.id ? html`<button class="item" role="menuitem" @click=${() => assign(me.member.id)}>${i18n.t('assignToMe')}</button>` : nothing}
            ${(me?.members ?? []).map(({ id, name }) => item(id, name))} ${item(null, i18n.t('unassigned'))}
          </div>`
        : nothing
    }
  </div>`;
}

const avatarSmall = ({ id, name }: { id: string; name: string }) =>
  html`<span class="small">${avatar({ id, name, phone: null })}</span>`;

function renderMore(
  { i18n, me, conversation, menu, toggle, act, assign }: HeaderContext,
  closeWord: string,
): TemplateResult {
  const mine = conversation.assignee?.id === me?.member.id;
  return html`<div class="menu">
    <button
      class="tool"
      part="more"
      aria-haspopup="menu"
      aria-expanded=${menu === 'more'}
      aria-label=${i18n.t('more')}
      title=${i18n.t('more')}
      @click=${() => toggle('more')}
    >
      ${icon('more')}
    </button>
    ${
      menu === 'more'
        ? html`<div class="pop" role="menu" @keydown=${menuKeys}>
            <button class="item" role="menuitem" @click=${() => act('search')}>
              ${icon('search')}${i18n.t('searchThread')}
            </button>
            <button class="item" role="menuitem" @click=${() => act('unread')}>
              ${icon('mail')}${i18n.t('markUnread')}
            </button>
            ${
              me
                ? html`<button
                    class="item"
                    role="menuitem"
                    @click=${() => assign(mine ? null : me.member.id)}
                  >
                    ${icon('user')}${mine ? i18n.t('unassigned') : i18n.t('assignToMe')}
                  </button>`
                : nothing
            }
            <button class="item" role="menuitem" @click=${() => act('close')}>
              ${icon('check')}${closeWord}
            </button>
            <slot name="menu"></slot>
          </div>`
        : nothing
    }
  </div>`;
}
