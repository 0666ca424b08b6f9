import { describe, expect, it } from 'vitest';
import { previewOf } from './previews.ts';
import { BUSINESS, createHost, getSandbox, PHONE, until } from './testing/harness.ts';

const PAGE = `<!doctype html><html><head><title>Video</title>
  <meta property="og:title" content="Happy birthday, Sarah &amp; Tom!">
  <meta content='/m/abc/poster' property='og:image'><meta property=og:type content=video.other>
  <meta property="og:site_name" content="Harbor Realty"></head></html>`;

describe('the card under a link', () => {
  it('has title, picture and name as the page says them', () => {
    expect(previewOf('http://s.example/x', 'https://portal.example/m/abc', PAGE)).toEqual({
      url: 'http://s.example/x',
      site: 'Harbor Realty',
      title: 'Happy birthday, Sarah & Tom!',
      image: 'https://portal.example/m/abc/poster',
      video: true,
    });
  });

  it('makes do with a title, and is none without', () => {
    const url = 'https://portal.example/';
    expect(previewOf(url, url, '<title>Welcome</title>')).toMatchObject({
      title: 'Welcome',
      site: 'portal.example',
      image: null,
    });
    expect(previewOf(url, url, '<p>nothing</p>')).toBeNull();
    expect(
      previewOf(
        url,
        url,
        '<meta property="og:title" content="x"><meta property="og:image" content="javascript:1">',
      ),
    ).toMatchObject({ image: null });
  });

  it('is fetched as a phone does, for links of its own messages alone', async () => {
    const host = await createHost();
    host.answer('/m/abc', { type: 'text/html; charset=utf-8', body: PAGE });
    const { control, client, controls } = await getSandbox();
    const url = `${host.origin}/m/abc`;
    const ask = (link: string) =>
      control(`/phones/${encodeURIComponent(PHONE)}/preview?url=${encodeURIComponent(link)}`);
    expect((await ask(url)).status).toBe(404);
    await client.messages.create({ to: PHONE, from: BUSINESS, body: `Watch: ${url}` });
    await until('the sandbox to be idle', () => controls.idle());
    expect((await ask(url)).body.preview).toMatchObject({ title: 'Happy birthday, Sarah & Tom!' });
    await ask(url);
    expect(host.at('/m/abc')).toHaveLength(1);
    expect(host.at('/m/abc')[0]!.headers['user-agent']).toContain('facebookexternalhit');
  });
});
