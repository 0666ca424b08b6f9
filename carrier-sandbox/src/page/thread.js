// @ts-check
/** The two screens of a phone: its conversations, and one of them. */
import { avatar, day, h, icon, linked, shortWhen, time } from './dom.js';
import { attachMenu, card, firstLink, medium, nameOfMedium, picked } from './media.js';

/** @typedef {import('./api.js').Message} Message */
/** @typedef {import('./api.js').Phone} Phone */
/** @typedef {import('./api.js').BusinessNumber} BusinessNumber */

/** @param {Message} message */
const preview = (message) =>
  (message.direction === 'inbound' ? 'You: ' : '') +
  (message.body || (message.media.length ? nameOfMedium(message.media[0]) : ''));

/**
 * @param {{ phone: Phone, numbers: BusinessNumber[], unread: Set<string>, open: (number: string) => void }} options
 */
export function conversationList({ phone, numbers, unread, open }) {
  const known = new Map(numbers.map((number) => [number.phone_number, number]));
  const started = new Set(phone.threads.map((thread) => thread.number));
  const others = numbers.filter((number) => !started.has(number.phone_number));
  const row = (
    /** @type {string} */ number,
    /** @type {string} */ title,
    /** @type {Message | null} */ last,
  ) => {
    const fresh = unread.has(`${phone.number} ${number}`);
    return h(
      'li',
      {},
      h(
        'button',
        { type: 'button', class: `conversation${fresh ? ' unread' : ''}`, onclick: () => open(number) },
        avatar(title, number),
        h(
          'span',
          { class: 'grow' },
          h(
            'span',
            { class: 'line' },
            h('span', { class: 'title' }, title),
            last && h('span', { class: 'when' }, shortWhen(last.date_created)),
          ),
          h('span', { class: 'preview' }, last ? preview(last) : 'Write the first message'),
        ),
        fresh && h('span', { class: 'dot', role: 'img', 'aria-label': 'Unread' }),
      ),
    );
  };
  return h(
    'div',
    { class: 'conversations' },
    h('h2', { class: 'big' }, 'Messages'),
    h(
      'p',
      { class: 'mine' },
      phone.name === phone.formatted ? phone.formatted : `${phone.name} · ${phone.formatted}`,
    ),
    phone.threads.length || others.length
      ? h(
          'ul',
          {},
          ...phone.threads.map((thread) =>
            row(thread.number, titleOf(known.get(thread.number), thread.formatted), thread.last),
          ),
          ...others.map((number) => row(number.phone_number, titleOf(number, number.formatted), null)),
        )
      : h(
          'p',
          { class: 'empty' },
          'Nobody to write to yet. As soon as your account owns a number it appears here.',
        ),
  );
}

/**
 * @param {BusinessNumber | undefined} number
 * @param {string} formatted
 */
export const titleOf = (number, formatted) => number?.friendly_name || number?.formatted || formatted;

/**
 * @param {{ title: string, subtitle: string, number: string, back: (() => void) | null, draft: string,
 *   call: () => void, send: (body: string, pictures: string[]) => void, keepDraft: (text: string) => void,
 *   problem: (error: unknown) => void }} options
 */
export function threadScreen({ title, subtitle, number, back, draft, call, send, keepDraft, problem }) {
  const log = h('div', { class: 'log', role: 'log', 'aria-label': `Messages with ${title}`, tabindex: '0' });
  keepAtEnd(log);
  const input = /** @type {HTMLTextAreaElement} */ (
    h('textarea', {
      rows: '1',
      placeholder: 'Text message',
      'aria-label': 'Text message',
      maxlength: '1600',
      enterkeyhint: 'send',
    })
  );
  const button = /** @type {HTMLButtonElement} */ (
    h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, icon('send'))
  );
  const tray = h('div', { class: 'tray', hidden: true });
  /** @type {string[]} */
  let pictures = [];
  input.value = draft;

  function changed() {
    button.disabled = input.value.trim() === '' && pictures.length === 0;
    input.style.height = 'auto';
    input.style.height = `${Math.min(input.scrollHeight + 2, 120)}px`;
  }

  function showTray() {
    tray.hidden = pictures.length === 0;
    tray.replaceChildren(
      ...pictures.map((url, at) =>
        picked(url, () => ((pictures = pictures.toSpliced(at, 1)), showTray(), changed())),
      ),
    );
  }

  const attach = attachMenu((url) => {
    pictures = [...pictures, url];
    showTray();
    changed();
    input.focus();
  }, problem);

  const form = h(
    'form',
    { class: 'composer' },
    tray,
    h('div', { class: 'composer-row' }, attach, input, button),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (button.disabled) return;
    send(input.value, pictures);
    input.value = '';
    pictures = [];
    keepDraft('');
    showTray();
    changed();
    input.focus();
  });
  input.addEventListener('input', () => {
    keepDraft(input.value);
    changed();
  });
  input.addEventListener('keydown', (event) => {
    // While an input method composes, Enter chooses a word; 229 is how Safari says so after the composition ended.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    /** @type {HTMLFormElement} */ (form).requestSubmit();
  });

  const element = h(
    'div',
    { class: 'thread' },
    h(
      'header',
      { class: 'thread-head' },
      back &&
        h(
          'button',
          { type: 'button', class: 'icon accent', 'aria-label': 'All conversations', onclick: back },
          icon('back'),
        ),
      avatar(title, number),
      h('div', { class: 'grow' }, h('h2', {}, title), subtitle && h('p', {}, subtitle)),
      h(
        'button',
        { type: 'button', class: 'icon accent', 'aria-label': `Call ${title}`, onclick: call },
        icon('handset'),
      ),
    ),
    log,
    form,
  );
  queueMicrotask(changed);
  return { element, log, focus: () => input.focus({ preventScroll: true }) };
}

/**
 * @typedef {{ key: string, body: string, pictures: string[], state: 'sending' | 'failed', error: string, retry: () => void }} Pending
 */

/** @param {HTMLElement} log */
const isAtEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 60;

/** Pictures and films have their height only when they are here: whoever was at the end then still is. @param {HTMLElement} log */
function keepAtEnd(log) {
  let atEnd = true;
  let before = 0;
  log.addEventListener('scroll', () => {
    // what has grown meanwhile took nobody away from the end; scrolling up does
    if (log.scrollTop < before || isAtEnd(log)) atEnd = isAtEnd(log);
    before = log.scrollTop;
  });
  const stay = () => {
    if (atEnd) log.scrollTop = log.scrollHeight;
  };
  log.addEventListener('load', stay, true);
  log.addEventListener('loadedmetadata', stay, true);
}

/** @typedef {{ key: string, made: unknown[], make: () => HTMLElement }} Row */

/**
 * Draws the conversation, and stays at its end when it was there. What has not changed stays the same element: a film goes
 * on playing.
 * @param {HTMLElement} log
 * @param {Message[]} messages
 * @param {Pending[]} pending
 * @param {(url: string) => import('./media.js').Preview | null} previewOf
 */
export function drawThread(log, messages, pending, previewOf) {
  const atEnd = isAtEnd(log);
  /** @type {Row[]} */
  const rows = [];
  /** @param {string} key @param {unknown[]} made what it is made of @param {() => HTMLElement} make */
  const row = (key, made, make) => rows.push({ key, made, make });
  const lastOwn = messages.findLast((message) => message.direction === 'inbound');
  messages.forEach((message, at) => {
    const before = messages[at - 1];
    const after = messages[at + 1];
    const when = arrived(message);
    if (!before || day(arrived(before)) !== day(when))
      row(`day ${message.sid}`, [day(when)], () => h('p', { class: 'day' }, day(when)));
    const own = message.direction === 'inbound';
    const together =
      after &&
      (after.direction === 'inbound') === own &&
      Date.parse(arrived(after)) - Date.parse(when) < 120_000;
    const link = firstLink(message.body);
    const preview = link && previewOf(link);
    row(message.sid, [message.body, message.media, !together, preview], () =>
      bubble({ ...message, own, tail: !together, preview }),
    );
    const note =
      message === lastOwn && pending.length === 0 ? `Delivered · ${time(when)}` : !together && time(when);
    if (note) row(`note ${message.sid}`, [note], () => h('p', { class: `note${own ? ' own' : ''}` }, note));
  });
  for (const one of pending) {
    const media = one.pictures.map((url) => ({ content_type: /^data:([^;,]+)/.exec(url)?.[1] ?? '', url }));
    row(`pending ${one.key}`, [one.state], () =>
      bubble({ body: one.body, media, own: true, tail: true, preview: null, state: one.state }),
    );
    row(`state ${one.key}`, [one.state, one.error], () =>
      one.state === 'sending'
        ? h('p', { class: 'note own' }, 'Sending…')
        : h(
            'p',
            { class: 'note own bad', role: 'alert' },
            `Not sent: ${one.error} `,
            h('button', { type: 'button', onclick: one.retry }, 'Try again'),
          ),
    );
  }
  if (rows.length === 0) row('empty', [], () => h('p', { class: 'empty' }, 'No messages yet.'));
  place(log, rows);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

/** @type {WeakMap<HTMLElement, Map<string, { made: string, element: HTMLElement }>>} */
const drawn = new WeakMap();

/** @param {HTMLElement} log @param {Row[]} rows */
function place(log, rows) {
  const before = drawn.get(log) ?? new Map();
  /** @type {Map<string, { made: string, element: HTMLElement }>} */
  const now = new Map();
  for (const { key, made, make } of rows) {
    const said = JSON.stringify(made);
    const known = before.get(key);
    now.set(key, known?.made === said ? known : { made: said, element: make() });
  }
  // what goes, goes first: an element that is moved would stop playing
  for (const [key, { element }] of before) if (now.get(key)?.element !== element) element.remove();
  let next = log.firstElementChild;
  for (const { element } of now.values()) {
    if (element === next) next = next.nextElementSibling;
    else log.insertBefore(element, next);
  }
  drawn.set(log, now);
}

/** @param {Message} message */
const arrived = (message) => (message.direction === 'inbound' ? message.date_created : message.date_updated);

/**
 * @param {{ body: string, media: { content_type: string, url: string }[], own: boolean, tail: boolean,
 *   preview: import('./media.js').Preview | null, state?: string }} options
 */
function bubble({ body, media, own, tail, preview, state = '' }) {
  return h(
    'div',
    { class: `row${own ? ' own' : ''}` },
    h('span', { class: 'sr' }, own ? 'You: ' : 'They: '),
    ...media.map((one) => medium(one)),
    body !== '' && h('div', { class: `bubble ${state}${tail ? ' tail' : ''}`, dir: 'auto' }, linked(body)),
    preview && card(preview),
  );
}
