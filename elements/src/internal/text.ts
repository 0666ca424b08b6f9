import { html, type TemplateResult } from 'lit';

/** A piece of a message's text: plain, or a link. */
export type TextPart = string | { text: string; href: string };

// http(s) and www, mail addresses, and phone numbers of at least ten digits. Nothing else ever becomes a link: a
// scheme that is not listed (javascript:, data:) cannot come through here.
const LINK =
  /\b(?:https?:\/\/|www\.)[^\s<>"'“”]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}|(?:\+\d{1,3}[\s.-]?)?\(?\d{3}\)?[\s.-]\d{3}[\s.-]?\d{4}\b|\+\d{10,15}\b/gi;

/** Cuts a text into plain pieces and safe links. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    // "See https://example.com/a." and "(https://example.com)": what follows a link is the sentence's, not its own.
    let found = match[0].replace(/[.,;:!?…]+$/, '');
    if (found.endsWith(')') && !found.includes('(')) found = found.slice(0, -1);
    const href = hrefOf(found);
    if (href === null) continue;
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({ text: found, href });
    end = match.index + found.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

function hrefOf(found: string): string | null {
  if (found.includes('@') && !/^(https?:|www\.)/i.test(found)) return `mailto:${found}`;
  if (/^[+(\d]/.test(found)) return `tel:${found.replace(/[^\d+]/g, '')}`;
  return safeUrl(/^www\./i.test(found) ? `https://${found}` : found);
}

/** The address when it is http or https, else null: what came over the wire is not to be trusted with a scheme. */
export function safeUrl(url: string): string | null {
  const base = typeof document === 'undefined' ? 'https://localhost' : document.baseURI;
  const parsed = URL.parse(url, base);
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.href : null;
}

/** A message's text with its links, and with the words of a search marked. */
export function renderText(text: string, mark = ''): unknown[] {
  return linkify(text).map((part) =>
    typeof part === 'string' ? highlight(part, mark) : linkTemplate(part.href, highlight(part.text, mark)),
  );
}

function linkTemplate(href: string, text: unknown): TemplateResult {
  const web = href.startsWith('http');
  return html`<a href=${href} part="link" target=${web ? '_blank' : '_self'} rel="noopener noreferrer"
    >${text}</a
  >`;
}

function highlight(text: string, mark: string): unknown {
  if (mark === '') return text;
  const parts: unknown[] = [];
  const lower = text.toLocaleLowerCase();
  const wanted = mark.toLocaleLowerCase();
  let end = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, end)) {
    parts.push(text.slice(end, at), html`<mark>${text.slice(at, at + wanted.length)}</mark>`);
    end = at + wanted.length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** Two letters for an avatar; for a bare number, its country code. */
export function initials(name: string | null, phone: string | null): string {
  const words = (name ?? '').trim().split(/\s+/).filter(Boolean);
  if (words.length > 0) {
    const first = [...(words[0] as string)][0] ?? '';
    const last = words.length > 1 ? ([...(words.at(-1) as string)][0] ?? '') : '';
    return (first + last).toLocaleUpperCase();
  }
  return /^\+1\d{10}$/.test(phone ?? '') ? '+1' : (phone?.slice(0, 3) ?? '?');
}

/** A hue that stays with the person. 0 to 4. */
export function hue(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return sum % 5;
}

/** `{{ first_name }}` and the like, filled in; what is not known is left out, with the space before it. */
export function fillTemplate(
  text: string,
  values: Readonly<Record<string, string | null | undefined>>,
): string {
  return text.replace(/ ?\{\{\s*([\w.]+)\s*\}\}/g, (hole, name: string) => {
    const value = values[name];
    return value ? (hole.startsWith(' ') ? ' ' : '') + value : '';
  });
}
