/** The portal's own icons: outlines on a grid of 24, drawn in the colour of the text. */
import { html, type Html } from './html.ts';

const PATHS = {
  home: 'M4 11 12 4l8 7v9h-5v-6H9v6H4z',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4',
  chat: 'M4 5h16v11H9l-5 4z',
  people: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20a7.5 7.5 0 0 1 15 0',
  funnel: 'M4 5h16l-6.500 8v6l-3-1.500V13z',
  board: 'M4 5h4.500v14H4zM10 5h4.500v9H10zM16 5h4v6h-4z',
  flow: 'M6 4h5v5H6zM13 15h5v5h-5zM8.5 9v5.5H13',
  film: 'M4 5h16v14H4zM8 5v14M16 5v14M4 9.500h4M4 14.500h4M16 9.500h4M16 14.500h4',
  gear: 'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M18.4 5.6l-2.1 2.1M7.7 16.3l-2.1 2.1',
  phone:
    'M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3M11 18h2',
  plus: 'M12 5v14M5 12h14',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  sail: 'M3 17c3 3 6 3 9 0s6-3 9 0M12 13V4l7 9z',
  tooth:
    'M8 4c1.8 0 2.5 1 4 1s2.200-1 4-1c2.5 0 4 2 4 4.500 0 3-1.500 4.500-2 7C17.600 18 17 20.500 15.700 20.500c-1.700 0-1.200-5.500-3.700-5.500s-2 5.500-3.700 5.500C7 20.500 6.400 18 6 15.500c-.5-2.5-2-4-2-7C4 6 5.500 4 8 4z',
} as const;

export type IconName = keyof typeof PATHS;

export const icon = (name: IconName): Html =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${PATHS[name]}" /></svg>`;
