/**
 * Every answer of the sandbox against the schemas of Twilio's own OpenAPI documents: each key there, no other key, the
 * types, formats and patterns, the status code. The documents are not part of this repository; without them this says so.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../index.ts';
import { ACCOUNT, BUSINESS, call, PHONE } from '../testing/harness.ts';
import { createValidator, type OpenApi } from '../testing/openapi.ts';

const folder =
  process.env['PATCHBAY_TWILIO_OAI'] ??
  fileURLToPath(new URL('../../../../shared/twilio-oai', import.meta.url));
const files = ['twilio_api_v2010.json', 'twilio_messaging_v1.json'].map((name) => `${folder}/${name}`);
const present = files.every((file) => existsSync(file));
if (!present)
  console.warn(`No OpenAPI documents in ${folder}; set PATCHBAY_TWILIO_OAI to check against them.`);

const A = `/2010-04-01/Accounts/${ACCOUNT}`;

describe.skipIf(!present)("Twilio's OpenAPI documents", () => {
  it('describe every answer on every path the sandbox has', async () => {
    const validate = createValidator(files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as OpenApi));
    const sandbox = createSandbox({ seed: 1, settings: { mps: 0, sentAfterMs: 0, deliveredAfterMs: 0 } });
    const seen: string[] = [];

    async function ask(path: string, form?: Record<string, string>, method?: string) {
      const answer = await call(sandbox, path, form, method);
      const verb = method ?? (form ? 'POST' : 'GET');
      expect(validate(verb, path.split('?')[0]!, answer.status, answer.body), `${verb} ${path}`).toEqual([]);
      seen.push(`${verb} ${answer.status}`);
      return answer.body;
    }

    await ask(`${A}.json`);
    const number = await ask(`${A}/IncomingPhoneNumbers.json`, {
      PhoneNumber: BUSINESS,
      SmsUrl: 'http://127.0.0.1:9/',
    });
    await ask(`${A}/IncomingPhoneNumbers.json`, { AreaCode: '312' });
    await ask(`${A}/IncomingPhoneNumbers.json`);
    await ask(`${A}/IncomingPhoneNumbers/${number.sid}.json`);
    await ask(`${A}/IncomingPhoneNumbers/${number.sid}.json`, { FriendlyName: 'Front desk', SmsUrl: '' });
    for (const kind of ['Local', 'TollFree', 'Mobile'])
      await ask(`${A}/AvailablePhoneNumbers/US/${kind}.json?PageSize=3`);
    const service = await ask('/v1/Services', { FriendlyName: 'Leads', ValidityPeriod: '600' });
    await ask('/v1/Services');
    await ask(`/v1/Services/${service.sid}`);
    await ask(`/v1/Services/${service.sid}`, { StickySender: 'false' });
    await ask(`/v1/Services/${service.sid}/PhoneNumbers`, { PhoneNumberSid: number.sid });
    await ask(`/v1/Services/${service.sid}/PhoneNumbers`, { PhoneNumberSid: number.sid });
    await ask(`/v1/Services/${service.sid}/PhoneNumbers`);
    await ask(`/v1/Services/${service.sid}/PhoneNumbers/${number.sid}`);

    sandbox.controls.setAnswering(PHONE, { mode: 'decline' });
    const called = await ask(`${A}/Calls.json`, {
      To: PHONE,
      From: BUSINESS,
      Twiml: '<Response><Say>Hi</Say></Response>',
    });
    await ask(`${A}/Calls.json`);
    await ask(`${A}/Calls/${called.sid}.json`);
    await ask(`${A}/Calls/${called.sid}.json`, { Status: 'completed' });
    const plain = { To: PHONE, From: BUSINESS, Body: 'Hello 👍' };
    const sent = await ask(`${A}/Messages.json`, { ...plain, ProvideFeedback: 'true' });
    await ask(`${A}/Messages.json`, { To: PHONE, Body: 'x', MessagingServiceSid: service.sid });
    await ask(`${A}/Messages.json`, {
      To: PHONE,
      Body: 'later',
      MessagingServiceSid: service.sid,
      ScheduleType: 'fixed',
      SendAt: new Date(Date.now() + 3600_000).toISOString(),
    });
    const picture = sandbox.controls.text({
      from: PHONE,
      to: BUSINESS,
      mediaUrls: ['data:image/png;base64,cGl4ZWxz'],
    });
    await ask(`${A}/Messages.json?PageSize=2`);
    await ask(`${A}/Messages.json?PageSize=2&Page=1&PageToken=PA${picture.sid}`);
    await ask(`${A}/Messages.json?To=${encodeURIComponent('+12025550100')}`);
    await ask(`${A}/Messages/${picture.sid}/Media.json`);
    await ask(`${A}/Messages/${picture.sid}/Media/${picture.media[0]!.sid}.json`);
    await ask(`${A}/Messages/${picture.sid}/Media/${picture.media[0]!.sid}.json`, undefined, 'DELETE');
    await ask(`${A}/Messages/${sent.sid}/Feedback.json`, { Outcome: 'confirmed' });
    await expect.poll(() => sandbox.state.messages.get(sent.sid)?.status).toBe('delivered');
    await ask(`${A}/Messages/${sent.sid}.json`);
    await ask(`${A}/Messages/${sent.sid}.json`, { Body: '' });
    await ask(`${A}/Messages/${sent.sid}.json`, undefined, 'DELETE');
    await ask(`/v1/Services/${service.sid}/PhoneNumbers/${number.sid}`, undefined, 'DELETE');
    await ask(`/v1/Services/${service.sid}`, undefined, 'DELETE');
    await ask(`${A}/IncomingPhoneNumbers/${number.sid}.json`, undefined, 'DELETE');
    expect(new Set(seen)).toEqual(new Set(['GET 200', 'POST 201', 'POST 200', 'DELETE 204']));
    sandbox.close();
  });

  it('are not what a wrong answer matches: the check itself can fail', () => {
    const validate = createValidator(files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as OpenApi));
    const path = `${A}/Messages/SM${'0'.repeat(32)}/Feedback.json`;
    const body = {
      account_sid: ACCOUNT,
      message_sid: 'XX',
      outcome: 'maybe',
      date_created: '2026-01-01',
      extra: 1,
    };
    expect(validate('POST', path, 200, body).map((problem) => problem.split(':')[0])).toEqual([
      '.message_sid',
      '.outcome',
      '.date_created',
      '.date_updated',
      '.uri',
      '.extra',
    ]);
    expect(validate('POST', path, 201, body)).toEqual(['status 201 is not described']);
  });
});
