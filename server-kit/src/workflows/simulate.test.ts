import { describe, expect, it } from 'vitest';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT, seeded } from '../testing/campaign.ts';
import { simulate } from './simulate.ts';
import { assumed } from './simulated-consent.ts';
import { anyDefinition, anyEvents, START, UNTIL, ZONES } from './testing/arbitrary.ts';
import { interpret } from './testing/reference.ts';
import { definitionOf } from './testing/world.ts';

it(
  'does what the reference does, whatever the workflow and whatever happens meanwhile',
  async () => {
    const tally: Record<string, number> = {};
    const rounds = campaign(1_000, 100_000);
    for (let nth = 0; nth < rounds; nth += 1) {
      const seed = BASE_SEED * 1_000_003 + nth;
      const random = seeded(seed);
      const definition = anyDefinition(random);
      const events = anyEvents(random);
      const zone = random.pick(ZONES);
      const expected = interpret(definition, events, { start: START, until: UNTIL, zone });
      const kind = expected.end.split(' ').slice(0, 2).join(' ');
      tally[kind] = (tally[kind] ?? 0) + 1;
      // going round ten thousand times is the same every time
      if (kind === 'failed too_many_steps' && tally[kind] % 20 !== 1) continue;
      const found = await simulate(definition, { zone }, events, {
        start: START,
        until: UNTIL,
        tenantZone: zone,
      });
      const words = `seed ${seed}: ${JSON.stringify({ definition, events, zone })}`;
      const steps = found.steps.map(({ at, step, outcome }) => `${at} ${step} ${outcome}`);
      expect(steps.slice(0, 200), words).toEqual(expected.steps.slice(0, 200));
      expect(steps.length, words).toBe(expected.steps.length);
      const end =
        found.end_reason === null ? 'active waiting' : `${found.state} ${found.end_reason} ${found.ended_at}`;
      expect(end, words).toBe(expected.end);
      expect(found.contact.tags.toSorted(), words).toEqual(expected.tags.toSorted());
      expect(found.contact.lead_score ?? 0, words).toBe(expected.score);
    }
    console.log(`seed ${BASE_SEED}, ${rounds} workflows:`, tally);
  },
  CAMPAIGN_TIMEOUT,
);

const fiveDays = definitionOf({
  key: 'five-days',
  settings: { window: { from: '10:00', to: '18:00' } },
  steps: [0, 1, 2, 3, 4, 5].flatMap((day) => [
    ...(day === 0 ? [] : [{ id: `until-${day}`, kind: 'wait', until_day: { day, at: '10:00' } }]),
    { id: `text-${day}`, kind: 'send_sms', body: `Day ${day}` },
    { id: `tag-${day}`, kind: 'add_tag', tags: [`Joy_Day${day}_Sent`] },
  ]),
});

it('runs five days over the night in which the clocks change, each text at ten where the contact lives', async () => {
  const { texts, contact, end_reason } = await simulate(fiveDays, { zone: 'America/Toronto' }, [], {
    start: '2026-03-06T01:30:00.000Z',
  });
  expect(texts.map(({ at, body }) => `${at} ${body}`)).toEqual([
    // the evening of the 5th: the window opens the next morning, which is day 1 too
    '2026-03-06T15:00:00.000Z Day 0',
    '2026-03-06T15:00:00.000Z Day 1',
    '2026-03-07T15:00:00.000Z Day 2',
    '2026-03-08T14:00:00.000Z Day 3',
    '2026-03-09T14:00:00.000Z Day 4',
    '2026-03-10T14:00:00.000Z Day 5',
  ]);
  expect(contact.tags).toContain('Joy_Day5_Sent');
  expect(end_reason).toBe('finished');
});

it('ends at a STOP, and nothing is sent after it', async () => {
  const stop = { at: '2026-03-08T14:00:00.001Z', type: 'consent.withdrawn' };
  const { texts, end_reason, ended_at } = await simulate(fiveDays, { zone: 'America/Toronto' }, [stop], {
    start: '2026-03-05T16:30:00.000Z',
  });
  expect(texts).toHaveLength(4);
  expect([end_reason, ended_at]).toEqual(['opted_out', stop.at]);
});

it('keeps a birthday on Feb 29 and comes to the end in milliseconds', async () => {
  const yearly = definitionOf({
    steps: [
      { id: 'wait', kind: 'wait', until: { field: 'birthday' } },
      { id: 'text', kind: 'send_sms', body: 'x' },
    ],
  });
  const { texts } = await simulate(yearly, { zone: 'UTC', birth_month: 2, birth_day: 29 }, [], {
    start: '2027-12-01T00:00:00.000Z',
  });
  expect(texts.map(({ at }) => at)).toEqual(['2028-02-29T10:00:00.000Z']);
});

describe('marketing', () => {
  const start = '2026-03-02T15:00:00.000Z';
  const news = (settings: object = {}) =>
    definitionOf({
      settings: { purpose: 'marketing', ...settings },
      steps: [
        { id: 'one', kind: 'send_sms', body: 'One' },
        { id: 'wait', kind: 'wait', for: '2 days' },
        { id: 'two', kind: 'send_sms', body: 'Two' },
      ],
    });
  const tell = async (consent: 'granted' | 'none' | 'opted_out', events: object[] = [], settings = {}) => {
    const standing = assumed(consent, start);
    const run = await simulate(news(settings), {}, events as never, { start, standing });
    const steps = run.steps.map(({ step, outcome, detail }) =>
      [step, outcome, detail?.['reason']].filter(Boolean).join(' '),
    );
    return [...steps, run.end_reason].join(', ');
  };
  const on = (day: number, type: string, data: object = {}) => ({
    at: `2026-03-0${day}T15:00:00.000Z`,
    type,
    data,
  });

  it('goes to whoever has agreed to it, and to nobody else', async () => {
    expect(await tell('granted')).toBe('one done, wait done, two done, finished');
    expect(await tell('none')).toBe('one skipped no_consent, wait done, two skipped no_consent, finished');
  });

  it('goes from when they have agreed, if that is an agreement to marketing', async () => {
    const half = 'one skipped no_consent, wait done, two';
    expect(await tell('none', [on(3, 'consent.granted', { kind: 'express_written' })])).toBe(
      `${half} done, finished`,
    );
    expect(await tell('none', [on(3, 'consent.granted', { kind: 'express' })])).toBe(
      `${half} skipped no_consent, finished`,
    );
  });

  it('ends with a STOP, or is passed over where the workflow says so', async () => {
    expect(await tell('opted_out')).toBe('opted_out');
    expect(await tell('opted_out', [], { on_opt_out: 'skip_channel' })).toBe(
      'one skipped opted_out, wait done, two skipped opted_out, finished',
    );
    // START lifts the block and is no agreement to marketing
    expect(
      await tell('granted', [on(2, 'consent.withdrawn'), on(3, 'consent.granted', { kind: 'express' })], {
        on_opt_out: 'skip_channel',
      }),
    ).toMatch(/two skipped no_consent, finished$/);
  });

  it('is no matter of conversation', async () => {
    expect(await tell('none', [], { purpose: 'conversation' })).toBe(
      'one done, wait done, two done, finished',
    );
  });
});
