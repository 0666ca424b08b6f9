import type { Asset, Conversation, Message, SendMessage } from '@patchbay/server-kit/contract';

/** The message as it is shown until the server has answered: the same id, so that the answer finds it. */
export function draftMessage(
  request: SendMessage & { id: string },
  conversation: Conversation | undefined,
  created_at: string,
  assets: readonly Asset[] = [],
): Message {
  return {
    id: request.id,
    conversation_id: request.conversation_id ?? '',
    contact_id: conversation?.contact.id ?? '',
    channel: conversation?.channel ?? 'sms',
    direction: 'outbound',
    status: 'queued',
    origin: 'member',
    purpose: 'conversation',
    body: request.body ?? '',
    media: [
      ...(request.media_urls ?? []).map((url) => ({ url, content_type: typeOf(url), name: null })),
      ...assets.map(mediaOf),
    ],
    from: conversation?.sender?.address ?? '',
    to: conversation?.contact.phone ?? '',
    segments: 0,
    attempt: 1,
    author: null,
    error: null,
    hold: request.send_at ? { reason: 'scheduled', until: request.send_at } : null,
    send_at: request.send_at ?? null,
    created_at,
    sent_at: null,
    delivered_at: null,
    read_at: null,
  };
}

function mediaOf({
  id,
  file_url,
  content_type,
  name,
  size,
  duration_ms,
  poster_url,
}: Asset): Message['media'][number] {
  return {
    url: file_url,
    content_type,
    name,
    size,
    asset_id: id,
    ...(duration_ms !== null && { duration_ms }),
    ...(poster_url !== null && { poster_url }),
  };
}

/** By its ending, until the server has looked at it. */
function typeOf(url: string): string {
  const ending = /\.(\w+)(?:$|[?#])/.exec(url)?.[1]?.toLowerCase() ?? '';
  if (/^(jpe?g|png|gif|webp)$/.test(ending)) return `image/${ending}`;
  if (/^(mp4|mov|webm)$/.test(ending)) return `video/${ending}`;
  return ending === 'pdf' ? 'application/pdf' : 'application/octet-stream';
}
