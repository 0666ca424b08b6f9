import { describe, expect, it } from 'vitest';
import { BUSINESS, getSandbox, PHONE, TOKEN, until } from '../testing/harness.ts';

const path = (number: string) => `/phones/${encodeURIComponent(number)}`;

describe('the control API', () => {
  it("shows a phone's conversation: what it wrote and what has reached it", async () => {
    const { control, client, controls } = await getSandbox();
    await control(`${path(PHONE)}/messages`, { json: { to: BUSINESS, body: 'Hello' } });
    await client.messages.create({ to: PHONE, from: BUSINESS, body: 'Hi' });
    await until('the sandbox to be idle', () => controls.idle());
    controls.setDelivery(PHONE, { mode: 'queued', errorCode: null });
    await client.messages.create({ to: PHONE, from: BUSINESS, body: 'Held' });
    const bodies = async (query: string) =>
      (
        await control(`${path(PHONE)}/messages?with=${encodeURIComponent(BUSINESS)}${query}`)
      ).body.messages.map((one: { body: string }) => one.body);
    expect(await bodies('')).toEqual(['Hello', 'Hi']);
    expect(await bodies('&all=1')).toEqual(['Hello', 'Hi', 'Held']);
  });

  it('makes phones with a number of its own choosing, and keeps the one it has', async () => {
    const { control } = await getSandbox();
    const first = await control('/phones', { json: { name: 'Sarah Jones' } });
    const again = await control('/phones', { json: { number: first.body.number } });
    expect([first.status, again.status, again.body.name]).toEqual([201, 200, 'Sarah Jones']);
    expect((await control('/phones', { json: { number: BUSINESS } })).status).toBe(409);
  });

  it.each([
    ['POST', '/phones', { number: 'Sarah' }, 400],
    ['PUT', `${path(PHONE)}/delivery`, { mode: 'explode' }, 400],
    ['POST', `${path(PHONE)}/messages`, { to: '+13125550111', body: 'x' }, 404],
    ['POST', `${path(PHONE)}/messages`, { to: BUSINESS }, 400],
    ['POST', '/faults', { kind: 'earthquake' }, 400],
    ['POST', '/faults', { kind: '429', count: 0 }, 400],
    ['POST', '/nothing', {}, 404],
  ])('%s %s with %o is refused in words', async (method, where, json, status) => {
    const { control } = await getSandbox();
    const answer = await control(where, { method, json });
    expect(answer).toMatchObject({ status, body: { error: expect.any(String) } });
  });

  it('takes no orders from a page of another site', async () => {
    const { url } = await getSandbox();
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await fetch(`${url}/sandbox/reset`, { method: 'POST', headers })).status).toBe(403);
  });

  it('writes down each request with its arrival, and never a credential', async () => {
    const { control, client } = await getSandbox();
    const before = Date.now();
    await client.messages.create({ to: PHONE, from: BUSINESS, body: 'Hi' });
    const { body } = await control('/requests');
    expect(body.total).toBe(1);
    expect(body.requests[0]).toMatchObject({
      method: 'POST',
      status: 201,
      params: { To: PHONE, Body: 'Hi' },
    });
    expect(Date.parse(body.requests[0].at)).toBeGreaterThanOrEqual(before);
    expect(JSON.stringify(body)).not.toContain(TOKEN);
  });

  it('tells what happens as server-sent events', async () => {
    const { url, controls } = await getSandbox();
    const feed = await fetch(`${url}/sandbox/feed`);
    const reader = feed.body!.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    controls.text({ from: PHONE, to: BUSINESS, body: 'Hello' });
    let text = '';
    while (!text.includes('event: message')) text += (await reader.read()).value ?? '';
    await reader.cancel();
    expect(text).toContain('"body":"Hello"');
  });
});
