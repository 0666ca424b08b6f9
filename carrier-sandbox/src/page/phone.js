// @ts-check
/** The phone page: what it shows, kept in one place, and drawn again when the feed says that something changed. */
import { api, follow } from './api.js';
import { createCallScreen } from './call.js';
import { avatar, h, icon, shortWhen } from './dom.js';
import { createDrawer } from './drawer.js';
import { createCards, nameOfMedium } from './media.js';
import { conversationList, drawThread, threadScreen, titleOf } from './thread.js';

/** @typedef {import('./api.js').Message} Message */
/** @typedef {import('./api.js').Phone} Phone */
/** @typedef {import('./thread.js').Pending} Pending */

const query = new URLSearchParams(location.search);
const embed = query.get('embed') === '1';
const fixedTo = query.get('to');
const theme = query.get('theme');

const state = {
  /** @type {Phone[]} */ phones: [],
  /** @type {import('./api.js').BusinessNumber[]} */ numbers: [],
  /** @type {string | null} */ number: query.get('number'),
  /** @type {string | null} */ to: fixedTo,
  /** @type {Map<string, Message>} */ messages: new Map(),
  /** @type {Map<string, Pending[]>} */ pending: new Map(),
  /** @type {Map<string, string>} */ drafts: new Map(),
  /** @type {Set<string>} */ unread: new Set(),
};

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));
const view = byId('view');
/** @type {ReturnType<typeof threadScreen> | null} */
let screen = null;
let screenKey = '';

const drawer = createDrawer(byId('drawer'), {
  close: () => document.body.classList.remove('drawer-open'),
  problem: showProblem,
});
const cards = createCards(schedule);
const callScreen = createCallScreen(byId('call'), showProblem);
const key = () => `${state.number} ${state.to}`;
const current = () => state.phones.find((phone) => phone.number === state.number);

document.body.classList.toggle('embed', embed);
if (theme === 'dark' || theme === 'light') document.documentElement.dataset['theme'] = theme;
byId('new-phone').append(icon('plus'));
for (let bars = 0; bars < 4; bars++) byId('signal').append(h('i'));
setInterval(showClock, 5000);
showClock();

function showClock() {
  byId('clock').textContent = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
    .format(new Date())
    .replace(/\s?[AP]M/i, '');
}

/** @param {unknown} error */
function showProblem(error) {
  byId('link-state').textContent = error instanceof Error ? error.message : String(error);
}

async function load() {
  const [{ phones }, { numbers }, { faults }, { calls }] = await Promise.all([
    api.phones(),
    api.numbers(),
    api.faults(),
    api.calls(),
  ]);
  state.phones = phones;
  state.numbers = numbers;
  if (state.number !== null && !current()) state.phones.unshift(await api.addPhone({ number: state.number }));
  if (state.number === null) state.number = (phones[0] ?? (await firstPhone())).number;
  drawer.showFaults(faults);
  callScreen.reset(calls);
  await openThread();
}

async function firstPhone() {
  const phone = await api.addPhone({ name: 'My phone' });
  state.phones = [phone];
  return phone;
}

async function openThread() {
  state.messages = new Map();
  const { number, to } = state;
  if (number !== null && to !== null) {
    const { messages } = await api.thread(number, to);
    if (state.number !== number || state.to !== to) return;
    for (const message of messages) state.messages.set(message.sid, message);
    state.unread.delete(key());
  }
  draw();
}

/** @param {string | null} number @param {string | null} to */
function go(number, to) {
  state.number = number;
  state.to = to;
  document.body.classList.remove('list-open');
  const next = new URL(location.href);
  for (const [name, value] of [
    ['number', number],
    ['to', to],
  ]) {
    if (value) next.searchParams.set(String(name), value);
    else next.searchParams.delete(String(name));
  }
  history.replaceState(null, '', next);
  draw();
  openThread().then(() => screen?.focus(), showProblem);
}

function draw() {
  drawPhones();
  callScreen.show(state.number);
  const phone = current();
  drawer.showPhone(phone);
  if (!phone) return;
  document.title = `${phone.name} · Sandbox phone`;
  if (state.to === null) {
    screen = null;
    screenKey = '';
    view.replaceChildren(
      toolbar(),
      conversationList({
        phone,
        numbers: state.numbers,
        unread: state.unread,
        open: (number) => go(phone.number, number),
      }),
    );
    return;
  }
  if (screenKey !== key() || !screen) showThread(phone, state.to);
  if (screen) {
    const messages = [...state.messages.values()].sort((a, b) => a.seq - b.seq);
    drawThread(screen.log, messages, state.pending.get(key()) ?? [], (url) => cards.get(phone.number, url));
  }
}

/** @param {Phone} phone @param {string} to */
function showThread(phone, to) {
  const number = state.numbers.find((one) => one.phone_number === to);
  const formatted =
    phone.threads.find((thread) => thread.number === to)?.formatted ?? number?.formatted ?? to;
  const title = titleOf(number, formatted);
  screenKey = key();
  screen = threadScreen({
    title,
    subtitle: title === formatted ? '' : formatted,
    number: to,
    back: embed && fixedTo !== null ? null : () => go(phone.number, null),
    draft: state.drafts.get(screenKey) ?? '',
    keepDraft: (text) => state.drafts.set(`${phone.number} ${to}`, text),
    call: () => void api.call(phone.number, to).catch(showProblem),
    send: (body, pictures) => send(phone.number, to, body, pictures),
    problem: showProblem,
  });
  view.replaceChildren(toolbar(), screen.element);
}

/** On a small screen the list and the levers are behind these. */
function toolbar() {
  const toggle = (/** @type {string} */ name) => () => document.body.classList.toggle(name);
  return h(
    'div',
    { class: 'toolbar' },
    h(
      'button',
      { type: 'button', class: 'icon', 'aria-label': 'Phones', onclick: toggle('list-open') },
      icon('phone'),
    ),
    h(
      'button',
      { type: 'button', class: 'icon', 'aria-label': 'Delivery and network', onclick: toggle('drawer-open') },
      icon('sliders'),
    ),
  );
}

let sendSerial = 0;

/** @param {string} number @param {string} to @param {string} body @param {string[]} pictures */
function send(number, to, body, pictures) {
  const place = `${number} ${to}`;
  /** @type {Pending} */
  const mine = { key: String(++sendSerial), body, pictures, state: 'sending', error: '', retry: attempt };
  state.pending.set(place, [...(state.pending.get(place) ?? []), mine]);
  attempt();

  function attempt() {
    mine.state = 'sending';
    draw();
    api.send(number, { to, body, media_urls: pictures }).then(
      (message) => {
        state.pending.set(
          place,
          (state.pending.get(place) ?? []).filter((one) => one !== mine),
        );
        if (key() === place) state.messages.set(message.sid, message);
        draw();
      },
      (error) => {
        mine.state = 'failed';
        mine.error = error instanceof TypeError ? 'no connection.' : error.message;
        draw();
      },
    );
  }
}

function drawPhones() {
  byId('phone-list').replaceChildren(
    ...state.phones.map((phone) => {
      const last = phone.threads[0]?.last;
      const fresh = [...state.unread].some((place) => place.startsWith(`${phone.number} `));
      return h(
        'li',
        {},
        h(
          'button',
          {
            type: 'button',
            class: 'phone',
            'aria-current': phone.number === state.number && 'true',
            onclick: () =>
              go(phone.number, phone.threads[0]?.number ?? state.numbers[0]?.phone_number ?? null),
          },
          avatar(phone.name, phone.number),
          h(
            'span',
            { class: 'grow' },
            h(
              'span',
              { class: 'line' },
              h('span', { class: 'title' }, phone.name),
              last && h('span', { class: 'when' }, shortWhen(last.date_created)),
            ),
            h(
              'span',
              { class: 'preview' },
              phone.delivery.mode !== 'deliver' &&
                h('span', { class: 'chip' }, SWITCHED[phone.delivery.mode] ?? 'Switched'),
              last
                ? last.body || nameOfMedium(last.media[0])
                : phone.name === phone.formatted
                  ? 'No messages'
                  : phone.formatted,
            ),
          ),
          fresh && h('span', { class: 'dot', role: 'img', 'aria-label': 'Unread' }),
        ),
      );
    }),
  );
}

/** @type {Record<string, string>} */
const SWITCHED = {
  undelivered: 'Undelivered',
  failed: 'Fails',
  queued: 'Held',
  sent: 'No receipt',
  reject: 'Refused',
};

/** @param {Message} message */
function onMessage(message) {
  if (message.deleted) {
    if (state.messages.delete(message.sid)) draw();
    return;
  }
  const inbound = message.direction === 'inbound';
  const mine = inbound ? message.from : message.to;
  const other = inbound ? message.to : message.from;
  if (!message.on_phone || mine === null || other === null) return;
  const phone = state.phones.find((one) => one.number === mine);
  if (phone) {
    const formatted = state.numbers.find((one) => one.phone_number === other)?.formatted ?? other;
    const before = phone.threads.find((thread) => thread.number === other);
    const newest = before && before.last.seq > message.seq ? before.last : message;
    const thread = { number: other, formatted: before?.formatted ?? formatted, last: newest };
    phone.threads = [thread, ...phone.threads.filter((one) => one !== before)].sort(
      (a, b) => b.last.seq - a.last.seq,
    );
  }
  if (mine === state.number && other === state.to) {
    // What this page is sending comes back by the feed, sometimes before the answer: it is shown once, when answered.
    const waiting = (state.pending.get(key()) ?? []).some(
      (one) => one.state === 'sending' && one.body === message.body,
    );
    if (!(inbound && waiting)) state.messages.set(message.sid, message);
  } else if (!inbound) state.unread.add(`${mine} ${other}`);
  schedule();
}

let scheduled = false;
/** A campaign may change hundreds of things between two frames; they are drawn once. */
function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    draw();
  });
}

follow(
  (type, data) => {
    if (type === 'message') onMessage(data);
    else if (type === 'call') {
      // a phone that rings comes to the front of the desk
      const rings = data.status === 'ringing' && data.direction !== 'inbound';
      if (rings && !embed && data.phone !== state.number) go(data.phone, null);
      callScreen.update(data);
    } else if (type === 'phone') {
      const at = state.phones.findIndex((phone) => phone.number === data.number);
      if (data.deleted) state.phones = state.phones.filter((phone) => phone.number !== data.number);
      else if (at === -1) state.phones = [data, ...state.phones].slice(0, 200);
      else state.phones[at] = data;
      schedule();
    } else if (type === 'number')
      api.numbers().then(({ numbers }) => ((state.numbers = numbers), schedule()), showProblem);
    else if (type === 'faults') api.faults().then(({ faults }) => drawer.showFaults(faults), showProblem);
    else if (type === 'reset') location.reload();
    else drawer.note(type, data);
  },
  (live) => {
    byId('offline').hidden = live;
    const line = byId('link-state');
    line.textContent = live ? 'Live' : 'Reconnecting…';
    line.classList.toggle('live', live);
    if (live) load().catch(showProblem);
  },
);

function closePanels() {
  document.body.classList.remove('drawer-open', 'list-open');
}
view.addEventListener('pointerdown', (event) => {
  const inToolbar = event.target instanceof Element && event.target.closest('.toolbar');
  if (!inToolbar) closePanels();
});
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !dialog.open) closePanels();
});

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('new-phone-dialog'));
const form = /** @type {HTMLFormElement} */ (document.getElementById('new-phone-form'));
byId('new-phone').addEventListener('click', () => {
  form.reset();
  const problem = form.querySelector('.problem');
  if (problem instanceof HTMLElement) problem.hidden = true;
  dialog.showModal();
});
form.querySelector('[value=cancel]')?.addEventListener('click', () => dialog.close());
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const [name, number] = ['name', 'number'].map((field) => {
    const input = form.elements.namedItem(field);
    return input instanceof HTMLInputElement ? input.value.trim() : '';
  });
  api.addPhone({ ...(name && { name }), ...(number && { number }) }).then(
    (phone) => {
      dialog.close();
      state.phones = [phone, ...state.phones.filter((one) => one.number !== phone.number)];
      go(phone.number, phone.threads[0]?.number ?? state.numbers[0]?.phone_number ?? null);
    },
    (error) => {
      const problem = form.querySelector('.problem');
      if (!(problem instanceof HTMLElement)) return;
      problem.hidden = false;
      problem.textContent = /must be a phone number/.test(error.message)
        ? 'This is not a phone number. Write it like +1 312 555 0177, or leave it empty.'
        : error.message;
    },
  );
});
