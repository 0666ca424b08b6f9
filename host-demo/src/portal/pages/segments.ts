/** The segments of the account, and the builder of the one that is chosen. */
import type { Segment } from '@patchbay/server-kit/contract';
import { CLIENTS, type PortalUser } from '../../agency.ts';
import { html, tagName, type Html } from '../html.ts';
import { page, type Theme } from '../layout.ts';

export function segmentsPage(
  user: PortalUser,
  theme: Theme,
  segments: readonly Segment[],
  chosen: string | undefined,
): Html {
  const { people, prefix } = CLIENTS[user.tenant];
  const builder = tagName(`${prefix}-segment-builder`);
  const entry = (id: string | undefined, label: string, count?: number) =>
    html`<li>
      <a
        href="/segments${id === undefined ? '' : `?segment=${id}`}"
        ${id === chosen && html`aria-current="page"`}
      >
        <span class="grow">${label}</span>${count !== undefined && html`<span class="small">${count}</span>`}
      </a>
    </li>`;
  return page({
    user,
    theme,
    path: '/segments',
    title: 'Segments',
    full: true,
    scripts: ['/public/people.js'],
    content: html`<h1 class="unseen">Segments of ${people.toLowerCase()}</h1>
      <div class="segments">
        <nav aria-label="Segments">
          <ul>
            ${entry(undefined, 'New segment')} ${segments.map(({ id, name, members }) => entry(id, name, members))}
          </ul>
        </nav>
        <${builder} class="fills" ${chosen && html`segment-id="${chosen}"`}></${builder}>
      </div>`,
  });
}
