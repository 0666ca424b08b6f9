import type { Carrier, OutboundMessage, SendOutcome, WebhookRequest } from '../carriers/carrier.ts';
import { TWILIO_MMS } from '../carriers/twilio/mms.ts';

export const TEST_ACCOUNT = 'ACtest00000000000000000000000000001';
export const GOOD_SIGNATURE = 'good';

/** The network's edge in memory: takes every message and remembers it. Webhooks are believed when signed "good". */
export interface FakeCarrier extends Carrier {
  sent: OutboundMessage[];
  fetched: string[];
  /** What `send` answers next; default: accepted, with a new sid. */
  answer: (message: OutboundMessage) => SendOutcome | Promise<SendOutcome>;
  media: (url: string) => Response;
  /** Thrown by `check`. */
  fault: Error | null;
}

export function fakeCarrier(): FakeCarrier {
  let count = 0;
  const nextSid = () => `SM${String((count += 1)).padStart(32, '0')}`;
  const verify = ({ signature }: WebhookRequest) => signature === GOOD_SIGNATURE;

  const carrier: FakeCarrier = {
    name: 'fake',
    defaultAccount: TEST_ACCOUNT,
    sendTimeout: 1_000,
    mms: TWILIO_MMS,
    sent: [],
    fetched: [],
    answer: () => ({ kind: 'accepted', sid: nextSid() }),
    media: () => new Response('bytes', { headers: { 'content-type': 'image/png' } }),
    fault: null,
    async send(message) {
      carrier.sent.push(message);
      return carrier.answer(message);
    },
    find: async () => [],
    async readInbound(request) {
      if (!verify(request)) return { rejected: 'the signature does not match' };
      const { form } = request;
      return {
        accountSid: form.get('AccountSid') ?? '',
        sid: form.get('MessageSid') ?? '',
        from: form.get('From') ?? '',
        to: form.get('To') ?? '',
        body: form.get('Body') ?? '',
        media: Array.from({ length: Number(form.get('NumMedia') ?? 0) }, (_, index) => ({
          url: form.get(`MediaUrl${index}`) ?? '',
          contentType: form.get(`MediaContentType${index}`) ?? '',
        })),
        carrierHandled: null,
      };
    },
    readStatus: async (request) => (verify(request) ? null : { rejected: 'the signature does not match' }),
    async fetchMedia(url) {
      carrier.fetched.push(url);
      return carrier.media(url);
    },
    async check() {
      if (carrier.fault) throw carrier.fault;
    },
  };
  return carrier;
}
