import { css, unsafeCSS } from 'lit';

/**
 * The theme: roles, not colours. `[light, dark]`, or one value for both.
 *
 * Three levels decide a value: `--pb-<role>` set on or above the element, then the tenant's brand (which the provider
 * sets as the same property on itself), then the default here. Each element derives its private `--_<role>` on its
 * own host, so a brand set anywhere above is followed by everything that is derived from it.
 *
 * `light-dark()` reads the inherited `color-scheme`, which the `theme` attribute sets: a switch needs no new render.
 */
export const COLORS = {
  accent: ['#4453d6', '#7f8cf8'],
  surface: ['#ffffff', '#15181e'],
  'surface-sunken': ['#f6f7f9', '#0f1216'],
  'surface-raised': ['#ffffff', '#1c2027'],
  'surface-hover': ['#f1f3f6', '#20252d'],
  line: ['#e6e8ec', '#272c35'],
  'line-strong': ['#cfd4dc', '#3d4552'],
  text: ['#111827', '#eceef2'],
  'text-muted': ['#525b69', '#aab2bf'],
  'text-faint': ['#5f6773', '#a2abb9'],
  'bubble-in': ['#eef0f3', '#262b34'],
  good: ['#0f7350', '#4ccf9d'],
  'good-soft': ['#e5f5ee', '#12301f'],
  warn: ['#8a5100', '#f0b75a'],
  'warn-soft': ['#fff4dd', '#33270f'],
  bad: ['#bf2a2a', '#ff8a8a'],
  'bad-soft': ['#fdecec', '#3a1a1c'],
} as const satisfies Record<string, readonly [string, string]>;

/** Follow the accent unless they are set: a brand that names one colour is a whole brand. */
const DERIVED = {
  'accent-hover': 'color-mix(in oklab, var(--_accent) 86%, light-dark(#000, #fff))',
  'accent-soft':
    'light-dark(color-mix(in oklab, var(--_accent) 10%, var(--_surface)), color-mix(in oklab, var(--_accent) 24%, var(--_surface)))',
  'accent-text': 'color-mix(in oklab, var(--_accent) 84%, light-dark(#000, #fff))',
  'on-accent': 'oklch(from var(--_accent) clamp(0, (0.6 - l) * 1000, 1) 0 0)',
  'surface-selected': 'var(--_accent-soft)',
  'bubble-out': 'light-dark(var(--_accent), oklch(from var(--_accent) min(l, 0.52) c h))',
  'on-bubble-out': 'oklch(from var(--_bubble-out) clamp(0, (0.6 - l) * 1000, 1) 0 0)',
  'on-bubble-in': 'var(--_text)',
  focus: 'var(--_accent)',
} as const;

const SIZES = {
  'text-xs': '11px',
  'text-s': '12.5px',
  'text-m': '14px',
  'text-l': '16px',
  'text-xl': '18px',
  'radius-s': '6px',
  'radius-m': '10px',
  'radius-l': '14px',
  'radius-bubble': '18px',
  'motion-quick': '120ms',
  motion: '200ms',
  'shadow-float': '0 1px 2px rgb(16 24 40 / 0.08), 0 8px 24px rgb(16 24 40 / 0.16)',
} as const;

export const TOKENS = [
  ...Object.keys(COLORS),
  ...Object.keys(DERIVED),
  ...Object.keys(SIZES),
  'font',
] as const;

const rule = ([name, value]: readonly [string, string]) => `--_${name}:var(--pb-${name},${value});`;

const roles = [
  ...Object.entries(COLORS).map(([name, [light, dark]]) => [name, `light-dark(${light},${dark})`] as const),
  ...Object.entries(DERIVED),
  ...Object.entries(SIZES),
].map(rule);

export const tokens = css`
  :host {
    ${unsafeCSS(roles.join(''))}
    --_font: var(--pb-font, inherit);
    --_density: var(--pb-density, 1);
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  :host([theme='auto']) {
    color-scheme: light dark;
  }
  :host([density='comfortable']) {
    --pb-density: 1;
  }
  :host([density='compact']) {
    --pb-density: 0.66;
  }
`;
