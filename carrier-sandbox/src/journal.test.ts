import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createSandbox, manualClock } from './index.ts';
import { BUSINESS, call, MESSAGES, PHONE } from './testing/harness.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sandbox-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

it('remembers threads, the message list and the STOP list over a restart, and goes on with what was under way', async () => {
  const dir = folder();
  const clock = manualClock();
  const options = { dir, clock, numbers: [{ phoneNumber: BUSINESS }] };
  const before = createSandbox(options);
  await call(before, MESSAGES, { To: PHONE, From: BUSINESS, Body: 'Hi' });
  before.controls.text({ from: '+13125550178', to: BUSINESS, body: 'STOP' });
  const picture = before.controls.text({
    from: PHONE,
    to: BUSINESS,
    mediaUrls: ['data:image/png;base64,cGl4ZWxz'],
  });
  const sids = (await call(before, MESSAGES)).body.messages.map((one: { sid: string }) => one.sid);
  before.close();
  appendFileSync(join(dir, 'sandbox.jsonl'), '["message","SM');

  const after = createSandbox(options);
  clock.advance(5000);
  const { messages } = (await call(after, MESSAGES)).body;
  expect(messages.map((one: { sid: string }) => one.sid)).toEqual(sids);
  expect(messages.at(-1).status).toBe('delivered');
  expect((await call(after, MESSAGES, { To: '+13125550178', From: BUSINESS, Body: 'x' })).body.code).toBe(
    21610,
  );
  const media = picture.media[0]!.sid;
  const bytes = await after.fetch(
    new Request(
      `http://s.test/2010-04-01/Accounts/${picture.accountSid}/Messages/${picture.sid}/Media/${media}`,
    ),
  );
  expect(await bytes.text()).toBe('pixels');
  after.close();
});

it('forgets everything on reset, save what it was given at the start', async () => {
  const dir = folder();
  const first = createSandbox({ dir, numbers: [{ phoneNumber: BUSINESS }] });
  first.controls.text({ from: PHONE, to: BUSINESS, body: 'hi' });
  first.controls.reset();
  expect(first.state.numberOf(BUSINESS)).toBeDefined();
  first.close();
  const second = createSandbox({ dir });
  expect([second.state.messages.count(), second.state.numberOf(BUSINESS)?.phoneNumber]).toEqual([
    0,
    BUSINESS,
  ]);
  second.close();
});
