// @ts-check
/** The call on the phone's screen: it rings, somebody takes it or does not, and what is said on it can be read. */
import { api } from './api.js';
import { avatar, h, icon } from './dom.js';

/** @typedef {import('./api.js').Call} Call */

const ENDED = {
  completed: 'Call ended',
  busy: 'Declined',
  'no-answer': 'No answer',
  failed: 'Call failed',
  canceled: 'The caller hung up',
};
/** How long the end of a call stands on the screen. */
const LINGER_MS = 1800;

/** @param {Call} call */
const isOver = (call) => call.status in ENDED;

/**
 * @param {HTMLElement} root where the screen is drawn
 * @param {(error: unknown) => void} problem
 */
export function createCallScreen(root, problem) {
  /** @type {Map<string, Call>} */
  const calls = new Map();
  /** @type {string | null} */
  let number = null;
  /** What stands there, so that the same call is not drawn anew under somebody's finger. */
  let drawn = '';

  setInterval(() => {
    for (const clock of root.querySelectorAll('[data-since]')) clock.textContent = since(clock);
  }, 500);

  function draw() {
    const mine = [...calls.values()].filter((call) => call.phone === number).sort((a, b) => b.seq - a.seq);
    const call = mine.find((one) => !isOver(one)) ?? mine[0];
    const next = call ? JSON.stringify([call.sid, call.status, call.heard.length]) : '';
    if (next === drawn) return;
    drawn = next;
    root.hidden = !call;
    root.replaceChildren(...(call ? [screenOf(call)] : []));
    const [answer] = [...root.querySelectorAll('button')].reverse();
    if (call?.status === 'ringing') answer?.focus({ preventScroll: true });
  }

  /** @param {Call} call */
  function screenOf(call) {
    const ringsHere = call.direction !== 'inbound' && call.status === 'ringing';
    const talks = call.status === 'in-progress';
    const ended = ENDED[/** @type {keyof typeof ENDED} */ (call.status)];
    const state = ended ?? (ringsHere ? 'Incoming call' : talks ? '' : 'Calling…');
    const answer = (/** @type {string} */ by) => () => void api.answer(call.sid, by).catch(problem);
    const hangUp = () => void api.hangUp(call.sid).catch(problem);
    return h(
      'div',
      {
        class: `call${ringsHere ? ' rings' : ''}`,
        role: 'dialog',
        'aria-label': `Call with ${call.with_formatted}`,
      },
      avatar(call.with_formatted, call.with),
      h('h2', {}, call.with_formatted),
      talks
        ? h('p', { class: 'call-state', 'data-since': call.date_started ?? '' }, '0:00')
        : h('p', { class: 'call-state', role: 'status' }, state),
      h(
        'ol',
        { class: 'heard', 'aria-label': 'What is said', 'aria-live': 'polite' },
        ...call.heard.map(({ kind, text }) =>
          h(
            'li',
            { class: kind },
            kind === 'play' && icon('play'),
            kind === 'play' ? 'A recording is played' : text,
          ),
        ),
      ),
      h(
        'div',
        { class: 'call-buttons' },
        ...(ringsHere
          ? [
              knob('Decline', 'handset', 'bad', answer('busy')),
              knob('Voicemail', 'voicemail', '', answer('machine')),
              knob('Answer', 'handset', 'good', answer('human')),
            ]
          : ended
            ? []
            : [knob('Hang up', 'handset', 'bad', hangUp)]),
      ),
    );
  }

  return {
    /** @param {string | null} next whose calls are shown */
    show(next) {
      number = next;
      draw();
    },
    /** @param {Call} call */
    update(call) {
      calls.set(call.sid, call);
      if (isOver(call))
        setTimeout(() => {
          calls.delete(call.sid);
          draw();
        }, LINGER_MS);
      draw();
    },
    /** @param {Call[]} live those that there are; what is not among them has ended unseen */
    reset(live) {
      calls.clear();
      for (const call of live) calls.set(call.sid, call);
      draw();
    },
  };
}

/**
 * @param {string} label
 * @param {'handset' | 'voicemail'} name
 * @param {string} tone
 * @param {() => void} onclick
 */
function knob(label, name, tone, onclick) {
  return h(
    'button',
    { type: 'button', class: `knob ${tone} ${label === 'Answer' ? '' : 'down'}`, onclick },
    h('span', { class: 'knob-face' }, icon(name)),
    h('span', {}, label),
  );
}

/** @param {Element} clock */
function since(clock) {
  const seconds = Math.max(
    0,
    Math.floor((Date.now() - Date.parse(clock.getAttribute('data-since') ?? '')) / 1000),
  );
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
