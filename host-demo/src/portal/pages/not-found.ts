import type { PortalUser } from '../../agency.ts';
import { html, type Html } from '../html.ts';
import { homeOf, page, type Theme } from '../layout.ts';

export function notFoundPage(user: PortalUser, theme: Theme): Html {
  return page({
    user,
    theme,
    path: '',
    title: 'Not found',
    content: html`<header class="page-head">
        <h1>There is no such page</h1>
        <p>The address may have a typing mistake, or the page belongs to another account.</p>
      </header>
      <p><a href="${homeOf(user)}">Back to the start</a></p>`,
  });
}
