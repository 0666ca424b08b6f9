import { z } from 'zod';
import { HOLD_REASONS, MESSAGE_ORIGINS, MESSAGE_PURPOSES, MESSAGE_STATUSES, SEND_AS } from './names.ts';
import { channel, cursor, id, instant, memberRef } from './primitives.ts';

/** The carrier's limit on one text (Twilio error 21617). */
export const MAX_BODY_LENGTH = 1600;
/** The carrier's limit on pictures and files in one message (Twilio error 21623). */
export const MAX_MEDIA = 10;

export const media = z
  .object({
    url: z
      .string()
      .meta({ description: 'Where a browser can fetch it; signed when it comes from the carrier' }),
    content_type: z.string(),
    name: z.string().nullable(),
    size: z.int().optional().meta({ description: 'Bytes, where they are known' }),
    width: z.int().optional(),
    height: z.int().optional(),
    duration_ms: z.int().optional(),
    poster_url: z.string().optional(),
    asset_id: id.optional().meta({ description: 'The asset that was sent' }),
    sent_as: z
      .enum(['attachment', 'link'])
      .optional()
      .meta({ description: 'Of an asset: in the message itself, or as a link in its text' }),
    arriving: z.boolean().optional().meta({
      description:
        'An inbound file that is still being fetched and checked; `message.updated` tells when it is there',
    }),
    gone: z
      .boolean()
      .optional()
      .meta({ description: 'The carrier had deleted it before it could be copied' }),
    not_shown: z.string().optional().meta({
      description: 'Why an inbound file was not taken over, in plain words; its url answers nothing',
    }),
  })
  .meta({ id: 'Media' });
export type Media = z.infer<typeof media>;

export const messageError = z
  .object({
    code: z.string().meta({ description: "The carrier's code, or ours when the kit stopped it" }),
    reason: z.string().meta({ description: 'What happened and what to do, in plain words' }),
    retryable: z.boolean(),
  })
  .meta({ id: 'MessageError' });

export const message = z
  .object({
    id,
    conversation_id: id,
    contact_id: id,
    channel,
    direction: z.enum(['inbound', 'outbound']),
    status: z.enum(MESSAGE_STATUSES),
    origin: z.enum(MESSAGE_ORIGINS),
    purpose: z.enum(MESSAGE_PURPOSES),
    body: z.string(),
    media: z.array(media),
    from: z.string(),
    to: z.string(),
    segments: z.int().nonnegative(),
    attempt: z.int().positive().meta({ description: 'Counts up with every Retry; the message stays one' }),
    author: memberRef.nullable(),
    error: messageError.nullable(),
    hold: z
      .object({ reason: z.enum(HOLD_REASONS), until: instant.nullable() })
      .nullable()
      .meta({ description: 'Why a queued message waits' }),
    send_at: instant.nullable(),
    created_at: instant,
    sent_at: instant.nullable(),
    delivered_at: instant.nullable(),
    read_at: instant.nullable(),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof message>;

/** A video of the library to one person: as a message where the carrier takes it, else as its picture with a link. */
export const sendVideo = z
  .object({
    id: id.optional().meta({ description: "The client's own id: the same id again is the same message" }),
    asset_id: id,
    contact_id: id.optional(),
    conversation_id: id.optional(),
    body: z.string().max(20_000).optional().meta({
      description:
        'The link goes where `{link}` stands, else to the end. Left out: the account’s usual words',
    }),
    as: z.enum(SEND_AS).default('auto'),
    expires_at: instant
      .nullable()
      .optional()
      .meta({ description: 'Of the link; left out: as the asset says; null: never' }),
    send_at: instant.optional().meta({ description: 'Left out: now' }),
  })
  .meta({ id: 'SendVideo' });
export type SendVideo = z.input<typeof sendVideo>;

/** Something that happened between two messages and is drawn as a pill. */
export const threadEvent = z
  .object({
    id,
    type: z.string(),
    at: instant,
    actor: memberRef.nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'ThreadEvent' });
export type ThreadEvent = z.infer<typeof threadEvent>;

export const messagePage = z
  .object({
    items: z.array(message).meta({ description: 'Oldest first' }),
    events: z
      .array(threadEvent)
      .meta({ description: 'What else happened in the span of this page, oldest first' }),
    scheduled: z.array(message).meta({
      description: 'What waits for its hour, soonest first; on the newest page, and not among its items',
    }),
    before: cursor.nullable().meta({ description: 'Pass as `before` for older messages' }),
    after: cursor.nullable().meta({ description: 'Pass as `after` for newer messages' }),
  })
  .meta({ id: 'MessagePage' });
export type MessagePage = z.infer<typeof messagePage>;

export const listMessagesQuery = z.object({
  before: cursor.optional(),
  after: cursor.optional(),
  around: id.optional().meta({ description: 'A page with this message in its middle, for a search hit' }),
  q: z.string().max(200).optional().meta({ description: 'Only messages with these words' }),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

const assetWishes = z
  .array(
    z.object({
      id,
      as: z.enum(SEND_AS).default('auto'),
      expires_at: instant
        .nullable()
        .optional()
        .meta({ description: 'Of a link; left out: as the asset says; null: never' }),
    }),
  )
  .max(MAX_MEDIA);

const mediaUrls = z.array(z.url({ protocol: /^https?$/ })).max(MAX_MEDIA);

export const sendMessage = z
  .object({
    id: id.optional().meta({ description: "The client's own id: the same id again is the same message" }),
    conversation_id: id.optional(),
    contact_id: id.optional(),
    to: z.string().max(40).optional().meta({ description: 'A number as people write it; E.164 is best' }),
    sender_id: id.optional().meta({ description: 'Left out: the number this conversation already uses' }),
    body: z.string().max(20_000).default(''),
    media_urls: mediaUrls.default([]),
    assets: assetWishes.default([]).meta({
      description: 'Uploaded files: attached where the carrier takes them, else as a link in the text',
    }),
    purpose: z.enum(['conversation', 'marketing']).default('conversation'),
    send_at: instant.optional().meta({ description: 'Left out: now' }),
  })
  .meta({ id: 'SendMessage' });
export type SendMessage = z.input<typeof sendMessage>;

export const editMessage = z
  .object({
    body: z
      .string()
      .max(20_000)
      .optional()
      .meta({ description: 'A link of a file that it leaves out comes back at its end' }),
    send_at: instant.nullable().optional(),
    media_urls: mediaUrls
      .optional()
      .meta({ description: 'The addresses instead of those that it has. Left out: as they are' }),
    assets: assetWishes.optional().meta({
      description: 'The files instead of those that it has; links of the old ones end. Left out: as they are',
    }),
  })
  .meta({ id: 'EditMessage' });
export type EditMessage = z.input<typeof editMessage>;
