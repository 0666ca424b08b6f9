import { describe, expect, it } from 'vitest';
import { BUSINESS, clientOf, createHost, getSandbox, PHONE, until } from './testing/harness.ts';

const text = { to: PHONE, from: BUSINESS, body: 'Hello' };

async function arrange() {
  const host = await createHost();
  const sandbox = await getSandbox({ seed: 11 });
  const statuses = () =>
    host.at('/status').map((call) => `${call.params['MessageSid']} ${call.params['MessageStatus']}`);
  return { host, statuses, callback: `${host.origin}/status`, ...sandbox };
}

describe('a fault of the network', () => {
  it('waits first with latency', async () => {
    const { client, control } = await arrange();
    await control('/faults', { json: { kind: 'latency', ms: 80, count: 1 } });
    const before = performance.now();
    await client.messages.create(text);
    expect(performance.now() - before).toBeGreaterThanOrEqual(79);
    const { requests } = (await control('/requests')).body;
    expect(requests[0]).toMatchObject({ faults: ['latency'], status: 201 });
  });

  it('refuses with 429 before anything was done, for as many requests as asked', async () => {
    const { client, control, state } = await arrange();
    await control('/faults', { json: { kind: '429', count: 2 } });
    for (let i = 0; i < 2; i++)
      await expect(client.messages.create(text)).rejects.toMatchObject({ status: 429, code: 20429 });
    expect(state.messages.count()).toBe(0);
    expect((await client.messages.create(text)).status).toBe('queued');
  });

  it('refuses with 500 until it is taken away', async () => {
    const { client, control, state } = await arrange();
    const { body: fault } = await control('/faults', { json: { kind: '500', method: 'post' } });
    await expect(client.messages.create(text)).rejects.toMatchObject({ status: 500, code: 20500 });
    expect(await client.messages.list()).toEqual([]);
    await control(`/faults/${fault.id}`, { method: 'DELETE' });
    await client.messages.create(text);
    expect(state.messages.count()).toBe(1);
  });

  it('accepts the message and drops the answer: the caller sees a broken line, the list has the message', async () => {
    const { client, control, state } = await arrange();
    await control('/faults', { json: { kind: 'drop_response', count: 1, path: '/Messages' } });
    await expect(client.messages.create(text)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const delivered = await until('delivery', () =>
      [...state.messages.all()].find((one) => one.status === 'delivered'),
    );
    expect((await client.messages.list({ to: PHONE })).map((one) => one.sid)).toEqual([delivered.sid]);
  });

  it('drops the request: nothing was accepted', async () => {
    const { client, control, state } = await arrange();
    await control('/faults', { json: { kind: 'drop_request', count: 1 } });
    await expect(client.messages.create(text)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(state.messages.count()).toBe(0);
  });

  it('strikes one account and not another', async () => {
    const { url, client, control } = await arrange();
    const { body: other } = await control('/accounts', { json: {} });
    await control('/faults', { json: { kind: '429', account_sid: other.sid } });
    expect((await client.messages.create(text)).status).toBe('queued');
    const theirs = clientOf(url, other.sid, other.auth_token, other.sid);
    await expect(theirs.messages.list()).rejects.toMatchObject({ code: 20429 });
  });

  it('fails a fetch in the same process as a network would', async () => {
    const { fetch, controls } = await arrange();
    controls.addFault({ kind: 'drop_response' });
    await expect(fetch(new Request('http://sandbox.test/v1/Services'))).rejects.toThrow(TypeError);
  });
});

describe('a fault of the callbacks', () => {
  it('sends each twice, with different idempotency tokens', async () => {
    const { host, client, control, statuses, callback } = await arrange();
    await control('/faults', { json: { kind: 'double_callbacks' } });
    const { sid } = await client.messages.create({ ...text, statusCallback: callback });
    await until('four callbacks', () => statuses().length === 4);
    expect(statuses().toSorted()).toEqual([
      `${sid} delivered`,
      `${sid} delivered`,
      `${sid} sent`,
      `${sid} sent`,
    ]);
    expect(new Set(host.at('/status').map((call) => call.headers['i-twilio-idempotency-token'])).size).toBe(
      4,
    );
  });

  it('changes their order, the same way for the same seed', async () => {
    const { client, control, statuses, callback } = await arrange();
    await control('/faults', { json: { kind: 'reorder_callbacks', ms: 60 } });
    const { sid } = await client.messages.create({ ...text, statusCallback: callback });
    await until('two callbacks', () => statuses().length === 2);
    expect(statuses()).toEqual([`${sid} delivered`, `${sid} sent`]);
  });

  it('loses as many as asked', async () => {
    const { client, control, controls, statuses, callback } = await arrange();
    await control('/faults', { json: { kind: 'drop_callbacks', count: 1 } });
    const { sid } = await client.messages.create({ ...text, statusCallback: callback });
    await until('the sandbox to be idle', () => controls.idle() && statuses().length > 0);
    expect(statuses()).toEqual([`${sid} delivered`]);
  });

  it('holds them back', async () => {
    const { client, control, callback, statuses, state } = await arrange();
    await control('/faults', { json: { kind: 'delay_callbacks', ms: 50 } });
    const { sid } = await client.messages.create({ ...text, statusCallback: callback });
    await until('delivery', () => state.messages.get(sid)?.status === 'delivered');
    expect(statuses()).toEqual([]);
    await until('both late callbacks', () => statuses().length === 2);
  });
});
