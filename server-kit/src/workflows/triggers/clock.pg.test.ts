import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorkflowTrigger } from '../../contract/index.ts';
import { Database } from '../../db/client.ts';
import { getTestKit, type TestKit } from '../../testing/kit.ts';
import { lookAtClock } from './clock.ts';
import { nextSweep } from './dates.ts';
import { publishForTest } from '../testing/published.ts';

const MINUTE = 60_000;
let now = 0;
const clock = () => new Date(now);
const log = pino({ level: 'silent' });

let kit: TestKit;
let database: Database;
beforeAll(async () => {
  kit = await getTestKit({ clock });
  database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 3, clock });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});
beforeEach(async () => {
  now = Date.parse('2026-03-01T00:00:00Z');
  for (const table of ['enrollments', 'workflow_triggers', 'contacts', 'workflow_clocks']) {
    await kit.admin(`delete from ${table}`);
  }
});

const on = (trigger: unknown, settings: object = { re_entry: 'always' }) =>
  database.transaction('alpha', (tx) =>
    publishForTest(tx, { triggers: [trigger] as WorkflowTrigger[], settings: { ...settings } }),
  );
let last = 0;
async function person(more: Record<string, unknown>): Promise<string> {
  const answer = await kit.request('POST', '/v1/contacts', {
    as: await kit.token('alpha', 'manager'),
    body: { phone: `+1312555${2_000 + (last += 1)}`, ...more },
  });
  expect(answer.status).toBe(201);
  return answer.body.id;
}
/** All that is due, in pieces so small that a round takes several. */
async function look(piece = 2): Promise<void> {
  while (await lookAtClock({ database, log }, 'alpha', piece)) continue;
}
/** Time passes to each of these instants, and a worker looks just before it and then. */
async function at(...instants: string[]): Promise<void> {
  for (const instant of instants) {
    now = Date.parse(instant) - 1;
    await look();
    now += 1;
    await look();
  }
}
const later = (ms: number) => at(new Date(now + ms).toISOString());
const came = async (workflow?: string) =>
  (
    await kit.admin(
      `select contact_id, started_at, source_key from enrollments where $1::uuid is null or workflow_id = $1
       order by started_at, contact_id`,
      [workflow ?? null],
    )
  ).map((row) => [row.contact_id, row.started_at.toISOString(), row.source_key]);
/** Ends the runs, so that only the key keeps anybody out. */
const finish = () =>
  kit.admin(
    `update enrollments set state = 'completed', end_reason = 'finished', ended_at = now(), due_at = null, step = null
     where state = 'active'`,
  );

it('looks at every quarter of an hour that may be somebody’s', () => {
  const next = (hour: string, from: string) => nextSweep(hour, new Date(from)).toISOString().slice(11, 19);
  expect(next('10:00', '2026-03-01T09:59:59Z')).toBe('10:00:00');
  expect(next('10:00', '2026-03-01T10:00:00Z')).toBe('10:15:00');
  expect(next('09:37', '2026-03-01T10:00:00Z')).toBe('10:07:00');
  expect(next('24:00', '2026-03-01T10:44:00Z')).toBe('10:45:00');
});

const birthday = {
  on: 'date',
  field: 'birthday',
  every: 'year',
  offset_days: 0,
  at: '10:00',
  feb_29: 'feb_28',
};

describe('a birthday', () => {
  it('lets everybody in at the hour of their own clock, ahead and behind, once a year', async () => {
    const id = await on(birthday);
    const people = {
      kiritimati: await person({ birthday: '1990-03-05', time_zone: 'Pacific/Kiritimati' }),
      kathmandu: await person({ birthday: '--03-05', time_zone: 'Asia/Kathmandu' }),
      // no zone of their own: the tenant's, Chicago
      tenant: await person({ birthday: '1985-03-05', phone: '+18005550100' }),
      pago: await person({ birthday: '1960-03-05', time_zone: 'Pacific/Pago_Pago' }),
      other: await person({ birthday: '1960-03-09', time_zone: 'Pacific/Pago_Pago' }),
    };
    await at(
      ...['04T20:00', '05T04:15', '05T16:00', '05T21:00', '06T12:00'].map((on) => `2026-03-${on}:00Z`),
    );
    expect(await came(id)).toEqual([
      [people.kiritimati, '2026-03-04T20:00:00.000Z', 'date:birthday:2026'],
      [people.kathmandu, '2026-03-05T04:15:00.000Z', 'date:birthday:2026'],
      [people.tenant, '2026-03-05T16:00:00.000Z', 'date:birthday:2026'],
      [people.pago, '2026-03-05T21:00:00.000Z', 'date:birthday:2026'],
    ]);
  });

  it('comes again next year, whatever happened in between, and never twice on its day', async () => {
    const id = await on(birthday);
    const ana = await person({ birthday: '1990-03-02', time_zone: 'UTC' });
    await at('2026-03-02T10:00:00Z');
    await finish();
    await at('2026-03-02T10:15:00Z', '2026-03-02T23:45:00Z', '2026-03-03T10:00:00Z', '2027-03-01T23:00:00Z');
    await at('2027-03-02T10:00:00Z', '2027-03-03T10:00:00Z');
    expect(await came(id)).toEqual([
      [ana, '2026-03-02T10:00:00.000Z', 'date:birthday:2026'],
      [ana, '2027-03-02T10:00:00.000Z', 'date:birthday:2027'],
    ]);
  });

  it('lets in who becomes known late on the day, within a quarter of an hour, and not the day after', async () => {
    const id = await on(birthday);
    await at('2026-03-02T17:05:00Z');
    const late = await person({ birthday: '1990-03-02', time_zone: 'UTC' });
    await person({ birthday: '1990-03-01', time_zone: 'UTC' });
    await at('2026-03-02T17:15:00Z', '2026-03-02T23:45:00Z', '2026-03-03T12:00:00Z');
    expect(await came(id)).toEqual([[late, '2026-03-02T17:15:00.000Z', 'date:birthday:2026']]);
  });

  it('is made up for when no worker ran at its hour, and not when that was days ago', async () => {
    const id = await on(birthday);
    const ana = await person({ birthday: '1990-03-06', time_zone: 'UTC' });
    await person({ birthday: '1990-03-02', time_zone: 'UTC' });
    await look();
    now = Date.parse('2026-03-07T08:00:00Z');
    await look();
    expect((await came(id)).map(([who]) => who)).toEqual([ana]);
  });

  it.each([
    ['feb_28', '2027-02-28'],
    ['mar_1', '2027-03-01'],
    ['leap_years', null],
  ])('on Feb 29 goes by the policy %s', async (feb_29, day) => {
    now = Date.parse('2027-02-27T00:00:00Z');
    const id = await on({ ...birthday, feb_29 });
    await person({ birthday: '2000-02-29', time_zone: 'UTC' });
    await at('2027-02-28T10:00:00Z', '2027-03-01T10:00:00Z', '2027-03-02T10:00:00Z');
    expect((await came(id)).map(([, when]) => when)).toEqual(day === null ? [] : [`${day}T10:00:00.000Z`]);
  });

  it('goes by its offset over the turn of the year, and by its filter', async () => {
    now = Date.parse('2026-12-20T00:00:00Z');
    const id = await on({
      ...birthday,
      offset_days: -7,
      where: { field: 'lead_type', op: 'is', value: 'client' },
    });
    const ana = await person({ birthday: '1990-01-03', time_zone: 'UTC', lead_type: 'client' });
    for (let nth = 0; nth < 5; nth += 1) await person({ birthday: '1990-01-03', time_zone: 'UTC' });
    await at('2026-12-26T10:00:00Z', '2026-12-27T10:00:00Z', '2026-12-28T10:00:00Z', '2027-01-03T10:00:00Z');
    expect(await came(id)).toEqual([[ana, '2026-12-27T10:00:00.000Z', 'date:birthday-7:2027']]);
  });

  it('never lets in twice when two workers look at once', async () => {
    const id = await on(birthday);
    for (let nth = 0; nth < 7; nth += 1) await person({ birthday: '1990-03-02', time_zone: 'UTC' });
    now = Date.parse('2026-03-02T10:00:00Z');
    await Promise.all([look(), look(), look()]);
    await look();
    expect(await came(id)).toHaveLength(7);
  });

  it('finds its people by an index', async () => {
    const [plan] = await kit.rows<{ 'QUERY PLAN': unknown }>(
      kit.a,
      ({ sql }) => sql`explain (format json) select contact_id from contacts
        where tenant_id = 'alpha' and merged_into is null and birth_month is not null
          and (birth_month, birth_day) in ((3::integer, 1::integer), (3, 2))`,
    );
    expect(JSON.stringify(plan)).toContain('contacts_by_birthday');
  });
});

describe('a date field', () => {
  beforeEach(async () => {
    await kit.admin(`delete from contact_fields`);
    for (const key of ['renewal']) {
      await kit.request('POST', '/v1/contact-fields', {
        as: await kit.token('alpha', 'manager'),
        body: { key, label: key, type: 'date' },
      });
    }
  });
  const renewal = { ...birthday, field: 'fields.renewal', at: '09:30' };

  it('comes every year from its own on', async () => {
    const id = await on(renewal);
    const [old, own] = [
      await person({ time_zone: 'UTC', fields: { renewal: '2020-03-02' } }),
      await person({ time_zone: 'UTC', fields: { renewal: '2026-03-02' } }),
    ];
    await person({ time_zone: 'UTC', fields: { renewal: '2027-03-02' } });
    await person({ time_zone: 'UTC' });
    await at('2026-03-02T09:30:00Z', '2026-03-03T09:30:00Z');
    expect((await came(id)).map(([who]) => who).sort()).toEqual([old, own].sort());
  });

  it('that comes once comes for each date that is set', async () => {
    const id = await on({ ...renewal, every: 'once' });
    const ana = await person({ time_zone: 'UTC', fields: { renewal: '2026-03-02' } });
    await person({ time_zone: 'UTC', fields: { renewal: '2020-03-02' } });
    await at('2026-03-02T09:30:00Z', '2026-03-02T12:00:00Z');
    await finish();
    await kit.request('PATCH', `/v1/contacts/${ana}`, {
      as: await kit.token('alpha', 'manager'),
      body: { fields: { renewal: '2026-03-04' } },
    });
    await at('2026-03-04T09:30:00Z', '2026-03-05T09:30:00Z');
    expect(await came(id)).toEqual([
      [ana, '2026-03-02T09:30:00.000Z', 'date:fields.renewal:2026-03-02'],
      [ana, '2026-03-04T09:30:00.000Z', 'date:fields.renewal:2026-03-04'],
    ]);
  });
});

describe('a schedule', () => {
  it('lets in whom its filter finds, each round once, over all workers', async () => {
    const id = await on({
      on: 'schedule',
      cron: '0 9 * * 1',
      where: { field: 'lead_type', op: 'is', value: 'client' },
    });
    const people = [];
    for (let nth = 0; nth < 5; nth += 1) people.push(await person({ lead_type: nth % 2 ? 'x' : 'client' }));
    now = Date.parse('2026-03-02T14:59:59Z');
    await look();
    expect(await came(id)).toEqual([]);
    // nine in Chicago
    now = Date.parse('2026-03-02T15:00:00Z');
    await Promise.all([look(), look()]);
    await look();
    expect((await came(id)).map(([who]) => who).sort()).toEqual([people[0], people[2], people[4]].sort());
    await finish();
    await look();
    expect(await came(id)).toHaveLength(3);
    // the clocks have gone forward
    await at('2026-03-09T14:00:00Z');
    expect(await came(id)).toHaveLength(6);
  });

  it('that was missed comes once', async () => {
    const id = await on({ on: 'schedule', cron: '0 9 * * *', zone: 'UTC' });
    await person({});
    await look();
    now = Date.parse('2026-03-06T12:00:00Z');
    await look();
    await finish();
    await look();
    expect((await came(id)).map(([, , key]) => key)).toEqual(['schedule:2026-03-06T09:00:00.000Z']);
  });

  it('goes on in the same round after a kill between two pieces', async () => {
    const id = await on({ on: 'schedule', cron: '0 9 * * *', zone: 'UTC' });
    for (let nth = 0; nth < 5; nth += 1) await person({});
    await look();
    now = Date.parse('2026-03-01T09:00:00Z');
    await lookAtClock({ database, log }, 'alpha', 2);
    expect(await came(id)).toHaveLength(2);
    now += 7 * MINUTE;
    await finish();
    await look();
    const rounds = await came(id);
    expect(rounds).toHaveLength(5);
    expect(new Set(rounds.map(([, , key]) => key))).toEqual(new Set(['schedule:2026-03-01T09:00:00.000Z']));
  });
});

describe('no reply', () => {
  const silence = { on: 'no_reply', for: '2 days' };
  /** A text of ours that left now. */
  async function text(from: string, status = 'delivered'): Promise<string> {
    const { contactId, conversationId } = await kit.receive(kit.a, { from });
    now += MINUTE;
    const sent = await kit.request('POST', '/v1/messages', {
      as: await kit.token('alpha', 'manager'),
      body: { conversation_id: conversationId, body: 'How are you?' },
    });
    await kit.admin('update messages set status = $2, due_at = null where message_id = $1', [
      sent.body.id,
      status,
    ]);
    return contactId;
  }

  it('counts from our last text, once a silence', async () => {
    const id = await on(silence);
    await look();
    const ana = await text('+13125556001');
    await later(2 * 1_440 * MINUTE - MINUTE);
    expect(await came(id)).toEqual([]);
    await later(30 * MINUTE);
    expect((await came(id)).map(([who]) => who)).toEqual([ana]);
    await finish();
    await later(5 * 1_440 * MINUTE);
    expect(await came(id)).toHaveLength(1);
    await text('+13125556001');
    await later(3 * 1_440 * MINUTE);
    expect(await came(id)).toHaveLength(2);
  });

  it('is none where there was an answer, or where our text never left', async () => {
    const id = await on(silence);
    await look();
    await text('+13125556002');
    await text('+13125556003', 'failed');
    now += 1_440 * MINUTE;
    await kit.receive(kit.a, { from: '+13125556002', body: 'Fine' });
    await later(5 * 1_440 * MINUTE);
    expect(await came(id)).toEqual([]);
  });
});
