import { newId } from '../../ids.ts';
import type { NewMessage } from '../outbox.ts';

type Given = 'conversationId' | 'contactId' | 'senderId' | 'from' | 'to';

/** A member's text for the outbox, with nothing about it but what a test says. */
export function newText(message: Pick<NewMessage, Given> & Partial<NewMessage>): NewMessage {
  return {
    id: newId(),
    channel: 'sms',
    body: 'Hello',
    mediaUrls: [],
    origin: 'member',
    purpose: 'conversation',
    author: null,
    sendAt: null,
    ...message,
  };
}
