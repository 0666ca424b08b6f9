import { describe, expect, it } from 'vitest';
import { createSandbox } from '../index.ts';

const get = (path: string, options = {}) =>
  createSandbox(options).fetch(new Request(`http://sandbox.test${path}`));

describe('the phone page', () => {
  it.each(['/', '/phone?number=%2B13125550177&to=%2B16305550142&embed=1'])(
    '%s runs no inline script or style',
    async (path) => {
      const page = await get(path);
      const html = await page.text();
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self'");
      expect(html).not.toMatch(/<style|<script(?![^>]* src=)|\sstyle=|\son\w+=/);
    },
  );

  it('has its heading in the part that a host embeds', async () => {
    const html = await (await get('/phone?embed=1')).text();
    expect(html.match(/<h1/g)).toHaveLength(1);
    expect(html).toMatch(/<main[^>]*>(?:(?!<\/main>)[\s\S])*<h1/);
  });

  it('serves every file that the page and its modules name', async () => {
    const waiting = ['/'];
    const seen = new Set<string>();
    for (let path = waiting.pop(); path; path = waiting.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const answer = await get(path);
      expect([path, answer.status]).toEqual([path, 200]);
      const text = await answer.text();
      for (const [, asset] of text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) waiting.push(asset!);
      for (const [, module] of text.matchAll(/^(?:import|} from).*'\.\/([^']+)'/gm))
        waiting.push(`/assets/${module}`);
    }
    expect(seen.size).toBe(13);
  });

  it.each([
    ['picture.jpg', 'image/jpeg', 'ffd8ff'],
    ['clip.mp4', 'video/mp4', '000000'],
    ['notes.pdf', 'application/pdf', '255044'],
  ])('has %s to send', async (name, type, begins) => {
    const answer = await get(`/assets/${name}`);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(Buffer.from(await answer.arrayBuffer()).toString('hex', 0, 3)).toBe(begins);
  });

  it('may be framed by whom the sandbox was told, anyone by default', async () => {
    expect((await get('/phone')).headers.get('content-security-policy')).toContain('frame-ancestors *');
    const own = await get('/phone', { frameAncestors: 'http://localhost:3000' });
    expect(own.headers.get('content-security-policy')).toContain('frame-ancestors http://localhost:3000');
  });
});
