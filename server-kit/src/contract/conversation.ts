import { z } from 'zod';
import { BLOCK_CODES, CONVERSATION_STATES, MESSAGE_STATUSES } from './names.ts';
import { channel, cursor, id, instant, memberRef, page, sender } from './primitives.ts';

export const block = z
  .object({
    code: z.enum(BLOCK_CODES),
    reason: z.string().meta({ description: 'Why nothing can be sent, in plain words' }),
    way_out: z.string().meta({ description: 'What would lift it' }),
    since: instant.nullable(),
  })
  .meta({ id: 'Block' });
export type Block = z.infer<typeof block>;

export const conversation = z
  .object({
    id,
    channel,
    state: z.enum(CONVERSATION_STATES),
    contact: z
      .object({ id, name: z.string().nullable(), phone: z.string().nullable(), tags: z.array(z.string()) })
      .meta({ description: 'What the list draws; the whole contact is at /v1/contacts/{id}' }),
    sender: sender.pick({ id: true, address: true, name: true }).nullable(),
    assignee: memberRef.nullable(),
    unread: z.int().nonnegative(),
    preview: z
      .object({
        message_id: id,
        text: z.string(),
        direction: z.enum(['inbound', 'outbound']),
        status: z.enum(MESSAGE_STATUSES),
        error_reason: z.string().nullable(),
        media_count: z.int().nonnegative(),
        media_arriving: z
          .int()
          .nonnegative()
          .meta({ description: 'How many of them are still being fetched from the carrier' }),
      })
      .nullable(),
    block: block.nullable().meta({ description: 'Set while nothing can be sent' }),
    possible_opt_out: z
      .object({ message_id: id, text: z.string() })
      .nullable()
      .meta({ description: 'A free text that may mean stop; an agent decides' }),
    last_message_at: instant,
    created_at: instant,
  })
  .meta({ id: 'Conversation' });
export type Conversation = z.infer<typeof conversation>;

export const conversationPage = page(conversation, 'ConversationPage');

export const listConversationsQuery = z.object({
  state: z.enum(CONVERSATION_STATES).optional(),
  assignee: z.string().max(200).optional().meta({ description: '`me`, `none`, or a member id' }),
  unread: z.enum(['true', 'false']).optional(),
  channel: channel.optional(),
  tag: z.string().max(100).optional(),
  segment: id.optional().meta({ description: 'Whose contact is in this segment' }),
  q: z.string().max(200).optional().meta({ description: 'Name, number or words of a message' }),
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});
export type ListConversationsQuery = Partial<Omit<z.input<typeof listConversationsQuery>, 'limit'>> & {
  limit?: number;
};

export const searchConversations = z
  .object({
    filter: z.unknown().optional().meta({ $ref: '#/components/schemas/Filter' }),
    time_zone: z.string().max(60).nullable().optional(),
    ...listConversationsQuery.omit({ segment: true, unread: true, limit: true }).shape,
    unread: z.boolean().optional(),
    limit: z.int().min(1).max(100).default(30),
  })
  .meta({ id: 'SearchConversations' });

export const conversationCounts = z
  .object({
    inbox: z.int(),
    waiting: z.int(),
    closed: z.int(),
    unread: z.int().meta({ description: 'Conversations with something unread' }),
  })
  .meta({ id: 'ConversationCounts' });
export type ConversationCounts = z.infer<typeof conversationCounts>;

export const updateConversation = z
  .object({
    state: z.enum(CONVERSATION_STATES).optional(),
    assignee_id: z.string().max(200).nullable().optional(),
    unread: z
      .boolean()
      .optional()
      .meta({ description: 'false marks all as read, true marks it unread again' }),
    possible_opt_out: z
      .null()
      .optional()
      .meta({ description: 'null: the agent has looked and it is no opt-out' }),
  })
  .meta({ id: 'UpdateConversation' });
export type UpdateConversation = z.input<typeof updateConversation>;
