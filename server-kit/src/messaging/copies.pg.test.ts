import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Media } from '../contract/index.ts';
import { Database } from '../db/client.ts';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { createCopier, type Copier, type Store } from './copies.ts';

const PNG = 'https://carrier.example/picture';
const NOW = new Date('2026-11-22T15:00:00Z');

let kit: TestKit;
let database: Database;
let now = NOW;
const answers = new Map<string, () => Response>();
const log = { warn: vi.fn() } as never;

/** As an upload would be taken in: by its bytes, once a tenant. Markup is refused. */
const store: Store = async (tenant, { bytes }) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  if (whole.includes('<')) return { refused: 'Web pages are not shown.' };
  const sha256 = createHash('sha256').update(whole).digest();
  const [known] = await kit.admin('select file_id from files where tenant_id = $1 and sha256 = $2', [
    tenant,
    sha256,
  ]);
  if (known) return { fileId: known.file_id };
  const fileId = newId();
  await kit.admin(
    `insert into files (tenant_id, file_id, sha256, size, content_type, storage_key, width, height)
     values ($1, $2, $3, $4, 'image/png', $5, 20, 10)`,
    [tenant, fileId, sha256, whole.length, `files/${tenant}/${fileId}.png`],
  );
  return { fileId };
};

beforeAll(async () => {
  kit = await getTestKit({ clock: () => now });
  database = new Database({ url: kit.url, schema: kit.schema, clock: () => now });
  kit.carrier.media = (url) => answers.get(url)?.() ?? new Response('bytes of a picture');
});
afterAll(async () => {
  await database.close();
  await kit.close();
});
beforeEach(() => {
  kit.carrier.fetched.length = 0;
});
afterEach(async () => {
  now = NOW;
  answers.clear();
  await kit.admin('delete from inbound_media');
});

const copier = (with_: Store = store): Copier => createCopier({ database, carrier: kit.carrier, log }, with_);
const arrive = (...urls: string[]) =>
  kit.receive(kit.a, { media: urls.map((url) => ({ url, type: 'image/jpeg' })) });
const mediaOf = async (id: string) =>
  (await kit.request('GET', `/v1/messages/${id}`, { as: await kit.token('alpha') })).body.media;
const waiting = (id: string) => kit.admin('select * from inbound_media where message_id = $1', [id]);
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};

describe('what an inbound message brings', () => {
  it('is written down with the message, and only where there is something', async () => {
    const plain = await kit.receive(kit.a, { body: 'no picture' });
    expect(await waiting(plain.messageId)).toEqual([]);
    const { messageId } = await arrive(PNG);
    expect(await waiting(messageId)).toMatchObject([{ tenant_id: 'alpha', tries: 0 }]);
    // from somebody new, by the long way, too
    const fresh = await kit.receive(kit.a, {
      from: '+13125550123',
      media: [{ url: PNG, type: 'image/png' }],
    });
    expect(await waiting(fresh.messageId)).toHaveLength(1);
  });

  it('is written down for itself alone when many texts come at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, nth) =>
        kit.receive(kit.a, { media: nth % 3 === 0 ? [{ url: PNG, type: 'image/png' }] : [] }),
      ),
    );
    const brought = all.filter((_, nth) => nth % 3 === 0).map(({ messageId }) => messageId);
    const rows = await kit.admin('select message_id from inbound_media');
    expect(rows.map(({ message_id }) => message_id).sort()).toEqual(brought.sort());
  });

  it('is copied once, with its facts, and the thread is told', async () => {
    const { messageId } = await arrive(PNG, `${PNG}/2`);
    const { url } = (await mediaOf(messageId))[0];
    await copier().look();
    expect(await mediaOf(messageId)).toMatchObject([
      { url, content_type: 'image/png', size: 18, width: 20, height: 10 },
      { content_type: 'image/png' },
    ]);
    const events = await kit.admin(
      `select type, data from events where message_id = $1 and type = 'message.updated'`,
      [messageId],
    );
    expect(events).toHaveLength(2);
    expect(await waiting(messageId)).toEqual([]);
    await copier().look();
    expect(kit.carrier.fetched).toEqual([PNG, `${PNG}/2`]);
  });

  it('is said to be arriving until it is here, in the thread and in the list', async () => {
    const { messageId, conversationId } = await kit.receive(kit.a, {
      media: [
        { url: PNG, type: 'image/jpeg' },
        { url: `${PNG}/2`, type: 'image/jpeg' },
        { url: `${PNG}/card`, type: 'text/vcard' },
      ],
    });
    answers.set(`${PNG}/2`, () => new Response('busy', { status: 503 }));
    const arriving = async () => {
      const conversation = await kit.request('GET', `/v1/conversations/${conversationId}`, {
        as: await kit.token('alpha'),
      });
      const media = (await mediaOf(messageId)) as Media[];
      return [media.map((each) => each.arriving === true), conversation.body.preview.media_arriving];
    };
    expect(await arriving()).toEqual([[true, true, false], 2]);
    await copier().look();
    expect(await arriving()).toEqual([[false, true, false], 1]);
    later(5);
    answers.set(`${PNG}/2`, () => new Response('gone', { status: 404 }));
    await copier().look();
    expect(await arriving()).toEqual([[false, false, false], 0]);
  });

  it('is not arriving when it came before there were copies', async () => {
    const { messageId } = await arrive(PNG);
    await kit.admin('delete from inbound_media');
    expect((await mediaOf(messageId))[0]).not.toHaveProperty('arriving');
  });

  it.each([404, 410])('is said to be gone when the carrier answers %i', async (status) => {
    const { messageId } = await arrive(PNG);
    answers.set(PNG, () => new Response('gone', { status }));
    await copier().look();
    expect(await mediaOf(messageId)).toMatchObject([{ gone: true }]);
    expect(await waiting(messageId)).toEqual([]);
  });

  it('is not shown when it is no picture, film, sound or PDF, and says why', async () => {
    const { messageId } = await arrive(PNG);
    answers.set(PNG, () => new Response('<script>'));
    await copier().look();
    expect(await mediaOf(messageId)).toMatchObject([{ not_shown: 'Web pages are not shown.' }]);
  });

  it('stays with the carrier when it is a card', async () => {
    const { messageId } = await kit.receive(kit.a, { media: [{ url: PNG, type: 'text/vcard' }] });
    await copier().look();
    expect(kit.carrier.fetched).toEqual([]);
    expect(await waiting(messageId)).toEqual([]);
  });

  it('is asked for again, ever more seldom, and never given up', async () => {
    const { messageId } = await arrive(PNG);
    answers.set(PNG, () => new Response('busy', { status: 503 }));
    for (const seconds of [5, 60, 600, 3600, 6 * 3600, 24 * 3600, 24 * 3600]) {
      await copier().look();
      const tries = kit.carrier.fetched.length;
      later(seconds - 1);
      await copier().look();
      expect([seconds, kit.carrier.fetched.length]).toEqual([seconds, tries]);
      later(1);
    }
    answers.delete(PNG);
    await copier().look();
    expect((await mediaOf(messageId))[0].size).toBe(18);
  });

  it('that one file does not come keeps no other', async () => {
    const { messageId } = await arrive(PNG, `${PNG}/2`);
    answers.set(PNG, () => {
      throw new Error('no connection');
    });
    await copier().look();
    expect(await mediaOf(messageId)).toMatchObject([{ content_type: 'image/jpeg' }, { size: 18 }]);
    answers.delete(PNG);
    later(5);
    await copier().look();
    expect(await mediaOf(messageId)).toMatchObject([{ size: 18 }, { size: 18 }]);
    expect(kit.carrier.fetched).toEqual([PNG, `${PNG}/2`, PNG]);
  });

  it('is taken up by another worker when one was killed over it', async () => {
    const { messageId } = await arrive(PNG);
    // it never comes back
    void copier(() => new Promise(() => undefined)).look();
    await expect.poll(() => kit.carrier.fetched.length).toBe(1);
    await copier().look();
    expect(kit.carrier.fetched).toHaveLength(1);
    later(151);
    await copier().look();
    expect(await mediaOf(messageId)).toMatchObject([{ size: 18 }]);
  });

  it('is copied by one of many workers', async () => {
    const arrived = await Promise.all(Array.from({ length: 4 }, (_, nth) => arrive(`${PNG}/${nth}`)));
    await Promise.all(Array.from({ length: 5 }, () => copier().look()));
    expect([...kit.carrier.fetched].sort()).toEqual(arrived.map((_, nth) => `${PNG}/${nth}`));
  });

  it('is not another tenant’s', async () => {
    const mine = await arrive(PNG);
    const theirs = await kit.receive(kit.b, { media: [{ url: PNG, type: 'image/png' }] });
    await copier().look();
    const rows = await kit.admin(
      'select tenant_id, message_id, media from messages where message_id = any($1)',
      [[mine.messageId, theirs.messageId]],
    );
    const files = await kit.admin('select tenant_id, file_id from files');
    for (const { tenant_id, media } of rows)
      expect(files).toContainEqual({ tenant_id, file_id: media[0].file_id });
    expect(new Set(rows.map(({ media }) => media[0].file_id)).size).toBe(2);
  });
});
