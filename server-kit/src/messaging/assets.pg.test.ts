import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../db/client.ts';
import { newId } from '../ids.ts';
import { linkUrl } from '../media/links.ts';
import { getTestKit, TEST_SECRET, TEST_URL, type TestKit, type TestTenant } from '../testing/kit.ts';
import { createSender } from './sender.ts';

const KB = 1024;
const MB = 1024 * KB;
const PERSON = '+13125550177';
const NOW = new Date('2026-11-22T15:00:00Z');

let kit: TestKit;
let database: Database;
let now = NOW;
beforeAll(async () => {
  kit = await getTestKit({ clock: () => now });
  database = new Database({ url: kit.url, schema: kit.schema, clock: () => now });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});
beforeEach(async () => {
  kit.carrier.sent.length = 0;
  kit.carrier.answer = () => ({ kind: 'accepted', sid: `SM${newId().replaceAll('-', '')}` });
});
afterEach(() => {
  now = NOW;
});

interface File {
  type?: string;
  kind?: string;
  size?: number;
  codec?: string | null;
  state?: string;
  poster?: number | null;
  linkDays?: number | null;
}

const SMALL_VIDEO: File = { size: 300 * KB };
const LARGE_VIDEO: File = { size: 80 * MB };
const PDF: File = { type: 'application/pdf', kind: 'document', codec: null, size: 100 * KB, poster: null };
const PICTURE: File = { type: 'image/jpeg', kind: 'picture', codec: null, size: 3 * MB, poster: null };

async function file(tenant: TestTenant, type: string, size: number, codec: string | null): Promise<string> {
  const id = newId();
  await kit.admin(
    `insert into files (tenant_id, file_id, sha256, size, content_type, storage_key, width, height, duration_ms, video_codec)
     values ($1, $2, $3, $4, $5, $6, 640, 360, $7, $8)`,
    [
      tenant.id,
      id,
      createHash('sha256').update(id).digest(),
      size,
      type,
      `videos/${tenant.id}/${id}`,
      codec && 12_000,
      codec,
    ],
  );
  return id;
}

async function asset(wanted: File = {}, tenant = kit.a): Promise<string> {
  const { type = 'video/mp4', kind = 'video', size = 300 * KB, codec = 'avc1.42E01E' } = wanted;
  const { state = 'ready', poster = 40 * KB, linkDays = null } = wanted;
  const id = newId();
  const posterId = poster === null ? null : await file(tenant, 'image/jpeg', poster, null);
  await kit.admin(
    `insert into assets (tenant_id, asset_id, kind, name, file_id, poster_id, state, link_days)
     values ($1, $2, $3, 'Birthday', $4, $5, $6, $7)`,
    [tenant.id, id, kind, await file(tenant, type, size, codec), posterId, state, linkDays],
  );
  return id;
}

const send = (body: Record<string, unknown>, path = '/v1/messages') =>
  kit.request('POST', path, { body: { ...(path === '/v1/messages' && { to: PERSON }), ...body } });
const addressOf = (code: string) => linkUrl({ secret: TEST_SECRET, publicUrl: TEST_URL }, null, code);
const linksOf = (messageId: string) =>
  kit.admin('select * from asset_links where message_id = $1 order by link_id', [messageId]);

/** Has the drain hand what is due to the carrier; the answer is what it got of one message. */
async function leave(messageId: string) {
  await createSender({ database, carrier: kit.carrier, publicUrl: TEST_URL })(kit.a.id, kit.a.senderId);
  return kit.carrier.sent.find((message) => message.id === messageId)!;
}

describe('a file of the library in a text', () => {
  it('is attached when the carrier takes it and phones show it', async () => {
    const id = await asset(SMALL_VIDEO);
    const { status, body } = await send({ body: 'Happy birthday!', assets: [{ id }] });
    expect(status).toBe(201);
    expect(body.body).toBe('Happy birthday!');
    expect(body.media).toMatchObject([
      {
        asset_id: id,
        sent_as: 'attachment',
        content_type: 'video/mp4',
        name: 'Birthday',
        size: 300 * KB,
        width: 640,
        height: 360,
        duration_ms: 12_000,
        url: expect.stringMatching(/^\/crm\/v1\/media\/files\/[0-9a-f-]{36}\?/),
        poster_url: expect.stringMatching(/^\/crm\/v1\/media\/files\/[0-9a-f-]{36}\?/),
      },
    ]);
    const [link] = await linksOf(body.id);
    expect(link).toMatchObject({ purpose: 'file', asset_id: id, contact_id: body.contact_id });
    const sent = await leave(body.id);
    expect(sent.body).toBe('Happy birthday!');
    expect(sent.mediaUrls).toEqual([addressOf(link.code)]);
  });

  it('else goes as a link at the end of the text, with its picture', async () => {
    const id = await asset(LARGE_VIDEO);
    const { body } = await send({ body: 'Happy birthday! ', assets: [{ id }] });
    const [link, ...more] = await linksOf(body.id);
    expect(more).toEqual([]);
    const url = addressOf(link.code);
    expect(link).toMatchObject({ purpose: 'page', contact_id: body.contact_id, expires_at: null });
    expect(body.body).toBe(`Happy birthday!\n${url}`);
    expect(body.media).toMatchObject([{ asset_id: id, sent_as: 'link' }]);
    const sent = await leave(body.id);
    expect([sent.body, sent.mediaUrls]).toEqual([body.body, [`${url}/poster`]]);
  });

  it('has its link where {link} stands, and counts it in the segments', async () => {
    const id = await asset(LARGE_VIDEO);
    const words = 'x'.repeat(130);
    const { body } = await send({ body: `See {link} ${words}`, assets: [{ id, as: 'link' }] });
    const [{ code }] = await linksOf(body.id);
    expect(body.body).toBe(`See ${addressOf(code)} ${words}`);
    expect(body.segments).toBe(2);
    expect((await leave(body.id)).mediaUrls).toEqual([]);
  });

  it('goes alone, without a word of ours', async () => {
    const link = await send({ assets: [{ id: await asset(PDF) }] });
    expect(link.body.body).toMatch(/^https:\/\/portal\.example\.com\/crm\/m\/\w+$/);
    const picture = await send({ assets: [{ id: await asset(PICTURE) }] });
    expect([picture.body.body, picture.body.media[0].sent_as]).toEqual(['', 'attachment']);
  });

  it('is attached if somebody insists, within what the carrier takes', async () => {
    const { body } = await send({ assets: [{ id: await asset(PDF), as: 'attachment' }] });
    expect(body.media).toMatchObject([{ sent_as: 'attachment' }]);
    const large = await send({ assets: [{ id: await asset(LARGE_VIDEO), as: 'attachment' }] });
    expect(large).toMatchObject({
      status: 422,
      body: { code: 'file_refused', detail: expect.stringContaining('at most 500 KB') },
    });
    const abroad = await send({
      to: '+447700900123',
      assets: [{ id: await asset(SMALL_VIDEO), as: 'attachment' }],
    });
    expect(abroad.body).toMatchObject({
      code: 'file_refused',
      detail: expect.stringContaining('Send a link'),
    });
  });

  it('has a link that ends when the sender or the asset says so, counted from when it leaves', async () => {
    const id = await asset({ ...LARGE_VIDEO, linkDays: 7 });
    const soon = await send({ assets: [{ id }] });
    expect((await linksOf(soon.body.id))[0].expires_at).toEqual(new Date('2026-11-29T15:00:00Z'));
    const later = await send({ assets: [{ id }], send_at: '2026-12-24T15:00:00Z' });
    expect((await linksOf(later.body.id))[0].expires_at).toEqual(new Date('2026-12-31T15:00:00Z'));
    const own = await send({ assets: [{ id, expires_at: '2026-11-23T00:00:00Z' }] });
    expect((await linksOf(own.body.id))[0].expires_at).toEqual(new Date('2026-11-23T00:00:00Z'));
    const never = await send({ assets: [{ id, expires_at: null }] });
    expect((await linksOf(never.body.id))[0].expires_at).toBeNull();
  });

  it('must fit with its link', async () => {
    const id = await asset(LARGE_VIDEO);
    const before = await kit.admin('select count(*)::int as count from asset_links');
    const answer = await send({ body: 'x'.repeat(1590), assets: [{ id }] });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_text' } });
    // nothing is left of what was refused
    expect(await kit.admin('select count(*)::int as count from asset_links')).toEqual(before);
  });

  it('is refused while it is made ready, when it is deleted, and when it is another tenant’s', async () => {
    const processing = await send({ assets: [{ id: await asset({ state: 'processing' }) }] });
    expect(processing).toMatchObject({ status: 409, body: { code: 'asset_not_ready' } });
    const gone = await asset();
    await kit.admin('update assets set deleted_at = now() where asset_id = $1', [gone]);
    const theirs = await asset({}, kit.b);
    for (const id of [gone, theirs, newId()]) {
      expect(await send({ assets: [{ id }] })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });

  it('is the same message with the same link however often the same id is asked for', async () => {
    const id = newId();
    const wish = { id, body: 'Hello', assets: [{ id: await asset(LARGE_VIDEO) }] };
    const answers = await Promise.all([send(wish), send(wish), send(wish)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.body)).size).toBe(1);
    expect(await linksOf(id)).toHaveLength(1);
    const other = await send({ ...wish, assets: [{ id: await asset(LARGE_VIDEO) }] });
    expect(other.body.code).toBe('message_id_taken');
  });

  it('keeps its link when the words change before they leave', async () => {
    const { body } = await send({
      body: 'Hello',
      assets: [{ id: await asset(LARGE_VIDEO) }],
      send_at: '2026-11-23T15:00:00Z',
    });
    const [{ code }] = await linksOf(body.id);
    const edited = await kit.request('PATCH', `/v1/messages/${body.id}`, { body: { body: 'Good morning' } });
    expect(edited.body.body).toBe(`Good morning\n${addressOf(code)}`);
    const again = await kit.request('PATCH', `/v1/messages/${body.id}`, { body: { body: edited.body.body } });
    expect(again.body.body).toBe(edited.body.body);
  });
});

describe('a text that waits', () => {
  const edit = async (id: string, change: object) =>
    kit.request('PATCH', `/v1/messages/${id}`, { as: await kit.token('alpha'), body: change });
  const scheduled = async (assets: object[], body = 'Hello') =>
    (await send({ body, assets, send_at: '2026-11-23T15:00:00Z' })).body;

  it('takes other files, and links to the ones before end', async () => {
    const message = await scheduled([{ id: await asset(LARGE_VIDEO) }]);
    const other = await asset(PDF);
    const { body } = await edit(message.id, { assets: [{ id: other }] });
    const [before, after] = await linksOf(message.id);
    expect(before.revoked_at).not.toBeNull();
    expect(body).toMatchObject({ body: `Hello\n${addressOf(after.code)}`, media: [{ asset_id: other }] });
    // said twice it is the same
    expect((await edit(message.id, { assets: [{ id: other }] })).body.body).toBe(body.body);
    expect(await linksOf(message.id)).toHaveLength(2);
    const none = await edit(message.id, { assets: [] });
    expect(none.body).toMatchObject({ body: 'Hello', media: [] });
  });

  it('takes other addresses, and a file beside them keeps its link', async () => {
    const id = await asset(LARGE_VIDEO);
    const message = await scheduled([{ id }]);
    const address = 'https://host.example/plan.png';
    const { body } = await edit(message.id, { media_urls: [address], assets: [{ id }] });
    expect(body).toMatchObject({
      body: message.body,
      media: [{ url: address, content_type: 'image/png' }, { asset_id: id }],
    });
    expect(await linksOf(message.id)).toHaveLength(1);
    // words alone leave both as they are
    expect((await edit(message.id, { body: 'Good morning' })).body.media).toEqual(body.media);
    expect((await edit(message.id, { media_urls: [] })).body.media).toMatchObject([{ asset_id: id }]);
  });

  it('holds no more files than one that is sent', async () => {
    const message = await scheduled([{ id: await asset(PICTURE) }]);
    const media_urls = Array.from({ length: 10 }, (_, nth) => `https://host.example/${nth}.png`);
    expect((await edit(message.id, { media_urls })).body.code).toBe('invalid_request');
    expect((await edit(message.id, { media_urls, assets: [] })).body.media).toHaveLength(10);
  });

  it('goes without words when they are left out and a file is there', async () => {
    const message = await scheduled([{ id: await asset(PICTURE) }]);
    expect((await edit(message.id, { body: '' })).body).toMatchObject({ body: '', media: [{}] });
    expect((await edit(message.id, { assets: [] })).body.code).toBe('invalid_text');
  });

  it('has links that live from when it leaves, also when that is another day', async () => {
    const message = await scheduled([
      { id: await asset({ ...LARGE_VIDEO, linkDays: 7 }) },
      { id: await asset(SMALL_VIDEO) },
      { id: await asset(PDF), expires_at: '2027-06-01T00:00:00Z' },
    ]);
    await edit(message.id, { send_at: '2027-02-01T15:00:00Z' });
    expect((await linksOf(message.id)).map(({ expires_at }) => expires_at)).toEqual([
      new Date('2027-02-08T15:00:00Z'),
      new Date('2027-03-03T15:00:00Z'),
      new Date('2027-06-01T00:00:00Z'),
    ]);
  });
});

describe('a message that failed because of its file', () => {
  async function fail(messageId: string, code: string) {
    await kit.admin(
      `update messages set status = 'failed', error_code = $2, error_reason = 'Too large. Send it as a link.',
         error_final = false, due_at = null where message_id = $1`,
      [messageId, code],
    );
  }
  const retry = async (id: string) =>
    kit.request('POST', `/v1/messages/${id}/retry`, { as: await kit.token('alpha') });

  it.each(['30019', '63019', '12300', '11751', '21620', '21623'])(
    'goes as picture and link when it is tried again (%s)',
    async (code) => {
      const { body } = await send({ body: 'Hi', assets: [{ id: await asset(SMALL_VIDEO) }] });
      await fail(body.id, code);
      const again = await retry(body.id);
      const [, page] = await linksOf(body.id);
      const url = addressOf(page.code);
      expect(again.body).toMatchObject({
        status: 'queued',
        body: `Hi\n${url}`,
        media: [{ sent_as: 'link' }],
      });
      expect((await leave(body.id)).mediaUrls).toEqual([`${url}/poster`]);
      // and the picture may be the fault too
      await fail(body.id, code);
      await retry(body.id);
      expect(await linksOf(body.id)).toHaveLength(2);
      kit.carrier.sent.length = 0;
      expect(await leave(body.id)).toMatchObject({ body: `Hi\n${url}`, mediaUrls: [] });
    },
  );

  it('goes without a picture to somebody whose carrier takes none', async () => {
    const { body } = await send({ assets: [{ id: await asset(SMALL_VIDEO) }] });
    await fail(body.id, '30011');
    await retry(body.id);
    expect((await leave(body.id)).mediaUrls).toEqual([]);
  });

  it('stays as it is when the fault was another, and the carrier can fetch it again', async () => {
    const { body } = await send({ assets: [{ id: await asset(SMALL_VIDEO) }] });
    const [before] = await linksOf(body.id);
    await fail(body.id, '30005');
    now = new Date('2027-03-01T15:00:00Z');
    expect((await retry(body.id)).body.media).toMatchObject([{ sent_as: 'attachment' }]);
    const links = await linksOf(body.id);
    expect(links.map(({ code }) => code)).toEqual([before.code]);
    expect(links[0].expires_at.getTime()).toBeGreaterThan(now.getTime());
  });
});

describe('POST /v1/messages/send-video', () => {
  const toPerson = async () => (await kit.receive(kit.a, { from: PERSON })).contactId;

  it('is a message with the video, and with words when none are given', async () => {
    const asset_id = await asset(LARGE_VIDEO);
    const contact_id = await toPerson();
    const { status, body } = await send({ asset_id, contact_id }, '/v1/messages/send-video');
    expect(status).toBe(201);
    expect(body.body).toMatch(/^Here is a short video for you\.\nhttps:/);
    await kit.admin(
      `update tenants set settings = settings || '{"video_words": "Watch: {link}"}' where tenant_id = $1`,
      [kit.a.id],
    );
    const own = await send({ asset_id, contact_id }, '/v1/messages/send-video');
    expect(own.body.body).toMatch(/^Watch: https:\S+$/);
  });

  it('says the same to the same id, and takes videos alone', async () => {
    const contact_id = await toPerson();
    const wish = { id: newId(), asset_id: await asset(SMALL_VIDEO), contact_id, body: 'For you' };
    expect((await send(wish, '/v1/messages/send-video')).status).toBe(201);
    expect((await send(wish, '/v1/messages/send-video')).status).toBe(200);
    const pdf = await send({ asset_id: await asset(PDF), contact_id }, '/v1/messages/send-video');
    expect(pdf.body.code).toBe('file_refused');
    const theirs = await send({ asset_id: await asset({}, kit.b), contact_id }, '/v1/messages/send-video');
    expect(theirs.status).toBe(404);
  });

  it('sends nothing to somebody who has opted out', async () => {
    const { contactId } = await kit.receive(kit.a, { from: '+13125550188', body: 'STOP' });
    const wish = { asset_id: await asset(SMALL_VIDEO), contact_id: contactId };
    expect(await send(wish, '/v1/messages/send-video')).toMatchObject({
      status: 409,
      body: { code: 'opted_out' },
    });
  });
});
