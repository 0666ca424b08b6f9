/**
 * Files in both directions, through the carrier's stand-in: its own password before what people have sent, its own look at
 * what is sent to them. Workers are killed while they copy.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { campaign, chance, pause, SEED, TIMEOUT, until } from './support/campaign.ts';
import { openStage, TENANT, type Stage } from './support/stage.ts';

const sample = (name: string) =>
  readFile(new URL(`../../carrier-sandbox/src/page/samples/${name}`, import.meta.url));
const asData = (type: string, bytes: Uint8Array) =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let stage: Stage;
afterEach(() => stage.close());

interface Entry {
  url: string;
  content_type: string;
  sent_as?: string;
  not_shown?: string;
  gone?: boolean;
}
interface Answer {
  id: string;
  status: string;
  body: string;
  contact_id: string;
  error: { code: string; reason: string; retryable: boolean } | null;
  media: Entry[];
}

async function ask<T = Answer>(method: string, path: string, body?: object | FormData): Promise<T> {
  const isForm = body instanceof FormData;
  const answer = await fetch(`${stage.publicUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await stage.token()}`,
      ...(body && !isForm && { 'content-type': 'application/json' }),
    },
    ...(body && { body: isForm ? body : JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
const fileAt = async (url: string, headers = {}) => {
  const answer = await fetch(new URL(url, stage.publicUrl), { headers });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    bytes: new Uint8Array(await answer.arrayBuffer()),
  };
};
const received = () =>
  stage.query<{ message_id: string; from_address: string; media: Entry[] }>(
    `select message_id, from_address, media from messages where direction = 'inbound' order by created_at`,
  );
const waiting = async () => (await stage.query('select from inbound_media')).length;

describe('what people send', () => {
  it(
    'is here whole and once, however often workers are killed over it',
    async () => {
      const kills = campaign(4, 60);
      const random = chance(SEED);
      stage = await openStage({ databaseUrl: inject('databaseUrl') });
      const { controls } = stage.sandbox;
      controls.addFault({ kind: 'latency', ms: 40, rate: 0.5, path: '/Media/' });
      controls.addFault({ kind: '500', rate: 0.1, path: '/Media/' });
      const [photo, film] = [await sample('picture.jpg'), await sample('clip.mp4')];
      const sent = new Map<string, string[]>();
      let person = 0;
      for (let kill = 0; kill < kills; kill += 1) {
        const worker = await stage.startWorker();
        for (let count = 1 + random.below(4); count > 0; count -= 1) {
          // what follows the end of a picture is nobody's business, and makes each another file
          const own = random.below(3) === 0 ? photo : Buffer.concat([photo, randomBytes(8)]);
          const files = random.below(2) === 0 ? [own] : [own, film];
          const from = `+1312555${String(4000 + (person += 1))}`;
          controls.text({
            from,
            to: stage.senders[0]!.address,
            mediaUrls: files.map((bytes) => asData(bytes === film ? 'video/mp4' : 'image/jpeg', bytes)),
          });
          sent.set(from, files.map(hashOf));
        }
        await pause(random.below(400));
        await worker.kill();
      }
      await until('all texts have arrived', async () => (await received()).length === sent.size);
      // leases of the killed end and pauses pass: the clock is the database's, so it is moved there
      const worker = await stage.startWorker();
      await until(
        'everything is copied',
        async () => {
          await stage.query(`update inbound_media set due_at = least(due_at, now() + interval '1 second')`);
          return (await waiting()) === 0;
        },
        60_000,
      );
      for (const { message_id, from_address } of await received()) {
        const { media } = await ask('GET', `/v1/messages/${message_id}`);
        const files = await Promise.all(media.map(({ url }) => fileAt(url)));
        expect([SEED, files.map(({ bytes }) => hashOf(bytes))]).toEqual([SEED, sent.get(from_address)]);
      }
      const kept = await stage.query<{ sha256: string }>(`select encode(sha256, 'hex') as sha256 from files`);
      expect(kept.map(({ sha256 }) => sha256).sort()).toEqual([...new Set([...sent.values()].flat())].sort());
      // and from our own storage: the carrier may forget it now
      controls.addFault({ kind: 'media_gone' });
      const [one] = await received();
      const { media } = await ask('GET', `/v1/messages/${one!.message_id}`);
      expect((await fileAt(media[0]!.url, { range: 'bytes=0-1' })).bytes.length).toBe(2);
      await worker.kill();
    },
    TIMEOUT,
  );

  it('is shown when it is harmless, and said to be gone when the carrier has deleted it', async () => {
    stage = await openStage({ databaseUrl: inject('databaseUrl') });
    const { controls } = stage.sandbox;
    const text = (mediaUrls: string[]) =>
      controls.text({ from: '+13125554000', to: stage.senders[0]!.address, mediaUrls });
    const markup = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    text([asData('application/pdf', await sample('notes.pdf')), asData('image/png', markup)]);
    await stage.startWorker();
    await until(
      'it has arrived and is settled',
      async () => (await received()).length === 1 && (await waiting()) === 0,
    );
    const [{ message_id: first } = { message_id: '' }] = await received();
    const { media } = await ask('GET', `/v1/messages/${first}`);
    expect(media).toMatchObject([{ content_type: 'application/pdf' }, { not_shown: expect.any(String) }]);
    expect(await fileAt(media[0]!.url)).toMatchObject({ status: 200, type: 'application/pdf' });
    expect((await fileAt(media[1]!.url)).status).toBe(422);

    controls.addFault({ kind: 'media_gone' });
    text([asData('image/jpeg', await sample('picture.jpg'))]);
    await until(
      'the second is settled',
      async () => (await received()).length === 2 && (await waiting()) === 0,
    );
    const second = await ask('GET', `/v1/messages/${(await received())[1]!.message_id}`);
    expect(second.media).toMatchObject([{ gone: true }]);
  });
});

describe('what is sent', () => {
  it('is on the phone as it is in the library; too large for the carrier, as a link', async () => {
    stage = await openStage({ databaseUrl: inject('databaseUrl') });
    const { controls, state } = stage.sandbox;
    const film = await sample('clip.mp4');
    const form = new FormData();
    form.set('file', new Blob([film], { type: 'video/mp4' }), 'Birthday.mp4');
    const { id } = await ask<{ id: string }>('POST', '/v1/media/upload-video', form);
    const to = '+13125554000';
    await stage.startWorker();
    const outcome = async (message: string, status: string) => {
      await until(
        `the message is ${status}`,
        async () => (await ask('GET', `/v1/messages/${message}`)).status === status,
      );
      return ask('GET', `/v1/messages/${message}`);
    };

    const sent = await ask('POST', '/v1/messages', { to, body: 'Happy birthday!', assets: [{ id }] });
    await outcome(sent.id, 'delivered');
    const [onPhone] = [...state.messages.party(to)];
    expect(onPhone).toMatchObject({ body: 'Happy birthday!', media: [{ contentType: 'video/mp4' }] });
    const { base_url, media } = await phoneView(onPhone!.sid);
    expect(hashOf((await fileAt(`${base_url}${media[0]!.url}`)).bytes)).toBe(hashOf(film));

    controls.settings.carrierMediaBytes = 10_000;
    const refused = await ask('POST', '/v1/messages/send-video', {
      contact_id: sent.contact_id,
      asset_id: id,
    });
    const failed = await outcome(refused.id, 'failed');
    expect(failed.error).toMatchObject({
      code: '30019',
      retryable: true,
      reason: expect.stringContaining('Send it as a link'),
    });
    const picture = new FormData();
    picture.set('file', new Blob([await sample('picture.jpg')], { type: 'image/jpeg' }), 'Still.jpg');
    const still = await ask<{ id: string }>('POST', '/v1/media/upload', picture);
    await stage.query(
      'update assets a set poster_id = b.file_id from assets b where a.asset_id = $1 and b.asset_id = $2',
      [id, still.id],
    );
    await ask('POST', `/v1/messages/${refused.id}/retry`);
    const again = await outcome(refused.id, 'delivered');
    const link = /https?:\/\/\S+\/m\/\w+$/.exec(again.body)?.[0] ?? '';
    expect(again.media).toMatchObject([{ sent_as: 'link' }]);
    // the picture came beside it, fetched by the carrier from the link's own address
    const shown = [...state.messages.party(to)].at(-1)!;
    expect(shown.media).toMatchObject([{ contentType: 'image/jpeg', url: `${link}/poster` }]);
    const preview = `${base_url}/sandbox/phones/${encodeURIComponent(to)}/preview?url=${encodeURIComponent(link)}`;
    const { preview: card } = (await (await fetch(preview)).json()) as { preview: { title: string } };
    expect(card.title).toContain('Birthday');
    expect(
      await stage.query(`select from asset_links where tenant_id = '${TENANT}' and message_id is not null`),
    ).toHaveLength(3);
  });

  async function phoneView(sid: string) {
    const base = stage.setup.carrier.baseUrl!;
    const answer = await fetch(`${base}/sandbox/messages`);
    const { messages } = (await answer.json()) as {
      messages: { sid: string; base_url: string; media: { url: string }[] }[];
    };
    return messages.find((message) => message.sid === sid)!;
  }
});
