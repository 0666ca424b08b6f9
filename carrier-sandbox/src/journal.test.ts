import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSandbox, manualClock, type Transport } from './index.ts';
import { BUSINESS, call, FILES, MESSAGES, PHONE, until } from './testing/harness.ts';

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
    new Request(`http://s.test/cdn/${picture.accountSid}/${picture.sid}/${media}`),
  );
  expect(await bytes.text()).toBe('pixels');
  after.close();
});

it('has written a message down before it answers', async () => {
  const dir = folder();
  const sandbox = createSandbox({ dir, clock: manualClock(), numbers: [{ phoneNumber: BUSINESS }] });
  onTestFinished(() => sandbox.close());
  const { status, body } = await call(sandbox, MESSAGES, { To: PHONE, From: BUSINESS, Body: 'Hi' });
  expect(status).toBe(201);
  expect(readFileSync(join(dir, 'sandbox.jsonl'), 'utf8')).toContain(body.sid);
});

describe('after a kill', () => {
  const StatusCallback = 'http://host.test/status';
  const answer = { status: 200, contentType: 'text/xml', location: null, body: new Uint8Array() };

  /** What `kill -9` leaves: the folder as it is at this moment, with nobody to tidy up. */
  function killed(dir: string): string {
    const left = folder();
    cpSync(dir, left, { recursive: true });
    return left;
  }

  function arrange() {
    const clock = manualClock();
    const start = (dir: string, transport: Transport) => {
      const sandbox = createSandbox({ dir, clock, transport, numbers: [{ phoneNumber: BUSINESS }] });
      onTestFinished(() => sandbox.close());
      return sandbox;
    };
    /** A host that takes down every status, and answers. */
    const heard: string[] = [];
    const listens: Transport = async ({ body }) => {
      heard.push(new URLSearchParams(body).get('MessageStatus') ?? '');
      return answer;
    };
    return { clock, start, heard, listens, form: { To: PHONE, From: BUSINESS, Body: 'Hi', StatusCallback } };
  }

  it.each([['queued', 0, ['sent', 'delivered']] as const, ['sent', 100, ['sent', 'delivered']] as const])(
    'a message that was %s goes on, and its callbacks with it',
    async (status, ms, statuses) => {
      const { clock, start, heard, listens, form } = arrange();
      const dir = folder();
      const before = start(dir, () => new Promise(() => {}));
      await call(before, MESSAGES, form);
      if (ms > 0) clock.advance(ms);
      expect([...before.state.messages.all()][0]?.status).toBe(status);
      const after = start(killed(dir), listens);
      clock.advance(5000);
      await until('both callbacks', () => heard.length === 2);
      expect(heard).toEqual(statuses);
      expect([...after.state.messages.all()][0]?.status).toBe('delivered');
    },
  );

  it('a last callback that nobody answered is made again, once', async () => {
    const { clock, start, heard, listens, form } = arrange();
    const dir = folder();
    const before = start(dir, () => new Promise(() => {}));
    await call(before, MESSAGES, form);
    clock.advance(5000);
    expect([...before.state.messages.all()][0]?.status).toBe('delivered');
    const left = killed(dir);
    const after = start(left, listens);
    await until('the callback has ended', () => after.controls.idle());
    expect(heard).toEqual(['delivered']);
    start(killed(left), listens);
    expect(heard).toEqual(['delivered']);
  });

  it('a picture that was being fetched is fetched', async () => {
    const { clock, start, form } = arrange();
    const dir = folder();
    const before = start(dir, () => new Promise(() => {}));
    await call(before, MESSAGES, { ...form, MediaUrl: 'http://host.test/a.png' });
    clock.advance(1000);
    const asked: string[] = [];
    const png = { ...answer, contentType: 'image/png', body: FILES['image/png'] };
    const after = start(killed(dir), async ({ url }) => (asked.push(url), png));
    await until('the picture is there', () => {
      clock.advance(1000);
      return [...after.state.messages.all()][0]?.status === 'delivered';
    });
    expect(asked[0]).toBe('http://host.test/a.png');
  });
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
