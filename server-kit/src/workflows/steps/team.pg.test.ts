import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../db/client.ts';
import { failTexts } from '../late-failures.ts';
import { getStepsWorld, type StepsWorld } from '../testing/steps-world.ts';
import { defineKind, stepSchema } from '../../contract/workflow/index.ts';
import { z } from 'zod';
import { createServerKit } from '../../kit.ts';
import { fakeCarrier } from '../../testing/carrier.ts';
import { TEST_SECRET, TEST_URL } from '../../testing/kit.ts';
import { STEP_RUNNERS } from './index.ts';
import { defineStep, type CallWish, type Run } from './step.ts';

/** What a host might write. */
const shout = defineStep(
  defineKind({
    kind: 'shout',
    title: 'Shout',
    icon: 'message',
    group: 'team',
    schema: stepSchema('shout', { words: z.string().min(1) }),
    words: ({ words }) => `Shout ${words}`,
  }),
  ({ step, runs, effects }) =>
    runs.map(({ contact }) => {
      effects.note(contact.id, step.words.toUpperCase());
      return { done: true, detail: { loud: true } };
    }),
);

let world: StepsWorld;
let other: Database;
beforeAll(async () => {
  world = await getStepsWorld([...STEP_RUNNERS, shout], { steps: [shout] });
  other = new Database({ url: world.kit.url, schema: world.kit.schema });
  for (const name of ['mia', 'noah', 'olga']) {
    await world.kit.admin(
      `insert into members (tenant_id, member_id, name, role) values ($1, $2, $3, 'agent')`,
      [world.kit.a.id, name, name.toUpperCase()],
    );
  }
});
afterAll(async () => {
  await other.close();
  await world.close();
});
afterEach(() => world.settings({}));

const people = (count: number) => Promise.all(Array.from({ length: count }, () => world.person()));
const ownerOf = async ({ contact }: Run) =>
  (await world.kit.admin('select owner_id from contacts where contact_id = $1', [contact.id]))[0]
    .owner_id as string;
const eventsOf = (run: Run, type: string) =>
  world.kit.admin('select * from events where contact_id = $1 and type = $2', [run.contact.id, type]);

describe('assigning', () => {
  it('gives everybody to one, or to nobody', async () => {
    const runs = await people(2);
    await world.take({ kind: 'assign', to: { member: 'mia' } }, runs);
    expect(await Promise.all(runs.map(ownerOf))).toEqual(['mia', 'mia']);
    const owned = runs.map((run) => ({ ...run, contact: { ...run.contact, owner_id: 'mia' } }));
    await world.take({ kind: 'assign', to: { nobody: true } }, owned);
    expect(await Promise.all(runs.map(ownerOf))).toEqual([null, null]);
  });

  it('says so when there is no such member', async () => {
    expect(await world.take({ kind: 'assign', to: { member: 'ghost' } }, await people(1))).toEqual([
      { fail: 'There is no member “ghost” in this account.' },
    ]);
  });

  it('leaves alone who has somebody, where it is asked to', async () => {
    const [run] = (await people(1)) as [Run];
    run.contact.owner_id = 'olga';
    const step = { kind: 'assign', to: { member: 'mia' }, only_if_unassigned: true };
    expect(await world.take(step, [run])).toEqual([{ skip: 'already_so', detail: { member: 'olga' } }]);
  });

  it('is fair in turn, whoever assigns at the same moment', async () => {
    const step = { kind: 'assign', to: { round_robin: ['mia', 'ghost', 'noah', 'olga'] } };
    const batches = await Promise.all(Array.from({ length: 9 }, () => people(4)));
    await Promise.all(batches.map((runs) => world.take(step, runs)));
    const owners = await Promise.all(batches.flat().map(ownerOf));
    const counts = Object.groupBy(owners, (owner) => owner);
    expect(Object.fromEntries(Object.entries(counts).map(([owner, all]) => [owner, all!.length]))).toEqual({
      mia: 12,
      noah: 12,
      olga: 12,
    });
  });

  it('gives its turns back when the batch is undone', async () => {
    const step = { kind: 'assign', to: { round_robin: ['mia', 'noah'] } };
    const turn = async () =>
      (await world.kit.admin('select turn from workflow_rotations'))[0]?.turn as string | undefined;
    const before = await turn();
    const [run] = (await people(1)) as [Run];
    // Postgres does not take this number when the step is to be written down
    await expect(world.take(step, [{ ...run, ordinal: 2 ** 31 }])).rejects.toThrow(/integer/);
    expect(await turn()).toBe(before);
  });
});

describe('for the team', () => {
  it('a task is made, due on the contact’s calendar, and its member told', async () => {
    const [run] = (await people(1)) as [Run];
    run.contact.owner_id = 'mia';
    await world.take(
      { kind: 'create_task', title: 'Call {{ first_name }}', due_in: '2 days', assignee: 'owner' },
      [run],
    );
    const [task] = await world.kit.admin('select * from tasks where contact_id = $1', [run.contact.id]);
    expect(task).toMatchObject({
      title: 'Call Anna',
      assignee_id: 'mia',
      due_at: new Date('2026-11-25T16:00:00Z'),
      created_by: { name: 'Five Days of Joy' },
    });
    const reminders = await world.kit.admin('select 1 from task_reminders where task_id = $1', [
      task.task_id,
    ]);
    expect(reminders).toHaveLength(1);
    const told = await world.kit.admin('select * from notifications where task_id = $1', [task.task_id]);
    expect(told).toMatchObject([{ member_id: 'mia', kind: 'task_assigned', words: 'Call Anna' }]);
    expect(await eventsOf(run, 'task.created')).toMatchObject([
      { data: { task_id: task.task_id, title: 'Call Anna', assignee: { id: 'mia', name: 'MIA' } } },
    ]);
    const shown = await world.kit.request('GET', `/v1/tasks/${task.task_id}`);
    if (shown.status === 200) expect(shown.body.title).toBe('Call Anna');
  });

  it('a day is a day where the clocks change', async () => {
    const began = world.now;
    world.now = new Date('2027-03-13T16:00:00Z');
    const [run] = (await people(1)) as [Run];
    await world.take({ kind: 'create_task', title: 'x', due_in: '1 day' }, [run]);
    await world.take({ kind: 'create_task', title: 'y', due_in: '24 hours' }, [run]);
    const tasks = await world.kit.admin('select due_at from tasks where contact_id = $1 order by title', [
      run.contact.id,
    ]);
    world.now = began;
    expect(tasks.map(({ due_at }) => due_at.toISOString())).toEqual([
      '2027-03-14T15:00:00.000Z',
      '2027-03-14T16:00:00.000Z',
    ]);
  });

  it('a note is written, and who is mentioned in it told', async () => {
    const [run] = (await people(1)) as [Run];
    await world.take({ kind: 'add_note', body: '<@noah> look at {{ first_name }}; <@ghost>' }, [run]);
    const notes = await world.kit.request('GET', `/v1/contacts/${run.contact.id}/notes`);
    expect(notes.body.items).toMatchObject([
      {
        text: '<@noah> look at Anna; <@ghost>',
        mentions: [{ id: 'noah', name: 'NOAH' }],
        author: { name: 'Five Days of Joy' },
      },
    ]);
    const told = await world.kit.admin('select * from notifications where contact_id = $1', [run.contact.id]);
    expect(told).toMatchObject([
      { member_id: 'noah', kind: 'mention', words: '@NOAH look at Anna; <@ghost>' },
    ]);
  });

  it('a member is told, and nobody where the contact has none', async () => {
    const [with_, without] = (await people(2)) as [Run, Run];
    with_.contact.owner_id = 'olga';
    const outcomes = await world.take({ kind: 'notify', member: 'owner', body: '{{ first_name }} is hot' }, [
      with_,
      without,
    ]);
    expect(outcomes).toEqual([
      { done: true, detail: { member: 'olga' } },
      { skip: 'no_address', detail: { member: 'owner' } },
    ]);
    const token = await world.kit.token(world.kit.a.id, 'agent', { id: 'olga', name: 'OLGA' });
    const told = await world.kit.request('GET', '/v1/notifications', { as: token });
    expect(told.body.items).toMatchObject([
      {
        kind: 'workflow',
        words: 'Anna is hot',
        actor: { name: 'Five Days of Joy' },
        contact_id: with_.contact.id,
      },
    ]);
  });
});

describe('calls', () => {
  it('are not made while there is no telephony', async () => {
    const runs = await people(1);
    for (const step of [{ kind: 'place_call' }, { kind: 'leave_voicemail', recording: 'hello' }])
      expect(await world.take(step, runs)).toEqual([{ skip: 'not_connected', detail: { what: 'Calls' } }]);
  });

  it('are handed to it in the transaction of the step, but for who must not be called', async () => {
    const asked: CallWish[] = [];
    const calls = {
      place: (_: unknown, wishes: CallWish[]) => {
        asked.push(...wishes);
        return Promise.resolve(
          wishes.map((_, nth) => (nth === 0 ? { callId: 'c1' } : { skip: 'suppressed' as const })),
        );
      },
    };
    const runs = await people(4);
    runs[1]!.contact.do_not_call = true;
    runs[2]!.contact.phone = null;
    const outcomes = await world.take(
      { kind: 'place_call', member: 'mia', whisper: '{{ first_name }} is next' },
      runs,
      { calls },
    );
    expect(outcomes).toEqual([
      { done: true, detail: { call_id: 'c1' } },
      { skip: 'suppressed' },
      { skip: 'no_address' },
      { skip: 'suppressed' },
    ]);
    expect(asked.map(({ what }) => what)).toEqual([
      { kind: 'call', member: 'mia', whisper: 'Anna is next' },
      { kind: 'call', member: 'mia', whisper: 'Anna is next' },
    ]);
  });
});

describe('a text that the carrier refuses for good', () => {
  it('fails its step afterwards, once, and no other’s', async () => {
    const [run, bystander] = (await people(2)) as [Run, Run];
    await world.take({ kind: 'send_sms', body: 'Hi' }, [run, bystander]);
    const [{ message_id: id }] = await world.kit.admin(
      'select message_id from messages where contact_id = $1',
      [run.contact.id],
    );
    const fail = () => world.database.transaction(world.kit.a.id, (tx) => failTexts(tx, [id]));
    expect(await fail()).toBe(0);
    // it is tried again still
    await world.kit.admin(
      `update messages set status = 'failed', error_reason = 'No such number.' where message_id = $1`,
      [id],
    );
    expect(await fail()).toBe(0);
    await world.kit.admin('update messages set due_at = null where message_id = $1', [id]);
    expect([await fail(), await fail()]).toEqual([1, 0]);
    const [step] = await world.kit.admin('select * from step_runs where enrollment_id = $1', [
      run.enrollmentId,
    ]);
    expect(step).toMatchObject({
      outcome: 'failed',
      detail: { message_id: id, reason: 'No such number.', late: true },
    });
    expect(await eventsOf(run, 'enrollment.step_failed')).toMatchObject([
      { data: { enrollment_id: run.enrollmentId, step: 's', reason: 'No such number.' } },
    ]);
    const [others] = await world.kit.admin('select * from step_runs where enrollment_id = $1', [
      bystander.enrollmentId,
    ]);
    expect(others).toMatchObject({ outcome: 'done' });
  });
});

describe('a kind of step that the host has made', () => {
  it('runs as the kit’s own do', async () => {
    const [run] = (await people(1)) as [Run];
    expect(await world.take({ kind: 'shout', words: 'hello' }, [run])).toEqual([
      { done: true, detail: { loud: true } },
    ]);
    expect(await world.kit.admin('select body from notes where contact_id = $1', [run.contact.id])).toEqual([
      { body: 'HELLO' },
    ]);
  });

  it.each([
    ['a name that is taken', 'send_sms'],
    ['a name that is none', 'Send It!'],
  ])('is refused at the start with %s', (_, kind) => {
    const own = defineStep({ ...shout.kind, kind }, () => []);
    expect(() =>
      createServerKit({ publicUrl: TEST_URL, secret: TEST_SECRET, carrier: fakeCarrier(), steps: [own] }),
    ).toThrow(/^steps: /);
  });
});
