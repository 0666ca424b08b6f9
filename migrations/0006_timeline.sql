-- The timeline of a contact: one row a message, and whatever else happened.
--
-- Of a message's events only those that begin something stand in it; the reports of the carrier (three or four a
-- message, most of the log) do not, and neither does that somebody has read a conversation. Leaving them out keeps the
-- index a third of the size of the whole, and costs the callbacks nothing. `events/log.ts` repeats the condition word
-- for word, or Postgres could not use the index.
create index events_in_timeline on events (tenant_id, contact_id, occurred_at desc, position desc)
  where contact_id is not null
    and type not in ('message.updated', 'message.sent', 'message.delivered', 'message.undelivered', 'message.failed',
      'message.read', 'message.canceled')
    and (type <> 'conversation.updated' or data ?| array['state', 'assignee']);

-- What waits for its hour, by the person it is for. A text that leaves at once never enters it.
create index messages_waiting on messages (tenant_id, contact_id, due_at, message_id)
  where status = 'queued' and hold_reason is not null;
