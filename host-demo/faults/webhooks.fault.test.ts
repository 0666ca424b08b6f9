/** Webhooks that come many times, that nobody signed, and whose answers get lost. */
import { randomUUID } from 'node:crypto';
import { DEFAULT_ACCOUNT, signWebhook } from '@patchbay/carrier-sandbox';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { campaign, chance, SEED, TIMEOUT } from './support/campaign.ts';
import { hookRequest, inboundForm, newSid, type Form } from './support/hooks.ts';
import { openStage, TENANT, type Stage } from './support/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({ databaseUrl: inject('databaseUrl') });
});
afterEach(() => stage.close());

const inbound = (form: Form) => hookRequest({ url: `${stage.publicUrl}/twilio/sms/inbound`, form });

interface Counts {
  messages: number;
  sids: number;
  contacts: number;
  conversations: number;
  received: number;
  unread: number;
}

async function counts(): Promise<Counts> {
  const [row] = await stage.query<Counts>(`select
    (select count(*) from messages where direction = 'inbound')::int as messages,
    (select count(distinct carrier_sid) from messages where direction = 'inbound')::int as sids,
    (select count(*) from contacts)::int as contacts,
    (select count(*) from conversations)::int as conversations,
    (select count(*) from events where type = 'message.received')::int as received,
    (select coalesce(sum(unread), 0) from conversations)::int as unread`);
  return row!;
}

describe('the same text, fifty times at once through two processes', () => {
  it(
    'is one message, one contact, one conversation and one event, every time',
    async () => {
      const rounds = campaign(20, 1_000);
      const kits = [stage.kit, stage.another()];
      const started = performance.now();
      for (let round = 0; round < rounds; round += 1) {
        const form = inboundForm({
          from: `+1415${String(2_000_000 + round)}`,
          to: stage.senders[0]!.address,
        });
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, copy) => kits[copy % 2]!.fetch(inbound(form))),
        );
        expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
      }
      console.log(`same text at once: ${rounds} x 50 in ${seconds(started)}`);
      expect(await counts()).toEqual({
        messages: rounds,
        sids: rounds,
        contacts: rounds,
        conversations: rounds,
        received: rounds,
        unread: rounds,
      });
    },
    TIMEOUT,
  );

  it(
    'makes one contact and one conversation of the first texts of somebody new, all of them kept',
    async () => {
      const rounds = campaign(20, 500);
      const kits = [stage.kit, stage.another()];
      for (let round = 0; round < rounds; round += 1) {
        const from = `+1415${String(2_000_000 + round)}`;
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, text) =>
            kits[text % 2]!.fetch(
              inbound(inboundForm({ from, to: stage.senders[0]!.address, body: `Text ${text}` })),
            ),
          ),
        );
        expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
      }
      const made = await counts();
      expect(made).toMatchObject({
        messages: rounds * 10,
        contacts: rounds,
        conversations: rounds,
        unread: rounds * 10,
      });
      const created = await stage.query(`select 1 from events where type = 'contact.created'`);
      expect(created).toHaveLength(rounds);
    },
    TIMEOUT,
  );
});

describe('a webhook that was tampered with', () => {
  it(
    'is refused, whatever was changed, and leaves nothing behind',
    async () => {
      const many = campaign(1_500, 10_000);
      const random = chance(SEED);
      const tried = new Map<string, number>();
      const started = performance.now();
      const one = async () => {
        const form = inboundForm({
          from: '+14155552000',
          to: stage.senders[0]!.address,
          body: 'Is the car still there?',
        });
        const url = `${stage.publicUrl}/twilio/sms/inbound`;
        const mutant = random.pick(MUTANTS);
        const { name, request } = mutant(form, url, random);
        tried.set(name, (tried.get(name) ?? 0) + 1);
        const answer = await stage.kit.fetch(request);
        expect(answer.status, `seed ${SEED}: ${name}`).toBe(403);
      };
      for (let done = 0; done < many; done += 50) await Promise.all(Array.from({ length: 50 }, one));
      console.log(
        `tampered: ${many} refused in ${seconds(started)}: ${JSON.stringify(Object.fromEntries(tried))}`,
      );
      expect(tried.size).toBe(MUTANTS.length);
      expect(await counts()).toMatchObject({ messages: 0, contacts: 0, received: 0 });
      // the request that all of them were made from is accepted: it was the tampering that was refused
      const genuine = inboundForm({ from: '+14155552000', to: stage.senders[0]!.address });
      expect((await stage.kit.fetch(inbound(genuine))).status).toBe(200);
    },
    TIMEOUT,
  );

  it('is believed by its signature over the public address, whatever proxies wrote into the headers', async () => {
    const form = inboundForm({ from: '+14155552000', to: stage.senders[0]!.address });
    const url = `${stage.publicUrl}/twilio/sms/inbound`;
    const answer = await stage.kit.fetch(
      hookRequest({
        url,
        form,
        headers: { 'x-forwarded-host': 'elsewhere.example', 'x-forwarded-proto': 'https' },
      }),
    );
    expect(answer.status).toBe(200);
  });

  it('has no second effect when it is a genuine one, replayed', async () => {
    const [address, from] = [stage.senders[0]!.address, '+14155552000'];
    const texts = ['Hello', 'STOP', 'START', 'HELP'].map((body) => inboundForm({ from, to: address, body }));
    for (const form of texts) expect((await stage.kit.fetch(inbound(form))).status).toBe(200);
    const snapshot = async () => ({
      ...(await counts()),
      events: await stage.query('select event_id from events order by event_id'),
      ledger: await stage.query('select record_id from consent_records order by record_id'),
      blocked: await stage.query('select address from suppressions'),
    });
    const before = await snapshot();
    for (let again = 0; again < 25; again += 1) {
      for (const form of [texts[1]!, texts[0]!, texts[3]!, texts[2]!]) await stage.kit.fetch(inbound(form));
    }
    expect(await snapshot()).toEqual(before);
  });
});

type Mutant = (
  form: Form,
  url: string,
  random: ReturnType<typeof chance>,
) => { name: string; request: Request };

/** Sends something else than what was signed. */
function forged(
  name: string,
  signed: { form: Form; url: string },
  sent: { form: Form; url?: string },
  headers = {},
) {
  const signature = signWebhook(DEFAULT_ACCOUNT.authToken, signed.url, signed.form);
  const url = sent.url ?? signed.url;
  return { name, request: hookRequest({ url, form: sent.form, signature, headers }) };
}

const MUTANTS: Mutant[] = [
  (form, url, random) => {
    const key = random.pick(Object.keys(form));
    return forged(
      'parameter changed',
      { form, url },
      { form: { ...form, [key]: `${form[key]}${random.below(10)}` } },
    );
  },
  (form, url, random) => {
    const key = random.pick(Object.keys(form));
    const rest = Object.fromEntries(Object.entries(form).filter(([name]) => name !== key));
    return forged('parameter removed', { form, url }, { form: rest });
  },
  (form, url, random) =>
    forged('parameter added', { form, url }, { form: { ...form, [`Extra${random.below(1_000)}`]: 'x' } }),
  (form, url, random) => {
    const [one, other] = [random.pick(Object.keys(form)), random.pick(['Body', 'From', 'To'])];
    const swapped = { ...form, [one]: form[other]!, [other]: `${form[one]}!` };
    return forged('values swapped', { form, url }, { form: swapped });
  },
  (form, url) => forged('query added', { form, url }, { form, url: `${url}?x=1` }),
  (form, url) => forged('signed with a query that is gone', { form, url: `${url}?x=1` }, { form, url }),
  (form, url) => forged('signed for another port', { form, url: withPort(url, '81') }, { form, url }),
  (form, url) => forged('signed for https', { form, url: url.replace('http:', 'https:') }, { form, url }),
  (form, url) =>
    forged('signed for another host', { form, url: url.replace('127.0.0.1', 'evil.example') }, { form, url }),
  (form, url) =>
    forged('signed for another path', { form, url: url.replace('inbound', 'status') }, { form, url }),
  (form, url) => {
    // whoever controls the headers must not get to choose what the signature is checked against
    const own = url.replace(/\/\/[^/]+/, '//evil.example');
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-original-host': 'evil.example',
      forwarded: 'host=evil.example',
    };
    return forged('signed for the host in proxy headers', { form, url: own }, { form, url }, headers);
  },
  (form, url, random) => {
    const token = random.below(2) === 0 ? '0'.repeat(32) : DEFAULT_ACCOUNT.authToken.slice(0, -1);
    return { name: 'old or cut token', request: hookRequest({ url, form, token }) };
  },
  (form, url, random) => {
    const genuine = signWebhook(DEFAULT_ACCOUNT.authToken, url, form);
    const at = random.below(genuine.length - 2);
    const other = genuine[at] === 'A' ? 'B' : 'A';
    return {
      name: 'signature changed',
      request: hookRequest({ url, form, signature: genuine.slice(0, at) + other + genuine.slice(at + 1) }),
    };
  },
  (form, url, random) => ({
    name: 'no real signature',
    request: hookRequest({
      url,
      form,
      signature: random.pick(['', 'undefined', 'null', 'AAAA', '=', 'good']),
    }),
  }),
  (form, url) => ({
    name: 'an account that is not ours',
    request: hookRequest({ url, form: { ...form, AccountSid: `AC${'f'.repeat(32)}` } }),
  }),
  (form, url) => {
    const status = url.replace('inbound', 'status');
    const query = new URLSearchParams({ t: TENANT, m: randomUUID(), a: '1' });
    const report = { ...form, MessageStatus: 'delivered', MessageSid: newSid() };
    return forged(
      'status for another message',
      { form: report, url: `${status}?${query}` },
      {
        form: report,
        url: `${status}?${new URLSearchParams({ t: TENANT, m: randomUUID(), a: '1' })}`,
      },
    );
  },
];

function withPort(url: string, port: string): string {
  const other = new URL(url);
  other.port = port;
  return other.href;
}

function seconds(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
