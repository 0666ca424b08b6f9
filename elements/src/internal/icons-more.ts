import type { TemplateResult } from 'lit';
import { outline, PATHS } from './icons.ts';

/** All of them: for parts that are loaded later, and elements that show many. */
const ALL = {
  ...PATHS,
  x: 'M6 6l12 12M18 6 6 18',
  ticks: 'M2.5 12.5 7 17 15.5 7.5M11.5 16.5 12 17 20.5 7.5',
  clock: 'M12 7.5V12l3 2M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17',
  back: 'M15 5 8 12l7 7',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  send: 'M4 12 20 4l-5 16-4-6.5zM11 13.5 20 4',
  smile:
    'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M8.5 14.5s1.2 1.5 3.5 1.5 3.5-1.5 3.5-1.5M9 10h.01M15 10h.01',
  bolt: 'M13 3 5 14h6l-1 7 8-11h-6z',
  clip: 'M20 11.5 12 19.5a5 5 0 0 1-7-7L13.5 4a3.3 3.3 0 0 1 4.7 4.700L9.8 17a1.7 1.7 0 0 1-2.4-2.400L15 7',
  tag: 'M4 4h7l9 9-7 7-9-9zM8 8h.01',
  phone: 'M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A16 16 0 0 1 4 5a1 1 0 0 1 1-1',
  image: 'M4 5h16v14H4zM8.5 10.5h.01M4 17l5-4.5 3.5 3L16 12l4 4',
  play: 'M7 4.5v15l12.5-7.5z',
  stop: 'M8 3.5h8L20.5 8v8L16 20.5H8L3.5 16V8zM8.5 12h7',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  mail: 'M4 6h16v12H4zM4 7l8 6 8-6',
  note: 'M5 4h14v11l-5 5H5zM14 20v-5h5M9 9h6M9 12.5h3',
  task: 'M5 5h14v14H5zM8.5 12l2.500 2.500 4.500-5',
  download: 'M12 4v11M7 10.500 12 15.500l5-5M5 20h14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4',
  funnel: 'M4 5h16l-6.500 8v6l-3-1.500V13z',
  upload: 'M12 15.500V4.500M7 9l5-5 5 5M5 20h14',
  panel: 'M4 5h16v14H4zM14.5 5v14',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  pause: 'M8 5v14M16 5v14',
  camera: 'M4 6h11v12H4zM15 10.500 20 7v10l-5-3.500z',
  link: 'M10 13.500a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.700-5.700L12 6.500M14 10.500a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.700 5.700l1.300-1.200',
  branch: 'M6 20v-6a6 6 0 0 1 6-6h7M15.500 4.500 19 8l-3.500 3.500M6 14V4',
  split: 'M12 20v-7L5.500 6.500M12 13l6.500-6.500M5 11V6h5M14 6h5v5',
  globe:
    'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17M3.500 12h17M12 3.500c3.500 4.500 3.500 12.500 0 17M12 3.500c-3.500 4.500-3.500 12.500 0 17',
  undo: 'M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6',
} as const;

export type IconName = keyof typeof ALL;

export function icon(name: IconName, className = ''): TemplateResult {
  return outline(ALL[name], className);
}
