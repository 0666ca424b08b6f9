/** What counts as a view, and what does not. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { writeVisit } from './play/visits.ts';
import { lengthOf, mergePlayed, type Played } from './played.ts';
import { MACHINES } from './testing/agents.ts';
import { getShelf, PHONE, type Shelf, type ShelfLink } from './testing/shelf.ts';
import { TEST_SECRET } from '../testing/kit.ts';
import { BASE_SEED } from '../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const LENGTH = 60_000;
const START = new Date('2026-11-22T12:00:00Z');
let now = START;
let shelf: Shelf;
beforeAll(async () => {
  shelf = await getShelf({ clock: () => now });
});
afterAll(() => shelf.close());

// sessions end while the clock runs on
const ask = async (method: string, path: string) =>
  shelf.request(method, path, { as: await shelf.token(shelf.a.id) });
const later = (ms: number) => (now = new Date(now.getTime() + ms));

async function film(more: Parameters<Shelf['asset']>[1] = {}): Promise<ShelfLink & { assetId: string }> {
  const assetId = await shelf.asset(shelf.a, { durationMs: LENGTH, ...more });
  return { assetId, ...(await shelf.link(shelf.a, { assetId })) };
}
async function visit({ text }: ShelfLink): Promise<string> {
  return /data-visit="([^"]+)"/.exec(await (await shelf.open(text)).text())![1]!;
}
const tell = async ({ text }: ShelfLink, body: object | string, headers: Record<string, string> = {}) =>
  (
    await shelf.open(`${text}/views`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers,
    })
  ).status;
const viewsOf = ({ id }: ShelfLink) =>
  shelf.admin(
    'select by, reason, share, played, contact_id from asset_views where link_id = $1 order by view_id',
    [id],
  );
const people = async (link: ShelfLink) => (await viewsOf(link)).filter(({ by }) => by === 'human');
const events = ({ id }: ShelfLink) =>
  shelf.admin(
    `select contact_id, data from events where type = 'asset.viewed' and data ->> 'link_id' = $1 order by position`,
    [id],
  );

describe('a person who plays', () => {
  it('is counted once, with the share that was really played, whatever was seen twice', async () => {
    const link = await film();
    const token = await visit(link);
    later(40_000);
    expect(await tell(link, { visit: token, played: [[0, 10_000]] })).toBe(204);
    expect(await tell(link, { visit: token, played: [[0, 12_000], [30_000, 45_000]] })).toBe(204); // prettier-ignore
    expect(await tell(link, { visit: token, played: [[5_000, 10_000]] })).toBe(204);
    expect(await viewsOf(link)).toEqual([
      { by: 'human', reason: null, share: 0.45, played: [[0, 12_000], [30_000, 45_000]], contact_id: null }, // prettier-ignore
    ]);
  });

  it('is known where the link is theirs, and is told twice: at the start, and at the end', async () => {
    const { contactId } = await shelf.receive(shelf.a, { from: '+13125558001' });
    const assetId = await shelf.asset(shelf.a, { durationMs: LENGTH, name: 'Tour' });
    const link = await shelf.link(shelf.a, { assetId, contactId });
    const token = await visit(link);
    for (const end of [5_000, 20_000, 58_000, 60_000]) {
      later(20_000);
      expect(await tell(link, { visit: token, played: [[0, end]] })).toBe(204);
    }
    const told = await events(link);
    expect(told.map(({ contact_id }) => contact_id)).toEqual([contactId, contactId]);
    const data = { asset_id: assetId, name: 'Tour', kind: 'video', link_id: link.id, by: 'human' };
    expect(told.map(({ data }) => data)).toEqual([
      { ...data, share: expect.closeTo(5 / 60, 5) },
      { ...data, share: expect.closeTo(58 / 60, 5) },
    ]);
    const list = await ask('GET', `/v1/assets/${assetId}/views`);
    expect(list.body.items).toMatchObject([
      { contact_id: contactId, by: 'human', share: 1, link_id: link.id },
    ]);
  });

  it('is one view a visit: another day is another', async () => {
    const link = await film();
    for (let day = 0; day < 2; day += 1) {
      const token = await visit(link);
      later(86_400_000 / 4);
      await tell(link, { visit: token, played: [[0, 3_000]] });
    }
    expect(await people(link)).toHaveLength(2);
    const links = await ask('GET', `/v1/assets/${link.assetId}/links`);
    expect(links.body.items).toMatchObject([{ views: 2, watched: expect.closeTo(0.05, 5) }]);
  });

  it('counts from two seconds on, and with what is shorter from its half', async () => {
    const link = await film();
    const token = await visit(link);
    later(10_000);
    expect(await tell(link, { visit: token, played: [[0, 1_999]] })).toBe(422);
    expect(await viewsOf(link)).toEqual([]);
    expect(await tell(link, { visit: token, played: [[0, 2_000]] })).toBe(204);
    const short = await film({ durationMs: 1_000 });
    const other = await visit(short);
    later(10_000);
    expect(await tell(short, { visit: other, played: [[0, 500]] })).toBe(204);
  });

  it('opens a document or a picture by a click, which is all of it', async () => {
    for (const [kind, type] of [
      ['document', 'application/pdf'],
      ['picture', 'image/png'],
    ] as const) {
      // prettier-ignore
      const link = await film({ kind, type, durationMs: null });
      const token = await visit(link);
      expect(await tell(link, { visit: token })).toBe(422);
      expect(await tell(link, { visit: token, opened: true })).toBe(204);
      expect(await people(link)).toMatchObject([{ share: 1 }]);
      expect(await events(link)).toHaveLength(1);
    }
  });

  it('cannot have played more than there was time for', async () => {
    const link = await film({ durationMs: 3_600_000 });
    const token = await visit(link);
    later(3_000);
    expect(await tell(link, { visit: token, played: [[0, 3_600_000]] })).toBe(422);
    expect(await viewsOf(link)).toEqual([]);
  });

  it('plays a film whose length only the player knows', async () => {
    const link = await film({ durationMs: null });
    const token = await visit(link);
    later(10_000);
    expect(await tell(link, { visit: token, played: [[0, 5_000]], duration: 10_000 })).toBe(204);
    expect(await viewsOf(link)).toMatchObject([{ share: 0.5 }]);
  });

  it('never loses anything by reports that come late, twice or in another order', async () => {
    const part = fc
      .tuple(fc.nat(LENGTH), fc.nat(LENGTH))
      .map(([one, other]): [number, number] => [Math.min(one, other), Math.max(one, other)]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(part, { maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        async (reports) => {
          const link = await film();
          const token = await visit(link);
          later(LENGTH * 2);
          let best = 0;
          for (const played of reports) {
            await tell(link, { visit: token, played });
            const [view] = await viewsOf(link);
            expect(view?.share ?? 0).toBeGreaterThanOrEqual(best);
            best = view?.share ?? 0;
          }
          const enough = reports.filter((played) => lengthOf(mergePlayed([], played, LENGTH)) >= 2_000);
          const all = enough.reduce((sum, told) => mergePlayed(sum, told, LENGTH), [] as Played);
          expect((await viewsOf(link))[0]?.played ?? []).toEqual(all);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('may tell everything at once: reports that race add up', async () => {
    const link = await film();
    const token = await visit(link);
    later(60_000);
    const parts = Array.from({ length: 10 }, (_, part): Played => [[part * 6_000, part * 6_000 + 3_000]]);
    await Promise.all(parts.map((played) => tell(link, { visit: token, played })));
    expect(await viewsOf(link)).toMatchObject([{ by: 'human', share: 0.5, played: parts.flat() }]);
    expect(await events(link)).toHaveLength(1);
  });
});

describe('a scanner’s visit does not count as a view', () => {
  it.each(MACHINES)('by %s, and is marked as what it is, once an hour', async (agent) => {
    const link = await film();
    for (let scan = 0; scan < 5; scan += 1) {
      const page = await shelf.open(link.text, { headers: { 'user-agent': agent } });
      expect(page.status).toBe(200);
      expect(await page.text()).not.toContain('data-visit');
      await shelf.open(`${link.text}/file`, { headers: { 'user-agent': agent } });
      await shelf.open(`${link.text}/poster`, { headers: { 'user-agent': agent } });
    }
    expect(await viewsOf(link)).toMatchObject([{ by: 'machine', share: 0, reason: expect.any(String) }]);
    expect(await events(link)).toMatchObject([
      { data: { by: 'machine', share: 0, reason: expect.any(String) } },
    ]);
    const asset = await ask('GET', `/v1/assets/${link.assetId}/links`);
    expect(asset.body.items).toMatchObject([{ views: 0, watched: 0 }]);
  });

  it('by HEAD, or ahead of a click', async () => {
    const head = await film();
    await shelf.open(head.text, { method: 'HEAD' });
    const ahead = await film();
    await shelf.open(ahead.text, { headers: { 'sec-purpose': 'prefetch;prerender' } });
    for (const link of [head, ahead]) expect(await viewsOf(link)).toMatchObject([{ by: 'machine' }]);
  });

  it('by one that looks like a phone and loads everything, but plays nothing', async () => {
    const link = await film({ poster: Buffer.from('x') });
    await visit(link);
    for (const part of ['style.css', 'file', 'poster']) await shelf.open(`${link.text}/${part}`);
    expect(await viewsOf(link)).toEqual([]);
  });

  it('by one that plays it without touching the page; a person who comes to it later counts', async () => {
    const { contactId } = await shelf.receive(shelf.a, { from: '+13125558077' });
    const assetId = await shelf.asset(shelf.a, { durationMs: LENGTH, name: 'Tour' });
    const link = await shelf.link(shelf.a, { assetId, contactId });
    const token = await visit(link);
    later(30_000);
    expect(await tell(link, { visit: token, played: [[0, 10_000]], active: false })).toBe(204);
    expect(await viewsOf(link)).toMatchObject([{ by: 'machine', reason: 'nobody touched the page' }]);
    expect(await tell(link, { visit: token, played: [[0, 20_000]], active: true })).toBe(204);
    expect(await viewsOf(link)).toMatchObject([{ by: 'human', reason: null }]);
    expect(await tell(link, { visit: token, played: [[0, 21_000]], active: false })).toBe(204);
    expect(await people(link)).toHaveLength(1);
    const told = await events(link);
    expect(told.map(({ data }) => data.by)).toEqual(['machine', 'human']);
    // filters and timelines ask for the contact's events: only what they did themselves is theirs
    expect(told.map(({ contact_id }) => contact_id)).toEqual([null, contactId]);
  });

  it('with a token of another link, of another secret, made up, too old, or none', async () => {
    const link = await film();
    const played = [[0, 5_000]];
    const since = now;
    const old = await visit(link);
    later(12 * 3_600_000);
    const wrong = [
      await visit(await film()),
      writeVisit('another secret that is also long enough', link.id, { id: newId(), since: now }),
      writeVisit(TEST_SECRET, newId(), { id: newId(), since }),
      'A'.repeat(43),
      '',
      old,
      link.text,
    ];
    for (const token of wrong) expect(await tell(link, { visit: token, played })).toBe(403);
    expect(await tell(link, { played })).toBe(422);
    expect(await viewsOf(link)).toEqual([]);
  });

  it('with a person’s token played again: by a machine it is refused, and by a browser it is the same visit', async () => {
    const link = await film();
    const token = await visit(link);
    later(20_000);
    const body = { visit: token, played: [[0, 5_000]] };
    expect(await tell(link, body)).toBe(204);
    expect(await tell(link, body, { 'user-agent': 'curl/8.7.1' })).toBe(403);
    for (let again = 0; again < 5; again += 1)
      expect(await tell(link, body, { 'user-agent': PHONE })).toBe(204);
    expect(await people(link)).toMatchObject([{ share: expect.closeTo(5 / 60, 5) }]);
    expect(await events(link)).toHaveLength(1);
  });
});

describe('what is told', () => {
  it.each([
    ['no JSON', 'played=1', 422],
    ['nothing', '', 422],
    ['parts that are none', { played: [[1]] }, 422],
    ['numbers that are none', { played: [['0', '1']] }, 422],
    ['times before the start', { played: [[-5, 10]] }, 422],
    ['more parts than anybody plays', { played: Array.from({ length: 201 }, (_, at) => [at, at + 1]) }, 422],
    ['more than a report holds', 'x'.repeat(9_000), 413],
  ] as [string, object | string, number][])('may not be %s', async (_, body, status) => {
    const link = await film();
    const token = await visit(link);
    later(60_000);
    expect(await tell(link, typeof body === 'string' ? body : { visit: token, ...body })).toBe(status);
    expect(await viewsOf(link)).toEqual([]);
  });

  it('may not come all the time', async () => {
    const link = await film();
    const token = await visit(link);
    later(60_000);
    const answers = new Set<number>();
    for (let report = 0; report < 40; report += 1) {
      answers.add(await tell(link, { visit: token, played: [[0, 5_000]] }));
    }
    expect([...answers].sort()).toEqual([204, 429]);
  });

  it('comes too late for a link that has ended', async () => {
    const link = await film();
    const token = await visit(link);
    later(10_000);
    await ask('DELETE', `/v1/links/${link.id}`);
    expect(await tell(link, { visit: token, played: [[0, 5_000]] })).toBe(410);
    expect(await viewsOf(link)).toEqual([]);
  });
});
