/**
 * What an account of a million people and ten million events costs, through the API as a browser asks it. Seeded by
 * `npm run bench:seed`; the figures say so when it is missing.
 */
import type { Bench, Figure } from '../harness/figure.ts';
import { median, percentile, tidy } from '../harness/figure.ts';
import { sessionToken, startKit, TENANT, type KitProcess } from '../harness/environment.ts';
import { SEGMENTS } from '../people/segments.ts';
import { CONTACTS, people, PEOPLE_SCHEMA } from '../people/store.ts';
import postgres from 'postgres';
import { writeCursor } from '../../server-kit/src/http/cursor.ts';

/** Requests that warm up what a process keeps, before those that count. */
const WARM = 30;

interface Api {
  <T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** The kit on the seeded people, and a manager who asks it. */
async function withPeople<T>(use: (api: Api, sql: postgres.Sql) => Promise<T>): Promise<T> {
  const { url } = await people();
  const kit: KitProcess = await startKit({ databaseUrl: url, schema: PEOPLE_SCHEMA });
  const sql = postgres(url, {
    max: 2,
    onnotice: () => undefined,
    connection: { search_path: PEOPLE_SCHEMA },
  });
  const authorization = `Bearer ${await sessionToken('manager')}`;
  const api: Api = async (method, path, body) => {
    const answer = await fetch(`${kit.publicUrl}/v1${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok)
      throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
    return (await (answer.status === 204 ? undefined : answer.json())) as never;
  };
  try {
    return await use(api, sql);
  } finally {
    await sql.end();
    await kit.stop();
  }
}

async function timed(action: () => PromiseLike<unknown>): Promise<number> {
  const from = performance.now();
  await action();
  return performance.now() - from;
}

/** p95 of an action done `times` times, one after the other. */
async function p95(
  bench: Bench,
  times: number,
  action: (n: number) => PromiseLike<unknown>,
): Promise<number> {
  for (let n = 0; n < WARM; n += 1) await action(n);
  const taken: number[] = [];
  for (let n = 0; n < times; n += 1) taken.push(await timed(() => action(WARM + n)));
  bench.note(`median ${tidy(median(taken))} ms, longest ${tidy(Math.max(...taken))} ms`);
  return percentile(taken, 0.95);
}

async function someone(
  sql: postgres.Sql,
  count: number,
): Promise<{ id: string; phone: string; name_key: string }[]> {
  return sql`
    select contact_id as id, phone, name_key from contacts tablesample system (1) where tenant_id = ${TENANT}
    order by random() limit ${count}`;
}

const figureOf = (
  name: string,
  title: string,
  atMost: number,
  measure: (api: Api, sql: postgres.Sql, bench: Bench) => Promise<number>,
  unit = 'ms',
): Figure => ({
  name,
  title: `${title}, ${CONTACTS.toLocaleString('en')} people`,
  unit,
  goal: { atMost },
  measure: (bench) => withPeople(async (api, sql) => [await measure(api, sql, bench)]),
});

const create = figureOf('people-create', 'p95 of making a contact', 20, async (api, sql, bench) => {
  const made: string[] = [];
  const stamp = String(Date.now()).slice(-6);
  try {
    return await p95(bench, 300, async (n) => {
      const { id } = await api<{ id: string }>('POST', '/contacts', {
        first_name: 'Bench',
        last_name: `Number ${n}`,
        phone: `+1773${String(2_000_000 + ((Number(stamp) * 331 + n) % 7_999_999)).padStart(7, '0')}`,
        email: `bench-${stamp}-${n}@example.com`,
        tags: ['buyer'],
      });
      made.push(id);
    });
  } finally {
    await sql`delete from contacts where tenant_id = ${TENANT} and contact_id = any(${made}::uuid[])`;
  }
});

const read = figureOf('people-read', 'p95 of reading a contact', 20, async (api, sql, bench) => {
  const ids = await someone(sql, 500);
  return p95(bench, 400, (n) => api('GET', `/contacts/${ids[n % ids.length]!.id}`));
});

const update = figureOf('people-update', 'p95 of changing a contact', 20, async (api, sql, bench) => {
  const ids = await someone(sql, 500);
  return p95(bench, 300, (n) =>
    api('PATCH', `/contacts/${ids[n % ids.length]!.id}`, {
      stage: n % 2 ? 'Qualified' : 'Contacted',
      city: `Town ${n}`,
    }),
  );
});

const search = figureOf('people-search', 'p95 of a search by name or number', 50, async (api, sql, bench) => {
  const found = await someone(sql, 400);
  const words = found.map(({ name_key: name, phone }, n) =>
    n % 3 === 0
      ? name.slice(0, 1 + (n % 9))
      : n % 3 === 1
        ? phone.slice(2, 5 + (n % 7))
        : phone.slice(-(4 + (n % 4))),
  );
  return p95(bench, 400, (n) => api('GET', `/contacts?q=${encodeURIComponent(words[n % words.length]!)}`));
});

/** The slowest of the segments counts: "any of them". */
async function slowest(bench: Bench, measure: (filter: unknown) => PromiseLike<number>): Promise<number> {
  const taken: { name: string; value: number }[] = [];
  for (const [name, filter] of Object.entries(SEGMENTS)) taken.push({ name, value: await measure(filter) });
  taken.sort((left, right) => right.value - left.value);
  bench.note(
    taken
      .slice(0, 5)
      .map(({ name, value }) => `${name} ${tidy(value)}`)
      .join(', '),
  );
  return taken[0]!.value;
}

async function p95Of(times: number, action: () => PromiseLike<unknown>): Promise<number> {
  await action();
  const taken: number[] = [];
  for (let n = 0; n < times; n += 1) taken.push(await timed(action));
  return percentile(taken, 0.95);
}

const count = figureOf(
  'segment-count',
  'p95 of counting the slowest of twenty segments',
  500,
  (api, _sql, bench) =>
    slowest(bench, (filter) => p95Of(10, () => api('POST', '/segments/preview', { filter, limit: 1 }))),
);

const firstPage = figureOf(
  'segment-page',
  'p95 of the first page of the slowest of twenty segments',
  100,
  (api, _sql, bench) =>
    slowest(bench, (filter) => p95Of(20, () => api('POST', '/contacts/search', { filter, limit: 50 }))),
);

interface Page {
  next: string | null;
}

const deepPage = figureOf(
  'segment-deep',
  'p95 of a page 500,000 people down ÷ of the first one',
  4,
  async (api, sql, bench) => {
    const [middle] = await sql<{ id: string }[]>`
      select contact_id as id from contacts where tenant_id = ${TENANT} order by contact_id desc offset ${CONTACTS / 2} limit 1`;
    const after = writeCursor({ at: new Date().toISOString(), id: middle!.id });
    const page = (from?: string) =>
      api<Page>('POST', '/contacts/search', { limit: 50, ...(from && { after: from }) });
    const first = await p95Of(100, () => page());
    const deep = await p95Of(100, () => page(after));
    bench.note(`${tidy(deep)} ÷ ${tidy(first)} ms`);
    return deep / first;
  },
  'ratio',
);

const countRatio = figureOf(
  'segment-ratio',
  'counting the slowest of twenty segments ÷ a bare count(*) of the account',
  6,
  async (api, sql, bench) => {
    const bare = await p95Of(10, () => sql`select count(*) from contacts where tenant_id = ${TENANT}`);
    const taken = await slowest(bench, (filter) =>
      p95Of(5, () => api('POST', '/segments/preview', { filter, limit: 1 })),
    );
    bench.note(`${tidy(taken)} ÷ ${tidy(bare)} ms`);
    return taken / bare;
  },
  'ratio',
);

const timeline = figureOf(
  'people-timeline',
  'p95 of a page of a timeline, 10,000,000 events',
  30,
  async (api, sql, bench) => {
    // half of them busy people: the first of each ten thousand
    const ids = await sql<{ id: string }[]>`
    (select contact_id as id from contacts where tenant_id = ${TENANT} order by contact_id limit 200)
    union all (select contact_id from contacts tablesample bernoulli (0.05) where tenant_id = ${TENANT} limit 200)`;
    return p95(bench, 400, (n) => api('GET', `/contacts/${ids[(n * 7) % ids.length]!.id}/timeline`));
  },
);

export const peopleFigures: Figure[] = [
  create,
  read,
  update,
  search,
  count,
  firstPage,
  deepPage,
  countRatio,
  timeline,
];
