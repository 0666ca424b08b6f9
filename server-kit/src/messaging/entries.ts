/** What stands in `messages.media`: one entry a file, in the order in which they are shown. */
export interface MediaEntry {
  /** Inbound: where the carrier has it. Outbound: what the carrier fetches, or the link that stands in the text. */
  url: string;
  content_type?: string | null;
  name?: string | null;
  size?: number;
  width?: number | null;
  height?: number | null;
  duration_ms?: number | null;
  /** Our copy, or the asset's file as it was when it was sent. */
  file_id?: string;
  poster_id?: string | null;
  asset_id?: string;
  sent_as?: 'attachment' | 'link';
  /** Of a link: the picture that the carrier fetches beside it. */
  picture?: string | null;
  /** Of a link that lives for so many days from when the message leaves. */
  days?: number;
  gone?: true;
  /** Why it is not shown, in plain words. */
  not_shown?: string;
}

/** Cards and dates have no place among pictures and films: they stay with the carrier and are handed over as downloads. */
const LEFT_THERE = /^text\/(x-)?(vcard|calendar|directory|plain)\b/i;

/** Of an inbound file: there is nothing to wait for, whatever has become of it. */
export function isSettled({ file_id, gone, not_shown, content_type }: MediaEntry): boolean {
  return (
    file_id !== undefined || gone === true || not_shown !== undefined || LEFT_THERE.test(content_type ?? '')
  );
}

/** What the carrier is to fetch for a message. */
export function fetchedByCarrier(media: readonly MediaEntry[]): string[] {
  return media.flatMap(({ url, sent_as, picture }) => (sent_as === 'link' ? (picture ?? []) : url));
}

/** The links that belong into a message's text. */
export function linksOf(media: readonly MediaEntry[]): string[] {
  return media.flatMap(({ url, sent_as }) => (sent_as === 'link' ? url : []));
}

/** What must be kept for as long as the message shows it. */
export function filesOf(media: readonly MediaEntry[]): string[] {
  return [...new Set(media.flatMap(({ file_id, poster_id }) => [file_id ?? [], poster_id ?? []].flat()))];
}

/** A text before its links came into it, as nearly as can be told. */
export function withoutLinks(body: string, links: readonly string[]): string {
  return links.reduce((text, link) => text.replaceAll(`\n${link}`, '').replaceAll(link, ''), body).trim();
}
