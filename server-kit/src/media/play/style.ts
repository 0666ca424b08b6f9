/** What the play page adds to the styles of all pages. Sides are logical, for languages that run from the right. */
export const PLAY_STYLE = `main:has(.stage){max-width:60rem}
.stage{position:relative;margin:0 0 16px}
.stage video{display:block;width:100%;height:auto;max-height:calc(100svh - 200px);min-height:180px;background:#000;border-radius:12px;object-fit:contain}
.stage.audio{padding:16px;background:var(--card);border:1px solid var(--line);border-radius:12px}
.stage audio{display:block;width:100%}
.stage img{display:block;max-width:100%;height:auto;max-height:calc(100svh - 200px);margin:0;border-radius:12px;object-fit:contain}
.stage.audio img{max-height:320px;margin:0 auto 16px}
.stage.document{display:flex;flex-wrap:wrap;align-items:center;gap:16px;padding:24px 16px;background:var(--card);border:1px solid var(--line);border-radius:12px}
.stage>a:not(.button){display:block;border-radius:12px}
.play{position:absolute;inset:0;width:88px;height:88px;margin:auto;padding:0;border-radius:50%;display:grid;place-items:center;box-shadow:0 0 0 4px #fff,0 2px 24px #000a}
.play[hidden]{display:none}
.play svg{display:block;margin-inline-start:4px}
[dir=rtl] .play svg{margin-inline:4px 0}
.play:focus-visible{outline:4px solid #000;outline-offset:4px}
.trouble{margin:12px 0 0;padding:12px 16px;background:var(--card);border:2px solid var(--bad);border-radius:10px;font-weight:600}
.trouble[hidden]{display:none}
.button{display:inline-flex;align-items:center;min-height:44px;padding:8px 20px;border-radius:10px;background:var(--accent);color:var(--on-accent);font-weight:600;text-decoration:none}
.button.quiet{background:var(--card);color:var(--text);box-shadow:inset 0 0 0 1px var(--line)}
.keep{display:flex;flex-wrap:wrap;align-items:center;gap:12px}
.facts{color:var(--muted);font-size:.875rem}
`;
