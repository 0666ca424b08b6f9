// @ts-check
/** What a phone does with its messages, and what the network does to the host: the levers beside the phone. */
import { api } from './api.js';
import { h, icon, time } from './dom.js';

/** @typedef {import('./api.js').Phone} Phone */
/** @typedef {import('./api.js').Fault} Fault */

const MODES = [
  ['deliver', 'Deliver', 'Messages arrive'],
  ['undelivered', 'Undelivered', 'The carrier gives up'],
  ['failed', 'Failed', 'Never leaves Twilio'],
  ['queued', 'Hold in queue', 'Until switched back'],
  ['sent', 'No receipt', 'Stays at “sent”'],
  ['reject', 'Refuse at the API', 'HTTP 400'],
];

const ANSWERING = [
  ['ring', 'It rings'],
  ['answer', 'Somebody answers'],
  ['voicemail', 'Their voicemail picks up'],
  ['decline', 'They decline'],
  ['no_answer', 'Nobody answers'],
  ['fail', 'It cannot be reached'],
];

const CODES = {
  undelivered: [
    [30003, 'Phone unreachable'],
    [30004, 'Blocked'],
    [30005, 'Unknown number'],
    [30006, 'Landline'],
    [30007, 'Filtered as spam'],
  ],
  failed: [
    [30007, 'Filtered as spam'],
    [30008, 'Unknown error'],
    [30034, 'Unregistered sender'],
    [30011, 'Takes no pictures or files'],
    [30019, 'File too large for the carrier'],
    [12300, 'File of the wrong type'],
    [30032, 'Toll-free not verified'],
  ],
  reject: [
    [21610, 'Unsubscribed'],
    [21614, 'Not a mobile number'],
    [21408, 'Region not enabled'],
    [21612, 'Not reachable'],
  ],
};

const FAULTS = [
  ['latency', 'Slow answers', true],
  ['429', 'Too many requests (429)', false],
  ['500', 'Server error (500)', false],
  ['drop_response', 'Accept, then lose the answer', false],
  ['drop_request', 'Lose the request', false],
  ['double_callbacks', 'Callbacks come twice', false],
  ['reorder_callbacks', 'Callbacks out of order', true],
  ['delay_callbacks', 'Callbacks come late', true],
  ['drop_callbacks', 'Callbacks are lost', false],
  ['media_gone', 'The carrier has deleted the files', false],
];

/** @param {string} kind */
const faultName = (kind) => String(FAULTS.find(([name]) => name === kind)?.[1] ?? kind);

/**
 * @param {HTMLElement} root
 * @param {{ close: () => void, problem: (error: unknown) => void }} options
 */
export function createDrawer(root, { close, problem }) {
  const delivery = h('fieldset', { class: 'choices' });
  const answering = /** @type {HTMLSelectElement} */ (
    h(
      'select',
      { class: 'answering', 'aria-labelledby': 'answering' },
      ...ANSWERING.map(([value, name]) => h('option', { value }, name)),
    )
  );
  /** @type {Phone | undefined} */
  let shown;
  answering.addEventListener('change', () => {
    if (shown) api.setAnswering(shown.number, { mode: answering.value }).catch(problem);
  });
  const active = h('ul', { class: 'faults', 'aria-label': 'Faults at work' });
  const activity = h('ol', { class: 'activity', 'aria-label': 'Latest requests' });
  const kind = /** @type {HTMLSelectElement} */ (
    h(
      'select',
      { 'aria-label': 'Fault' },
      ...FAULTS.map(([value, name]) => h('option', { value }, String(name))),
    )
  );
  const ms = /** @type {HTMLInputElement} */ (
    h('input', { type: 'number', min: '0', max: '60000', step: '100', value: '2000' })
  );
  const msLabel = h('label', {}, 'Milliseconds', ms);
  const count = /** @type {HTMLInputElement} */ (
    h('input', { type: 'number', min: '1', placeholder: 'All' })
  );
  const form = h(
    'form',
    { class: 'fault-form' },
    kind,
    h('div', { class: 'pair' }, msLabel, h('label', {}, 'Next how many', count)),
    h('button', { type: 'submit', class: 'button' }, 'Add fault'),
  );
  kind.addEventListener(
    'change',
    () => (msLabel.hidden = !FAULTS.find(([name]) => name === kind.value)?.[2]),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wish = {
      kind: kind.value,
      ...(!msLabel.hidden && { ms: Number(ms.value) }),
      ...(count.value && { count: Number(count.value) }),
    };
    api.addFault(wish).catch(problem);
  });

  root.replaceChildren(
    h(
      'div',
      { class: 'drawer-head' },
      h('h2', {}, 'Carrier'),
      h(
        'button',
        { type: 'button', class: 'icon drawer-close', 'aria-label': 'Close', onclick: close },
        icon('close'),
      ),
    ),
    h('section', {}, h('h3', {}, 'Messages to this phone'), delivery),
    h('section', {}, h('h3', { id: 'answering' }, 'When this phone is called'), answering),
    h('section', {}, h('h3', {}, 'Network'), active, form),
    h('section', {}, h('h3', {}, 'Activity'), activity),
  );

  return {
    /** @param {Phone | undefined} phone */
    showPhone(phone) {
      shown = phone;
      answering.value = phone?.answering.mode ?? 'ring';
      const mode = phone?.delivery.mode ?? 'deliver';
      const set = (/** @type {string} */ next, /** @type {number | null} */ code) => {
        if (phone) api.setDelivery(phone.number, { mode: next, error_code: code }).catch(problem);
      };
      delivery.replaceChildren(
        h('legend', { class: 'sr' }, 'Messages to this phone'),
        ...MODES.map(([value = '', name = '', hint = '']) => {
          const codes = CODES[/** @type {keyof typeof CODES} */ (value)];
          const chosen = value === mode;
          const code =
            codes && chosen
              ? codeSelect(codes, phone?.delivery.error_code ?? null, (next) => set(value, next))
              : null;
          return h(
            'div',
            { class: `choice${chosen ? ' chosen' : ''}` },
            h(
              'label',
              {},
              h('input', {
                type: 'radio',
                name: 'mode',
                value,
                checked: chosen,
                disabled: !phone,
                onchange: () => set(value, Number(codes?.[0]?.[0] ?? 0) || null),
              }),
              h(
                'span',
                { class: 'grow' },
                h('span', { class: 'name' }, name),
                h('span', { class: 'hint' }, hint),
              ),
            ),
            code,
          );
        }),
      );
    },
    /** @param {Fault[]} faults */
    showFaults(faults) {
      active.replaceChildren(
        ...faults.map((fault) =>
          h(
            'li',
            {},
            h(
              'span',
              { class: 'grow' },
              h('span', { class: 'name' }, faultName(fault.kind)),
              h(
                'span',
                { class: 'hint' },
                [
                  fault.ms ? `${fault.ms} ms` : '',
                  fault.count === null ? 'until removed' : `${fault.count} left`,
                ]
                  .filter(Boolean)
                  .join(', '),
              ),
            ),
            h(
              'button',
              {
                type: 'button',
                class: 'icon',
                'aria-label': `Remove: ${faultName(fault.kind)}`,
                onclick: () => api.removeFault(fault.id).catch(problem),
              },
              icon('close'),
            ),
          ),
        ),
      );
      active.hidden = faults.length === 0;
    },
    /** @param {string} type @param {any} event */
    note(type, event) {
      const [what, status] =
        type === 'request'
          ? [`${event.method} ${short(event.path)}`, event.status ?? 'cut']
          : [`Webhook · ${hookName(event)}`, event.status ?? event.error];
      const bad = typeof status !== 'number' || status >= 400;
      activity.prepend(
        h(
          'li',
          {},
          h('span', { class: 'when' }, time(new Date().toISOString())),
          h('span', { class: 'grow' }, what),
          h('span', { class: `status${bad ? ' bad' : ''}` }, String(status)),
        ),
      );
      while (activity.children.length > 12) activity.lastElementChild?.remove();
    },
  };
}

/** @param {{ kind: string, params: Record<string, string> }} hook */
const hookName = ({ kind, params }) =>
  params['CallStatus']
    ? `call ${params['CallStatus']}`
    : kind === 'inbound'
      ? 'inbound text'
      : params['MessageStatus'];

/** @param {string} path */
const short = (path) =>
  path
    .replace(/^\/2010-04-01\/Accounts\/[^/.]+\/?/, '')
    .replace(/^\/v1\//, '')
    .replace(/([A-Z]{2}[0-9a-f]{4})[0-9a-f]{28}/g, '$1…')
    .replace(/\.json$/, '') || 'Account';

/**
 * @param {(number | string)[][]} codes
 * @param {number | null} chosen
 * @param {(code: number) => void} set
 */
function codeSelect(codes, chosen, set) {
  const known =
    codes.some(([code]) => code === chosen) || chosen === null
      ? codes
      : [[chosen, `Error ${chosen}`], ...codes];
  return h(
    'select',
    {
      'aria-label': 'Error code',
      onchange: (/** @type {Event} */ event) =>
        set(Number(/** @type {HTMLSelectElement} */ (event.target).value)),
    },
    ...known.map(([code, name]) =>
      h('option', { value: code, selected: code === chosen }, `${code} ${name}`),
    ),
  );
}
