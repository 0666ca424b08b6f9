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
  gone?: true;
  /** Why it is not shown, in plain words. */
  not_shown?: string;
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
