/** The board: one element, and the two ways from a card to the rest of the portal (`public/pipeline.js`). */
import { CLIENTS, type PortalUser } from '../../agency.ts';
import { html, tagName, type Html } from '../html.ts';
import { page, type Theme } from '../layout.ts';

export function pipelinePage(user: PortalUser, theme: Theme): Html {
  const { prefix, board } = CLIENTS[user.tenant];
  const pipeline = tagName(`${prefix}-pipeline`);
  return page({
    user,
    theme,
    path: '/pipeline',
    title: board.name,
    full: true,
    scripts: ['/public/pipeline.js'],
    content: html`<h1 class="unseen">${board.name}</h1>
      <${pipeline} class="board"></${pipeline}>`,
  });
}
