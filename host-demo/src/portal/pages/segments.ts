/** The segments of the account, and the builder of the one that is chosen. */
import type { Segment } from '@patchbay/server-kit/contract';
import { CLIENTS, type PortalUser } from '../../agency.ts';
import { html, tagName, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import { page, type Theme } from '../layout.ts';

export function segmentsPage(
  user: PortalUser,
  theme: Theme,
  segments: readonly Segment[],
  chosen: string | undefined,
): Html {
  const { people, prefix } = CLIENTS[user.tenant];
  const builder = tagName(`${prefix}-segment-builder`);
  const here = (id: string | undefined) => id === chosen && html`aria-current="page"`;
  const entry = ({ id, name, members }: Segment) =>
    html`<li>
      <a href="/segments?segment=${id}" ${here(id)}>
        <span class="grow">${name}</span><span class="small">${members}</span>
      </a>
    </li>`;
  return page({
    user,
    theme,
    path: '/segments',
    title: 'Segments',
    full: true,
    scripts: ['/public/people.js'],
    content: html`<div class="segments">
        <nav aria-label="Segments of ${people.toLowerCase()}">
          <ul>
            <li><a class="new" href="/segments" ${here(undefined)}>${icon('plus')}New segment</a></li>
            ${segments.map(entry)}
          </ul>
        </nav>
        <div class="segment">
          <h1>${segments.find(({ id }) => id === chosen)?.name ?? 'New segment'}</h1>
          <${builder} class="fills" ${chosen && html`segment-id="${chosen}"`}></${builder}>
        </div>
      </div>`,
  });
}
