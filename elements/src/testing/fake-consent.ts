import type { ConsentRecord } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { World } from './fake-world.ts';
import { optedOutBlock } from './fixtures.ts';
import { fakeId } from './people.ts';

type Consent = Pick<
  PatchbayClient,
  'listConsent' | 'recordConsent' | 'requestConsent' | 'createPreferenceLink'
>;

/** Consent in the in-memory server. */
export function fakeConsent({
  answer,
  announce,
  find,
  me,
  nextNumber,
  now,
  numberOf,
  records,
  requests,
}: World): Consent {
  const member = () => ({ id: me.member.id, name: me.member.name });
  return {
    listConsent: (id, o) =>
      answer(
        'listConsent',
        [id],
        () => {
          const { contact } = find(id);
          const born = contact.consent
            .filter((each) => each.at !== null)
            .map((each, i): ConsentRecord => ({
              id: fakeId('7', numberOf(id), i),
              channel: each.channel,
              address: contact.phone ?? '',
              action: each.state === 'withdrawn' ? 'withdraw' : 'grant',
              kind: each.kind,
              source: each.source === 'keyword' ? 'keyword' : 'form',
              wording: each.source === 'keyword' ? 'STOP' : 'Request form “Maple Court”',
              ip: each.source === 'keyword' ? null : '192.0.2.7',
              proof:
                each.source === 'keyword'
                  ? null
                  : { reference: 'https://files.example.com/form.pdf', description: 'The form as sent' },
              member: null,
              at: each.at as string,
              recorded_at: each.at as string,
              expires_at: each.expires_at,
            }));
          return { items: [...(records.get(id) ?? []), ...born], requests: requests.get(id) ?? [] };
        },
        o?.signal,
      ),
    recordConsent: (id, record) =>
      answer('recordConsent', [id, record], () => {
        const thread = find(id);
        const channel = record.channel ?? 'sms';
        const time = new Date(now()).toISOString();
        const granted = record.action === 'grant';
        const kind = granted ? (record.kind ?? 'express') : null;
        const consent = thread.contact.consent.map((each) =>
          each.channel === channel
            ? {
                ...each,
                state: granted ? ('granted' as const) : ('withdrawn' as const),
                kind,
                source: record.source ?? 'member',
                at: record.occurred_at ?? time,
                expires_at: record.expires_at ?? null,
              }
            : each,
        );
        thread.contact = { ...thread.contact, consent, version: thread.contact.version + 1 };
        records.set(id, [
          {
            id: fakeId('7', numberOf(id), 99 + nextNumber()),
            channel,
            address: thread.contact.phone ?? '',
            action: record.action,
            kind,
            source: record.source ?? 'member',
            wording: record.wording ?? null,
            ip: null,
            proof: record.proof ? { description: null, ...record.proof } : null,
            member: member(),
            at: record.occurred_at ?? time,
            recorded_at: time,
            expires_at: record.expires_at ?? null,
          },
          ...(records.get(id) ?? []),
        ]);
        thread.conversation = {
          ...thread.conversation,
          block: granted ? null : optedOutBlock(thread.contact.name ?? 'They', time),
          possible_opt_out: null,
        };
        announce(granted ? 'consent.granted' : 'consent.withdrawn', thread);
        return thread.contact;
      }),
    requestConsent: (id, request) =>
      answer('requestConsent', [id, request], () => {
        const thread = find(id);
        if (requests.has(id) && !request.force) {
          throw new ApiError('asked_already', 409, 'This number was asked within the last 24 hours.');
        }
        const asked = {
          id: fakeId('6', numberOf(id), nextNumber()),
          channel: 'sms' as const,
          address: thread.contact.phone ?? '',
          via: request.via,
          wording: request.wording ?? 'Reply YES to get texts from Maple Court about news and offers.',
          member: member(),
          asked_at: new Date(now()).toISOString(),
          expires_at: new Date(now() + 3 * 86_400_000).toISOString(),
          message_id: null,
        };
        requests.set(id, [asked]);
        announce('consent.requested', thread);
        return asked;
      }),
    createPreferenceLink: (id) =>
      answer('createPreferenceLink', [id], () => {
        find(id);
        return {
          url: 'https://portal.example.com/crm/p/AbCdEf0123',
          expires_at: new Date(now() + 90 * 86_400_000).toISOString(),
        };
      }),
  };
}
