import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { publishForTest } from './testing/published.ts';
import { BASE_SEED } from '../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

let kit: TestKit;
let workflows: string[];
beforeAll(async () => {
  kit = await getTestKit();
  workflows = await kit.database.transaction('alpha', async (tx) => [
    await publishForTest(tx, {}),
    await publishForTest(tx, {}),
    await publishForTest(tx, {}),
  ]);
});
afterAll(() => kit.close());

const ask = async (method: string, path: string, body?: unknown) => {
  const answer = await kit.request(method, path, { as: kit.a.manager, body });
  expect(answer.status).toBeLessThan(300);
  return answer.body;
};
let last = 1_000;
const person = async (): Promise<string> =>
  (await ask('POST', '/v1/contacts', { phone: `+1312555${(last += 1)}` })).id;

interface Given {
  workflow: number;
  state: string;
  /** Minutes ago. */
  age: number;
  key: string | null;
}

async function enter(contact: string, { workflow, state, age, key }: Given): Promise<string> {
  const id = newId();
  const isOver = state === 'completed';
  await kit.database.transaction(
    'alpha',
    ({ sql, tenant }) => sql`
      insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, state, due_at, waiting,
        wakes_on, source_key, started_at, end_reason, ended_at)
      values (${tenant}, ${id}, ${workflows[workflow]!}, 1, ${contact}, ${isOver ? null : 'first'}, ${state},
        ${isOver ? null : '2030-01-01T00:00:00Z'}, ${isOver ? null : sql.json({ reason: 'wait', until: null })},
        ${isOver ? null : 'message.received'}, ${key}, moment() - make_interval(mins => ${age}),
        ${isOver ? 'finished' : null}, ${isOver ? '2026-01-01T00:00:00Z' : null})`,
  );
  return id;
}
const rows = (ids: string[]) =>
  kit.admin('select * from enrollments where enrollment_id = any($1) order by enrollment_id', [ids]);

describe('two people who become one', () => {
  it('are in a workflow once: the younger run ends, by whichever way it came', async () => {
    const [ana, twin] = [await person(), await person()];
    const run = (workflow: number, age: number) => ({ workflow, state: 'active', age, key: null });
    const [older, younger] = [await enter(ana, run(0, 10)), await enter(twin, run(0, 5))];
    const [young, old] = [await enter(ana, run(1, 5)), await enter(twin, run(1, 10))];
    await ask('POST', `/v1/contacts/${ana}/merge`, { with: twin });
    const found = new Map((await rows([older, younger, young, old])).map((row) => [row.enrollment_id, row]));
    expect([older, younger, young, old].map((id) => found.get(id).end_reason)).toEqual([
      null,
      'contact_merged',
      'contact_merged',
      null,
    ]);
    for (const row of found.values()) expect(row.contact_id).toBe(ana);
  });

  it('are what they were when the merge is undone, whatever they were in', async () => {
    const given = fc.record({
      workflow: fc.nat({ max: 2 }),
      state: fc.constantFrom('active', 'paused', 'completed'),
      age: fc.integer({ min: 1, max: 1_000 }),
      key: fc.constantFrom(null, 'date:birthday:2026', 'schedule:x'),
    });
    // of each workflow one that runs and of each key one, as the keys of the table have it
    const runs = fc
      .array(given, { maxLength: 5 })
      .map((some) =>
        some.filter(
          (one, at) =>
            !some
              .slice(0, at)
              .some(
                (other) =>
                  other.workflow === one.workflow &&
                  ((one.key !== null && other.key === one.key) ||
                    (one.state !== 'completed' && other.state !== 'completed')),
              ),
        ),
      );
    await fc.assert(
      fc.asyncProperty(runs, runs, async (anas, twins) => {
        const [ana, twin] = [await person(), await person()];
        const ids: string[] = [];
        for (const one of anas) ids.push(await enter(ana, one));
        for (const one of twins) ids.push(await enter(twin, one));
        const before = await rows(ids);
        const { id } = await ask('POST', `/v1/contacts/${ana}/merge`, { with: twin });
        const merged = await rows(ids);
        const going = merged.filter((row) => row.state !== 'completed' && row.state !== 'canceled');
        expect(new Set(going.map((row) => row.workflow_id)).size).toBe(going.length);
        for (const row of merged) expect(row.contact_id).toBe(ana);
        await ask('POST', `/v1/contacts/merges/${id}/undo`);
        expect(await rows(ids)).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });
});

it('takes the runs of whoever is deleted along, and says how they ended', async () => {
  const ana = await person();
  const id = await enter(ana, { workflow: 0, state: 'active', age: 1, key: null });
  await ask('DELETE', `/v1/contacts/${ana}`);
  expect(await rows([id])).toEqual([]);
  const told = await kit.admin(
    `select type, data, actor from events where contact_id = $1 and type like 'enrollment.%'`,
    [ana],
  );
  expect(told).toMatchObject([
    {
      type: 'enrollment.canceled',
      data: { enrollment_id: id, workflow_id: workflows[0], reason: 'contact_deleted' },
      actor: { id: 'alpha-manager' },
    },
  ]);
});
