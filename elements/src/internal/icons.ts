import { svg, html, type TemplateResult } from 'lit';

/** What any element may show at first. The others are in `icons-more.ts`. Outlines on a grid of 24. */
export const PATHS = {
  plus: 'M12 5v14M5 12h14',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5 20 20',
  check: 'M5 12.5 10 17 19 7',
  down: 'M6 9.5 12 15.5l6-6',
  up: 'M6 14.5 12 8.5l6 6',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20a7.5 7.5 0 0 1 15 0',
  chat: 'M4 5h16v11H9l-5 4z',
  alert: 'M12 4 3 19.5h18zM12 10v4.5M12 17h.01',
  history: 'M4 12a8 8 0 1 0 2.500-5.800M4 4v4h4M12 8v4.500l3 1.500',
  shield: 'M12 3.500 5 6v5.500c0 4.500 3 7.500 7 9 4-1.500 7-4.500 7-9V6z',
  flow: 'M6 4h5v5H6zM13 15h5v5h-5zM8.5 9v5.5H13',
} as const;

export type FirstIcon = keyof typeof PATHS;

/** Drawn with the current text colour. Decoration: the words beside it, or the button's label, carry the meaning. */
export function icon(name: FirstIcon, className = ''): TemplateResult {
  return outline(PATHS[name], className);
}

export function outline(path: string, className = ''): TemplateResult {
  return html`<svg class="icon ${className}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    ${svg`<path d=${path} />`}
  </svg>`;
}
