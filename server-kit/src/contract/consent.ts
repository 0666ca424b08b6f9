/** Who may be written to: the ledger, what it comes to, asking, and the lists that block. */
import { z } from 'zod';
import {
  CONSENT_ACTIONS,
  CONSENT_KINDS,
  CONSENT_REQUEST_VIAS,
  CONSENT_SOURCES,
  RECORDED_SOURCES,
  SUPPRESSION_LISTS,
} from './names.ts';
import { channel, cursor, id, instant, memberRef, page } from './primitives.ts';

const kind = z.enum(CONSENT_KINDS);

export const contactConsent = z
  .object({
    channel,
    state: z.enum(['granted', 'withdrawn', 'unknown']),
    kind: kind
      .nullable()
      .meta({ description: 'Of a grant; null: nobody said. Marketing needs express_written' }),
    source: z.string().nullable(),
    at: instant.nullable(),
    expires_at: instant.nullable(),
  })
  .meta({ id: 'ContactConsent' });

export const consentProof = z
  .object({
    reference: z
      .union([z.uuid(), z.url({ protocol: /^https$/ }).max(2000)])
      .meta({ description: 'An https address, or the uuid of a file' }),
    description: z.string().trim().max(500).nullable(),
  })
  .meta({ id: 'ConsentProof' });

export const consentRecord = z
  .object({
    id,
    channel,
    address: z.string(),
    action: z.enum(CONSENT_ACTIONS),
    kind: kind.nullable(),
    source: z.enum(CONSENT_SOURCES),
    wording: z.string().nullable().meta({ description: 'What the person said or was shown' }),
    ip: z.string().nullable().meta({ description: 'Where a form was sent from' }),
    proof: consentProof.nullable(),
    member: memberRef.nullable(),
    at: instant.meta({ description: 'When it was said' }),
    recorded_at: instant.meta({ description: 'When it was written down' }),
    expires_at: instant.nullable(),
  })
  .meta({ id: 'ConsentRecord' });
export type ConsentRecord = z.infer<typeof consentRecord>;

export const consentRequest = z
  .object({
    id,
    channel,
    address: z.string(),
    via: z.enum(CONSENT_REQUEST_VIAS),
    wording: z.string().meta({ description: 'What was sent, word for word' }),
    member: memberRef.nullable(),
    asked_at: instant,
    expires_at: instant,
    message_id: id.nullable(),
  })
  .meta({ id: 'ConsentRequest' });
export type ConsentRequest = z.infer<typeof consentRequest>;

export const consentHistory = z
  .object({
    items: z.array(consentRecord),
    requests: z.array(consentRequest).meta({ description: 'Asked, and not answered yet' }),
  })
  .meta({ id: 'ConsentHistory' });
export type ConsentHistory = z.infer<typeof consentHistory>;

export const recordConsent = z
  .object({
    channel: channel.default('sms'),
    address: z
      .string()
      .max(320)
      .optional()
      .meta({ description: 'One of the contact’s numbers or addresses. Default: the first' }),
    action: z.enum(CONSENT_ACTIONS),
    kind: kind.optional().meta({ description: 'Of a grant. Default `express`' }),
    source: z.enum(RECORDED_SOURCES).default('member'),
    wording: z.string().max(2000).optional(),
    ip: z
      .union([z.ipv4(), z.ipv6()])
      .optional()
      .meta({ description: 'Where a form was sent from; with `source` form or api only' }),
    proof: z
      .object({
        reference: consentProof.shape.reference,
        description: consentProof.shape.description.optional(),
      })
      .optional(),
    occurred_at: instant
      .optional()
      .meta({ description: 'When it was given, of a grant on paper from last week. Default: now' }),
    expires_at: instant.optional().meta({ description: 'From when on it no longer counts. Default: never' }),
  })
  .meta({ id: 'RecordConsent' });
export type RecordConsent = z.input<typeof recordConsent>;

export const requestConsent = z
  .object({
    channel: z.literal('sms').default('sms'),
    via: z.enum(CONSENT_REQUEST_VIAS),
    wording: z
      .string()
      .trim()
      .min(1)
      .max(600)
      .optional()
      .meta({ description: 'What is agreed to. What the law wants said and is missing is added' }),
    expires_in: z
      .int()
      .min(60)
      .max(30 * 86_400)
      .default(3 * 86_400)
      .meta({ description: 'Seconds for the answer' }),
    force: z
      .boolean()
      .default(false)
      .meta({ description: 'Managers: ask again although the last question is not a day old' }),
  })
  .meta({ id: 'RequestConsent' });
export type RequestConsent = z.input<typeof requestConsent>;

export const preferenceLinkBody = z
  .object({
    expires_in: z
      .int()
      .min(300)
      .max(366 * 86_400)
      .default(90 * 86_400)
      .meta({ description: 'Seconds that the link is good for' }),
  })
  .meta({ id: 'CreatePreferenceLink' });
export const preferenceLink = z
  .object({ url: z.string(), expires_at: instant })
  .meta({ id: 'PreferenceLink' });
export type PreferenceLink = z.infer<typeof preferenceLink>;

const list = z.enum(SUPPRESSION_LISTS);
const reason = z.string().trim().max(500).optional();

export const suppression = z
  .object({
    list,
    channel,
    address: z.string(),
    withdrawn: z.boolean().meta({ description: 'The person opted out; only their consent lifts that' }),
    listed: z.boolean().meta({ description: 'The team put it on the list, and may take it off' }),
    source: z.string(),
    reason: z.string().nullable(),
    member: memberRef.nullable(),
    since: instant,
  })
  .meta({ id: 'Suppression' });
export type Suppression = z.infer<typeof suppression>;
export const suppressionPage = page(suppression, 'SuppressionPage');

export const listSuppressionsQuery = z.object({
  list: list.default('own'),
  channel: channel.optional(),
  q: z.string().max(200).optional().meta({ description: 'A part of the number or address' }),
  after: cursor.max(600).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const addSuppression = z
  .object({
    list: list.default('own'),
    channel: channel.default('sms'),
    address: z.string().trim().min(1).max(320),
    reason,
  })
  .meta({ id: 'AddSuppression' });

export const addSuppressions = z
  .object({
    list: list.default('own'),
    channel: channel.default('sms'),
    addresses: z.array(z.string().max(320)).min(1).max(10_000),
    reason,
  })
  .meta({ id: 'AddSuppressions' });

export const suppressionsAdded = z
  .object({
    added: z.int(),
    already: z.int().meta({ description: 'Were on the list' }),
    invalid: z
      .array(z.object({ index: z.int(), address: z.string() }))
      .max(100)
      .meta({ description: 'Not readable and left out; the first hundred' }),
    invalid_count: z.int(),
  })
  .meta({ id: 'SuppressionsAdded' });
