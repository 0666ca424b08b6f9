import { html, nothing, type TemplateResult } from 'lit';
import type { Conversation } from '@patchbay/server-kit/contract';
import { icon, type IconName } from '../../internal/icons-more.ts';
import { avatar } from '../../internal/parts.ts';
import { initials } from '../../internal/text.ts';
import type { I18n } from '../../words/i18n.ts';

export interface RowContext {
  i18n: I18n;
  draft: string;
  selected: boolean;
  /** Minutes after which a person who waits for an answer is marked. */
  slaMinutes: number;
  now: number;
}

const CHANNEL_ICON: Record<Conversation['channel'], IconName | null> = {
  sms: null,
  whatsapp: 'chat',
  messenger: 'bolt',
  email: 'mail',
  voice: 'phone',
};
const DAY = 86_400_000;

export function conversationRow(conversation: Conversation, context: RowContext): TemplateResult {
  const { i18n, now, slaMinutes } = context;
  const { contact, unread, last_message_at, assignee, channel, preview, block } = conversation;
  const waited = now - Date.parse(last_message_at);
  const late =
    slaMinutes > 0 &&
    conversation.state === 'inbox' &&
    !block &&
    preview?.direction === 'inbound' &&
    waited > slaMinutes * 60_000 &&
    waited < DAY;
  const minutes = Math.floor(waited / 60_000);
  const mark = CHANNEL_ICON[channel];
  return html`
    <span class="face">
      ${avatar({ id: contact.id, name: contact.name, phone: contact.phone })}
      ${mark ? html`<span class="mark" part="channel">${icon(mark)}</span>` : nothing}
    </span>
    <span class="grow">
      <span class="line">
        <bdi class="name ell ${contact.name ? '' : 'num'}" part="name"
          >${contact.name ?? i18n.phone(contact.phone)}</bdi
        >
        <span
          class="time num ${late ? 'late' : ''}"
          part="time"
          title=${late ? i18n.t('waitingSince', { count: minutes }) : i18n.moment(last_message_at)}
          >${late ? icon('clock') : nothing}${i18n.relative(last_message_at, now)}</span
        >
      </span>
      <span class="second">
        ${block?.code === 'opted_out' ? html`<span class="chip bad" part="blocked">${i18n.t('optedOut')}</span>` : nothing}
        <span class="preview" part="preview">${previewText(conversation, context)}</span>
        ${
          assignee
            ? html`<span class="owner" part="assignee" title=${i18n.t('assignedTo', { name: assignee.name })}
                ><span aria-hidden="true">${initials(assignee.name, null)}</span
                ><span class="hidden">${i18n.t('assignedTo', { name: assignee.name })}</span></span
              >`
            : nothing
        }
      </span>
    </span>
    ${
      unread > 0
        ? html`<span class="dot" part="unread"></span
            ><span class="hidden">${i18n.t('unread', { count: unread })}</span>`
        : nothing
    }
    ${channel === 'sms' ? nothing : html`<span class="hidden">${i18n.t(`channel.${channel}`)}</span>`}
  `;
}

/** Our words, then theirs: each cut at its own end, whichever way it runs. */
function said(words: string, text: unknown): TemplateResult {
  return html`${words === '' ? nothing : html`<span class="ours">${words.trim()}</span>`}<span
      class="ell"
      dir="auto"
      >${text}</span
    >`;
}

function previewText({ preview }: Conversation, { i18n, draft, selected }: RowContext): unknown {
  if (draft !== '' && !selected) return said(i18n.t('draft', { text: '' }), draft);
  if (!preview) return nothing;
  const { text, direction, status, error_reason, media_count, media_arriving } = preview;
  if (status === 'failed' || status === 'undelivered') {
    const reason = error_reason ?? '';
    return html`<span class="bad ell"
      >✕ ${reason ? i18n.t('notDelivered', { reason }) : i18n.t('notDeliveredBare')}</span
    >`;
  }
  const files =
    media_arriving > 0
      ? i18n.t('photoArriving', { count: media_arriving })
      : i18n.t('photo', { count: media_count });
  const shown = text === '' && media_count > 0 ? html`${icon('image')}${files}` : text;
  return said(direction === 'outbound' ? i18n.t('you', { text: '' }) : '', shown);
}
