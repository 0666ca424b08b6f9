/** Calls against a server on loopback, in Twilio's own words. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { afterEach, describe, expect, it } from 'vitest';
import type { OutboundCall } from '../voice.ts';
import { twilioCarrier } from './index.ts';

const ACCOUNT = { accountSid: `AC${'0'.repeat(31)}1`, authToken: 'the-primary-token' };
const CALL: OutboundCall = {
  accountSid: ACCOUNT.accountSid,
  from: '+16305550142',
  to: '+13125550177',
  answerUrl: 'https://portal.example.com/crm/twilio/voice/answer?t=acme&c=1',
  statusUrl: 'https://portal.example.com/crm/twilio/voice/status?t=acme&c=1',
  detect: 'end_of_greeting',
  ringFor: 60,
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function voiceAt(listener: RequestListener) {
  server = createServer(listener);
  await new Promise<void>((ready) => server!.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return twilioCarrier({ ...ACCOUNT, baseUrl: `http://127.0.0.1:${port}`, timeout: 2_000 }).voice!;
}
const voice = () => twilioCarrier(ACCOUNT).voice!;
const json =
  (status: number, body: unknown): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('placing a call', () => {
  it('names our call in both addresses, asks for each step and for detection before the document', async () => {
    let form = new URLSearchParams();
    const carrier = await voiceAt((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        form = new URLSearchParams(body);
        json(201, { sid: 'CA1' })(request, response);
      });
    });
    expect(await carrier.placeCall(CALL)).toEqual({ kind: 'accepted', sid: 'CA1' });
    expect(form.get('Url')).toBe(`${CALL.answerUrl}#rc=2&rp=5xx,ct,rt`);
    expect(form.get('StatusCallback')).toBe(`${CALL.statusUrl}#rc=2&rp=5xx,ct,rt`);
    expect(form.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed']);
    expect(form.get('MachineDetection')).toBe('DetectMessageEnd');
    expect(form.has('AsyncAmd')).toBe(false);
  });

  it.each([
    [400, 21211, { action: { kind: 'give_up', retryable: false }, reason: /number that can be called/ }],
    // of a text this would hold everything that the number has to send
    [400, 21606, { action: { kind: 'give_up', retryable: true }, reason: /refused this call/ }],
    [429, 20429, { action: { kind: 'retry', seconds: 2, times: 8 }, reason: /busy/ }],
  ])('reads a refusal of HTTP %i with code %i', async (status, code, { action, reason }) => {
    const carrier = await voiceAt(json(status, { code, message: 'no', status }));
    const outcome = await carrier.placeCall(CALL);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: String(code), action } });
    expect((outcome as { refusal: { reason: string } }).refusal.reason).toMatch(reason);
  });

  it('does not know what became of it when the answer is lost', async () => {
    const carrier = await voiceAt((request) => request.socket.destroy());
    expect(await carrier.placeCall(CALL)).toMatchObject({ kind: 'unknown' });
  });
});

describe('a webhook of a call', () => {
  const url = 'https://portal.example.com/crm/twilio/voice/status?t=acme&c=1';
  const read = (fields: Record<string, string>, token = ACCOUNT.authToken) => {
    const form = {
      AccountSid: ACCOUNT.accountSid,
      CallSid: 'CA1',
      From: '+16305550142',
      To: '+13125550177',
      ...fields,
    };
    const signature = twilio.getExpectedTwilioSignature(token, url, form);
    return voice().readCall({ url, form: new URLSearchParams(form), signature });
  };

  it.each([
    [{ CallStatus: 'initiated' }, { status: 'placed', result: null }],
    [{ CallStatus: 'ringing' }, { status: 'ringing', result: null }],
    [
      { CallStatus: 'in-progress', AnsweredBy: 'machine_start' },
      { status: 'in_progress', answeredBy: 'machine' },
    ],
    [{ CallStatus: 'in-progress', AnsweredBy: 'machine_end_other' }, { answeredBy: 'beep' }],
    [{ CallStatus: 'in-progress', AnsweredBy: 'something new' }, { answeredBy: 'unknown' }],
    [
      { CallStatus: 'completed', CallDuration: '49' },
      { status: 'ended', result: 'completed', seconds: 49 },
    ],
    [{ CallStatus: 'no-answer' }, { status: 'ended', result: 'no_answer' }],
    [
      { CallStatus: 'in-progress', DialCallStatus: 'busy' },
      { status: 'in_progress', leg: { result: 'busy', seconds: null } },
    ],
    [
      { CallStatus: 'in-progress', DialCallStatus: 'answered', DialCallDuration: '7' },
      { leg: { result: 'completed', seconds: 7 } },
    ],
  ])('%j is %j', async (fields, news) => {
    expect(await read(fields as Record<string, string>)).toMatchObject(news);
  });

  it('signed by somebody else is refused', async () => {
    expect(await read({ CallStatus: 'completed' }, 'a guess')).toEqual({
      rejected: expect.stringContaining('signature'),
    });
  });
});

describe('a script', () => {
  it('is TwiML, with what people wrote escaped', () => {
    const { contentType, body } = voice().script([
      { say: 'Tom & <Jerry>' },
      {
        dial: {
          to: '+13125550177',
          from: '+16305550142',
          ringFor: 25,
          doneUrl: 'https://x.example/done?a=1&b=2',
        },
      },
      { play: 'https://x.example/a.mp3?t=1&s=2' },
      { ask: 'https://x.example/played' },
      { hangUp: true },
    ]);
    expect(contentType).toMatch(/^text\/xml/);
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Tom &amp; &lt;Jerry&gt;</Say>' +
        '<Dial callerId="+16305550142" timeout="25" action="https://x.example/done?a=1&amp;b=2#rc=2&amp;rp=5xx,ct,rt" method="POST">' +
        '<Number>+13125550177</Number></Dial><Play>https://x.example/a.mp3?t=1&amp;s=2</Play>' +
        '<Redirect method="POST">https://x.example/played#rc=2&amp;rp=5xx,ct,rt</Redirect><Hangup/></Response>',
    );
  });
});
