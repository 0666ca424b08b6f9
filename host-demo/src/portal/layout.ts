/** The frame of every page: head, navigation, and the one provider that all elements of a page share. */
import { CLIENTS, type Client, type PortalUser, type TenantId } from '../agency.ts';
import { html, tagName, type Html } from './html.ts';
import { icon, type IconName } from './icons.ts';

export type Theme = 'light' | 'dark' | undefined;

interface Place {
  path: string;
  label: string;
  icon: IconName;
}

const PLACES: Readonly<Record<TenantId, readonly Place[]>> = {
  harbor: [
    { path: '/listings', label: 'Listings', icon: 'home' },
    { path: '/messages', label: 'Messages', icon: 'chat' },
    { path: '/pipeline', label: 'Deals', icon: 'board' },
    { path: '/people', label: 'People', icon: 'people' },
    { path: '/segments', label: 'Segments', icon: 'funnel' },
    { path: '/workflows', label: 'Workflows', icon: 'flow' },
    { path: '/media', label: CLIENTS.harbor.media, icon: 'film' },
  ],
  lakeside: [
    { path: '/today', label: 'Today', icon: 'calendar' },
    { path: '/messages', label: 'Messages', icon: 'chat' },
    { path: '/pipeline', label: 'Treatments', icon: 'board' },
    { path: '/people', label: 'Patients', icon: 'people' },
    { path: '/segments', label: 'Segments', icon: 'funnel' },
    { path: '/workflows', label: 'Workflows', icon: 'flow' },
    { path: '/media', label: CLIENTS.lakeside.media, icon: 'film' },
  ],
};
const LOGOS: Readonly<Record<TenantId, IconName>> = { harbor: 'sail', lakeside: 'tooth' };
/** Where a client's elements come from: a bundle of the host's own, or the ready-made file. See assets.ts. */
const SCRIPTS: Readonly<Record<TenantId, string>> = {
  harbor: '/assets/acme.js',
  lakeside: '/assets/patchbay/patchbay.js',
};

export const homeOf = (user: PortalUser): string => PLACES[user.tenant][0]?.path ?? '/messages';

export interface PageOptions {
  user: PortalUser;
  theme: Theme;
  /** Which entry of the navigation is this? */
  path: string;
  title: string;
  content: Html;
  /** Fills the window, without a scroll bar of its own. */
  full?: boolean;
  scripts?: readonly string[];
  /** Buttons beside the navigation; on a phone they are in the bar at the top. */
  tools?: Html;
}

export function page({ user, theme, path, title, content, full, scripts = [], tools }: PageOptions): Html {
  const client = CLIENTS[user.tenant];
  const provider = tagName(`${client.prefix}-provider`);
  return document({
    title: `${title} · ${client.name}`,
    client: client.id,
    theme,
    scripts: ['/public/portal.js', ...scripts, SCRIPTS[client.id]],
    body: html`<${provider} base-url="/crm" class="portal">
      <a class="skip" href="#content">Skip to the content</a>
      <header class="bar">
        <button type="button" class="tool" id="menu" aria-controls="navigation" aria-expanded="false">
          ${icon('menu')}<span class="unseen">Menu</span>
        </button>
        <span class="bar-title">${title}</span>
        ${tools}
      </header>
      ${navigation(client, user, path, tools)}
      <main id="content" class="${full ? 'full' : 'page'}" tabindex="${full ? '-1' : '0'}">${content}</main>
    </${provider}>`,
  });
}

function navigation(client: Client, user: PortalUser, path: string, tools: Html | undefined): Html {
  const link = (place: Place) =>
    html`<li>
      <a href="${place.path}" ${current(place.path === path)}>
        ${icon(place.icon)}<span class="grow">${place.label}</span>
        ${place.path === '/messages' && unread(client)}
      </a>
    </li>`;
  return html`<nav id="navigation" class="side" aria-label="${client.name}">
    <a class="brand" href="/">${icon(LOGOS[client.id])}<span>${client.name}</span></a>
    <ul>
      ${PLACES[client.id].map(link)}
    </ul>
    <div class="side-end">
      ${tools && html`<div class="side-tools">${tools}</div>`}
      <ul>
        ${link({ path: '/settings', label: 'Settings', icon: 'gear' })}
      </ul>
      <div class="me">
        <span class="avatar" aria-hidden="true">${initials(user.name)}</span>
        <span class="grow"><b>${user.name}</b><span class="small">${user.title}</span></span>
        <button type="button" class="tool" id="theme">
          ${icon('moon')}<span class="unseen">Dark mode</span>
        </button>
        ${bell(client)}
        <form method="post" action="/logout">
          <button class="tool" title="Log out">${icon('leave')}<span class="unseen">Log out</span></button>
        </form>
      </div>
    </div>
  </nav>`;
}

const current = (is: boolean): Html | false => is && html`aria-current="page"`;

function unread({ prefix }: Client): Html {
  const tag = tagName(`${prefix}-unread-count`);
  return html`<${tag} class="unread"></${tag}>`;
}

function bell({ prefix }: Client): Html {
  const tag = tagName(`${prefix}-notifications`);
  return html`<${tag} class="bell"></${tag}>`;
}

export const initials = (name: string): string =>
  name
    .split(' ')
    .map((word) => word[0])
    .join('')
    .slice(0, 2);

export interface DocumentOptions {
  title: string;
  client: TenantId | 'agency';
  theme: Theme;
  scripts?: readonly string[];
  body: Html;
}

export function document({ title, client, theme, scripts = [], body }: DocumentOptions): Html {
  return html`<!doctype html>
    <html lang="en" data-client="${client}" ${theme && html`data-theme="${theme}"`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <title>${title}</title>
        <link rel="icon" href="/public/icons/${client}.svg" type="image/svg+xml" />
        <link rel="preload" href="/assets/inter.woff2" as="font" type="font/woff2" crossorigin />
        <link rel="stylesheet" href="/public/portal.css" />
        <link rel="stylesheet" href="/public/pages.css" />
        ${scripts.map((path) => html`<script type="module" src="${path}"></script>`)}
      </head>
      <body>
        ${body}
      </body>
    </html>`;
}
