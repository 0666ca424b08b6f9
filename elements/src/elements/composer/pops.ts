import { css, html, nothing, type TemplateResult } from 'lit';
import type { QuickReply } from '@patchbay/server-kit/contract';
import type { AttachWay } from '../../internal/attachments.ts';
import { menuKeys } from '../../internal/dismiss.ts';
import { icon, type IconName } from '../../internal/icons-more.ts';
import type { WordKey } from '../../words/en.ts';
import { localTime, zonedInstant, type I18n } from '../../words/i18n.ts';
import { EMOJI } from './emoji.ts';
import { presets } from './send-later.ts';

export const styles = css`
  .pop {
    inset-block-end: calc(100% + 8px);
    inset-inline-start: 0;
    width: min(340px, 100%);
  }
  .pop.wide {
    width: min(420px, 100%);
  }
  .quick b {
    font-weight: 600;
  }
  .quick .item {
    display: block;
    padding-block: 7px;
  }
  .quick code {
    float: inline-end;
    color: var(--_text-faint);
    font: inherit;
    font-size: var(--_text-xs);
  }
  .pad {
    display: grid;
    gap: 8px;
    padding: 8px;
  }
  .pad label {
    display: grid;
    gap: 4px;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .pad .field {
    color: var(--_text);
  }
  .pop[role='menu'] {
    width: auto;
  }
  .emoji {
    display: grid;
    grid-template-columns: repeat(8, 1fr);
    gap: 2px;
    padding: 4px;
  }
  .emoji button {
    display: grid;
    place-items: center;
    aspect-ratio: 1;
    min-width: 32px;
    border-radius: var(--_radius-s);
    font-size: 20px;
    line-height: 1;
  }
  .emoji button:hover {
    background: var(--_surface-hover);
  }
`;

export type OpenPop = 'emoji' | 'quick' | 'later' | 'attach' | 'link';

export interface PopContext {
  i18n: I18n;
  /** The time zone of the person who will read it. */
  zone: string;
  name: string;
  hasText: boolean;
  later: string;
  replies: readonly QuickReply[];
  chosen: number;
  slash: string;
  filled: (body: string) => string;
  insert: (text: string) => void;
  use: (reply: QuickReply) => void;
  setLater: (local: string) => void;
  schedule: (at: Date) => void;
  attach: (way: AttachWay) => void;
  toLink: () => void;
  link: (url: string) => void;
}

/** What opens above the text field. Loaded with the first of them. */
export function renderPop(pop: OpenPop, context: PopContext): TemplateResult {
  return { emoji: emojiPop, quick: quickPop, later: laterPop, attach: attachPop, link: linkPop }[pop](
    context,
  );
}

function emojiPop({ i18n, insert }: PopContext): TemplateResult {
  return html`<div class="pop emoji" role="group" aria-label=${i18n.t('emoji')}>
    ${EMOJI.map((each) => html`<button @click=${() => insert(each)}>${each}</button>`)}
  </div>`;
}

function quickPop({ i18n, replies, chosen, slash, filled, use }: PopContext): TemplateResult {
  return html`<div
    class="pop wide quick"
    role=${replies.length > 0 ? 'listbox' : 'group'}
    aria-label=${i18n.t('quickReplies')}
    @keydown=${menuKeys}
  >
    ${replies.map(
      (reply, i) =>
        html`<button
          class="item ${i === chosen ? 'on' : ''}"
          role="option"
          aria-selected=${i === chosen}
          @click=${() => use(reply)}
        >
          <code>/${reply.shortcut}</code><b>${reply.title}</b>
          <div class="ell muted">${filled(reply.body)}</div>
        </button>`,
    )}
    ${replies.length === 0 ? html`<div class="state">${i18n.t('quickRepliesEmpty', { q: slash })}</div>` : nothing}
  </div>`;
}

function laterPop(context: PopContext): TemplateResult {
  const { i18n, zone, name, hasText, later, setLater, schedule } = context;
  const now = Date.now();
  const city = i18n.city(zone);
  const clock = i18n.time(new Date(now).toISOString(), zone);
  return html`<div class="pop wide" role="dialog" aria-label=${i18n.t('later.title')} @keydown=${menuKeys}>
    <p class="pad muted">${i18n.t('later.zoneOf', { name, zone: city, time: clock })}</p>
    ${presets(now, zone).map(
      ({ word, at }) =>
        html`<button class="item" ?disabled=${!hasText} @click=${() => schedule(at)}>
          <span class="grow">${i18n.t(word)}</span
          ><span class="muted">${i18n.moment(at.toISOString(), zone)}</span>
        </button>`,
    )}
    <div class="pad">
      <label
        >${i18n.t('later.pick')} · ${i18n.t('later.zone', { zone: city })}
        <input
          class="field"
          type="datetime-local"
          .value=${later}
          min=${localTime(now, zone)}
          @input=${(event: Event) => setLater((event.target as HTMLInputElement).value)}
        />
      </label>
      <button
        class="button primary"
        ?disabled=${later === '' || !hasText}
        @click=${() => schedule(zonedInstant(later, zone))}
      >
        ${i18n.t('later.schedule')}
      </button>
    </div>
  </div>`;
}

const WAYS: readonly [AttachWay, WordKey, IconName][] = [
  ['library', 'attach.library', 'image'],
  ['upload', 'attach.upload', 'upload'],
  ['record', 'attach.record', 'camera'],
];

function attachPop({ i18n, attach, toLink }: PopContext): TemplateResult {
  return html`<div class="pop" role="menu" aria-label=${i18n.t('attach')} @keydown=${menuKeys}>
    ${WAYS.map(
      ([way, word, picture]) =>
        html`<button class="item" role="menuitem" @click=${() => attach(way)}>
          ${icon(picture)}${i18n.t(word)}
        </button>`,
    )}
    <button class="item" role="menuitem" @click=${toLink}>${icon('link')}${i18n.t('attachLink')}</button>
  </div>`;
}

function linkPop({ i18n, link }: PopContext): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const url = new FormData(event.target as HTMLFormElement).get('url');
    if (typeof url === 'string') link(url);
  };
  return html`<form class="pop pad" @submit=${submit}>
    <label
      >${i18n.t('attachLinkHint')}<input
        class="field"
        name="url"
        type="url"
        inputmode="url"
        placeholder="https://"
        required
    /></label>
    <button class="button">${i18n.t('add')}</button>
  </form>`;
}
