/** That a search stays on its indexes, whatever is typed: on 100,000 people of one tenant, one of a few. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { listContacts } from './rows.ts';

const PEOPLE = 100_000;

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
  await kit.admin(
    `insert into contacts (tenant_id, contact_id, first_name, last_name, email, phone)
     select case when n % 10 = 0 then 'beta' else 'alpha' end, gen_random_uuid(),
       (array['Ana', 'Bo', 'Carla', 'Zacharias', 'Łucja'])[1 + n % 5], 'Smith' || n, 'p' || n || '@example.com',
       '+1312' || lpad(n::text, 7, '0')
     from generate_series(1, ${PEOPLE}) n`,
  );
  await kit.admin('analyze contacts');
}, 60_000);
afterAll(() => kit.close());

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  Plans?: Node[];
}

function nodes(plan: Node): Node[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}

it.each(['a', 'ana', 'smith777', 'ana smith7', 'p999', '312', '+1312', '1312000', '0777', '%', 'łu'])(
  'reads no table from end to end for %j',
  async (q) => {
    const plan = await kit.database.transaction('alpha', async (tx) => {
      const statement = listContacts(tx, { q, tag: undefined, after: null, limit: 30, region: 'US' });
      const { string, parameters } = statement as unknown as { string?: string; parameters?: unknown[] };
      const [text, values] = [string ?? textOf(statement), parameters ?? valuesOf(statement)];
      // the general plan, which a prepared statement may end up with
      await tx.sql`set local plan_cache_mode = force_generic_plan`;
      const [row] = await tx.sql.unsafe(`explain (analyze, format json) ${text}`, values as never[]);
      return (row as unknown as { 'QUERY PLAN': { Plan: Node }[] })['QUERY PLAN'][0]!;
    });
    const scans = nodes(plan.Plan).filter((node) => node['Node Type'] === 'Seq Scan');
    expect(scans.map((node) => node['Relation Name'])).not.toContain('contacts');
    for (const node of nodes(plan.Plan)) expect(node['Actual Rows']).toBeLessThan(8_000);
  },
);

it('finds a name, a last name, an address and a number by their beginnings', async () => {
  const find = async (q: string) =>
    (await kit.request('GET', `/v1/contacts?limit=30&q=${encodeURIComponent(q)}`)).body.items.map(
      ({ name }: { name: string }) => name,
    );
  for (const q of [
    'bo smith77771',
    'SMITH77771',
    'P77771@',
    '+13120077771',
    '(312) 007-7771',
    '312007777',
    '0077771',
  ]) {
    expect(await find(q)).toContain('Bo Smith77771');
  }
  expect(await find('łucja smith99')).not.toEqual([]);
  expect(await find('100%')).toEqual([]);
  // the other tenant’s
  expect(await find('smith77770')).toEqual([]);
});

/** postgres.js keeps what `unsafe` was given as the only string of its template. */
function textOf(statement: unknown): string {
  return (statement as { strings: string[] }).strings[0]!;
}
function valuesOf(statement: unknown): unknown[] {
  return (statement as { args: unknown[] }).args;
}
