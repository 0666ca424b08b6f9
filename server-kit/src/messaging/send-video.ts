import { FALLBACK_VIDEO_WORDS, type MemberRef, type SendAs } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import type { AttachContext } from './attach.ts';
import { sendMessage } from './messages.ts';

interface VideoRequest {
  id?: string | undefined;
  asset_id: string;
  contact_id?: string | undefined;
  conversation_id?: string | undefined;
  body?: string | undefined;
  as: SendAs;
  expires_at?: string | null | undefined;
  send_at?: string | undefined;
}

/** One video to one person, with the account's usual words where none are given. */
export async function sendVideo(
  context: AttachContext,
  tx: Tx,
  { asset_id, as, expires_at, body, ...request }: VideoRequest,
  author: MemberRef,
): Promise<{ id: string; created: boolean }> {
  const [asset] = await tx.sql<{ kind: string; words: string | null }[]>`
    select a.kind, t.settings ->> 'video_words' as words
    from assets a join tenants t using (tenant_id)
    where a.tenant_id = ${tx.tenant} and a.asset_id = ${asset_id}`;
  if (!asset) throw notFound('asset');
  if (asset.kind !== 'video') {
    throw new ProblemError('file_refused', 'This is no video. Send it with a message instead.', 'asset_id');
  }
  return sendMessage(
    context,
    tx,
    {
      ...request,
      body: body ?? asset.words ?? FALLBACK_VIDEO_WORDS,
      media_urls: [],
      assets: [{ id: asset_id, as, expires_at }],
      purpose: 'conversation',
    },
    author,
  );
}
