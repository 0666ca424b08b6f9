import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { BASE_SEED, seeded } from '../testing/campaign.ts';
import { getTestKit, TEST_SECRET, TEST_URL, type TestKit } from '../testing/kit.ts';
import { ProblemError } from '../errors.ts';
import { sendMessage } from './messages.ts';
import { routesTo, sendMany, type ManyText } from './send-many.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const seed = BASE_SEED;
const ACTOR = { id: 'workflow:1', name: 'Five Days of Joy' };
const context = () => ({
  secret: TEST_SECRET,
  publicUrl: TEST_URL,
  carrier: kit.carrier,
  clock: () => new Date(),
});

let people = 0;
async function contact(phone: string | null, owner = kit.a.id): Promise<string> {
  const id = newId();
  await kit.admin('insert into contacts (tenant_id, contact_id, phone, first_name) values ($1, $2, $3, $4)', [
    owner,
    id,
    phone,
    'Anna',
  ]);
  return id;
}
const freshNumber = () => `+1312557${String((people += 1)).padStart(4, '0')}`;

async function video(kilobytes: number): Promise<string> {
  const [fileId, id] = [newId(), newId()];
  await kit.admin(
    `insert into files (tenant_id, file_id, sha256, size, content_type, storage_key, video_codec)
     values ($1, $2, sha256($3), $4, 'video/mp4', $5, 'avc1.42E01E')`,
    [kit.a.id, fileId, fileId, kilobytes * 1024, `videos/${fileId}`],
  );
  await kit.admin(
    `insert into assets (tenant_id, asset_id, kind, name, file_id, link_days) values ($1, $2, 'video', 'Film', $3, 30)`,
    [kit.a.id, id, fileId],
  );
  return id;
}

const many = (texts: ManyText[]) =>
  kit.database.transaction(kit.a.id, (tx) =>
    sendMany(context(), tx, texts, { author: () => ACTOR, origin: 'member' }),
  );

/** All that two texts must have alike: no ids, no times, no codes of links. */
async function shape(messageId: string) {
  const [message] = await kit.admin('select * from messages where message_id = $1', [messageId]);
  if (!message) return null;
  const { conversation_id: conversation, contact_id: contactId } = message;
  const [thread] = await kit.admin('select * from conversations where conversation_id = $1', [conversation]);
  const events = await kit.admin('select type, actor, data from events where message_id = $1', [messageId]);
  const links = await kit.admin(
    `select purpose, asset_id, expires_at is null as for_good, author from asset_links
     where message_id = $1 order by asset_id`,
    [messageId],
  );
  const files = await kit.admin('select file_id from message_files where message_id = $1 order by 1', [
    messageId,
  ]);
  const without = (text: string | null) => text?.replaceAll(/\/m\/\w{14}/g, '/m/…') ?? null;
  const plain = (row: Record<string, unknown>, names: string[]) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
  return {
    message: {
      ...plain(message, [
        'message_id',
        'conversation_id',
        'contact_id',
        'to_address',
        'created_at',
        'due_at',
        'media',
      ]),
      body: without(message.body),
      first_body: without(message.first_body),
    },
    media: JSON.parse(without(JSON.stringify(message.media))!) as unknown,
    thread: {
      ...plain(thread, ['conversation_id', 'contact_id', 'created_at', 'last_message_at', 'last_message_id']),
      isLast: thread.last_message_id === messageId && thread.contact_id === contactId,
    },
    events,
    links,
    files,
  };
}

it(
  `writes the same rows as one by one, whoever is asked for what (seed ${seed})`,
  { timeout: 60_000 },
  async () => {
    const { below, chance, pick } = seeded(seed);
    const other = await kit.kit.tenants.addSender({ tenant: kit.a.id, address: '+13125550301' });
    const films = [await video(200), await video(90_000)];
    const wishes: { one: string; two: string; text: Omit<ManyText, 'messageId' | 'contactId'> }[] = [];
    for (let nth = 0; nth < 24; nth += 1) {
      const numbers = chance(0.1) ? [null, null] : [freshNumber(), freshNumber()];
      const [one, two] = [await contact(numbers[0]!), await contact(numbers[1]!)];
      const wrote = chance(0.3);
      const out = chance(0.2);
      for (const number of numbers) {
        if (number !== null && wrote) await kit.receive(kit.a, { from: number, body: 'Hello' });
        if (number !== null && out) await kit.receive(kit.a, { from: number, body: 'STOP' });
      }
      wishes.push({
        one,
        two,
        text: {
          body: pick([
            'Hi',
            'Hi – see {link}',
            'x'.repeat(1_590),
            'x'.repeat(1_700),
            ' ',
            `${below(9)} Firm alpha STOP`,
          ]),
          assets: chance(0.3) ? films.slice(below(2)).map((id) => ({ id })) : [],
          sender: chance(0.2) ? other : null,
          purpose: chance(0.5) ? 'marketing' : 'conversation',
        },
      });
    }
    const texts = wishes.map(({ one, text }): ManyText => ({ ...text, messageId: newId(), contactId: one }));
    const results = await many(texts);
    for (const [nth, { two, text }] of wishes.entries()) {
      const id = newId();
      const alone = await kit.database
        .transaction(kit.a.id, (tx) =>
          sendMessage(
            context(),
            tx,
            {
              id,
              contact_id: two,
              body: text.body,
              media_urls: [],
              assets: text.assets,
              purpose: text.purpose,
              ...(text.sender && { sender_id: text.sender }),
            },
            ACTOR,
          ),
        )
        .then(
          () => 'queued',
          (error: unknown) => (error instanceof ProblemError ? error.code : Promise.reject(error as Error)),
        );
      expect({ nth, state: results[nth]!.state }).toEqual({ nth, state: alone });
      expect(await shape(texts[nth]!.messageId)).toEqual(await shape(id));
    }
    // the world has been wide enough to say something
    expect(new Set(results.map(({ state }) => state)).size).toBeGreaterThanOrEqual(3);
  },
);

it('is the same text when it is asked for again', async () => {
  const text: ManyText = {
    messageId: newId(),
    contactId: await contact(freshNumber()),
    body: 'Once',
    assets: [],
    purpose: 'conversation',
  };
  expect(await many([text])).toMatchObject([{ state: 'queued', created: true }]);
  expect(await many([text])).toMatchObject([{ state: 'queued', created: false }]);
  expect(await kit.admin('select 1 from events where message_id = $1', [text.messageId])).toHaveLength(1);
});

it('knows nobody of another tenant', async () => {
  const stranger = await contact(freshNumber(), kit.b.id);
  const routes = await kit.database.transaction(kit.a.id, (tx) => routesTo(tx, [{ contactId: stranger }]));
  expect(routes).toEqual([{ not: 'not_found' }]);
});

it('takes as many statements for five hundred as for two', async () => {
  const statements = async (count: number) => {
    const rows = await kit.admin(
      `insert into contacts (tenant_id, contact_id, phone)
       select $1, gen_random_uuid(), '+1312558' || lpad((n + $3)::text, 4, '0') from generate_series(1, $2) n
       returning contact_id`,
      [kit.a.id, count, count],
    );
    const texts = rows.map(({ contact_id: contactId }): ManyText => ({
      messageId: newId(),
      contactId,
      body: 'Hi',
      assets: [],
      purpose: 'marketing',
    }));
    let asked = 0;
    await kit.database.transaction(kit.a.id, async (tx) => {
      // a part of a statement comes through here as well: what counts is that there are no more of them
      const sql = new Proxy(tx.sql, {
        apply(target, self, given) {
          asked += 1;
          return Reflect.apply<unknown, unknown[], unknown>(target as never, self, given);
        },
      });
      const results = await sendMany(context(), { ...tx, sql }, texts, {
        author: () => ACTOR,
        origin: 'workflow',
      });
      expect(results.every(({ state }) => state === 'queued')).toBe(true);
    });
    return asked;
  };
  const few = await statements(2);
  expect(await statements(500)).toBe(few);
  expect(few).toBeLessThan(25);
});
