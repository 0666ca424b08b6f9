/** The compiler against a slow, obvious evaluator: any filter finds the same people in Postgres as in memory. */
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFilter, type Filter } from '../contract/index.ts';
import { runOnce } from '../db/drizzle.ts';
import { newId } from '../ids.ts';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT, seeded } from '../testing/campaign.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { compileFilter } from './compile.ts';
import { anyFilter, anyWorld } from './testing/arbitrary.ts';
import { matches, type World } from './evaluate.ts';

const SEGMENTS = [newId(), newId()];
const PEOPLE = 80;
let kit: TestKit;
let world: World;

beforeAll(async () => {
  kit = await getTestKit();
  world = anyWorld(seeded(BASE_SEED), PEOPLE, SEGMENTS);
  await write('alpha', world);
  // other people's rows, of the same kinds, must not count
  await write('beta', anyWorld(seeded(BASE_SEED + 1), PEOPLE, SEGMENTS));
});
afterAll(() => kit.close());

async function write(tenant: string, { people, ledger, blocked, now }: World): Promise<void> {
  const rows = (statement: string, given: unknown[]) => kit.admin(statement, [tenant, JSON.stringify(given)]);
  const at = (ms: number) => new Date(ms).toISOString();
  await rows(
    `insert into contacts (tenant_id, contact_id, first_name, last_name, phone, email, stage, state, source, lead_type, tags,
       lead_score, do_not_call, dnd, birth_month, birth_day, fields, created_at, updated_at)
     select $1, id, first_name, last_name, phone, email, stage, state, source, lead_type, tags,
       lead_score, do_not_call, dnd, (birthday->>'month')::smallint, (birthday->>'day')::smallint, fields, created_at, updated_at
     from jsonb_to_recordset($2::jsonb) as p (id uuid, first_name text, last_name text, phone text, email text, stage text,
       state text, source text, lead_type text, tags text[], lead_score integer, do_not_call boolean, dnd text[], birthday jsonb, fields jsonb, created_at timestamptz, updated_at timestamptz)`,
    people.map(({ columns, created_at, updated_at, ...rest }) => ({
      ...rest,
      ...columns,
      created_at: at(created_at),
      updated_at: at(updated_at),
    })),
  );
  await rows(
    `insert into events (tenant_id, event_id, type, contact_id, occurred_at)
     select $1, gen_random_uuid(), type, id, at from jsonb_to_recordset($2::jsonb) as e (id uuid, type text, at timestamptz)`,
    people.flatMap(({ id, events }) => events.map((event) => ({ id, type: event.type, at: at(event.at) }))),
  );
  await rows(
    `insert into conversations (tenant_id, conversation_id, contact_id, channel, state, unread, assignee_id)
     select $1, gen_random_uuid(), id, channel, state, unread, assignee from jsonb_to_recordset($2::jsonb)
       as c (id uuid, channel text, state text, unread integer, assignee text)`,
    people.flatMap(({ id, conversations }) => conversations.map((one) => ({ id, ...one }))),
  );
  await rows(
    `insert into segments (tenant_id, segment_id, name, kind) select $1, id, id::text, 'static'
     from jsonb_to_recordset($2::jsonb) as s (id uuid)`,
    SEGMENTS.map((id) => ({ id })),
  );
  await rows(
    `insert into segment_members (tenant_id, segment_id, contact_id) select $1, segment, id
     from jsonb_to_recordset($2::jsonb) as m (segment uuid, id uuid)`,
    people.flatMap(({ id, segments }) => segments.map((segment) => ({ id, segment }))),
  );
  await rows(
    `insert into consents (tenant_id, channel, address, state, source, at, record_id)
     select distinct on (channel, address) $1, channel, address,
       case action when 'grant' then 'granted' else 'withdrawn' end, 'member', at, gen_random_uuid()
     from jsonb_to_recordset($2::jsonb) as r (channel text, address text, action text, at timestamptz)
     order by channel, address, at desc`,
    ledger.map((one, index) => ({ ...one, at: at(now - 1_000_000 + index) })),
  );
  await rows(
    `insert into suppressions (tenant_id, channel, address, source) select $1, channel, address, 'member'
     from jsonb_to_recordset($2::jsonb) as x (channel text, address text) on conflict do nothing`,
    blocked,
  );
}

async function found(filter: Filter, about: 'all' | 'some'): Promise<string[]> {
  const when = { now: new Date(world.now).toISOString(), zone: world.zone };
  const where = compileFilter(filter, { tenant: 'alpha', ...when, about });
  const [rows] = await kit.database.pipeline('alpha', (tx) => [
    runOnce<{ id: string }>(
      tx,
      sql`select contact_id as id from contacts where tenant_id = ${tx.tenant}::text and ${where}`,
    ),
  ]);
  return rows.map(({ id }) => id).sort();
}

const expected = (filter: Filter) =>
  world.people
    .filter((person) => matches(filter, person, world))
    .map(({ id }) => id)
    .sort();

it(
  'finds the same people as the evaluator, whatever is asked',
  async () => {
    const some = { found: 0, nobody: 0, everybody: 0 };
    await fc.assert(
      fc.asyncProperty(anyFilter(SEGMENTS), async (filter) => {
        expect(checkFilter(filter).issues).toEqual([]);
        const ids = expected(filter);
        some[ids.length === 0 ? 'nobody' : ids.length === PEOPLE ? 'everybody' : 'found'] += 1;
        expect(await found(filter, 'all')).toEqual(ids);
        expect(await found(filter, 'some')).toEqual(ids);
      }),
      { seed: BASE_SEED, numRuns: campaign(400, 10_000) },
    );
    console.log(`seed ${BASE_SEED}:`, some);
    // a generator whose filters find nobody would show nothing
    expect(some.found).toBeGreaterThan(some.nobody + some.everybody);
  },
  CAMPAIGN_TIMEOUT,
);

describe('people without a value', () => {
  const withoutStage = () =>
    world.people.filter(({ columns }) => columns['stage'] === null).map(({ id }) => id);

  it.each<[string, Filter]>([
    ['is_not', { field: 'stage', op: 'is_not', value: 'new' }],
    ['not_in', { field: 'stage', op: 'not_in', value: ['new', 'won'] }],
    ['not contains', { not: { field: 'stage', op: 'contains', value: 'new' } }],
    ['not of all', { not: { all: [{ field: 'stage', op: 'is', value: 'new' }] } }],
  ])('are found by %s', async (_name, filter) => {
    expect(await found(filter, 'all')).toEqual(expect.arrayContaining(withoutStage()));
  });
});
