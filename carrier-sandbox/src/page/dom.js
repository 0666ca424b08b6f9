// @ts-check
/** Making elements without markup in strings, so that what a stranger texts is never read as HTML. */

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] attributes; `on…` functions listen, `class` and the rest are set as they are
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

const PATHS = {
  plus: 'M12 5v14M5 12h14',
  back: 'M15 5l-7 7 7 7',
  send: 'M12 19V5M6 11l6-6 6 6',
  close: 'M6 6l12 12M18 6L6 18',
  sliders: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 5v4M7 15v4',
  phone:
    'M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3zM11 18h2',
  handset:
    'M7 4l3 4.5-2 2a11 11 0 0 0 5.5 5.5l2-2L20 17v2.5A1.5 1.5 0 0 1 18.5 21 15.5 15.5 0 0 1 3 5.5 1.5 1.5 0 0 1 4.5 4z',
  voicemail:
    'M7 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM17 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM7 16.5h10',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01',
  write: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4M10 13h5M10 17h5',
  play: 'M8 5l11 7-11 7z',
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/**
 * @param {string} name
 * @param {string} seed the number, which keeps its colour when the name changes
 */
export function avatar(name, seed) {
  const words = name.match(/\p{L}+/gu) ?? [];
  const letters = words.length
    ? [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => word?.[0] ?? '').join('')
    : seed.slice(-2);
  let sum = 0;
  for (const char of seed) sum += char.charCodeAt(0);
  return h('span', { class: `avatar tone-${sum % 5}`, 'aria-hidden': 'true' }, letters.toUpperCase());
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', month: 'short', day: 'numeric' });

/** @param {string} iso */
export const time = (iso) => TIME.format(new Date(iso));

/** @param {string} iso */
export function day(iso) {
  const date = new Date(iso);
  const today = new Date();
  const days = Math.round(
    (new Date(today).setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000,
  );
  return days === 0 ? 'Today' : days === 1 ? 'Yesterday' : DAY.format(date);
}

/** @param {string} iso */
export const shortWhen = (iso) => (day(iso) === 'Today' ? time(iso) : day(iso));

/**
 * Text with its addresses made into links, the only thing added to it.
 * @param {string} text
 */
export function linked(text) {
  const out = document.createDocumentFragment();
  for (const part of text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/)) {
    if (/^https?:\/\//.test(part) && URL.canParse(part)) {
      out.append(h('a', { href: part, target: '_blank', rel: 'noopener noreferrer' }, part));
    } else out.append(part);
  }
  return out;
}
