/** Queues texts with their contact's conversation and number. */
import type { Tx } from '../../db/client.ts';
import { newId } from '../../ids.ts';
import { enqueueMessages } from '../../messaging/outbox.ts';
import type { Compiled } from './compiled.ts';
import type { OutgoingText } from './effects.ts';

export async function queueTexts(tx: Tx, texts: (OutgoingText & { by: Compiled })[]): Promise<void> {
  const { sql, tenant } = tx;
  const ids = [...new Set(texts.map(({ contactId }) => contactId))];
  const wanted = ids.map((contact) => ({ contact, conversation: newId() }));
  const [, threads, [main]] = await Promise.all([
    sql`insert into conversations (tenant_id, conversation_id, contact_id, channel)
      select ${tenant}, w.conversation, w.contact, 'sms'
      from jsonb_to_recordset(${sql.json(wanted)}) as w (contact uuid, conversation uuid)
      on conflict (tenant_id, contact_id, channel) do nothing`,
    sql<
      {
        contact_id: string;
        conversation_id: string;
        phone: string;
        sender_id: string | null;
        address: string | null;
      }[]
    >`
      select c.contact_id, c.conversation_id, k.phone, s.sender_id, s.address from conversations c
      join contacts k on k.tenant_id = c.tenant_id and k.contact_id = c.contact_id
      left join senders s on s.tenant_id = c.tenant_id and s.sender_id = c.sender_id
      where c.tenant_id = ${tenant} and c.channel = 'sms' and c.contact_id = any(${ids}::uuid[])`,
    sql<{ sender_id: string; address: string }[]>`
      select sender_id, address from senders where tenant_id = ${tenant} and channel = 'sms' and is_default`,
  ]);
  const byContact = new Map(threads.map((thread) => [thread.contact_id, thread]));
  await enqueueMessages(
    tx,
    texts.map(({ contactId, body, messageId, purpose, by }) => {
      const thread = byContact.get(contactId)!;
      return {
        id: messageId,
        conversationId: thread.conversation_id,
        contactId,
        senderId: thread.sender_id ?? main!.sender_id,
        channel: 'sms' as const,
        from: thread.address ?? main!.address,
        to: thread.phone,
        body,
        mediaUrls: [],
        origin: 'workflow' as const,
        purpose,
        author: by.actor,
        sendAt: null,
      };
    }),
  );
}
