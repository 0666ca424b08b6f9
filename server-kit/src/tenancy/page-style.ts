/** The styles of the pages that stand in `page.ts`, with one colour of the brand's. */
import type { Brand } from '../contract/index.ts';

const PLAIN = { light: '#4453d6', dark: '#7f8cf8' };

export function pageStyle(tokens: Partial<Brand['tokens']> | undefined): string {
  const light = hex(tokens?.light?.['accent']) ?? PLAIN.light;
  const dark = hex(tokens?.dark?.['accent']) ?? hex(tokens?.light?.['accent']) ?? PLAIN.dark;
  return `:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--text:#111827;--muted:#525b69;--line:#cfd4dc;--bad:#bf2a2a;--on-bad:#fff;--good:#0f7350;--accent:${light};--on-accent:${on(light)}}
@media (prefers-color-scheme:dark){:root{--page:#0f1216;--card:#15181e;--text:#eceef2;--muted:#aab2bf;--line:#3d4552;--bad:#ff8a8a;--on-bad:#000;--good:#4ccf9d;--accent:${dark};--on-accent:${on(dark)}}}
${BASE}`;
}

/** Only plain colours: the page's text must stay readable on it, so it has to be reckoned with. */
function hex(value: string | undefined): string | null {
  return value !== undefined && /^#[0-9a-f]{6}$/i.test(value) ? value.toLowerCase() : null;
}

/** Black or white, whichever stands out more: one of them always has a contrast of 4.5 (WCAG 2.2, 1.4.3). */
function on(color: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#fff' : '#000';
}

const BASE = `*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:34rem;margin:0 auto;padding:24px 16px 48px;overflow-wrap:anywhere}
.who{display:flex;align-items:center;gap:12px;margin:0 0 24px;font-weight:600}
.who img{max-width:160px;height:32px;object-fit:contain}
h1{margin:0 0 16px;font-size:1.5rem;line-height:1.25}
h2{margin:0 0 4px;font-size:1.125rem}
p{margin:0 0 8px}
form{margin:0 0 24px;padding:16px;background:var(--card);border:1px solid var(--line);border-radius:12px}
fieldset{margin:0;padding:0;border:0;min-width:0}
legend{margin:0 0 8px;padding:0;color:var(--muted)}
.choice{display:grid;grid-template-columns:44px 1fr;padding:12px 0;border-top:1px solid var(--line)}
.choice input[type=checkbox]{grid-row:1;width:24px;height:24px;margin:2px 0 0;accent-color:var(--accent)}
.choice label{grid-column:2;grid-row:1;padding:2px 0;font-weight:600}
.choice p{grid-column:2;margin:0;color:var(--muted)}
.fine{color:var(--muted);font-size:.875rem}
blockquote{margin:0 0 16px;padding:12px 16px;border-inline-start:4px solid var(--accent);background:var(--card)}
button{min-height:44px;padding:8px 20px;border:0;border-radius:10px;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer}
button.stop{background:var(--bad);color:var(--on-bad)}
:focus-visible{outline:3px solid var(--text);outline-offset:2px}
.saved{padding:12px 16px;border:2px solid var(--good);border-radius:10px;font-weight:600}
`;
