// @ts-check
/** What hangs on a message: pictures, films, sounds, files, and the cards under links. */
import { api } from './api.js';
import { h, icon } from './dom.js';

/** @typedef {{ content_type: string, url: string }} Medium */
/** @typedef {{ url: string, site: string, title: string, image: string | null, video: boolean }} Preview */

/** @param {Medium} medium @param {string} [failed] */
export function medium({ content_type: type, url }, failed = 'This cannot be shown here.') {
  if (type.startsWith('image/')) {
    const picture = h('img', { class: 'picture', src: url, alt: 'Picture', loading: 'lazy' });
    // an iPhone's own format, and what the carrier has deleted
    picture.addEventListener('error', () => picture.replaceWith(file(type, url, failed)));
    return picture;
  }
  if (type.startsWith('video/'))
    return h('video', { class: 'picture', src: url, controls: true, playsinline: true, preload: 'metadata' });
  if (type.startsWith('audio/')) return h('audio', { class: 'sound', src: url, controls: true });
  return file(type, url);
}

/** @param {string} type @param {string} url @param {string} [note] */
function file(type, url, note) {
  const name =
    { 'application/pdf': 'PDF', 'text/vcard': 'Contact card', 'text/calendar': 'Date' }[type] ?? type;
  return h(
    'a',
    { class: 'bubble file', href: url, target: '_blank', rel: 'noopener noreferrer' },
    icon('file'),
    h('span', {}, note ? `${name}. ${note}` : name),
  );
}

/** In words, for the line in a list. @param {Medium | undefined} first */
export function nameOfMedium(first) {
  const type = first?.content_type ?? '';
  if (type.startsWith('video/')) return 'Video';
  if (type.startsWith('audio/')) return 'Audio';
  return type.startsWith('image/') || first === undefined ? 'Picture' : 'File';
}

/** @param {string} text */
export const firstLink = (text) => /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/.exec(text)?.[0] ?? null;

/**
 * Cards, asked for once a link. `changed` is called when one has come.
 * @param {() => void} changed
 */
export function createCards(changed) {
  /** @type {Map<string, Preview | null>} */
  const known = new Map();
  return {
    /** @param {string} number whose phone it is @param {string} url @returns {Preview | null} */
    get(number, url) {
      const key = `${number} ${url}`;
      if (!known.has(key)) {
        known.set(key, null);
        api.preview(number, url).then(
          ({ preview }) => (known.set(key, preview), preview && changed()),
          // it stays a plain link
          () => undefined,
        );
      }
      return known.get(key) ?? null;
    },
  };
}

/** @param {Preview} preview */
export function card({ url, site, title, image, video }) {
  return h(
    'a',
    { class: 'card', href: url, target: '_blank', rel: 'noopener noreferrer' },
    image && cardPicture(image, video),
    h('span', { class: 'card-title' }, title),
    h('span', { class: 'card-site' }, site),
  );
}

/**
 * Says nothing of a film before its picture is there; one that cannot be had leaves the mark alone, or nothing.
 * @param {string} image @param {boolean} video
 */
function cardPicture(image, video) {
  const picture = h('img', { alt: '' });
  const frame = h(
    'span',
    { class: 'card-picture waiting' },
    picture,
    video && h('span', { class: 'card-play' }, icon('play')),
  );
  picture.addEventListener('load', () => frame.classList.remove('waiting'));
  picture.addEventListener('error', () => {
    if (!video) return frame.remove();
    frame.classList.replace('waiting', 'bare');
    picture.remove();
  });
  picture.setAttribute('src', image);
  return frame;
}

const SAMPLES = [
  ['Sample photo', 'picture.jpg', 'image/jpeg'],
  ['Sample video', 'clip.mp4', 'video/mp4'],
  ['Sample PDF', 'notes.pdf', 'application/pdf'],
];

/**
 * The button that attaches, with what it offers.
 * @param {(url: string) => void} add a data URL
 * @param {(error: unknown) => void} problem
 */
export function attachMenu(add, problem) {
  const input = /** @type {HTMLInputElement} */ (
    h('input', {
      type: 'file',
      accept: 'image/*,video/*,audio/*,application/pdf,.vcf',
      hidden: true,
      tabindex: '-1',
      'aria-label': 'File to send',
    })
  );
  const menu = h('details', { class: 'attach' });
  const close = () => menu.removeAttribute('open');
  /** @param {Blob} blob */
  const read = (blob) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => typeof reader.result === 'string' && add(reader.result));
    reader.addEventListener('error', () => problem(reader.error));
    reader.readAsDataURL(blob);
  };
  input.addEventListener('change', () => {
    const chosen = input.files?.[0];
    if (chosen) read(chosen);
    input.value = '';
  });
  menu.append(
    h('summary', { class: 'icon', 'aria-label': 'Attach' }, icon('plus')),
    h(
      'div',
      { class: 'attach-list' },
      h(
        'button',
        { type: 'button', onclick: () => (close(), input.click()) },
        'Choose a photo, video or PDF…',
      ),
      ...SAMPLES.map(([name = '', path = '', type = '']) =>
        h(
          'button',
          {
            type: 'button',
            onclick: () => {
              close();
              fetch(`/assets/${path}`)
                .then(async (answer) => read(new Blob([await answer.arrayBuffer()], { type })))
                .catch(problem);
            },
          },
          name,
        ),
      ),
    ),
    input,
  );
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.hasAttribute('open')) return;
    event.stopPropagation();
    close();
  });
  menu.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) close();
  });
  return menu;
}

/** What is about to be sent. @param {string} url a data URL @param {() => void} remove */
export function picked(url, remove) {
  const type = /^data:([^;,]+)/.exec(url)?.[1] ?? '';
  return h(
    'span',
    { class: 'picked' },
    type.startsWith('image/')
      ? h('img', { src: url, alt: 'Picture to send' })
      : h('span', { class: 'picked-file' }, icon('file'), nameOfMedium({ content_type: type, url })),
    h(
      'button',
      { type: 'button', class: 'icon', 'aria-label': 'Take it away', onclick: remove },
      icon('close'),
    ),
  );
}
