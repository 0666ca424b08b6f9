/**
 * A telephone network in memory: it keeps every call that it was asked for, as a carrier does, and says what a test wants it to
 * say. Webhooks go through the kit's own routes.
 */
import type { SendOutcome, WebhookRequest } from '../../carriers/carrier.ts';
import type { CallNews, CallRecord, CallStep, OutboundCall, VoiceCarrier } from '../../carriers/voice.ts';
import { GOOD_SIGNATURE, TEST_ACCOUNT } from '../../testing/carrier.ts';
import { TEST_URL, type TestKit } from '../../testing/kit.ts';

export interface NetworkCall extends OutboundCall {
  sid: string;
  createdAt: Date;
  news: CallNews;
}

export interface Network extends VoiceCarrier {
  calls: NetworkCall[];
  /** What the next answers are; default: accepted. `lost`: it has the call, and nobody hears of it. */
  answers: ('accepted' | 'lost' | 'never_came' | SendOutcome)[];
  /** Throws when the carrier is asked for its list. */
  deaf: boolean;
  /** Posts a webhook to one of the kit's addresses; what the carrier is to do then. */
  tell(
    url: string,
    call: Pick<NetworkCall, 'sid' | 'from' | 'to'>,
    more?: Partial<Told>,
  ): Promise<CallStep[]>;
}

interface Told extends CallNews {
  leg: { result: string; seconds: number | null } | null;
  signature: string;
  accountSid: string;
}

const NOTHING: CallNews = { status: null, result: null, seconds: null, answeredBy: null };

export function createNetwork(kit: () => TestKit, now: () => Date = () => new Date()): Network {
  let count = 0;
  const network: Network = {
    calls: [],
    answers: [],
    deaf: false,
    callsPerSecond: Infinity,
    plays: new Set(['audio/mpeg', 'audio/wav']),
    placeCall(call) {
      const answer = network.answers.shift() ?? 'accepted';
      if (typeof answer === 'object') return Promise.resolve(answer);
      if (answer === 'never_came') return Promise.resolve({ kind: 'unknown', reason: 'no_answer' });
      const sid = `CA${String((count += 1)).padStart(32, '0')}`;
      network.calls.push({ ...call, sid, createdAt: now(), news: { ...NOTHING, status: 'placed' } });
      return Promise.resolve(
        answer === 'lost' ? { kind: 'unknown', reason: 'no_answer' } : { kind: 'accepted', sid },
      );
    },
    findCalls: ({ accountSid, from, to, since }) =>
      network.deaf
        ? Promise.reject(new Error('no answer'))
        : Promise.resolve(
            network.calls
              .filter((call) => call.accountSid === accountSid && call.from === from && call.to === to)
              .filter(({ createdAt }) => createdAt >= since)
              .map(({ sid, createdAt, news }): CallRecord => ({ sid, createdAt, ...news }))
              .reverse(),
          ),
    readCall: ({ form, signature }: WebhookRequest) =>
      Promise.resolve(
        signature === GOOD_SIGNATURE
          ? (JSON.parse(form.get('call') ?? '{}') as never)
          : { rejected: 'the signature does not match' },
      ),
    script: (steps) => ({ contentType: 'application/json', body: JSON.stringify(steps) }),
    numberSetup: () => Promise.resolve([]),
    async tell(url, { sid, from, to }, { signature = GOOD_SIGNATURE, ...more } = {}) {
      const call = { accountSid: TEST_ACCOUNT, sid, from, to, leg: null, ...NOTHING, ...more };
      const answer = await kit().kit.fetch(
        new Request(url.startsWith('/') ? `${TEST_URL}${url}` : url, {
          method: 'POST',
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            'x-twilio-signature': signature,
          },
          body: new URLSearchParams({ call: JSON.stringify(call) }).toString(),
        }),
      );
      const text = await answer.text();
      if (answer.status >= 300) throw new Error(`the webhook answered ${answer.status}: ${text}`);
      return text === '' ? [] : (JSON.parse(text) as CallStep[]);
    },
  };
  return network;
}
