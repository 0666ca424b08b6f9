import { describe, expect, it } from 'vitest';
import { apiRefusal, callbackRefusal } from './refusals.ts';

describe("what to do about Twilio's codes", () => {
  it('21610 is an opt-out, at the API and in a callback', () => {
    expect(apiRefusal(21610, 400).action).toEqual({ kind: 'opt_out' });
    expect(callbackRefusal('21610')?.action).toEqual({ kind: 'opt_out' });
  });

  it.each([429, '429'])('too many requests are tried again, %j with or without a code', (status) => {
    expect(apiRefusal(undefined, Number(status)).action).toMatchObject({ kind: 'retry' });
    expect(apiRefusal(20429, Number(status)).action).toMatchObject({ kind: 'retry' });
  });

  it.each([401, 403])('HTTP %i holds the number and asks for a manager', (status) => {
    expect(apiRefusal(undefined, status)).toMatchObject({ action: { kind: 'pause_sender', seconds: null } });
  });

  it.each([21211, 21614, 30004, 30006])('%i is given up and not offered again', (code) => {
    expect(apiRefusal(code, 400).action).toEqual({ kind: 'give_up', retryable: false });
  });

  it.each([30017, 30022, 30410, 30001])('%i passes by itself, so it is tried again later', (code) => {
    const action = callbackRefusal(String(code))?.action;
    expect(action).toMatchObject({ kind: 'retry' });
    expect(action?.kind === 'retry' && action.seconds).toBeGreaterThanOrEqual(60);
  });

  it('a code that nobody knows yet is given up in words that help', () => {
    expect(apiRefusal(99999, 400)).toMatchObject({
      code: '99999',
      action: { kind: 'give_up', retryable: true },
    });
    expect(callbackRefusal('39999')?.reason).toMatch(/Try again, or call/);
  });

  it('a failure without a code has no reason of its own', () => {
    expect(callbackRefusal(null)).toBeNull();
  });
});
