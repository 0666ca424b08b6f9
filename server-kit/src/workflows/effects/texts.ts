import type { Definition, MemberRef } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { sendMany, type TextResult } from '../../messaging/send-many.ts';
import type { AttachContext } from '../../messaging/attach.ts';
import type { OutgoingText } from '../engine/effects.ts';
import { sendWindow } from '../send-window.ts';

/** The workflow that speaks. */
export interface Sending {
  actor: MemberRef;
  definition: Pick<Definition, 'settings'>;
}

/** Texts a statement: what an inbound webhook may have to wait for. */
const PIECE = 500;

/**
 * Queues what a batch has to say. The steps have looked who can be written to, in the same transaction: what is answered here besides
 * `queued` has changed in between, or has grown too long by its links.
 */
export async function writeTexts(
  context: AttachContext,
  tx: Tx,
  texts: readonly (OutgoingText & { by: Sending })[],
): Promise<(TextResult & { enrollmentId: string })[]> {
  const results: (TextResult & { enrollmentId: string })[] = [];
  for (let from = 0; from < texts.length; from += PIECE) {
    const piece = texts.slice(from, from + PIECE);
    const byMessage = new Map(piece.map((text) => [text.messageId, text]));
    const sent = await sendMany(
      context,
      tx,
      piece.map(({ messageId, contactId, body, assets, sendAs, sender, purpose, route, by }) => ({
        messageId,
        contactId,
        body,
        assets: assets.map((id) => ({ id, as: sendAs })),
        sender,
        purpose,
        route,
        window: sendWindow(by.definition.settings),
      })),
      {
        origin: 'workflow',
        newIds: true,
        author: ({ messageId }) => byMessage.get(messageId)!.by.actor,
      },
    );
    results.push(
      ...sent.map((result) => ({ ...result, enrollmentId: byMessage.get(result.messageId)!.enrollmentId })),
    );
  }
  return results;
}
