import { html, nothing, type TemplateResult } from 'lit';
import type { MemberRef, Message, ThreadEvent } from '@patchbay/server-kit/contract';
import { icon, type IconName } from '../../internal/icons-more.ts';
import { why } from '../../internal/parts.ts';
import { renderText } from '../../internal/text.ts';
import { callWords } from './call-words.ts';
import { mediaPart } from './media.ts';
import type { ThreadItem } from '../../stores/message-order.ts';
import type { I18n } from '../../words/i18n.ts';

/** What a row looks like follows from these alone: while they stay, it is not drawn again. */
export function lineInputs(
  item: ThreadItem,
  before: ThreadItem | undefined,
  after: ThreadItem | undefined,
  { i18n, mark, found, memberId }: LineContext,
): unknown[] {
  const hour = Math.floor(Date.now() / 3_600_000);
  return [contentOf(item), before?.at, after && contentOf(after), i18n, mark, found, memberId, hour];
}

const contentOf = (item: ThreadItem) => (item.kind === 'message' ? item.message : item.event);

export interface LineContext {
  i18n: I18n;
  /** The words of a search, to be marked. */
  mark: string;
  found: boolean;
  memberId: string | undefined;
  retry: (id: string) => void;
}

/** Two bubbles of one side belong together when they are no further apart than this, in ms. */
const TOGETHER = 5 * 60_000;

/** One row of the thread. The neighbours decide about day dividers, tails and times, so no list of rows is kept. */
export function threadLine(
  item: ThreadItem,
  before: ThreadItem | undefined,
  after: ThreadItem | undefined,
  context: LineContext,
): TemplateResult {
  const { i18n } = context;
  const newDay = before === undefined || !i18n.sameDay(before.at, item.at);
  return html`<div class="line" data-key=${item.key}>
    ${newDay ? html`<div class="day" part="day">${i18n.day(item.at)}</div>` : nothing}
    ${
      item.kind === 'message'
        ? messageLine(item.message, endsGroup(item.message, item.at, after, i18n), context)
        : eventLine(item.event, i18n)
    }
  </div>`;
}

function endsGroup(message: Message, at: string, after: ThreadItem | undefined, i18n: I18n): boolean {
  if (after?.kind !== 'message') return true;
  const next = after.message;
  if (next.direction !== message.direction || Date.parse(after.at) - Date.parse(at) > TOGETHER) return true;
  // Each failure and each wait explains itself; and a tick is only shared by what has come equally far.
  return (
    hasFailed(message) ||
    (message.direction === 'outbound' && next.status !== message.status) ||
    !i18n.sameDay(at, after.at)
  );
}

export const hasFailed = ({ status }: Message): boolean => status === 'failed' || status === 'undelivered';

function messageLine(message: Message, end: boolean, context: LineContext): TemplateResult {
  const { status, direction, body, media, id } = message;
  const pending = status === 'queued' || status === 'sending';
  const classes = [
    'message',
    direction === 'outbound' ? 'out' : 'in',
    end ? 'end' : '',
    hasFailed(message) ? 'failed' : pending ? 'pending' : status === 'canceled' ? 'canceled' : '',
    context.found ? 'found' : '',
  ];
  return html`<div class=${classes.join(' ')} part="message message-${direction}" data-id=${id}>
    ${media.map((each) => mediaPart(each, context.i18n))}
    ${body === '' ? nothing : html`<div class="bubble ${end ? 'tail' : ''}" part="bubble bubble-${direction}">${renderText(body, context.mark)}</div>`}
    ${end ? metaLine(message, context) : nothing}
  </div>`;
}

function metaLine(message: Message, { i18n, memberId, retry }: LineContext): TemplateResult {
  const { direction, status, author, origin, created_at, sent_at, send_at, hold, error } = message;
  const time = html`<bdi class="num"
    >${i18n.time(send_at === null ? created_at : (sent_at ?? send_at))}</bdi
  >`;
  if (direction === 'inbound') return html`<div class="meta" part="meta">${time}</div>`;
  if (hasFailed(message)) {
    const reason = error ? why(i18n, error) : '';
    const word = status === 'failed' ? 'failed' : 'undelivered';
    return html`<div class="meta" part="meta">
      <span class="bad"
        >✕ ${reason ? i18n.t(`status.${word}Because`, { reason }) : i18n.t(`status.${word}`)}</span
      >
      ${
        error && !error.retryable
          ? nothing
          : html`<button class="link" part="retry" @click=${() => retry(message.id)}>
              ${i18n.t('retry')}
            </button>`
      }
    </div>`;
  }
  const by =
    origin === 'member' ? (author && author.id !== memberId ? author.name : '') : i18n.t('automatic');
  const reason =
    hold && status === 'queued'
      ? i18n.t(`hold.${hold.reason}`, { time: hold.until ? i18n.moment(hold.until) : '' })
      : status === 'canceled'
        ? why(i18n, error)
        : '';
  return html`<div class="meta" part="meta">
    ${reason ? html`<span>${reason}</span>·` : nothing}${by ? html`<bdi>${by}</bdi>·` : nothing}${time}${tick(status, i18n)}
  </div>`;
}

const TICKS: Partial<Record<Message['status'], IconName>> = {
  queued: 'clock',
  sending: 'clock',
  sent: 'check',
  delivered: 'ticks',
  read: 'ticks',
  canceled: 'x',
};

function tick(status: Message['status'], i18n: I18n): TemplateResult | typeof nothing {
  const name = TICKS[status];
  if (!name) return nothing;
  const label = i18n.t(`status.${status as 'sent'}`);
  return html`<span
    class="tick ${status}"
    part="tick tick-${status}"
    role="img"
    aria-label=${label}
    title=${label}
    >${icon(name)}</span
  >`;
}

const PILL_ICONS: readonly [RegExp, IconName][] = [
  [/^consent\.withdrawn/, 'stop'],
  [/^consent/, 'check'],
  [/^(call|voicemail)/, 'phone'],
  [/^conversation/, 'user'],
  [/tag/, 'tag'],
  [/^(workflow|enrollment)/, 'flow'],
];

/** What an event says: our words for its type, else the text that came with it. */
export function eventText({ type, data, actor }: ThreadEvent, i18n: I18n): string {
  if (type === 'conversation.updated') return actor ? changeText(data, actor, i18n) : '';
  if (type === 'call.completed') return callWords(data, i18n);
  const key = `event.${type}`;
  const channel = typeof data['channel'] === 'string' ? data['channel'] : 'sms';
  const channelKey = `event.channel.${channel}`;
  const own = typeof data['text'] === 'string' ? data['text'] : '';
  const text = i18n.has(key)
    ? i18n.t(key, { channel: i18n.has(channelKey) ? i18n.t(channelKey) : channel })
    : own;
  return text && actor ? i18n.t('event.by', { text, name: actor.name }) : text;
}

/** What a member did to the conversation. That a reply moved it to another section by itself is no news. */
function changeText({ state, assignee }: ThreadEvent['data'], { id, name }: MemberRef, i18n: I18n): string {
  const by = (text: string) => i18n.t('event.by', { text, name });
  if (state === 'closed') return by(i18n.t('event.closed'));
  if (state === 'inbox' || state === 'waiting')
    return by(i18n.t('event.moved', { section: i18n.t(`section.${state}`) }));
  const to = assignee as Partial<MemberRef> | null | undefined;
  if (to?.id === id) return i18n.t('event.took', { name });
  return by(to?.name === undefined ? i18n.t('unassigned') : i18n.t('assignedTo', { name: to.name }));
}

function eventLine(event: ThreadEvent, i18n: I18n): TemplateResult | typeof nothing {
  const text = eventText(event, i18n);
  if (text === '') return nothing;
  const name = PILL_ICONS.find(([pattern]) => pattern.test(event.type))?.[1] ?? 'clock';
  return html`<div class="pill ${event.type === 'consent.withdrawn' ? 'bad' : ''}" part="event">
    <span
      >${icon(name)}<span><bdi>${text}</bdi> · <bdi class="num">${i18n.time(event.at)}</bdi></span></span
    >
  </div>`;
}

/** The link or attachment that was clicked, and its message. */
export function linkOf(
  event: Event,
): { url: string; messageId: string; contentType: string | undefined } | null {
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  if (!link) return null;
  const messageId = link.closest<HTMLElement>('[data-id]')?.dataset['id'] ?? '';
  return { url: link.href, messageId, contentType: link.dataset['type'] };
}
