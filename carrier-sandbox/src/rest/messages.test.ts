import { describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  BUSINESS,
  clientOf,
  createHost,
  FILES,
  getSandbox,
  PHONE,
  TOKEN,
  until,
} from '../testing/harness.ts';

const text = { to: PHONE, from: BUSINESS, body: 'The open house is on Sunday at two.' };
const padded = (type: keyof typeof FILES, megabytes: number) =>
  Buffer.concat([FILES[type], Buffer.alloc(megabytes * 1024 * 1024)]);

describe('the Twilio SDK against the sandbox: messages', () => {
  it('creates a queued message and delivers it', async () => {
    const { client } = await getSandbox();
    const created = await client.messages.create(text);
    expect(created).toMatchObject({
      status: 'queued',
      numSegments: '1',
      price: null,
      direction: 'outbound-api',
    });
    const delivered = await until('delivery', async () => {
      const now = await client.messages(created.sid).fetch();
      return now.status === 'delivered' && now;
    });
    expect(delivered.dateSent).toBeInstanceOf(Date);
    expect(delivered).toMatchObject({ price: '-0.00790', priceUnit: 'USD', errorCode: null });
  });

  it('pages through a list newest first, and what arrives meanwhile shifts nothing', async () => {
    const { client } = await getSandbox();
    const sids: string[] = [];
    for (let i = 0; i < 7; i++)
      sids.unshift((await client.messages.create({ ...text, body: `No. ${i}` })).sid);
    const first = await client.messages.page({ pageSize: 3 });
    await client.messages.create(text);
    const second = (await first.nextPage())!;
    const third = (await second.nextPage())!;
    expect([first, second, third].flatMap((page) => page.instances.map((one) => one.sid))).toEqual(sids);
    expect(third.nextPageUrl).toBeUndefined();
    const back = (await third.previousPage())!;
    expect(back.instances.map((one) => one.sid)).toEqual(second.instances.map((one) => one.sid));
  });

  it('goes on from a page whose last message was deleted meanwhile', async () => {
    const { client, state } = await getSandbox();
    for (let i = 0; i < 4; i++) await client.messages.create(text);
    await until('all delivered', () => [...state.messages.all()].every((one) => one.status === 'delivered'));
    const first = await client.messages.page({ pageSize: 2 });
    await client.messages(first.instances[1]!.sid).remove();
    expect((await first.nextPage())!.instances).toHaveLength(2);
  });

  it('lists by sender, recipient and day', async () => {
    const { client, state } = await getSandbox();
    await client.messages.create(text);
    await client.messages.create({ ...text, to: '+13125550178' });
    await until('both sent', () => [...state.messages.all()].every((one) => one.sentAt !== null));
    const counts = await Promise.all([
      client.messages.list({ to: PHONE }),
      client.messages.list({ from: BUSINESS, to: '+13125550178' }),
      client.messages.list({ from: '+13125550199' }),
      client.messages.list({ dateSent: new Date() }),
      client.messages.list({ dateSentAfter: new Date(Date.now() - 60_000) }),
      client.messages.list({ dateSentBefore: new Date(Date.now() - 60_000) }),
    ]);
    expect(counts.map((list) => list.length)).toEqual([1, 1, 0, 2, 2, 0]);
  });

  it('empties a body, then deletes the message', async () => {
    const { client } = await getSandbox();
    const { sid } = await client.messages.create(text);
    await until('delivery', async () => (await client.messages(sid).fetch()).status === 'delivered');
    expect((await client.messages(sid).update({ body: '' })).body).toBe('');
    expect(await client.messages(sid).remove()).toBe(true);
    await expect(client.messages(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('calls off a scheduled message, and only a scheduled one', async () => {
    const { client } = await getSandbox();
    const service = await client.messaging.v1.services.create({ friendlyName: 'Leads' });
    const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: BUSINESS });
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: number!.sid });
    const sendAt = new Date(Date.now() + 3600_000);
    const wish = { to: PHONE, body: 'Tomorrow', messagingServiceSid: service.sid };
    const scheduled = await client.messages.create({ ...wish, scheduleType: 'fixed', sendAt });
    expect(scheduled).toMatchObject({ status: 'scheduled', from: null, numSegments: '0' });
    expect((await client.messages(scheduled.sid).update({ status: 'canceled' })).status).toBe('canceled');
    await expect(client.messages(scheduled.sid).update({ status: 'canceled' })).rejects.toMatchObject({
      status: 409,
    });
  });

  it('sends through a service with a sender of its pool', async () => {
    const { client } = await getSandbox();
    const service = await client.messaging.v1.services.create({ friendlyName: 'Leads' });
    const [number] = await client.incomingPhoneNumbers.list();
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: number!.sid });
    const { sid, status } = await client.messages.create({
      to: PHONE,
      body: 'Hi',
      messagingServiceSid: service.sid,
    });
    expect(status).toBe('accepted');
    const delivered = await until('delivery', async () => {
      const now = await client.messages(sid).fetch();
      return now.status === 'delivered' && now;
    });
    expect(delivered).toMatchObject({ from: BUSINESS, numSegments: '1', messagingServiceSid: service.sid });
    expect(await client.messages.list({ from: BUSINESS })).toHaveLength(1);
  });

  it('keeps the media of an MMS: listed, fetched as bytes, deleted', async () => {
    const host = await createHost();
    host.answer('/plan.png', { type: 'image/png', body: FILES['image/png'] });
    const { client, url } = await getSandbox();
    const message = await client.messages.create({ ...text, mediaUrl: [`${host.origin}/plan.png`] });
    expect(message).toMatchObject({ sid: expect.stringMatching(/^MM/), numMedia: '1' });
    await until('delivery', async () => (await client.messages(message.sid).fetch()).status === 'delivered');
    const [media] = await client.messages(message.sid).media.list();
    expect(media).toMatchObject({ contentType: 'image/png', parentSid: message.sid });
    expect(host.at('/plan.png').map(({ method }) => method)).toEqual(['HEAD', 'GET']);
    const address = url + media!.uri.replace('.json', '');
    expect((await fetch(address)).status).toBe(401);
    const headers = { authorization: `Basic ${btoa(`${ACCOUNT}:${TOKEN}`)}` };
    const led = await fetch(address, { headers, redirect: 'manual' });
    expect(led.status).toBe(307);
    // the address that it leads to needs no password
    const content = await fetch(new URL(led.headers.get('location')!, url));
    expect(content.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await content.arrayBuffer())).toEqual(FILES['image/png']);
    await client.messages(message.sid).media(media!.sid).remove();
    expect(await client.messages(message.sid).media.list()).toHaveLength(0);
  });

  it('fails an MMS whose media cannot be fetched', async () => {
    const host = await createHost();
    host.answer('/gone.png', { status: 404 });
    const { client } = await getSandbox();
    const { sid } = await client.messages.create({ ...text, mediaUrl: [`${host.origin}/gone.png`] });
    const failed = await until('failure', async () => {
      const now = await client.messages(sid).fetch();
      return now.status === 'failed' && now;
    });
    expect(failed.errorCode).toBe(63019);
  });

  it.each([
    ['is no such file', { type: 'image/png', body: 'pixels' }, 12300],
    ['is a page', { type: 'text/html', body: '<p>' }, 12300],
    ['is too large for a message', { type: 'image/png', body: padded('image/png', 6) }, 11751],
    ['is too large for the person’s carrier', { type: 'video/mp4', body: padded('video/mp4', 2) }, 30019],
  ])('fails an MMS whose media %s', async (_, answer, code) => {
    const host = await createHost();
    host.answer('/file', answer);
    const { client } = await getSandbox();
    const { sid } = await client.messages.create({ ...text, mediaUrl: [`${host.origin}/file`] });
    const failed = await until('failure', async () => {
      const now = await client.messages(sid).fetch();
      return now.status === 'failed' && now;
    });
    expect(failed.errorCode).toBe(code);
  });

  it('fails an MMS whose HEAD says another type than its GET', async () => {
    const host = await createHost();
    host.answer('/file', ({ method }) => ({
      type: method === 'HEAD' ? 'text/html' : 'image/png',
      body: FILES['image/png'],
    }));
    const { client } = await getSandbox();
    const { sid } = await client.messages.create({ ...text, mediaUrl: [`${host.origin}/file`] });
    await until('failure', async () => (await client.messages(sid).fetch()).errorCode === 12300);
  });

  it('says that media are gone when it is told to', async () => {
    const { controls, client, url } = await getSandbox();
    const { sid, media } = controls.text({
      from: PHONE,
      to: BUSINESS,
      mediaUrls: ['data:image/png;base64,cGl4ZWxz'],
    });
    const headers = { authorization: `Basic ${btoa(`${ACCOUNT}:${TOKEN}`)}` };
    const address = `${url}/2010-04-01/Accounts/${ACCOUNT}/Messages/${sid}/Media/${media[0]!.sid}`;
    expect((await fetch(address, { headers })).status).toBe(200);
    controls.addFault({ kind: 'media_gone' });
    expect((await fetch(address, { headers })).status).toBe(404);
    // the list and everything else are as they were
    expect(await client.messages(sid).media.list()).toHaveLength(1);
    controls.clearFaults();
    await client.messages(sid).media(media[0]!.sid).remove();
    expect((await fetch(address, { headers })).status).toBe(404);
  });

  it.each([
    ['no recipient', { to: '' }, 21604],
    ['a recipient that is no number', { to: 'Sarah' }, 21211],
    ['no sender', { from: '' }, 21603],
    ['a sender that is no number', { from: 'x' }, 21212],
    ['a sender nobody owns', { from: '+16305550199' }, 21659],
    ['no body', { body: '' }, 21602],
    ['a body of 1601 characters', { body: 'x'.repeat(1601) }, 21617],
    ['a message to itself', { to: BUSINESS }, 21266],
    ['a callback without a host', { statusCallback: 'nowhere' }, 21609],
    ['a callback with an underscore in its host', { statusCallback: 'http://my_host/cb' }, 21609],
    ['a media URL that is none', { mediaUrl: ['picture.png'] }, 21620],
    ['eleven media', { mediaUrl: Array<string>(11).fill('http://a.example/b.png') }, 21623],
    [
      'a schedule without a service',
      { scheduleType: 'fixed' as const, sendAt: new Date(Date.now() + 3600_000) },
      35118,
    ],
    ['a service that is not there', { from: '', messagingServiceSid: `MG${'0'.repeat(32)}` }, 21705],
    ["Twilio's magic number for a landline", { to: '+15005550009' }, 21614],
    ["Twilio's magic number for a full queue", { from: '+15005550008' }, 21611],
  ])('refuses %s', async (_, wrong, code) => {
    const { client } = await getSandbox();
    await expect(client.messages.create({ ...text, ...wrong })).rejects.toMatchObject({
      name: 'Error',
      code,
    });
  });

  it('takes a body of NUL, half a surrogate pair and emoji without harm', async () => {
    const { client, control } = await getSandbox();
    const { sid } = await client.messages.create({ ...text, body: 'a\u0000b\ud83d 🏡' });
    expect((await client.messages(sid).fetch()).body).toContain('🏡');
    const answer = await control(`/phones/${encodeURIComponent(PHONE)}/messages`, {
      json: { to: BUSINESS, body: '\ud83d\u0000' },
    });
    expect(answer.status).toBe(201);
  });

  it('knows an API key, and tells a wrong token and another account apart from its own', async () => {
    const key = { sid: `SK${'1'.repeat(32)}`, secret: 'secret' };
    const own = { sid: `AC${'2'.repeat(32)}`, authToken: 'a'.repeat(32), apiKeys: [key] };
    const other = { sid: `AC${'3'.repeat(32)}`, authToken: 'b'.repeat(32) };
    const { url, controls } = await getSandbox({ accounts: [own, other], numbers: [] });
    controls.buyNumber(BUSINESS, own.sid);
    const keyed = clientOf(url, key.sid, key.secret, own.sid);
    const { sid } = await keyed.messages.create(text);
    const stranger = clientOf(url, other.sid, other.authToken, other.sid);
    await expect(stranger.messages(sid).fetch()).rejects.toMatchObject({ code: 20404 });
    await expect(stranger.messages.create(text)).rejects.toMatchObject({ code: 21660 });
    const wrong = clientOf(url, own.sid, 'wrong', own.sid);
    await expect(wrong.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
    const elsewhere = clientOf(url, other.sid, other.authToken, own.sid);
    await expect(elsewhere.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
  });
});
