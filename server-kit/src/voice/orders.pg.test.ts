/**
 * Whatever happens in whatever order: two processes that place calls and die at any point, answers that are lost, callbacks that
 * come twice and shuffled, people who say no in between. Nobody is called twice, nobody who has said no, and every call comes to
 * one end.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CallNews, CallStep } from '../carriers/voice.ts';
import { lockConsent, recordConsent } from '../consent/index.ts';
import { fakeCarrier } from '../testing/carrier.ts';
import { TEST_URL } from '../testing/kit.ts';
import { createCaller } from './drain.ts';
import type { NetworkCall } from './testing/network.ts';
import { getVoiceWorld, type VoiceWorld } from './testing/world.ts';

let world: VoiceWorld;
beforeAll(async () => {
  world = await getVoiceWorld();
});
afterAll(() => world.close());

const OVER = new Set(['completed', 'canceled']);
const PEOPLE = 4;
const NOON = Date.parse('2026-03-03T18:00:00.000Z');

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      dies: fc.option(fc.constantFrom('claimed', 'started', 'answered')),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('tell' as const), nth: fc.nat(30), twice: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('turn' as const), seconds: fc.constantFrom(1, 6, 20, 70) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('no' as const),
      who: fc.nat(PEOPLE - 1),
      how: fc.constantFrom('list', 'flag'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deaf' as const), is: fc.boolean() }) },
);
const answers = fc.array(fc.constantFrom('accepted' as const, 'lost' as const, 'never_came' as const), {
  minLength: 2,
  maxLength: 10,
  size: 'max',
});

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;
type Plan = 'accepted' | 'lost' | 'never_came';
/** A webhook that the network still has to deliver. */
type Due = () => Promise<void>;

async function campaign(kinds: ('call' | 'voicemail')[], actions: Action[], plan: Plan[]) {
  const { network, kit } = world;
  await kit.admin('truncate calls, call_lanes, events, suppressions, consents, contacts cascade');
  // noon: nobody is called at night, and a campaign takes at most an hour
  world.turn(NOON - world.now().getTime());
  Object.assign(network, { calls: [], answers: [...plan], deaf: false });
  const people: { id: string; phone: string }[] = [];
  for (let nth = 0; nth < PEOPLE; nth += 1) people.push(await world.contact());
  const ids = [];
  for (const [nth, kind] of kinds.entries()) ids.push(await world.queue(people[nth % PEOPLE]!.id, { kind }));

  const refused = new Set<string>();
  const wrong: string[] = [];
  /** Times that the contact's own phone was rung, by call. */
  const rung = new Map<string, number>();
  const due: Due[] = [];
  const idOf = ({ answerUrl }: NetworkCall) => new URL(answerUrl).searchParams.get('c')!;
  const ring = (id: string, phone: string, isNow = refused.has(phone)) => {
    rung.set(id, (rung.get(id) ?? 0) + 1);
    if (isNow) wrong.push(`${phone} was called after saying no`);
  };
  const placeCall = network.placeCall.bind(network);
  let dying: string | null = null;
  const watched = {
    ...network,
    findCalls: (query: Parameters<typeof network.findCalls>[0]) => network.findCalls(query),
    placeCall: async (call: Parameters<typeof placeCall>[0]) => {
      const before = network.calls.length;
      const outcome = await placeCall(call);
      const made = network.calls[before];
      if (made) {
        if (call.detect === 'end_of_greeting') ring(idOf(made), made.to);
        due.push(...scriptOf(made));
      }
      return outcome;
    },
  };
  const callers = [0, 1].map(() =>
    createCaller(
      {
        database: world.database,
        carrier: Object.assign(fakeCarrier(), { voice: watched }),
        publicUrl: TEST_URL,
        log: { warn: () => undefined } as never,
      },
      {
        reached: (point) => {
          if (dying !== point) return;
          dying = null;
          throw new Error('killed');
        },
      },
    ),
  );

  /** What the network says of a call, as its webhooks; the second leg's come as its answer asks for them. */
  function scriptOf(call: NetworkCall): Due[] {
    const told =
      (news: Partial<CallNews>): Due =>
      async () => {
        Object.assign(call.news, news);
        await network.tell(call.statusUrl, call, news);
      };
    const end = told({ status: 'ended', result: 'completed', seconds: 9 });
    const answer: Due = async () => {
      Object.assign(call.news, { status: 'in_progress' });
      const before = new Set(refused);
      const steps = await network.tell(call.answerUrl, call, {
        status: 'in_progress',
        answeredBy: call.detect === 'person' ? 'human' : 'beep',
      });
      due.push(...steps.flatMap((step) => follow(call, step, before)), end);
    };
    return [told({ status: 'ringing' }), answer];
  }

  const dialed = new Set<string>();
  function follow(call: NetworkCall, step: CallStep, before: ReadonlySet<string>): Due[] {
    if ('ask' in step) return [async () => void (await network.tell(step.ask, call))];
    if (!('dial' in step)) return [];
    // one leg asks again for what it was told already: it is dialed once by it
    if (!dialed.has(call.sid)) ring(idOf(call), step.dial.to, before.has(step.dial.to));
    dialed.add(call.sid);
    return [
      async () =>
        void (await network.tell(step.dial.doneUrl, call, { leg: { result: 'completed', seconds: 5 } })),
    ];
  }

  async function no(who: number, how: string): Promise<void> {
    const { id, phone } = people[who]!;
    if (how === 'flag') await kit.admin('update contacts set do_not_call = true where contact_id = $1', [id]);
    else
      await world.tx(async (tx) => {
        await lockConsent(tx);
        await Promise.all(
          recordConsent(tx, [{ channel: 'voice', address: phone, action: 'withdraw', source: 'member' }]),
        );
      });
    refused.add(phone);
  }

  async function look(dies: string | null = null): Promise<void> {
    dying = dies;
    await Promise.all(callers.map((caller) => caller.look()));
    await Promise.all(callers.map((caller) => caller.idle()));
    dying = null;
  }

  for (const one of actions) {
    if (one.do === 'look') await look(one.dies);
    else if (one.do === 'turn') world.turn(one.seconds * 1_000);
    else if (one.do === 'deaf') network.deaf = one.is;
    else if (one.do === 'no') await no(one.who, one.how);
    else if (due.length > 0) {
      const nth = one.nth % due.length;
      const webhook = due[nth]!;
      if (!one.twice) due.splice(nth, 1);
      await webhook();
    }
  }
  // everything comes to its end
  network.deaf = false;
  for (let round = 0; round < 60; round += 1) {
    await look();
    while (due.length > 0) await due.shift()!();
    const rows = await Promise.all(ids.map((id) => world.call(id)));
    if (rows.every(({ status }) => OVER.has(status))) break;
    world.turn(20_000);
  }
  const rows = await Promise.all(ids.map((id) => world.call(id)));
  const completed = await world.events('call.completed');
  return { rung, wrong, rows, completed };
}

it('calls nobody twice, nobody who said no, and brings every call to one end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('call' as const, 'voicemail' as const), {
        minLength: 2,
        maxLength: 5,
        size: 'max',
      }),
      fc.array(action, { minLength: 8, maxLength: 40, size: 'max' }),
      answers,
      async (kinds, actions, plan) => {
        const { rung, wrong, rows, completed } = await campaign(kinds, actions, plan);
        expect(wrong).toEqual([]);
        expect([...rung.values()].filter((times) => times > 1)).toEqual([]);
        expect(rows.filter(({ status }) => !OVER.has(status))).toEqual([]);
        const ended = completed.map(({ data }) => data['call_id']).sort();
        const expected = rows.flatMap(({ status, call_id }) => (status === 'completed' ? call_id : []));
        expect(ended).toEqual(expected.sort());
      },
    ),
    {
      numRuns: process.env['PATCHBAY_LONG'] === '1' ? 400 : 20,
      seed: Number(process.env['PATCHBAY_SEED'] ?? 1),
    },
  );
}, 600_000);
