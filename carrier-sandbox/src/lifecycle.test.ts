import { describe, expect, it } from 'vitest';
import { createSandbox, manualClock, type SandboxOptions } from './index.ts';
import { BUSINESS, call, MESSAGES, PHONE } from './testing/harness.ts';

const HOUR = 3_600_000;
const text = { To: PHONE, From: BUSINESS, Body: 'Hello' };

function arrange(options: SandboxOptions = {}) {
  const clock = manualClock();
  const sandbox = createSandbox({ clock, seed: 3, numbers: [{ phoneNumber: BUSINESS }], ...options });
  const statuses = () => [...sandbox.state.messages.all()].map((message) => message.status);
  const send = async (more: Record<string, string> = {}) => call(sandbox, MESSAGES, { ...text, ...more });
  return { clock, statuses, send, ...sandbox };
}

describe("a sender's pace", () => {
  it('lets so many segments a second go and keeps the rest queued', async () => {
    const { clock, statuses, send } = arrange({ settings: { mps: 1, sentAfterMs: 0, deliveredAfterMs: 0 } });
    for (let i = 0; i < 3; i++) await send();
    clock.advance(10);
    expect(statuses()).toEqual(['delivered', 'queued', 'queued']);
    clock.advance(1000);
    expect(statuses()).toEqual(['delivered', 'delivered', 'queued']);
  });

  it('counts a long text by its segments', async () => {
    const { clock, statuses, send } = arrange({ settings: { mps: 1, sentAfterMs: 0, deliveredAfterMs: 0 } });
    await send({ Body: 'x'.repeat(400) });
    await send();
    clock.advance(2000);
    expect(statuses()).toEqual(['delivered', 'queued']);
    clock.advance(1000);
    expect(statuses()).toEqual(['delivered', 'delivered']);
  });

  it('refuses with 21611 beyond ten hours of queue', async () => {
    const { clock, send } = arrange({ settings: { mps: 0.001 } });
    for (let i = 0; i < 37; i++) await send();
    expect(await send()).toMatchObject({ status: 429, body: { code: 21611 } });
    clock.advance(2 * HOUR);
    expect((await send()).status).toBe(201);
  });

  it('fails what waited longer than it is worth', async () => {
    const { clock, send, state } = arrange({ settings: { mps: 0.01 } });
    await send();
    await send({ ValidityPeriod: '60' });
    clock.advance(HOUR);
    expect([...state.messages.all()].map(({ status, errorCode }) => [status, errorCode])).toEqual([
      ['delivered', null],
      ['failed', 30036],
    ]);
  });
});

describe("a phone's delivery switch", () => {
  it.each([
    [{ mode: 'undelivered', errorCode: 30003 }, 'undelivered', 30003],
    [{ mode: 'failed', errorCode: 30007 }, 'failed', 30007],
    [{ mode: 'sent', errorCode: null }, 'sent', null],
    [{ mode: 'queued', errorCode: null }, 'queued', null],
  ] as const)('%o ends as %s', async (delivery, status, errorCode) => {
    const { clock, send, state, controls } = arrange();
    controls.setDelivery(PHONE, delivery);
    await send();
    clock.advance(HOUR);
    expect([...state.messages.all()][0]).toMatchObject({ status, errorCode });
  });

  it('refuses at the API with the code given', async () => {
    const { send, controls } = arrange();
    controls.setDelivery(PHONE, { mode: 'reject', errorCode: 21408 });
    expect(await send()).toMatchObject({ status: 400, body: { code: 21408 } });
  });

  it('lets go of what it held when it is turned back', async () => {
    const { clock, send, statuses, controls } = arrange();
    controls.setDelivery(PHONE, { mode: 'queued', errorCode: null });
    await send();
    clock.advance(HOUR);
    controls.setDelivery(PHONE, { mode: 'deliver', errorCode: null });
    clock.advance(1000);
    expect(statuses()).toEqual(['delivered']);
  });
});

describe('a scheduled message', () => {
  it('waits for its time, then goes the way of the others', async () => {
    const { clock, statuses, state, ...sandbox } = arrange();
    const { body: service } = await call(sandbox, '/v1/Services', { FriendlyName: 'S' });
    const number = state.numberOf(BUSINESS)!;
    await call(sandbox, `/v1/Services/${service.sid}/PhoneNumbers`, { PhoneNumberSid: number.sid });
    const SendAt = new Date(clock.now() + HOUR).toISOString();
    const wish = { To: PHONE, Body: 'x', MessagingServiceSid: service.sid, ScheduleType: 'fixed', SendAt };
    expect((await call(sandbox, MESSAGES, wish)).body.status).toBe('scheduled');
    clock.advance(HOUR - 1);
    expect(statuses()).toEqual(['scheduled']);
    clock.advance(2000);
    expect(statuses()).toEqual(['delivered']);
    const soon = { ...wish, SendAt: new Date(clock.now() + 60_000).toISOString() };
    expect((await call(sandbox, MESSAGES, soon)).body.code).toBe(35114);
  });
});
