import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
const MORNING = new Date('2026-11-21T09:30:00Z');
let now = MORNING;
beforeAll(async () => {
  kit = await getTestKit({ clock: () => now });
});
afterAll(() => kit.close());

const FILES = [
  ['image/png', 'inline'],
  ['image/jpeg', 'inline'],
  ['video/mp4', 'inline'],
  ['audio/amr', 'inline'],
  ['application/pdf', 'inline'],
  ['image/svg+xml', 'attachment'],
  ['text/html', 'attachment'],
  ['text/vcard', 'attachment'],
  ['application/javascript', 'attachment'],
  ['nonsense', 'attachment'],
] as const;

async function links(): Promise<string[]> {
  const { messageId } = await kit.receive(kit.a, {
    media: FILES.map(([type], index) => ({ url: `https://carrier.example/${index}`, type })),
  });
  const { body } = await kit.request('GET', `/v1/messages/${messageId}`);
  return body.media.map(({ url }: { url: string }) => url);
}
afterEach(() => {
  now = MORNING;
});
const open = (link: string) => kit.request('GET', link.replace('/crm', ''), { as: null });

describe('an attachment', () => {
  it('is reached by a signed link, without a token, and comes from the carrier', async () => {
    const [link] = await links();
    expect(link).toMatch(/^\/crm\/v1\/media\/[0-9a-f-]{36}\/0\?t=alpha&e=\d+&s=[\w-]{32}$/);
    const answer = await open(link!);
    expect([answer.status, answer.body]).toEqual([200, 'bytes']);
    expect(kit.carrier.fetched.at(-1)).toBe('https://carrier.example/0');
  });

  it('is shown only when it cannot run script', async () => {
    const all = await links();
    for (const [index, [type, disposition]] of FILES.entries()) {
      const { headers } = await open(all[index]!);
      expect([type, headers.get('content-disposition')]).toEqual([type, disposition]);
      expect(headers.get('content-type')).toBe(disposition === 'inline' ? type : 'application/octet-stream');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  it('keeps its link for the day, so that the browser keeps its copy', async () => {
    const { messageId } = await kit.receive(kit.a, {
      media: [{ url: 'https://carrier.example/x', type: 'image/png' }],
    });
    const link = async () => {
      const as = await kit.token('alpha');
      return (await kit.request('GET', `/v1/messages/${messageId}`, { as })).body.media[0].url;
    };
    const morning = await link();
    now = new Date('2026-11-21T23:59:59Z');
    expect(await link()).toBe(morning);
  });

  it('is not found by a link that was changed or has ended', async () => {
    const [link, second] = (await links()) as [string, string];
    const signature = (text: string) => /s=(.*)$/.exec(text)![1]!;
    const changed = [
      link.replace('t=alpha', 't=beta'),
      link.replace('/0?', '/1?'),
      link.replace(/e=\d+/, 'e=9999999999'),
      link.replace(signature(link), signature(second)),
      link.replace(signature(link), ''),
      link.replace(signature(link), 'x'.repeat(32)),
    ];
    for (const address of changed) expect([address, (await open(address)).status]).toEqual([address, 404]);
    now = new Date('2026-11-24T09:30:00Z');
    expect((await open(link)).status).toBe(404);
  });

  it('says so when the carrier has deleted it, or does not answer', async () => {
    const [link] = await links();
    kit.carrier.media = () => new Response('gone', { status: 404 });
    expect(await open(link!)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    kit.carrier.media = () => new Response('busy', { status: 500 });
    expect(await open(link!)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  });
});

describe('an attachment that we sent', () => {
  it('keeps the address that it was given', async () => {
    const url = 'https://files.example/house.png';
    const { body } = await kit.request('POST', '/v1/messages', {
      body: { to: '+13125550111', media_urls: [url] },
    });
    expect(body.media).toEqual([{ url, content_type: 'image/png', name: null }]);
  });
});
