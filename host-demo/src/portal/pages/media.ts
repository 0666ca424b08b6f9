/** The library of videos and files: one element. */
import { CLIENTS, type PortalUser } from '../../agency.ts';
import { html, tagName, type Html } from '../html.ts';
import { page, type Theme } from '../layout.ts';

export function mediaPage(user: PortalUser, theme: Theme): Html {
  const { prefix, media } = CLIENTS[user.tenant];
  const library = tagName(`${prefix}-media-library`);
  return page({
    user,
    theme,
    path: '/media',
    title: media,
    full: true,
    content: html`<h1 class="unseen">${media}</h1>
      <${library} class="library"></${library}>`,
  });
}
