import type { FeedEvent } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import type { Enrich, LoggedEvent } from '../events/hub.ts';
import { conversationsById, messagesById, toConversation, toMessage } from './wire.ts';

/** Dresses log entries for the live feed: two queries a page, however many events and clients there are. */
export function feedEnricher(context: Pick<KitContext, 'secret' | 'mountPath' | 'clock'>): Enrich {
  return async (tx: Tx, events: LoggedEvent[]): Promise<FeedEvent[]> => {
    const [messageRows, conversationRows] = await Promise.all([
      messagesById(tx, idsOf(events, 'message_id')),
      conversationsById(tx, idsOf(events, 'conversation_id')),
    ]);
    const messages = new Map(messageRows.map((row) => [row.id, toMessage(context, tx.tenant, row)]));
    const conversations = new Map(conversationRows.map((row) => [row.id, toConversation(row)]));
    return events.map((event) => ({
      id: event.event_id,
      type: event.type,
      at: event.occurred_at,
      contact_id: event.contact_id,
      actor: event.actor,
      data: event.data,
      message: messages.get(event.message_id ?? '') ?? null,
      conversation: conversations.get(event.conversation_id ?? '') ?? null,
    }));
  };
}

function idsOf(events: LoggedEvent[], key: 'message_id' | 'conversation_id'): string[] {
  return [...new Set(events.flatMap((event) => event[key] ?? []))];
}
