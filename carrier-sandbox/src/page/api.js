// @ts-check
/** The sandbox's control API, as the page uses it. */

/**
 * @typedef {{ sid: string, seq: number, from: string | null, to: string, body: string, direction: string, status: string,
 *   error_code: number | null, media: { sid: string, content_type: string, url: string }[], date_created: string,
 *   date_updated: string, on_phone: boolean, deleted?: boolean }} Message
 * @typedef {{ number: string, formatted: string, last: Message }} Thread
 * @typedef {{ number: string, formatted: string, name: string, delivery: { mode: string, error_code: number | null },
 *   answering: { mode: string, answered_by: string | null }, threads: Thread[], deleted?: boolean }} Phone
 * @typedef {{ sid: string, seq: number, phone: string, with: string, with_formatted: string, direction: string,
 *   status: string, heard: { kind: string, text: string }[], date_started: string | null }} Call
 * @typedef {{ phone_number: string, formatted: string, friendly_name: string }} BusinessNumber
 * @typedef {{ id: string, kind: string, ms: number, count: number | null }} Fault
 */

/**
 * @param {string} path
 * @param {{ method?: string, json?: unknown }} [options]
 */
async function ask(path, { method, json } = {}) {
  const response = await fetch(`/sandbox${path}`, {
    method: method ?? (json === undefined ? 'GET' : 'POST'),
    ...(json !== undefined && {
      body: JSON.stringify(json),
      headers: { 'content-type': 'application/json' },
    }),
  });
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(body?.error ?? `The sandbox answered ${response.status}`);
  return body;
}

const enc = encodeURIComponent;

export const api = {
  /** @returns {Promise<{ phones: Phone[] }>} */
  phones: () => ask('/phones'),
  /** @returns {Promise<{ numbers: BusinessNumber[] }>} */
  numbers: () => ask('/numbers'),
  /** @param {{ number?: string, name?: string }} phone @returns {Promise<Phone>} */
  addPhone: (phone) => ask('/phones', { json: phone }),
  /** @param {string} number @param {string} other @returns {Promise<{ messages: Message[] }>} */
  thread: (number, other) => ask(`/phones/${enc(number)}/messages?with=${enc(other)}`),
  /** @param {string} number @param {string} url @returns {Promise<{ preview: import('./media.js').Preview | null }>} */
  preview: (number, url) => ask(`/phones/${enc(number)}/preview?url=${enc(url)}`),
  /** @param {string} number @param {{ to: string, body: string, media_urls: string[] }} message @returns {Promise<Message>} */
  send: (number, message) => ask(`/phones/${enc(number)}/messages`, { json: message }),
  /** @param {string} number @param {{ mode: string, error_code: number | null }} delivery */
  setDelivery: (number, delivery) =>
    ask(`/phones/${enc(number)}/delivery`, { method: 'PUT', json: delivery }),
  /** @param {string} number @param {{ mode: string }} answering */
  setAnswering: (number, answering) =>
    ask(`/phones/${enc(number)}/answering`, { method: 'PUT', json: answering }),
  /** @returns {Promise<{ calls: Call[] }>} */
  calls: () => ask('/calls?live=1'),
  /** @param {string} number @param {string} to @returns {Promise<Call>} */
  call: (number, to) => ask(`/phones/${enc(number)}/calls`, { json: { to } }),
  /** @param {string} sid @param {string} by */
  answer: (sid, by) => ask(`/calls/${enc(sid)}/answer`, { json: { by } }),
  /** @param {string} sid */
  hangUp: (sid) => ask(`/calls/${enc(sid)}/hang-up`, { method: 'POST' }),
  /** @returns {Promise<{ faults: Fault[] }>} */
  faults: () => ask('/faults'),
  /** @param {{ kind: string, ms?: number, count?: number }} fault */
  addFault: (fault) => ask('/faults', { json: fault }),
  /** @param {string} id */
  removeFault: (id) => ask(`/faults/${enc(id)}`, { method: 'DELETE' }),
};

/**
 * The feed, with the state of the line. EventSource comes back by itself; whoever listens reads everything anew when it
 * does, for what happened meanwhile is not told again.
 * @param {(type: string, data: any) => void} listener
 * @param {(live: boolean) => void} state
 */
export function follow(listener, state) {
  const source = new EventSource('/sandbox/feed');
  source.addEventListener('open', () => state(true));
  source.addEventListener('error', () => state(false));
  for (const type of ['message', 'phone', 'number', 'call', 'faults', 'request', 'webhook', 'reset']) {
    source.addEventListener(type, (event) => listener(type, JSON.parse(event.data)));
  }
  addEventListener('pagehide', () => source.close());
}
