import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { pdf } from '../media/testing/sending.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { enrollForJob } from './enrolling.ts';
import { foldCounts } from './counts.ts';
import { createEngine, runDue } from './engine/run.ts';
import { STEP_RUNNERS } from './steps/index.ts';
import { engineContext } from './testing/context.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());
/** Of this test's own workflow. */
let key: string;
beforeEach(() => {
  key = `w${newId().replaceAll('-', '')}`;
});

interface Parts {
  name?: string;
  steps?: string[];
  settings?: string;
}
const STEPS = [
  '{ id: hello, kind: add_tag, tags: [Hello] }',
  '{ id: day1, kind: wait, until_day: { day: 1, at: "10:00" } }',
  '{ id: text1, kind: send_sms, body: "Day 1. Reply STOP to opt out." }',
  '{ id: day2, kind: wait, until_day: { day: 2, at: "10:00" } }',
  '{ id: text2, kind: send_sms, body: "Day 2. Reply STOP to opt out." }',
  '{ id: later, kind: wait, for: 3 days }',
  '{ id: last, kind: add_note, body: Done }',
];
const source = ({ name = 'Joy', steps = STEPS, settings = '{}' }: Parts = {}) =>
  `# ours\nversion: 1\nkey: ${key}\nname: ${name}\ntriggers: [{ on: manual }]\nsettings: ${settings}\nsteps:\n${steps.map((step) => `  - ${step}\n`).join('')}`;

const asManager = (method: string, path: string, body?: unknown, headers = {}) =>
  kit.request(method, path, { as: kit.a.manager, body, headers });
async function draft(parts: Parts = {}): Promise<string> {
  const answer = await asManager('POST', '/v1/workflows', { source: source(parts) });
  expect(answer.status).toBe(201);
  return `/v1/workflows/${answer.body.id}`;
}
async function published(parts: Parts = {}): Promise<string> {
  const path = await draft(parts);
  expect((await asManager('POST', `${path}/publish`)).status).toBe(200);
  return path;
}
async function person(first_name = 'Ana'): Promise<string> {
  return (await kit.request('POST', '/v1/contacts', { body: { first_name } })).body.id;
}
async function enrolled(path: string, contact_id?: string): Promise<string> {
  const id = contact_id ?? (await person());
  const answer = await kit.request('POST', `${path}/enrollments`, { body: { contact_id: id } });
  expect(answer).toMatchObject({ status: 200, body: { enrolled: 1 } });
  return answer.body.ids[0];
}
const run = async (id: string) => (await kit.request('GET', `/v1/enrollments/${id}`)).body;

describe('a draft', () => {
  it('is kept as it was written, with its comments', async () => {
    const path = await draft();
    const { body } = await asManager('GET', path);
    expect(body).toMatchObject({
      source: source(),
      state: 'draft',
      published: null,
      changed: true,
      steps: 7,
    });
  });

  it('may have mistakes, which are named, and is not published with them', async () => {
    const path = await draft({ steps: ['{ id: x, kind: dance }'] });
    const { body } = await asManager('GET', path);
    expect(body).toMatchObject({ errors: 1, problems: [{ severity: 'error', step: 'x' }] });
    expect(await asManager('POST', `${path}/publish`)).toMatchObject({
      status: 422,
      body: { code: 'invalid_workflow', problems: [{ step: 'x', code: 'unknown_step_kind' }] },
    });
  });

  it('is refused when another one has its key, until that is archived', async () => {
    const path = await draft();
    expect(await asManager('POST', '/v1/workflows', { source: source() })).toMatchObject({
      status: 409,
      body: { code: 'workflow_exists' },
    });
    expect((await asManager('DELETE', path)).status).toBe(204);
    await draft();
  });

  it('is not overwritten by somebody who has not seen it', async () => {
    const path = await draft();
    const save = (name: string) =>
      asManager('PATCH', path, { source: source({ name }) }, { 'if-match': '"1"' });
    expect((await save('First')).status).toBe(200);
    expect(await save('Second')).toMatchObject({ status: 412, body: { code: 'edited_elsewhere' } });
    expect((await asManager('GET', path)).body.name).toBe('First');
  });

  it.each(['POST /v1/workflows', 'PATCH', 'DELETE', 'POST /publish', 'POST /pause', 'POST /resume'])(
    'is a manager’s: an agent is refused %s',
    async (what) => {
      const path = await draft();
      const [method, at = ''] = what.split(' ') as [string, string?];
      const body = at === '/resume' ? { due: 'run' } : { source: source() };
      const answer = await kit.request(method, at.startsWith('/v1') ? at : path + at, { body });
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    },
  );

  it('takes a definition of 2,000 steps', async () => {
    const steps = Array.from(
      { length: 2_000 },
      (_, n) => `{ id: n${n}, kind: add_note, body: "${'x'.repeat(300)}" }`,
    );
    const path = await draft({ steps });
    expect((await asManager('GET', path)).body.steps).toBe(2_000);
  });
});

describe('publishing', () => {
  it('freezes a version, with what was written and with every default', async () => {
    const path = await published();
    await asManager('PATCH', path, { source: source({ name: 'Other' }) });
    const { body } = await asManager('GET', `${path}/versions/1`);
    expect(body).toMatchObject({
      version: 1,
      source: source(),
      current: true,
      definition: { settings: { priority: 5, re_entry: 'never' } },
    });
    expect((await asManager('GET', path)).body).toMatchObject({
      state: 'active',
      changed: true,
      name: 'Joy',
    });
  });

  it('at once by two: one wins, the other hears that it was changed', async () => {
    const path = await draft();
    const publish = () => asManager('POST', `${path}/publish`, undefined, { 'if-match': '"1"' });
    const answers = await Promise.all([publish(), publish(), publish()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect((await asManager('GET', `${path}/versions`)).body.items).toHaveLength(1);
  });

  it('what is published already makes no version', async () => {
    const path = await published();
    expect((await asManager('POST', `${path}/publish`)).body.published.version).toBe(1);
  });

  it('leaves runs on the version that they began on, until somebody moves them', async () => {
    const path = await published();
    const id = await enrolled(path);
    await asManager('PATCH', path, { source: source({ steps: ['{ id: hello, kind: end }'] }) });
    await asManager('POST', `${path}/publish`);
    expect(await run(id)).toMatchObject({ version: 1, latest: false, steps: 7 });
    const moved = await asManager('POST', `/v1/enrollments/${id}/move`, {});
    expect(moved.body).toMatchObject({ version: 2, latest: true, step: { id: 'hello', number: 1 } });
    expect(
      await asManager('POST', `/v1/enrollments/${id}/move`, { version: 1, step: 'nowhere' }),
    ).toMatchObject({
      status: 422,
      body: { field: 'step' },
    });
    expect(
      await asManager('POST', `${path}/move`, { version: 1, steps: { hello: 'nowhere' } }),
    ).toMatchObject({
      status: 422,
      body: { field: 'steps.hello' },
    });
    expect(await asManager('POST', `${path}/move`, { version: 1 })).toMatchObject({
      status: 200,
      body: { moved: expect.any(Number), left: [] },
    });
  });

  it('rolls back to an old version as a new one', async () => {
    const path = await published();
    await asManager('PATCH', path, { source: source({ name: 'Worse' }) });
    await asManager('POST', `${path}/publish`);
    const { body } = await asManager('POST', `${path}/roll-back`, { version: 1 });
    expect(body).toMatchObject({ name: 'Joy', changed: false, published: { version: 3 } });
    const { items } = (await asManager('GET', `${path}/versions`)).body;
    expect(
      items.map(({ version, current }: { version: number; current: boolean }) => [version, current]),
    ).toEqual([
      [3, true],
      [2, false],
      [1, false],
    ]);
  });

  it('says in words what changed', async () => {
    const path = await published();
    await asManager('PATCH', path, { source: source({ steps: STEPS.slice(0, -1) }) });
    const { body } = await asManager('GET', `${path}/diff?from=1`);
    expect(body.changes.join()).toContain('last');
  });

  it('counts as a use of the files that are sent, by key or id, until another version does not send them', async () => {
    const kept = await kit.request('POST', '/v1/media/upload?name=joy.pdf&key=joy_pdf', {
      as: kit.a.manager,
      body: pdf(2_000).toString('latin1'),
      headers: { 'content-type': 'application/pdf' },
    });
    const usage = async () => (await asManager('GET', `/v1/assets/${kept.body.id}`)).body.usage.workflows;
    const path = await published({ steps: ['{ id: one, kind: send_pdf, pdf: joy_pdf }'] });
    expect(await usage()).toBe(1);
    expect(await asManager('DELETE', `/v1/assets/${kept.body.id}`)).toMatchObject({
      status: 409,
      body: { code: 'asset_in_use', detail: expect.stringContaining('in 1 workflow') },
    });
    await asManager('PATCH', path, {
      source: source({ steps: [`{ id: one, kind: send_sms, body: Hi, assets: [${kept.body.id}] }`] }),
    });
    await asManager('POST', `${path}/publish`);
    expect(await usage()).toBe(1);
    await asManager('PATCH', path, { source: source({ steps: ['{ id: one, kind: end }'] }) });
    await asManager('POST', `${path}/publish`);
    expect(await usage()).toBe(0);
  });
});

describe('enrolling', () => {
  it('takes the same contact in once, and says who was passed over', async () => {
    const path = await published();
    const [one, two] = [await person(), await person('Ben')];
    const ask = () =>
      kit.request('POST', `${path}/enrollments`, { body: { contact_ids: [one, two, newId()] } });
    expect((await ask()).body).toMatchObject({ enrolled: 2, skipped: 1, job: null });
    expect((await ask()).body).toMatchObject({ enrolled: 0, skipped: 3 });
  });

  it('is refused by a workflow that was never published', async () => {
    const path = await draft();
    const answer = await kit.request('POST', `${path}/enrollments`, { body: { contact_id: await person() } });
    expect(answer).toMatchObject({ status: 409, body: { code: 'workflow_not_active' } });
  });

  it('of a segment is a job, which takes each contact in once', async () => {
    const path = await published({ settings: '{ re_entry: always }' });
    const list = await kit.request('POST', '/v1/segments', { body: { name: newId(), kind: 'static' } });
    const ids = [await person(), await person('Ben')];
    await kit.request('POST', `/v1/segments/${list.body.id}/contacts`, { body: { add: ids } });
    const asked = await asManager('POST', `${path}/enrollments`, { segment_id: list.body.id });
    expect(asked).toMatchObject({
      status: 202,
      body: { job: { state: 'queued', action: { type: 'enroll' } } },
    });
    const piece = () =>
      kit.database.transaction('alpha', (tx) =>
        enrollForJob(tx, path.split('/').at(-1)!, { ids, actor: null, data: { job_id: asked.body.job.id } }),
      );
    expect(await piece()).toEqual({ enrolled: 2, skipped: 0 });
    await kit.admin(
      `update enrollments set state = 'completed', end_reason = 'finished', ended_at = moment() where contact_id = any($1)`,
      [ids],
    );
    // a worker that was killed does its piece again
    expect(await piece()).toEqual({ enrolled: 0, skipped: 2 });
    expect(
      await kit.request('POST', `${path}/enrollments`, { body: { segment_id: list.body.id } }),
    ).toMatchObject({
      status: 403,
    });
  });
});

describe('a run', () => {
  it('shows where it stands, of how many steps, and in whose time', async () => {
    const path = await published();
    const id = await enrolled(path);
    await kit.admin(
      `update enrollments set step = 'day1', ordinal = 1, due_at = '2026-11-24T15:00:00Z',
       waiting = '{"reason":"window","until":"2026-11-24T15:00:00Z","zone":"America/Toronto"}' where enrollment_id = $1`,
      [id],
    );
    expect(await run(id)).toMatchObject({
      step: { id: 'day1', number: 2, words: 'Wait until day 1 at 10:00' },
      steps: 7,
      waiting: { reason: 'window', says: expect.stringContaining('America/Toronto') },
      zone: 'America/Chicago',
    });
  });

  it('is paused, resumed, passed on and ended by an agent, and then is over', async () => {
    const path = await published();
    const id = await enrolled(path);
    const say = (what: string) => kit.request('POST', `/v1/enrollments/${id}/${what}`);
    expect((await say('pause')).body.state).toBe('paused');
    expect((await say('resume')).body.state).toBe('active');
    await say('skip');
    await runDue(createEngine(engineContext(kit.database), STEP_RUNNERS), 'alpha');
    expect(await run(id)).toMatchObject({
      step: { id: 'day1' },
      trace: [{ step: 'hello', outcome: 'skipped', reason: 'by_member' }],
    });
    expect((await say('cancel')).body).toMatchObject({ state: 'canceled', end_reason: 'member', step: null });
    expect(await say('pause')).toMatchObject({ status: 409, body: { code: 'enrollment_over' } });
  });

  it('waits for nothing any more when its wait was passed over in a paused workflow', async () => {
    const path = await published();
    const id = await enrolled(path);
    expect((await asManager('POST', `${path}/pause`)).status).toBe(200);
    expect((await kit.request('POST', `/v1/enrollments/${id}/skip`)).body).toMatchObject({
      state: 'active',
      step: { id: 'hello' },
      waiting: null,
    });
  });

  it('is among the failures until it is tried again', async () => {
    const path = await published();
    const id = await enrolled(path);
    await kit.admin(
      `insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome, detail)
       values ('alpha', $1, 0, 'hello', 'failed', '{"reason":"It answered 500"}')`,
      [id],
    );
    const retryOne = () => kit.request('POST', `/v1/enrollments/${id}/retry`);
    expect(await retryOne()).toMatchObject({ status: 409, body: { code: 'not_retryable' } });
    await kit.admin(
      `update enrollments set state = 'failed', end_reason = 'step_missing', ended_at = now(), ordinal = 1
       where enrollment_id = $1`,
      [id],
    );
    const failures = async () =>
      (await asManager('GET', `/v1/workflow-failures?workflow_id=${path.split('/').at(-1)!}`)).body.items;
    const [failure] = await failures();
    expect(failure).toMatchObject({
      step: 'hello',
      says: 'Failed: It answered 500',
      barred: null,
      contact: { name: 'Ana' },
    });
    const { enrollment_id, ordinal } = failure;
    const retry = await asManager('POST', '/v1/workflow-failures/retry', {
      failures: [{ enrollment_id, ordinal }],
    });
    expect(retry.body).toEqual({ retried: 1, skipped: 0, left: 0 });
    expect(await failures()).toEqual([]);
  });

  it('is tried again by its workflow, one or all alike, and managers alone take all', async () => {
    const path = await published();
    const ids = [await enrolled(path), await enrolled(path)];
    for (const id of ids) {
      await kit.admin(
        `insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome, detail)
         values ('alpha', $1, 0, 'hello', 'failed', '{"reason":"It answered 500"}')`,
        [id],
      );
      await kit.admin('update enrollments set ordinal = 1 where enrollment_id = $1', [id]);
    }
    expect((await asManager('GET', path)).body.totals).toMatchObject({ failures: 2, failed_steps: 2 });
    const { body: counts } = await asManager('GET', `${path}/failures/counts`);
    expect(counts).toMatchObject({
      total: 2,
      items: [{ step: 'hello', reason: 'It answered 500', count: 2 }],
    });
    const { body: first } = await asManager('GET', `${path}/failures?limit=1`);
    const [failure] = first.items;
    const rest = await asManager('GET', `${path}/failures?limit=1&after=${first.next}`);
    expect(rest.body).toMatchObject({ items: [{ enrollment_id: ids[0] }], next: null });
    const retryIt = () => kit.request('POST', `${path}/failures/${failure.id}/retry`);
    expect(
      await Promise.all([retryIt(), retryIt()]).then((all) => all.map(({ body }) => body.retried)),
    ).toContain(1);
    expect((await retryIt()).body).toMatchObject({ retried: 0 });
    const all = (as: string) =>
      kit.request('POST', `${path}/failures/retry`, {
        as,
        body: { step: 'hello', reason: 'It answered 500' },
      });
    expect((await all(kit.a.agent)).status).toBe(403);
    expect((await all(kit.a.manager)).body).toEqual({ retried: 1, skipped: 0, left: 0 });
    expect((await asManager('GET', path)).body.totals.failures).toBe(0);
    expect((await run(ids[1]!)).trace[0].retried).toMatchObject({ by: { name: expect.any(String) } });
  });

  it('of another tenant is not tried again', async () => {
    const path = await published();
    const id = await enrolled(path);
    const answer = await kit.request('POST', '/v1/workflow-failures/retry', {
      as: kit.b.manager,
      body: { failures: [{ enrollment_id: id, ordinal: 0 }] },
    });
    expect(answer.body).toEqual({ retried: 0, skipped: 1, left: 0 });
  });
});

describe('before many are enrolled', () => {
  it('it is said how many come in, and why the others do not', async () => {
    const path = await published({ settings: '{ re_entry: { after: 30 days } }' });
    const phones = ['+13125599101', '+13125599102', '+13125599103', '+13125599104'];
    const people = await Promise.all(
      phones.map(
        async (phone) => (await kit.request('POST', '/v1/contacts', { body: { phone } })).body.id as string,
      ),
    );
    const without = await person();
    const [inIt, before, out, agreed] = people;
    await enrolled(path, inIt);
    const past = await enrolled(path, before);
    await kit.request('POST', `/v1/enrollments/${past}/cancel`);
    await kit.admin(
      `insert into suppressions (tenant_id, channel, address, source) values ('alpha', 'sms', $1, 'keyword')`,
      [phones[2]],
    );
    await kit.admin(
      `insert into consents (tenant_id, channel, address, state, kind, source, at, record_id)
       values ('alpha', 'sms', $1, 'granted', 'express_written', 'form', now(), gen_random_uuid())`,
      [phones[3]],
    );
    const preview = (target: object, as = kit.a.manager) =>
      kit.request('POST', `${path}/enrollments/preview`, { as, body: { target } });
    const all = { ids: [...people, without] };
    expect((await preview(all)).body).toEqual({
      total: 5,
      enters: 3,
      in_it: 1,
      not_again: 1,
      texts: { no_number: 1, blocked: 1, no_consent: 0 },
      paused: false,
    });
    // what is said is what happens
    const came = await asManager('POST', `${path}/enrollments`, { contact_ids: all.ids });
    expect(came.body).toMatchObject({ enrolled: 3, skipped: 2 });
    expect((await preview(all)).body).toMatchObject({ enters: 0, in_it: 4, not_again: 1 });
    expect((await preview({ ids: [agreed, out] }, kit.a.agent)).status).toBe(403);
    expect((await preview({ filter: { field: 'nonsense' } })).status).toBe(422);
    const another = async () => {
      key = `w${newId().replaceAll('-', '')}`;
      return draft();
    };
    expect((await preview({ q: '3125599104' })).body).toMatchObject({ total: 1, in_it: 1 });
    expect(
      (await asManager('POST', `${await another()}/enrollments/preview`, { target: all })).body.code,
    ).toBe('workflow_not_active');
  });
});

describe('a simulation', () => {
  it('judges by the consent of the contact who is named, and by what is assumed instead', async () => {
    const path = await published();
    const { body: contact } = await kit.request('POST', '/v1/contacts', {
      body: { first_name: 'Ana', phone: '+13125599001' },
    });
    const texts = async (body: object) => {
      const answer = await asManager('POST', `${path}/simulate`, body);
      expect(answer.status).toBe(200);
      return (answer.body.steps as { step: string; says: string }[])
        .filter(({ step }) => step.startsWith('text'))
        .map(({ says }) => says);
    };
    const skipped = 'Skipped: no consent for marketing texts';
    expect(await texts({ contact_id: contact.id })).toEqual([skipped, skipped]);
    expect(await texts({ contact_id: contact.id, consent: 'granted' })).toEqual(['Done', 'Done']);
    expect(await texts({})).toEqual(['Done', 'Done']);
    expect(await texts({ consent: 'none' })).toEqual([skipped, skipped]);
    expect(await texts({ consent: 'opted_out' })).toEqual([]);
    expect((await asManager('POST', `${path}/simulate`, { consent: 'perhaps' })).status).toBe(422);
    const only = source({ steps: ['{ id: text9, kind: send_sms, body: "Hi. Reply STOP to opt out." }'] });
    expect(await texts({ source: only })).toEqual(['Done']);
  });
});

describe('everything automatic of a contact', () => {
  const DUE = `update enrollments set step = 'day1', ordinal = 1, started_at = now() - interval '9 days',
    due_at = now() - interval '1 hour' where enrollment_id = $1`;
  const all = (contact: string, what: string, body?: object) =>
    kit.request('POST', `/v1/contacts/${contact}/enrollments/${what}`, { body });

  it('stands still while it is paused, and repeats nothing when it goes on', async () => {
    const contact = await person();
    const first = await enrolled(await published(), contact);
    key = `w${newId().replaceAll('-', '')}`;
    const ids = [first, await enrolled(await published(), contact)];
    await kit.admin(DUE, [ids[0]]);
    const paused = await all(contact, 'pause');
    expect(paused.body.items.map(({ state }: { state: string }) => state)).toEqual(['paused', 'paused']);
    expect((await all(contact, 'pause')).status).toBe(200);
    const events = await kit.admin(
      `select data ->> 'enrollment_id' as id from events where contact_id = $1 and type = 'enrollment.paused'`,
      [contact],
    );
    expect(events.map(({ id }) => id).sort()).toEqual(ids.toSorted());
    expect((await all(contact, 'resume', {})).status).toBe(422);
    const going = await all(contact, 'resume', { due: 'run' });
    expect(going.body.items.map(({ state }: { state: string }) => state)).toEqual(['active', 'active']);
    expect((await run(ids[0]!)).trace).toEqual([]);
  });

  it('passes over what came due meanwhile, where that was the choice, and nobody else’s', async () => {
    const path = await published();
    const [mine, theirs] = [await enrolled(path), await enrolled(path)];
    for (const id of [mine, theirs]) await kit.admin(DUE, [id]);
    const contact = (await run(mine)).contact.id;
    await all(contact, 'pause');
    await all(contact, 'resume', { due: 'skip' });
    const after = await run(mine);
    expect(after.trace[0]).toMatchObject({ step: 'day1', reason: 'due_while_paused' });
    expect((await run(theirs)).trace).toEqual([]);
    // one run alone is asked about in the same way
    await kit.request('POST', `/v1/enrollments/${theirs}/pause`);
    await kit.request('POST', `/v1/enrollments/${theirs}/resume?due=skip`);
    expect((await run(theirs)).trace.map(({ step }: { step: string }) => step)).toEqual(
      after.trace.map(({ step }: { step: string }) => step),
    );
  });
});

describe('a paused workflow', () => {
  /** Stands at the wait for day 1, `days` after it came in. */
  async function waiting(path: string, days: number): Promise<string> {
    const id = await enrolled(path);
    await kit.admin(
      `update enrollments set step = 'day1', ordinal = 1, started_at = now() - make_interval(days => $2),
       due_at = now() - interval '1 hour' where enrollment_id = $1`,
      [id, days],
    );
    return id;
  }

  it('lists what came due, and asks what to do with it', async () => {
    const path = await published();
    await waiting(path, 2);
    expect((await asManager('POST', `${path}/pause`)).body).toMatchObject({ state: 'paused' });
    expect((await asManager('GET', `${path}/due`)).body).toMatchObject({
      count: 1,
      steps: [{ step: 'day1', words: 'Wait until day 1 at 10:00', count: 1 }],
      items: [{ contact: { name: 'Ana' } }],
    });
    expect((await asManager('POST', `${path}/resume`, {})).status).toBe(422);
  });

  it('runs what came due when it is told so', async () => {
    const path = await published();
    const id = await waiting(path, 2);
    await asManager('POST', `${path}/pause`);
    expect((await asManager('POST', `${path}/resume`, { due: 'run' })).body.state).toBe('active');
    expect(await run(id)).toMatchObject({ step: { id: 'day1' }, trace: [] });
  });

  it('passes over what came due as far as the next wait that lies ahead', async () => {
    const path = await published();
    const [soon, late] = [await waiting(path, 1), await waiting(path, 9)];
    await kit.admin(
      `update enrollments set started_at = now() - interval '25 hours' where enrollment_id = $1`,
      [soon],
    );
    const untouched = await enrolled(path);
    await kit.admin(
      `update enrollments set step = 'later', due_at = now() + interval '1 day' where enrollment_id = $1`,
      [untouched],
    );
    await asManager('POST', `${path}/pause`);
    await asManager('POST', `${path}/resume`, { due: 'skip' });
    const steps = async (id: string) => {
      const { step, trace } = await run(id);
      return [step.id, ...trace.map((one: { step: string }) => one.step)];
    };
    expect(await steps(soon)).toEqual(['day2', 'day1', 'text1']);
    // nine days late: neither text is sent, and the wait of three days begins now
    expect(await steps(late)).toEqual(['later', 'day1', 'text1', 'day2', 'text2']);
    expect(await steps(untouched)).toEqual(['later']);
    expect((await run(late)).trace[0]).toMatchObject({ outcome: 'skipped', reason: 'due_while_paused' });
  });

  it('that is archived ends its runs and says why', async () => {
    const path = await published();
    const id = await enrolled(path);
    expect((await asManager('DELETE', path)).status).toBe(204);
    expect(await run(id)).toMatchObject({ state: 'canceled', end_reason: 'workflow_archived' });
    expect(
      (await asManager('GET', '/v1/workflows')).body.items.map(({ key }: { key: string }) => key),
    ).not.toContain(key);
    expect(await asManager('POST', `${path}/publish`)).toMatchObject({ status: 409 });
  });
});

describe('counts', () => {
  it('are those of the rows, whatever happens to them, folded or not', async () => {
    const path = await published();
    const workflowId = path.split('/').at(-1)!;
    const counted = async () => (await kit.request('GET', `${path}/counts`)).body;
    const ids = [];
    for (let n = 0; n < 6; n += 1) ids.push(await enrolled(path));
    await kit.admin(
      `update enrollments set step = 'day1', ordinal = 1, waiting = '{"reason":"wait","until":null}' where enrollment_id = any($1)`,
      [ids.slice(0, 3)],
    );
    await kit.admin(`update enrollments set step = 'day1', ordinal = 1 where enrollment_id = $1`, [ids[3]]);
    await kit.admin(
      `insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome) values ('alpha', $1, 0, 'hello', 'skipped')`,
      [ids[3]],
    );
    await kit.request('POST', `/v1/enrollments/${ids[4]}/cancel`);
    await kit.request('POST', `/v1/enrollments/${ids[0]}/pause`);
    const before = await counted();
    expect(before.totals).toEqual({
      active: 4,
      waiting: 2,
      paused: 1,
      completed: 0,
      canceled: 1,
      failed: 0,
      failed_steps: 0,
      failures: 0,
    });
    expect(before.steps.slice(0, 2)).toMatchObject([
      { step: 'hello', standing: 1, skipped: 1, words: 'Add the tag Hello' },
      { step: 'day1', standing: 3, paused: 1 },
    ]);
    await kit.database.transaction('alpha', (tx) => foldCounts(tx, workflowId));
    expect(await counted()).toEqual(before);
    const listed = (await kit.request('GET', `/v1/workflows?key=${key}`)).body.items[0];
    expect(listed.totals).toEqual(before.totals);
    const contact = (await run(ids[5]!)).contact.id;
    expect((await asManager('DELETE', `/v1/contacts/${contact}`)).status).toBe(204);
    expect((await counted()).totals.active).toBe(3);
  });
});

describe('lists of runs', () => {
  it('page through those that run and those that ended', async () => {
    const path = await published();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await enrolled(path));
    for (const id of ids.slice(0, 3)) await kit.request('POST', `/v1/enrollments/${id}/cancel`);
    const all = async (state: string) => {
      const found = [];
      let after = '';
      do {
        const { body } = await kit.request('GET', `${path}/enrollments?state=${state}&limit=2${after}`);
        found.push(...body.items.map(({ id }: { id: string }) => id));
        after = body.next && `&after=${body.next}`;
      } while (after);
      return found.sort();
    };
    expect(await all('live')).toEqual(ids.slice(3).sort());
    expect(await all('canceled')).toEqual(ids.slice(0, 3).sort());
  });
});
