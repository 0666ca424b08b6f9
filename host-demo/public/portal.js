// Every page: the token for the elements, the unread number in the title, the theme, the menu of small screens.

/** @param {string} name @param {string | null} value */
export function remember(name, value) {
  const life = value === null ? 'max-age=0' : 'max-age=31536000';
  document.cookie = `${name}=${value ?? ''}; path=/; samesite=lax; ${life}`;
}

async function freshToken() {
  const answer = await fetch('/session/token', { method: 'POST', headers: { 'x-portal': 'token' } });
  if (answer.status === 401) location.assign('/login');
  if (!answer.ok) throw new Error(`The portal gave no token (${answer.status}).`);
  return (await answer.json()).token;
}

// The elements ask when they need one, and again before it ends.
document.addEventListener('token-needed', (event) => {
  event.preventDefault();
  event.detail.respond(freshToken());
});

const title = document.title;
document.addEventListener('unread-change', ({ detail: { count } }) => {
  document.title = count > 0 ? `(${count}) ${title}` : title;
});

// Dark or light: the elements follow the page's color-scheme.
const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');
export const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);

/** @param {'light' | 'dark' | 'auto'} theme */
function setTheme(theme) {
  if (theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = theme;
  remember('portal_theme', theme === 'auto' ? null : theme);
  for (const input of document.querySelectorAll('#theme-choice input')) input.checked = input.value === theme;
  showTheme();
}

const themeButton = document.getElementById('theme');
function showTheme() {
  themeButton.setAttribute('aria-pressed', String(isDark()));
  document.dispatchEvent(new Event('theme-change'));
}
themeButton.addEventListener('click', () => setTheme(isDark() ? 'light' : 'dark'));
system.addEventListener('change', showTheme);
document.getElementById('theme-choice')?.addEventListener('change', ({ target }) => setTheme(target.value));
showTheme();

const menu = document.getElementById('menu');
const navigation = document.getElementById('navigation');

/** @param {boolean} open */
function showMenu(open) {
  document.body.toggleAttribute('data-menu', open);
  menu.setAttribute('aria-expanded', String(open));
  if (open) navigation.querySelector('a')?.focus();
}
menu.addEventListener('click', () => showMenu(!document.body.hasAttribute('data-menu')));
document.addEventListener('click', (event) => {
  const inside = navigation.contains(event.target) || menu.contains(event.target);
  if (document.body.hasAttribute('data-menu') && !inside) showMenu(false);
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !document.body.hasAttribute('data-menu')) return;
  showMenu(false);
  menu.focus();
});
