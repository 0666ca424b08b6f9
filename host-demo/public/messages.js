// The inbox needs no script of the portal's. This moves the demo's phone: in, out, and to the person being talked to.
import { isDark, remember } from './portal.js';

const desk = document.querySelector('.desk');
const phone = document.getElementById('phone');
const frame = phone.querySelector('iframe');
const choice = document.getElementById('phone-of');
const toggles = [...document.querySelectorAll('[data-toggle=phone]')];
const wide = matchMedia('(min-width: 1100px)');
let opener = null;

const isOpen = () => (wide.matches ? desk.dataset.phone !== 'closed' : desk.hasAttribute('data-sheet'));

function show() {
  const open = isOpen();
  for (const toggle of toggles) toggle.setAttribute('aria-expanded', String(open));
  if (!open) return;
  const { sandbox, to } = phone.dataset;
  const query = new URLSearchParams({
    number: choice.value,
    to,
    embed: '1',
    theme: isDark() ? 'dark' : 'light',
  });
  const address = `${sandbox}/phone?${query}`;
  if (frame.src !== address) frame.src = address;
}

function toggle(event) {
  const open = !isOpen();
  if (wide.matches) {
    if (open) delete desk.dataset.phone;
    else desk.dataset.phone = 'closed';
    remember('portal_phone', open ? null : 'closed');
  } else {
    desk.toggleAttribute('data-sheet', open);
  }
  show();
  if (open) {
    opener = event?.currentTarget ?? null;
    phone.focus();
  } else {
    (opener ?? toggles[0]).focus();
  }
}

for (const button of toggles) button.addEventListener('click', toggle);
choice.addEventListener('change', show);
wide.addEventListener('change', show);
document.addEventListener('theme-change', show);
phone.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !wide.matches) toggle();
});

// Whoever is being talked to holds the phone.
document.addEventListener('conversation-open', ({ detail: { conversationId, conversation } }) => {
  const address = new URL(location.href);
  address.searchParams.set('conversation', conversationId);
  history.replaceState(null, '', address);
  const number = conversation?.contact.phone;
  if (!number) return;
  if (![...choice.options].some(({ value }) => value === number)) {
    choice.add(new Option(conversation.contact.name ?? number, number));
  }
  choice.value = number;
  show();
});
document.addEventListener('conversation-close', () => {
  const address = new URL(location.href);
  address.searchParams.delete('conversation');
  history.replaceState(null, '', address);
});
show();
