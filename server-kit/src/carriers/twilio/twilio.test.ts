/** The carrier against a server on loopback that answers as the network would: well, badly, late, or not at all. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { afterEach, describe, expect, it } from 'vitest';
import type { OutboundMessage } from '../carrier.ts';
import { twilioCarrier } from './index.ts';

const ACCOUNT = { accountSid: `AC${'0'.repeat(31)}1`, authToken: 'the-primary-token' };
const OTHER = { accountSid: `AC${'0'.repeat(31)}2`, authToken: 'another-token' };
const MESSAGE: OutboundMessage = {
  id: '01890000-0000-7000-8000-000000000001',
  tenant: 'acme',
  attempt: 2,
  accountSid: ACCOUNT.accountSid,
  from: '+16305550142',
  to: '+13125550177',
  body: 'Hello',
  mediaUrls: [],
};
const CALLBACK = 'https://portal.example.com/crm/twilio/sms/status';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function answering(listener: RequestListener, timeout = 2_000) {
  server = createServer(listener);
  await new Promise<void>((ready) => server!.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return twilioCarrier({
    ...ACCOUNT,
    accounts: { [OTHER.accountSid]: { authToken: OTHER.authToken } },
    baseUrl: `http://127.0.0.1:${port}`,
    timeout,
  });
}
const json =
  (status: number, body: unknown): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('sending', () => {
  it('names our message and attempt in the callback, and asks for retries there', async () => {
    let form = new URLSearchParams();
    let path = '';
    const carrier = await answering((request, response) => {
      path = request.url ?? '';
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        form = new URLSearchParams(text);
        json(201, { sid: 'SM1' })(request, response);
      });
    });
    const outcome = await carrier.send(
      { ...MESSAGE, mediaUrls: ['https://a.example/1.png', 'https://a.example/2.png'] },
      CALLBACK,
    );
    expect(outcome).toEqual({ kind: 'accepted', sid: 'SM1' });
    expect(path).toBe(`/2010-04-01/Accounts/${ACCOUNT.accountSid}/Messages.json`);
    expect(form.get('StatusCallback')).toBe(`${CALLBACK}?t=acme&m=${MESSAGE.id}&a=2#rc=3&rp=5xx,ct,rt`);
    expect(form.getAll('MediaUrl')).toEqual(['https://a.example/1.png', 'https://a.example/2.png']);
  });

  it.each([
    [
      400,
      { code: 21610, message: 'Attempt to send to unsubscribed recipient', status: 400 },
      { kind: 'opt_out' },
    ],
    [400, { code: 21211, message: 'Invalid To', status: 400 }, { kind: 'give_up', retryable: false }],
    [
      429,
      { code: 20429, message: 'Too many requests', status: 429 },
      { kind: 'retry', seconds: 2, times: 8 },
    ],
    [401, { code: 20003, message: 'Authenticate', status: 401 }, { kind: 'pause_sender', seconds: null }],
  ])('HTTP %i is a refusal with its action', async (status, body, action) => {
    const carrier = await answering(json(status, body));
    expect(await carrier.send(MESSAGE, CALLBACK)).toMatchObject({ kind: 'refused', refusal: { action } });
  });

  it('a 500 is unknown: the carrier may have it', async () => {
    const carrier = await answering(json(500, { code: 20500, message: 'Internal', status: 500 }));
    expect(await carrier.send(MESSAGE, CALLBACK)).toEqual({ kind: 'unknown', reason: 'http_500' });
  });

  it('an answer that is lost, or does not come in time, is unknown', async () => {
    const dropping = await answering((request) => void request.socket.destroy());
    expect((await dropping.send(MESSAGE, CALLBACK)).kind).toBe('unknown');
    server!.close();
    const silent = await answering(() => undefined, 100);
    expect((await silent.send(MESSAGE, CALLBACK)).kind).toBe('unknown');
  });

  it('a carrier that cannot be reached has nothing: the message is simply tried again', async () => {
    const carrier = twilioCarrier({ ...ACCOUNT, baseUrl: 'http://127.0.0.1:9' });
    expect(await carrier.send(MESSAGE, CALLBACK)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'carrier_unreachable', action: { kind: 'retry' } },
    });
  });

  it('never shows credentials in an error', async () => {
    const carrier = await answering((request) => void request.socket.destroy());
    const error = await carrier.check().catch((reason: unknown) => reason);
    const told = JSON.stringify(error, Object.getOwnPropertyNames(error));
    expect(told).not.toContain(ACCOUNT.authToken);
    expect(told).not.toContain(Buffer.from(`${ACCOUNT.accountSid}:${ACCOUNT.authToken}`).toString('base64'));
  });
});

describe('webhooks', () => {
  const carrier = twilioCarrier({
    ...ACCOUNT,
    accounts: { [OTHER.accountSid]: { authToken: OTHER.authToken } },
  });
  const url = 'https://portal.example.com/crm/twilio/sms/inbound';
  const params = {
    AccountSid: ACCOUNT.accountSid,
    MessageSid: 'SM1',
    From: '+13125550177',
    To: '+16305550142',
    Body: 'Hi',
    NumMedia: '0',
  };
  const request = (fields: Record<string, string>, token: string, at = url) => ({
    url: at,
    form: new URLSearchParams(fields),
    signature: twilio.getExpectedTwilioSignature(token, at, fields),
  });

  it('are read when the signature fits the public address', async () => {
    expect(await carrier.readInbound(request(params, ACCOUNT.authToken))).toMatchObject({
      sid: 'SM1',
      body: 'Hi',
      carrierHandled: null,
    });
  });

  it('of a tenant’s own account are checked with that account’s token', async () => {
    const fields = { ...params, AccountSid: OTHER.accountSid };
    expect(await carrier.readInbound(request(fields, OTHER.authToken))).toMatchObject({
      accountSid: OTHER.accountSid,
    });
    expect(await carrier.readInbound(request(fields, ACCOUNT.authToken))).toHaveProperty('rejected');
  });

  it.each([
    ['without a signature', { ...request(params, ACCOUNT.authToken), signature: null }, /header is missing/],
    [
      'of an account that is not ours',
      request({ ...params, AccountSid: `AC${'9'.repeat(32)}` }, ACCOUNT.authToken),
      /not one of ours/,
    ],
    ['without an account', request({ Body: 'Hi' }, ACCOUNT.authToken), /no AccountSid/],
    [
      'signed for another address',
      { ...request(params, ACCOUNT.authToken, 'http://internal:3000/twilio/sms/inbound'), url },
      /does not match/,
    ],
    [
      'changed on the way',
      { ...request(params, ACCOUNT.authToken), form: new URLSearchParams({ ...params, Body: 'Hi!' }) },
      /does not match/,
    ],
  ])('%s are refused, and the log says why', async (_, webhook, reason) => {
    expect(await carrier.readInbound(webhook)).toEqual({ rejected: expect.stringMatching(reason) });
  });

  it('tell us when the carrier has handled a keyword itself', async () => {
    expect(
      await carrier.readInbound(request({ ...params, Body: 'STOP', OptOutType: 'STOP' }, ACCOUNT.authToken)),
    ).toMatchObject({ carrierHandled: 'stop' });
  });

  it('name the message, the attempt and what became of it', async () => {
    const at = `${CALLBACK}?t=acme&m=${MESSAGE.id}&a=2`;
    const fields = {
      AccountSid: ACCOUNT.accountSid,
      MessageSid: 'SM1',
      MessageStatus: 'undelivered',
      ErrorCode: '30006',
    };
    expect(await carrier.readStatus(request(fields, ACCOUNT.authToken, at))).toMatchObject({
      tenant: 'acme',
      messageId: MESSAGE.id,
      attempt: 2,
      status: 'undelivered',
      refusal: { code: '30006', action: { kind: 'give_up' } },
    });
    expect(
      await carrier.readStatus(request({ ...fields, MessageStatus: 'sending' }, ACCOUNT.authToken, at)),
    ).toBeNull();
  });
});

it('says at once what is missing', () => {
  expect(() => twilioCarrier({ accountSid: 'SK123', authToken: 'x' })).toThrow(/must be the "AC…"/);
  expect(() => twilioCarrier({ accountSid: ACCOUNT.accountSid, authToken: '' })).toThrow(
    /authToken is missing/,
  );
});
