import { html, nothing, type TemplateResult } from 'lit';
import type { Contact, Conversation, Me } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import { avatar } from '../../internal/parts.ts';
import type { I18n } from '../../words/i18n.ts';

type Menu = (context: HeaderContext) => TemplateResult;
export type ThreadMenu = 'assign' | 'more' | null;

export interface HeaderContext {
  i18n: I18n;
  conversation: Conversation;
  contact: Contact | null;
  me: Me | null;
  back: boolean;
  menu: ThreadMenu;
  /** What the menus hold, once it is loaded. */
  menus: { assignMenu: Menu; moreMenu: Menu } | undefined;
  detailsOpen: boolean;
  noDetails: boolean;
  act: (action: 'back' | 'details' | 'close' | 'search' | 'unread' | 'video') => void;
  toggle: (menu: ThreadMenu) => void;
  assign: (memberId: string | null) => void;
}

export function threadHeader(context: HeaderContext): TemplateResult {
  const { i18n, conversation, contact, back, act } = context;
  const { contact: person, sender, state } = conversation;
  const number = i18n.phone(person.phone);
  const via = sender ? i18n.t('via', { number: i18n.phone(sender.address) }) : '';
  const own = person.name && !back ? number : '';
  const second = [own, via].filter(Boolean).join(' · ');
  const closed = state === 'closed';
  const closeWord = closed ? i18n.t('reopen') : i18n.t('close');
  return html`<div part="header" class="head ${back ? 'back' : ''}">
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
      <div class="number num" part="number" title=${second}>
        ${own ? html`<span>${own}${via ? ' ·' : ''}</span>` : nothing}
        ${via ? html`<span>${via}</span>` : nothing}<i></i>
      </div>
    </div>
    <slot name="header-actions"></slot>
    ${
      conversation.block
        ? nothing
        : html`<button
            class="tool"
            part="video"
            aria-haspopup="dialog"
            aria-label=${i18n.t('sendVideo')}
            title=${i18n.t('sendVideo')}
            @click=${() => act('video')}
          >
            ${icon('camera')}
          </button>`
    }
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
    ${renderMore(context)}
  </div>`;
}

function renderAssign(context: HeaderContext): TemplateResult {
  const { i18n, conversation, menu, menus, toggle } = context;
  const { assignee } = conversation;
  const label = assignee ? i18n.t('assignedTo', { name: assignee.name }) : i18n.t('assign');
  return html`<div class="menu wide">
    <button
      class="tool"
      part="assign"
      aria-haspopup="menu"
      aria-expanded=${menu === 'assign'}
      title=${label}
      @click=${() => toggle('assign')}
    >
      ${assignee ? avatar({ ...assignee, phone: null }) : icon('user')}<span class="hidden">${label}</span>
    </button>
    ${menu === 'assign' ? menus?.assignMenu(context) : nothing}
  </div>`;
}

function renderMore(context: HeaderContext): TemplateResult {
  const { i18n, menu, menus, toggle } = context;
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
    ${menu === 'more' ? menus?.moreMenu(context) : nothing}
  </div>`;
}
