import { describe, expect, it } from 'vitest';
import { BUSINESS, createHost, getSandbox, PHONE, until } from '../testing/harness.ts';

const MEMBER = '+13125550111';
const xml = (inner: string) => ({ body: `<?xml version="1.0"?><Response>${inner}</Response>` });
const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];

async function stage() {
  const host = await createHost();
  const sandbox = await getSandbox();
  const { client, controls, state } = sandbox;
  const place = (more: object = {}) =>
    client.calls.create({
      to: PHONE,
      from: BUSINESS,
      url: `${host.origin}/answer`,
      statusCallback: `${host.origin}/status`,
      statusCallbackEvent: EVENTS,
      ...more,
    });
  const over = (sid: string) =>
    until('the call to end', () => {
      const call = state.calls.get(sid);
      return call?.endedAt !== null && call;
    });
  const told = () => host.at('/status').map(({ params }) => params);
  return { host, sandbox, client, controls, state, place, over, told };
}

describe('a call that the API asks for', () => {
  it('rings, is answered, hears what the document says, and tells each step in order, signed', async () => {
    const { host, controls, place, over, told } = await stage();
    controls.setAnswering(PHONE, { mode: 'answer' });
    host.answer(
      '/answer',
      xml('<Say>Hello &amp; welcome</Say><Pause length="0"/><Hangup/><Say>not this</Say>'),
    );
    const { sid, status } = await place();
    expect(status).toBe('queued');
    expect((await over(sid)).heard).toEqual([{ kind: 'say', text: 'Hello & welcome' }]);
    await until('four callbacks', () => told().length === 4);
    expect(told().map(({ CallStatus, SequenceNumber }) => [CallStatus, SequenceNumber])).toEqual([
      ['initiated', '0'],
      ['ringing', '1'],
      ['in-progress', '2'],
      ['completed', '3'],
    ]);
    expect(host.received.every((request) => host.genuine(request))).toBe(true);
    expect(told()[3]).toMatchObject({ CallDuration: '0', Direction: 'outbound-api', CallSid: sid });
  });

  it.each([
    ['decline', 'busy'],
    ['fail', 'failed'],
  ] as const)('ends when the phone’s switch is %s', async (mode, status) => {
    const { host, controls, place, over } = await stage();
    controls.setAnswering(PHONE, { mode });
    expect((await over((await place()).sid)).status).toBe(status);
    expect(host.at('/answer')).toEqual([]);
  });

  it('rings until the person at the phone decides, or its time is over', async () => {
    const { controls, state, place, over, host } = await stage();
    host.answer('/answer', xml('<Pause length="60"/>'));
    const { sid } = await place();
    await until('it rings', () => state.calls.get(sid)?.status === 'ringing');
    expect(controls.pickUp(sid)).toBe(true);
    await until('it is taken', () => state.calls.get(sid)?.status === 'in-progress');
    expect(controls.hangUp(sid)).toBe(true);
    expect((await over(sid)).status).toBe('completed');
    const silent = await place({ timeout: 1 });
    expect((await over(silent.sid)).status).toBe('no-answer');
  });

  it.each([
    ['answer', null, 'Enable', 'human'],
    ['voicemail', null, 'Enable', 'machine_start'],
    ['voicemail', null, 'DetectMessageEnd', 'machine_end_beep'],
    ['answer', 'unknown', 'DetectMessageEnd', 'unknown'],
  ] as const)(
    '%s (said to be %s) is found out by %s as %s',
    async (mode, answeredBy, machineDetection, by) => {
      const { host, controls, place, over } = await stage();
      controls.setAnswering(PHONE, { mode, answeredBy });
      host.answer('/answer', xml('<Hangup/>'));
      await over((await place({ machineDetection })).sid);
      expect(host.at('/answer')[0]!.params['AnsweredBy']).toBe(by);
    },
  );

  it('plays a recording that is one, goes where it is led, and stops at what cannot be played', async () => {
    const { host, sandbox, controls, place, over } = await stage();
    controls.setAnswering(PHONE, { mode: 'answer' });
    host.answer('/sound', { type: 'audio/mpeg', body: 'x' });
    host.answer('/film', { type: 'video/mp4', body: 'x' });
    host.answer('/next', xml('<Play>/film</Play><Say>never</Say>'));
    host.answer('/answer', xml(`<Play>${host.origin}/sound</Play><Redirect>/next</Redirect><Say>no</Say>`));
    const call = await over((await place()).sid);
    expect(call.heard).toEqual([{ kind: 'play', text: `${host.origin}/sound` }]);
    const { body } = await sandbox.control('/debugger');
    expect(body.entries.at(-1)).toMatchObject({ error_code: 12300 });
  });

  it('joins two people, and tells how the second leg ended', async () => {
    const { host, controls, state, place, over } = await stage();
    for (const phone of [PHONE, MEMBER]) controls.setAnswering(phone, { mode: 'answer' });
    host.answer(
      '/answer',
      xml(`<Dial callerId="${BUSINESS}" action="/done" timeout="9"><Number>${PHONE}</Number></Dial>`),
    );
    host.answer('/done', xml('<Say>Bye</Say>'));
    const { sid } = await place({ to: MEMBER });
    const child = await until('they talk', () =>
      [...state.calls.values()].find((call) => call.parentSid === sid && call.status === 'in-progress'),
    );
    expect(child).toMatchObject({ from: BUSINESS, to: PHONE, direction: 'outbound-dial' });
    controls.hangUp(child.sid);
    expect((await over(sid)).heard).toEqual([{ kind: 'say', text: 'Bye' }]);
    expect(host.at('/done')[0]!.params).toMatchObject({
      DialCallStatus: 'completed',
      DialCallSid: child.sid,
      DialBridged: 'true',
      CallSid: sid,
    });
  });

  it('whose caller hangs up first takes the second leg along', async () => {
    const { host, controls, state, place, over } = await stage();
    controls.setAnswering(MEMBER, { mode: 'answer' });
    host.answer('/answer', xml(`<Dial action="/done"><Number>${PHONE}</Number></Dial>`));
    const { sid } = await place({ to: MEMBER });
    const child = await until('the second phone rings', () =>
      [...state.calls.values()].find((call) => call.parentSid === sid && call.status === 'ringing'),
    );
    controls.hangUp(sid);
    expect((await over(child.sid)).status).toBe('canceled');
    await until('the action is told', () => host.at('/done').length === 1);
  });

  it('is refused in Twilio’s words', async () => {
    const { place, client } = await stage();
    await expect(place({ to: 'nobody' })).rejects.toMatchObject({ code: 21211 });
    await expect(place({ from: PHONE })).rejects.toMatchObject({ code: 21210 });
    await expect(place({ to: '+15005550003' })).rejects.toMatchObject({ code: 21215 });
    await expect(client.calls.create({ to: PHONE, from: BUSINESS })).rejects.toMatchObject({ code: 21205 });
  });

  it('waits for the account’s pace', async () => {
    const { sandbox, place, controls, state } = await stage();
    sandbox.controls.settings.cps = 1;
    controls.setAnswering(PHONE, { mode: 'no_answer' });
    const [first, second] = [await place(), await place()];
    await until('the first rings', () => state.calls.get(first.sid)?.status === 'ringing');
    expect(state.calls.get(second.sid)?.status).toBe('queued');
  });

  it('is listed newest first, by pair', async () => {
    const { client, place, controls } = await stage();
    controls.setAnswering(PHONE, { mode: 'decline' });
    const sids = [(await place()).sid, (await place()).sid];
    const listed = await client.calls.list({ to: PHONE, from: BUSINESS });
    expect(listed.map(({ sid }) => sid)).toEqual(sids.reverse());
    expect(await client.calls.list({ to: MEMBER })).toEqual([]);
  });
});

describe('callbacks of calls', () => {
  it('come twice and out of order where that is asked for', async () => {
    const { controls, place, over, told, host } = await stage();
    host.answer('/answer', xml('<Hangup/>'));
    controls.setAnswering(PHONE, { mode: 'answer' });
    controls.addFault({ kind: 'double_callbacks' });
    controls.addFault({ kind: 'reorder_callbacks', ms: 30 });
    await over((await place()).sid);
    await until('eight callbacks', () => told().length === 8);
    const order = told().map(({ SequenceNumber }) => Number(SequenceNumber));
    expect(order).not.toEqual(order.toSorted());
  });
});

describe('a phone that calls a business number', () => {
  it('is answered by the number’s webhook, and its end is told to the number’s callback', async () => {
    const { host, sandbox, controls, state, over } = await stage();
    const number = state.numberOf(BUSINESS)!;
    number.voiceUrl = `${host.origin}/inbound`;
    number.statusCallback = `${host.origin}/ended`;
    host.answer('/inbound', xml('<Say>We are closed</Say>'));
    const { body } = await sandbox.control(`/phones/${encodeURIComponent(PHONE)}/calls`, {
      json: { to: BUSINESS },
    });
    expect((await over(body.sid)).heard).toEqual([{ kind: 'say', text: 'We are closed' }]);
    expect(host.at('/inbound')[0]!.params).toMatchObject({
      From: PHONE,
      To: BUSINESS,
      CallStatus: 'ringing',
    });
    await until('its end is told', () => host.at('/ended')[0]?.params['CallStatus'] === 'completed');
    host.answer('/inbound', xml('<Reject reason="busy"/>'));
    expect((await over(controls.call({ from: PHONE, to: BUSINESS }).sid)).status).toBe('busy');
  });

  it('reaches nobody where the number has no voice URL, and the debugger says so', async () => {
    const { sandbox, controls, over } = await stage();
    expect((await over(controls.call({ from: PHONE, to: BUSINESS }).sid)).status).toBe('failed');
    expect((await sandbox.control('/debugger')).body.entries[0].message).toContain('no voice URL');
  });
});
