import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockConsent, recordConsent } from '../consent/index.ts';
import { getVoiceWorld, MEMBER_PHONE, type VoiceWorld } from './testing/world.ts';
import { queueCalls } from './outbox.ts';
import { newId } from '../ids.ts';

let world: VoiceWorld;
beforeAll(async () => {
  world = await getVoiceWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.kit.admin('truncate calls, call_lanes, events, suppressions, consents, contacts cascade');
  world.network.calls = [];
  world.network.answers = [];
  world.network.deaf = false;
});

const withdraw = (address: string, channel: 'sms' | 'voice') =>
  world.tx(async (tx) => {
    await lockConsent(tx);
    await Promise.all(recordConsent(tx, [{ channel, address, action: 'withdraw', source: 'member' }]));
  });

describe('a call between a member and a contact', () => {
  it('rings the member first, says the whisper, dials the contact from the business number, and is answered', async () => {
    const { network, kit } = world;
    const anna = await world.contact();
    const id = await world.queue(anna.id);
    await world.drain();
    const [leg] = network.calls;
    expect(leg).toMatchObject({ to: MEMBER_PHONE, from: kit.a.address, detect: 'person' });

    await network.tell(leg!.statusUrl, leg!, { status: 'ringing' });
    const steps = await network.tell(leg!.answerUrl, leg!, { status: 'in_progress', answeredBy: 'human' });
    expect(steps).toEqual([
      { say: 'Anna is next' },
      { dial: { to: anna.phone, from: kit.a.address, ringFor: 25, doneUrl: expect.stringContaining(id) } },
    ]);
    const { doneUrl } = (steps[1] as { dial: { doneUrl: string } }).dial;
    await network.tell(doneUrl, leg!, { leg: { result: 'completed', seconds: 42 } });
    await network.tell(leg!.statusUrl, leg!, { status: 'ended', result: 'completed', seconds: 50 });

    expect(await world.call(id)).toMatchObject({ status: 'completed', disposition: 'answered', seconds: 42 });
    const events = await world.events();
    expect(events.map(({ type }) => type)).toEqual(['call.started', 'call.completed']);
    expect(events[1]!.data).toMatchObject({
      call_id: id,
      disposition: 'answered',
      missed: false,
      seconds: 42,
    });
  });

  it('waits for how the second leg ended, but not for ever', async () => {
    const { network } = world;
    const [first, second] = [await world.contact(), await world.contact()];
    for (const { id } of [first, second]) await world.queue(id);
    await world.drain();
    const told: string[] = [];
    for (const leg of network.calls) {
      const steps = await network.tell(leg.answerUrl, leg, { status: 'in_progress', answeredBy: 'unknown' });
      told.push((steps[1] as { dial: { doneUrl: string } }).dial.doneUrl);
      await network.tell(leg.statusUrl, leg, { status: 'ended', result: 'completed', seconds: 30 });
    }
    expect(await world.events('call.completed')).toEqual([]);
    await network.tell(told[0]!, network.calls[0]!, { leg: { result: 'busy', seconds: null } });
    world.turn(16_000);
    await world.drain();
    const events = await world.events('call.completed');
    expect(events.map(({ data }) => data['disposition']).sort()).toEqual(['busy', 'no_answer']);
  });

  it.each([
    ['is not picked up', { status: 'ended', result: 'no_answer' }],
    ['is picked up by a machine', { status: 'in_progress', answeredBy: 'machine' }],
  ] as const)('calls nobody when the member’s phone %s', async (_, news) => {
    const { network } = world;
    const id = await world.queue((await world.contact()).id);
    await world.drain();
    const [leg] = network.calls;
    if (news.status === 'ended') await network.tell(leg!.statusUrl, leg!, news);
    else {
      expect(await network.tell(leg!.answerUrl, leg!, news)).toEqual([{ hangUp: true }]);
      await network.tell(leg!.statusUrl, leg!, { status: 'ended', result: 'completed' });
    }
    expect(await world.call(id)).toMatchObject({ disposition: 'member_unreachable', dialed_at: null });
  });

  it('says why not when there is no phone to ring first', async () => {
    const { network, kit } = world;
    await kit.kit.tenants.addMember({ tenant: kit.a.id, id: 'noah', name: 'Noah' });
    const own = await world.contact({ phone: MEMBER_PHONE });
    const anna = await world.contact();
    const wish = {
      ...{ enrollmentId: newId(), contactId: anna.id, ordinal: 0 },
      ...({ purpose: 'marketing', window: null } as const),
    };
    const answers = await world.tx((tx) =>
      queueCalls(tx, network, [
        { ...wish, what: { kind: 'call', member: null, whisper: null } },
        { ...wish, what: { kind: 'call', member: 'noah', whisper: null } },
        { ...wish, contactId: own.id, what: { kind: 'call', member: 'mia', whisper: null } },
        { ...wish, what: { kind: 'voicemail', assetId: newId(), ifAnswered: 'hang_up' } },
      ]),
    );
    expect(answers).toEqual([
      { fail: expect.stringContaining('no owner') },
      { fail: expect.stringContaining('Noah has no phone number') },
      { fail: expect.stringContaining('cannot call themselves') },
      { skip: 'asset_deleted' },
    ]);
  });

  it('is one call, however often the step asks', async () => {
    const anna = await world.contact();
    const enrollmentId = newId();
    const ids = [await world.queue(anna.id, { enrollmentId }), await world.queue(anna.id, { enrollmentId })];
    expect(new Set(ids).size).toBe(1);
    await world.drain();
    expect(world.network.calls).toHaveLength(1);
  });
});

describe('a voicemail', () => {
  async function answered(by: 'beep' | 'human' | 'unknown' | 'fax', ifAnswered: 'hang_up' | 'play') {
    const { network } = world;
    const anna = await world.contact();
    const { asset_id: assetId } = (await world.kit.admin('select asset_id from assets'))[0];
    const id = await world.queue(anna.id, { what: { kind: 'voicemail', assetId, ifAnswered } });
    await world.drain();
    const leg = network.calls.at(-1)!;
    expect(leg).toMatchObject({ to: anna.phone, detect: 'end_of_greeting' });
    const steps = await network.tell(leg.answerUrl, leg, { status: 'in_progress', answeredBy: by });
    return { id, leg, steps };
  }

  it('is left after the greeting, and only counts when it was played to its end', async () => {
    const { network } = world;
    for (const whole of [true, false]) {
      const { id, leg, steps } = await answered('beep', 'hang_up');
      expect(steps).toEqual([
        { play: expect.stringMatching(/^https:\/\/portal\.example\.com\/crm\/v1\/media\/files\/.*[?&]s=/) },
        { ask: expect.stringContaining('/twilio/voice/played') },
      ]);
      if (whole) await network.tell((steps[1] as { ask: string }).ask, leg);
      await network.tell(leg.statusUrl, leg, { status: 'ended', result: 'completed', seconds: 20 });
      expect(await world.call(id)).toMatchObject({ disposition: whole ? 'voicemail' : 'failed' });
    }
  });

  it.each([
    ['human', 'hang_up', false],
    ['unknown', 'hang_up', false],
    ['human', 'play', true],
    ['fax', 'play', false],
  ] as const)('answered by %s, told to %s: played is %s', async (by, ifAnswered, played) => {
    const { steps } = await answered(by, ifAnswered);
    expect('play' in steps[0]!).toBe(played);
  });

  it('for marketing needs a written consent to calls, and ends with a STOP by text', async () => {
    const [none, given, stopped] = [await world.contact(), await world.contact(), await world.contact()];
    await world.tx(async (tx) => {
      await lockConsent(tx);
      await Promise.all(
        recordConsent(
          tx,
          [given, stopped].map(({ phone: address }) => ({
            channel: 'voice' as const,
            address,
            action: 'grant' as const,
            source: 'form' as const,
            kind: 'express_written' as const,
          })),
        ),
      );
    });
    await withdraw(stopped.phone, 'sms');
    for (const { id } of [none, given, stopped])
      await world.queue(id, { kind: 'voicemail', purpose: 'marketing' });
    await world.drain();
    expect(world.network.calls.map(({ to }) => to)).toEqual([given.phone]);
    const reasons = (await world.events('call.canceled')).map(({ data }) => data['reason']);
    expect(reasons).toEqual(['no_consent', 'opted_out']);
  });
});

describe('before a call leaves', () => {
  it.each([
    ['does not want calls', { do_not_call: true }, 'do_not_call'],
    ['is muted', { dnd: ['voice'] }, 'dnd'],
  ])('nobody is called who %s since it was queued', async (_, change, reason) => {
    const anna = await world.contact();
    const id = await world.queue(anna.id);
    const [[column, value]] = Object.entries(change) as [[string, unknown]];
    await world.kit.admin(`update contacts set ${column} = $1 where contact_id = $2`, [value, anna.id]);
    await world.drain();
    expect(world.network.calls).toEqual([]);
    expect(await world.call(id)).toMatchObject({ status: 'canceled', error_code: reason });
  });

  it('nobody is called who is on a list of the account or its agency', async () => {
    const { kit } = world;
    const [own, agency, free] = [await world.contact(), await world.contact(), await world.contact()];
    await withdraw(own.phone, 'voice');
    await kit.admin('update tenants set parent_tenant_id = $1 where tenant_id = $2', [kit.b.id, kit.a.id]);
    await kit.admin(
      `insert into agency_suppressions (tenant_id, channel, address, reason) values ($1, 'voice', $2, 'x')`,
      [kit.b.id, agency.phone],
    );
    for (const { id } of [own, agency, free]) await world.queue(id);
    await world.drain();
    await kit.admin('update tenants set parent_tenant_id = null; truncate agency_suppressions');
    expect(world.network.calls).toHaveLength(1);
    expect((await world.events('call.canceled')).map(({ data }) => data['reason'])).toEqual([
      'opted_out',
      'suppressed',
    ]);
  });

  it('it waits for the morning on the contact’s clock', async () => {
    const anna = await world.contact({ time_zone: 'Pacific/Auckland' });
    const id = await world.queue(anna.id);
    await world.drain();
    expect(await world.call(id)).toMatchObject({ status: 'queued', hold_reason: 'quiet_hours' });
    // 18:00 UTC is 7:00 there
    world.turn(3_600_000);
    await world.drain();
    world.turn(-3_600_000);
    expect(world.network.calls).toHaveLength(1);
  });

  it('it waits for the hours of its workflow', async () => {
    const anna = await world.contact({ time_zone: 'America/Chicago' });
    // 18:00 UTC is noon there
    const id = await world.queue(anna.id, { window: { zone: 'contact', from: '12:30', to: '18:00' } });
    await world.drain();
    expect(await world.call(id)).toMatchObject({ status: 'queued', hold_reason: 'window' });
    world.turn(3 * 3_600_000);
    await world.drain();
    world.turn(-3 * 3_600_000);
    expect(world.network.calls).toHaveLength(1);
  });

  it('an account places one call a second, over all its tenants', async () => {
    const { network } = world;
    Object.assign(network, { callsPerSecond: 1 });
    for (const _ of [1, 2, 3]) await world.queue((await world.contact()).id);
    await world.drain();
    await world.kit.admin(
      `update call_lanes set placed_at = '-infinity';
       insert into call_lanes (tenant_id, account_sid, placed_at) select 'beta', account_sid, $1::timestamptz from call_lanes`.replace(
        '$1',
        `'${world.now().toISOString()}'`,
      ),
    );
    await world.drain();
    expect(network.calls).toHaveLength(1);
    for (const placed of [2, 3]) {
      world.turn(1_000);
      await world.drain();
      expect(network.calls).toHaveLength(placed);
    }
    Object.assign(network, { callsPerSecond: Infinity });
  });

  it('is judged again before the contact’s own phone is dialed', async () => {
    const { network } = world;
    const anna = await world.contact();
    const id = await world.queue(anna.id);
    await world.drain();
    await withdraw(anna.phone, 'voice');
    const [leg] = network.calls;
    const steps = await network.tell(leg!.answerUrl, leg!, { status: 'in_progress', answeredBy: 'human' });
    expect(steps).toEqual([{ say: expect.stringContaining('does not want') }, { hangUp: true }]);
    await network.tell(leg!.statusUrl, leg!, { status: 'ended', result: 'completed' });
    expect(await world.call(id)).toMatchObject({ disposition: 'failed', error_code: 'opted_out' });
  });
});

describe('a lost answer', () => {
  it.each([true, false])(
    'is looked up, and never leads to a second call: the carrier has it: %s',
    async (has) => {
      const { network } = world;
      network.answers = [has ? 'lost' : 'never_came'];
      const id = await world.queue((await world.contact()).id);
      await world.drain();
      expect(await world.call(id)).toMatchObject({ status: 'placing', hold_reason: 'unconfirmed' });
      world.turn(5_000);
      await world.drain();
      await world.drain();
      expect(await world.call(id)).toMatchObject({ status: 'placed', attempt: has ? 1 : 2 });
      expect(network.calls).toHaveLength(1);
    },
  );

  it('waits while the carrier cannot be asked', async () => {
    const { network } = world;
    network.answers = ['never_came'];
    network.deaf = true;
    const id = await world.queue((await world.contact()).id);
    await world.drain();
    world.turn(60_000);
    await world.drain();
    expect(await world.call(id)).toMatchObject({ status: 'placing', attempt: 1 });
    world.turn(60_000);
    network.deaf = false;
    await world.drain();
    await world.drain();
    expect(await world.call(id)).toMatchObject({ status: 'placed', attempt: 2 });
  });

  it('is told by the callback, whose address names our call', async () => {
    const { network } = world;
    network.answers = ['lost'];
    const id = await world.queue((await world.contact()).id);
    await world.drain();
    const [leg] = network.calls;
    await network.tell(leg!.statusUrl, leg!, { status: 'ringing' });
    expect(await world.call(id)).toMatchObject({ status: 'ringing', carrier_sid: leg!.sid });
    expect(await world.events('call.started')).toHaveLength(1);
  });

  it('a call that was lost sight of and comes back dials nobody', async () => {
    const { network } = world;
    const id = await world.queue((await world.contact()).id);
    await world.drain();
    const [leg] = network.calls;
    const other = { ...leg!, sid: 'CAother' };
    expect(await network.tell(leg!.answerUrl, other, { status: 'in_progress', answeredBy: 'human' })).toEqual(
      [{ hangUp: true }],
    );
    expect(await world.call(id)).toMatchObject({ carrier_sid: leg!.sid, dialed_at: null });
  });

  it('a webhook of another account says nothing of our call', async () => {
    const { network } = world;
    const id = await world.queue((await world.contact()).id);
    await world.drain();
    const [leg] = network.calls;
    const foreign = { status: 'in_progress', answeredBy: 'human', accountSid: 'ACsomebodyelse' } as const;
    expect(await network.tell(leg!.answerUrl, leg!, foreign)).toEqual([{ hangUp: true }]);
    await network.tell(leg!.statusUrl, leg!, { ...foreign, status: 'ended', result: 'completed' });
    expect(await world.call(id)).toMatchObject({ status: 'placed', dialed_at: null });
  });

  it('a call that no callback ends is asked about', async () => {
    const { network } = world;
    const id = await world.queue((await world.contact()).id);
    await world.drain();
    network.calls[0]!.news = { status: 'ended', result: 'no_answer', seconds: 0, answeredBy: null };
    world.turn(130_000);
    await world.drain();
    expect(await world.call(id)).toMatchObject({ status: 'completed', disposition: 'member_unreachable' });
  });
});

describe('a refusal', () => {
  it('ends the call with the carrier’s reason, or is tried again', async () => {
    const { network } = world;
    const refused = (action: object) => ({
      kind: 'refused' as const,
      refusal: { code: '1', reason: 'Because.', action: action as never },
    });
    network.answers = [
      refused({ kind: 'give_up', retryable: true }),
      refused({ kind: 'retry', seconds: 10, times: 1 }),
    ];
    const ids = [
      await world.queue((await world.contact()).id),
      await world.queue((await world.contact()).id),
    ];
    await world.drain();
    expect(await world.call(ids[0]!)).toMatchObject({ disposition: 'failed', error_reason: 'Because.' });
    expect(await world.call(ids[1]!)).toMatchObject({ status: 'queued', hold_reason: 'carrier_busy' });
    world.turn(11_000);
    await world.drain();
    expect(await world.call(ids[1]!)).toMatchObject({ status: 'placed' });
  });
});

describe('somebody calls', () => {
  const ring = (sid: string, from: string) =>
    world.network.tell(
      '/twilio/voice/inbound',
      { sid, from, to: world.kit.a.address },
      { status: 'ringing' },
    );
  const ends = (sid: string, from: string) =>
    world.network.tell(
      '/twilio/voice/status',
      { sid, from, to: world.kit.a.address },
      { status: 'ended', result: 'completed', seconds: 6 },
    );

  it('becomes a contact with a conversation, hears a sentence, and has been missed', async () => {
    for (const _ of [1, 2]) {
      expect(await ring('CAin1', '+13125559001')).toEqual([
        { say: expect.stringContaining('Firm alpha') },
        { hangUp: true },
      ]);
    }
    for (const _ of [1, 2]) await ends('CAin1', '+13125559001');
    const [call] = await world.kit.admin('select * from calls');
    expect(call).toMatchObject({ direction: 'inbound', disposition: 'missed' });
    expect(call.conversation_id).not.toBeNull();
    const completed = await world.events('call.completed');
    expect(completed).toMatchObject([
      { contact_id: call.contact_id, data: { missed: true, direction: 'inbound' } },
    ]);
    expect(await world.events('call.started')).toHaveLength(1);
  });

  it('reaches the phone of their own member, else the number’s, and was missed if nobody took it', async () => {
    const { network, kit } = world;
    const anna = await world.contact();
    const steps = await ring('CAin2', anna.phone);
    const { dial } = steps[0] as { dial: { to: string; doneUrl: string } };
    expect(dial).toMatchObject({ to: MEMBER_PHONE, from: kit.a.address });
    const leg = { sid: 'CAin2', from: anna.phone, to: kit.a.address };
    expect(await network.tell(dial.doneUrl, leg, { leg: { result: 'no_answer', seconds: null } })).toEqual([
      { say: expect.stringContaining('Nobody') },
      { hangUp: true },
    ]);
    await ends('CAin2', anna.phone);
    expect((await world.events('call.completed')).map(({ data }) => data['disposition'])).toEqual(['missed']);

    await kit.kit.tenants.addSender({ tenant: kit.a.id, address: kit.a.address, forwardTo: '+13125550199' });
    const forwarded = await ring('CAin3', '+13125559002');
    expect(forwarded).toMatchObject([{ dial: { to: '+13125550199' } }]);
    await kit.kit.tenants.addSender({ tenant: kit.a.id, address: kit.a.address, forwardTo: null });
  });

  it('is completed without any callback, because the carrier is asked', async () => {
    await ring('CAin4', '+13125559003');
    world.network.calls = [
      {
        accountSid: world.network.calls[0]?.accountSid ?? 'ACtest00000000000000000000000000001',
        sid: 'CAin4',
        from: '+13125559003',
        to: world.kit.a.address,
        createdAt: world.now(),
        news: { status: 'ended', result: 'completed', seconds: 5, answeredBy: null },
      } as never,
    ];
    world.turn(16_000);
    await world.drain();
    expect((await world.events('call.completed')).map(({ data }) => data['disposition'])).toEqual(['missed']);
  });

  it('without a number is answered, and nothing is written down', async () => {
    expect(await ring('CAin5', 'anonymous')).toMatchObject([{ say: expect.any(String) }, { hangUp: true }]);
    expect(await world.kit.admin('select * from calls')).toEqual([]);
  });

  it('is one entry of their timeline, and one line of their thread', async () => {
    await ring('CAin7', '+13125559005');
    await ends('CAin7', '+13125559005');
    const [{ contact_id, conversation_id }] = await world.kit.admin('select * from calls');
    const timeline = await world.kit.request('GET', `/v1/contacts/${contact_id}/timeline?kind=call`);
    expect(timeline.body.items.map(({ type }: { type: string }) => type)).toEqual(['call.completed']);
    const thread = await world.kit.request('GET', `/v1/conversations/${conversation_id}/messages`);
    expect(thread.body.events.map(({ type }: { type: string }) => type)).toEqual(['call.completed']);
  });

  it('whoever cannot sign is refused', async () => {
    await expect(
      world.network.tell(
        '/twilio/voice/inbound',
        { sid: 'CAin6', from: '+13125559004', to: world.kit.a.address },
        { signature: 'bad' },
      ),
    ).rejects.toThrow('403');
  });
});
