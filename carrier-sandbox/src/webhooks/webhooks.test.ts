import { describe, expect, it } from 'vitest';
import { ACCOUNT, BUSINESS, createHost, getSandbox, PHONE, TOKEN, until } from '../testing/harness.ts';

const text = { to: PHONE, from: BUSINESS, body: 'Hello' };

async function arrange(fragment = '') {
  const host = await createHost();
  const sandbox = await getSandbox({
    numbers: [{ phoneNumber: BUSINESS, smsUrl: `${host.origin}/sms${fragment}` }],
    seed: 7,
  });
  const say = (body: string, more = {}) =>
    sandbox.controls.text({ from: PHONE, to: BUSINESS, body, ...more });
  const idle = () => until('the sandbox to be idle', () => sandbox.controls.idle());
  return { host, say, idle, ...sandbox };
}

describe('status callbacks', () => {
  it('are signed and come for sent and delivered, not for the status of creation', async () => {
    const { host, client, idle } = await arrange();
    const { sid } = await client.messages.create({
      ...text,
      statusCallback: `${host.origin}/status?tenant=7`,
    });
    await until('two callbacks', () => host.at('/status').length === 2);
    await idle();
    const calls = host.at('/status');
    expect(calls.map((call) => call.params['MessageStatus'])).toEqual(['sent', 'delivered']);
    expect(calls.every(host.genuine)).toBe(true);
    const { RawDlrDoneDate, ...rest } = calls[1]!.params;
    expect(RawDlrDoneDate).toMatch(/^\d{10}$/);
    expect(rest).toEqual({
      AccountSid: ACCOUNT,
      ApiVersion: '2010-04-01',
      From: BUSINESS,
      To: PHONE,
      MessageSid: sid,
      SmsSid: sid,
      MessageStatus: 'delivered',
      SmsStatus: 'delivered',
    });
  });

  it('say why a message was not delivered', async () => {
    const { host, client, controls } = await arrange();
    controls.setDelivery(PHONE, { mode: 'undelivered', errorCode: 30005 });
    await client.messages.create({ ...text, statusCallback: `${host.origin}/status` });
    const last = await until('the last callback', () => host.at('/status')[1]);
    expect(last.params).toMatchObject({ MessageStatus: 'undelivered', ErrorCode: '30005' });
  });

  it('come for queued and with the service when one was used', async () => {
    const { host, client } = await arrange();
    const service = await client.messaging.v1.services.create({
      friendlyName: 'S',
      statusCallback: `${host.origin}/status`,
    });
    const [number] = await client.incomingPhoneNumbers.list();
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: number!.sid });
    await client.messages.create({ to: PHONE, body: 'x', messagingServiceSid: service.sid });
    await until('three callbacks', () => host.at('/status').length === 3);
    expect(host.at('/status').map((call) => call.params['MessageStatus'])).toEqual([
      'queued',
      'sent',
      'delivered',
    ]);
    expect(host.at('/status')[0]!.params['MessagingServiceSid']).toBe(service.sid);
  });

  it('are not tried again after a 500 unless the URL says so', async () => {
    const { host, client, idle } = await arrange();
    host.answer('/status', { status: 500 });
    await client.messages.create({ ...text, statusCallback: `${host.origin}/status` });
    await until('both callbacks', () => host.at('/status').length >= 2);
    await idle();
    expect(host.at('/status')).toHaveLength(2);
  });

  it('are tried again as the fragment asks, with one idempotency token, and never show the fragment', async () => {
    const { host, client } = await arrange();
    let failures = 2;
    host.answer('/status', ({ params }) =>
      params['MessageStatus'] === 'sent' && failures-- > 0 ? { status: 503 } : {},
    );
    await client.messages.create({ ...text, statusCallback: `${host.origin}/status#rc=3&rp=5xx` });
    await until('four callbacks', () => host.at('/status').length === 4);
    const tries = host.at('/status').filter((call) => call.params['MessageStatus'] === 'sent');
    expect(new Set(tries.map((call) => call.headers['i-twilio-idempotency-token'])).size).toBe(1);
    expect(tries).toHaveLength(3);
    expect(host.at('/status').every(host.genuine)).toBe(true);
  });
});

describe('an inbound text', () => {
  it('reaches the webhook with every parameter, signed', async () => {
    const { host, say } = await arrange();
    const message = say('Is it still free? 🏡');
    const call = await until('the webhook', () => host.at('/sms')[0]);
    expect(host.genuine(call)).toBe(true);
    expect(call.params).toEqual({
      MessageSid: message.sid,
      SmsSid: message.sid,
      SmsMessageSid: message.sid,
      AccountSid: ACCOUNT,
      From: PHONE,
      To: BUSINESS,
      Body: 'Is it still free? 🏡',
      NumMedia: '0',
      NumSegments: '1',
      ReferralNumMedia: '0',
      SmsStatus: 'received',
      ApiVersion: '2010-04-01',
      FromCity: 'CHICAGO',
      FromState: 'IL',
      FromZip: '60604',
      FromCountry: 'US',
      ToCity: 'NAPERVILLE',
      ToState: 'IL',
      ToZip: '60540',
      ToCountry: 'US',
    });
  });

  it('carries its pictures as URLs that give the bytes', async () => {
    const { host, say } = await arrange();
    say('', { mediaUrls: ['data:image/png;base64,cGl4ZWxz'] });
    const { params } = await until('the webhook', () => host.at('/sms')[0]);
    expect(params).toMatchObject({
      NumMedia: '1',
      MediaContentType0: 'image/png',
      MessageSid: expect.stringMatching(/^MM/),
    });
    const headers = { authorization: `Basic ${btoa(`${ACCOUNT}:${TOKEN}`)}` };
    expect(await (await fetch(params['MediaUrl0']!, { headers })).text()).toBe('pixels');
  });

  it('is answered by TwiML: messages, media and a redirect', async () => {
    const { host, say, state, idle } = await arrange();
    host.answer('/sms', {
      body: '<Response><Message><Body>One &amp; two</Body></Message><Redirect>/more?x=1</Redirect></Response>',
    });
    host.answer('/more', { body: '<?xml version="1.0"?><Response><Message>Three</Message></Response>' });
    say('hi');
    await until('the redirect', () => host.at('/more')[0]);
    await idle();
    const replies = state.messages.party(PHONE).filter((one) => one.direction === 'outbound-reply');
    expect(replies.map((one) => [one.body, one.status])).toEqual([
      ['One & two', 'delivered'],
      ['Three', 'delivered'],
    ]);
    expect(host.genuine(host.at('/more')[0]!)).toBe(true);
  });

  it('goes to the fallback when the webhook fails, and says why', async () => {
    const { host, say, client, control } = await arrange();
    const [number] = await client.incomingPhoneNumbers.list();
    await client.incomingPhoneNumbers(number!.sid).update({ smsFallbackUrl: `${host.origin}/fallback` });
    host.answer('/sms', { status: 500 });
    say('hi');
    const call = await until('the fallback', () => host.at('/fallback')[0]);
    expect(call.params).toMatchObject({ Body: 'hi', ErrorCode: '11217', ErrorUrl: `${host.origin}/sms` });
    expect((await control('/debugger')).body.entries[0]).toMatchObject({ error_code: 11217, level: 'error' });
  });

  it.each([
    ['broken XML', { body: '<Response><Message>x</Response>' }, 12100],
    ['JSON', { type: 'application/json', body: '{"ok":true}' }, 12300],
    ['a redirect to nowhere', { body: '<Response><Redirect>http://</Redirect></Response>' }, 11100],
    [
      'a picture without an address',
      { body: '<Response><Message><Media>http://:0x</Media></Message></Response>' },
      11100,
    ],
    ['a Location that is none', { status: 302, headers: { location: 'http://' } }, 11217],
    ['a verb of voice', { body: '<Response><Say>x</Say></Response>' }, 12200],
  ])('answered by %s leaves an entry in the debugger', async (_, answer, code) => {
    const { host, say, control } = await arrange();
    host.answer('/sms', answer);
    say('hi');
    const entry = await until('the entry', async () => (await control('/debugger')).body.entries[0]);
    expect(entry.error_code).toBe(code);
  });

  it('is tried once more when the connection is refused, and then reported as 11205', async () => {
    const { say, client, control } = await arrange();
    const [number] = await client.incomingPhoneNumbers.list();
    await client.incomingPhoneNumbers(number!.sid).update({ smsUrl: 'http://127.0.0.1:9/closed' });
    const { sid } = say('hi');
    const entry = await until('the entry', async () => (await control('/debugger')).body.entries[0]);
    expect(entry.error_code).toBe(11205);
    const { webhooks } = (await control(`/webhooks?sid=${sid}`)).body;
    expect(webhooks.map((one: { attempt: number }) => one.attempt)).toEqual([1, 2]);
  });

  it('is given up when the host is silent for longer than the URL allows, and tried again where it asks', async () => {
    const { host, say, client, control } = await arrange();
    const [number] = await client.incomingPhoneNumbers.list();
    await client
      .incomingPhoneNumbers(number!.sid)
      .update({ smsUrl: `${host.origin}/silent#rt=100&rp=rt&rc=1` });
    host.answer('/silent', { silent: true });
    say('hi');
    const entry = await until('the entry', async () => (await control('/debugger')).body.entries[0]);
    expect([entry.error_code, host.at('/silent').length]).toEqual([11200, 2]);
  });

  it('follows a 302 with a GET that has no parameters', async () => {
    const { host, say } = await arrange();
    host.answer('/sms', { status: 302, headers: { location: '/elsewhere' } });
    say('hi');
    expect(await until('the second call', () => host.at('/elsewhere')[0])).toMatchObject({
      method: 'GET',
      params: {},
    });
  });
});

describe('the STOP list', () => {
  it('blocks the pair, answers the phone, and still calls the webhook', async () => {
    const { host, say, client, state, idle } = await arrange();
    say(' stop ');
    const call = await until('the webhook', () => host.at('/sms')[0]);
    expect(call.params).toMatchObject({ Body: ' stop ' });
    expect(call.params).not.toHaveProperty('OptOutType');
    await expect(client.messages.create(text)).rejects.toMatchObject({ status: 400, code: 21610 });
    await idle();
    expect(state.messages.party(PHONE).map((one) => one.body)[1]).toMatch(
      /^You have successfully been unsubscribed/,
    );
  });

  it('takes "STOP please" for ordinary words', async () => {
    const { say, client } = await arrange();
    say('STOP please');
    expect((await client.messages.create(text)).status).toBe('queued');
  });

  it.each(['START', 'unstop', 'Yes'])('is lifted by %s', async (word) => {
    const { say, client } = await arrange();
    say('QUIT');
    say(word);
    expect((await client.messages.create(text)).status).toBe('queued');
  });

  it('holds for every number of a messaging service', async () => {
    const { say, client, controls, host } = await arrange();
    const service = await client.messaging.v1.services.create({
      friendlyName: 'S',
      inboundRequestUrl: `${host.origin}/mg`,
    });
    const second = controls.buyNumber('+16305550143');
    for (const one of await client.incomingPhoneNumbers.list())
      await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: one.sid });
    say('STOP');
    await expect(client.messages.create({ ...text, from: second.phoneNumber })).rejects.toMatchObject({
      code: 21610,
    });
    const through = { to: PHONE, body: 'x', messagingServiceSid: service.sid };
    await expect(client.messages.create(through)).rejects.toMatchObject({ code: 21610 });
  });

  it('says OptOutType with advanced handling, and does nothing when switched off', async () => {
    const { host, say, client, control } = await arrange();
    const path = `/numbers/${encodeURIComponent(BUSINESS)}`;
    await control(path, { method: 'PATCH', json: { opt_out_handling: 'advanced' } });
    say('HELP');
    expect((await until('the webhook', () => host.at('/sms')[0])).params['OptOutType']).toBe('HELP');
    await control(path, { method: 'PATCH', json: { opt_out_handling: 'off' } });
    say('STOP');
    expect((await client.messages.create(text)).status).toBe('queued');
  });
});
