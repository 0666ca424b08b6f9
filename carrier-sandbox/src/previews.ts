/** What a phone shows under a link: title and picture that the page gives of itself (https://ogp.me). */
import type { Transport } from './http-transport.ts';

export interface Preview {
  url: string;
  /** Whose page it is, as `portal.example.com`. */
  site: string;
  title: string;
  image: string | null;
  video: boolean;
}

/** As Messages on an iPhone asks, from the phone itself and before anybody has touched the link. */
const AGENT =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 ' +
  'Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0';
const MAX_HOPS = 3;
const KEPT = 200;

export interface Previews {
  /** Null: the page gives none, or does not answer. */
  get(url: string): Promise<Preview | null>;
  clear(): void;
}

export function createPreviews(transport: Transport): Previews {
  const kept = new Map<string, Promise<Preview | null>>();
  return {
    get(url) {
      const known = kept.get(url);
      if (known) return known;
      const asked = read(url).catch(() => null);
      kept.set(url, asked);
      // a phone that had no connection asks again
      void asked.then((preview) => preview ?? kept.delete(url));
      const [oldest] = kept.keys();
      if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
      return asked;
    },
    clear: () => kept.clear(),
  };

  async function read(address: string): Promise<Preview | null> {
    let url = address;
    for (let hop = 0; hop <= MAX_HOPS; hop++) {
      const answer = await transport({
        method: 'GET',
        url,
        headers: { 'user-agent': AGENT, accept: 'text/html,*/*;q=0.8' },
        body: '',
        connectTimeoutMs: 3000,
        readTimeoutMs: 5000,
        totalTimeoutMs: 5000,
        maxBytes: 1024 * 1024,
      });
      if (answer.status >= 300 && answer.status < 400 && answer.location !== null) {
        url = new URL(answer.location, url).href;
        continue;
      }
      const isPage = answer.status === 200 && answer.contentType.startsWith('text/html');
      return isPage ? previewOf(address, url, Buffer.from(answer.body).toString('utf8')) : null;
    }
    return null;
  }
}

/** Reads a page's head. `url` is where the page was found, for pictures that are named from there. */
export function previewOf(address: string, url: string, html: string): Preview | null {
  const said = new Map<string, string>();
  for (const [tag] of html.matchAll(/<meta\s[^>]*>/gi)) {
    const name = attribute(tag, 'property') ?? attribute(tag, 'name');
    const content = attribute(tag, 'content');
    if (name !== null && content !== null && !said.has(name)) said.set(name, content);
  }
  const title = said.get('og:title') ?? unescaped(/<title[^>]*>([^<]*)</i.exec(html)?.[1] ?? '');
  if (title.trim() === '') return null;
  const image = said.get('og:image');
  const target = image === undefined ? null : URL.parse(image, url);
  return {
    url: address,
    site: said.get('og:site_name') ?? new URL(url).hostname,
    title: title.trim().slice(0, 200),
    image: target && /^https?:$/.test(target.protocol) ? target.href : null,
    video: said.get('og:type')?.startsWith('video') ?? false,
  };
}

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>"']+))`, 'i').exec(tag);
  return found ? unescaped(found[1] ?? found[2] ?? found[3] ?? '') : null;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? parseInt(String(hexadecimal), 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
