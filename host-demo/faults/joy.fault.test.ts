/**
 * The library's Five Days of Joy, from the first text to the last, over days on which the clocks change: real workers that are
 * killed at any moment, Twilio's own SDK against the sandbox in a bad mood, people who stop, reply, are paused, merged and deleted.
 */
import { expect, inject, it } from 'vitest';
import { campaign, LONG, SEED, TIMEOUT } from './support/campaign.ts';
import { judge, type Verdict } from './support/joy-judge.ts';
import { JoyWorld, type JoyOptions } from './support/joy-world.ts';

const ZONES = LONG
  ? ['America/New_York', 'America/Los_Angeles', 'America/Phoenix', 'Asia/Kolkata', 'Pacific/Auckland']
  : ['America/New_York', 'Asia/Kolkata'];
/** Six days over the end of winter, and over that of summer, in New York. */
const DAYS = ['2025-03-06', '2025-10-30'];

async function live(
  options: Omit<JoyOptions, 'databaseUrl'>,
): Promise<{ world: JoyWorld; verdict: Verdict }> {
  const started = performance.now();
  const world = new JoyWorld({ ...options, databaseUrl: inject('databaseUrl') });
  try {
    await world.open();
    await world.live();
    const verdict = await judge(world);
    const { runs, texts, ends, broken } = verdict;
    const wrong = Object.entries(broken).flatMap(([what, all]) =>
      all.length > 0 ? [`${all.length} ${what}`] : [],
    );
    console.log(
      `joy, seed ${options.seed}: ${world.people.length} people, ${runs} runs ${JSON.stringify(ends)}, ${texts} texts, ` +
        `${world.moment} moments, ${world.kills} kills, ${world.killsInTheMiddle} in the middle; ${wrong.join(', ') || 'nothing wrong'}; ` +
        `${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    return { world, verdict };
  } finally {
    await world.close();
  }
}

it(
  'reaches everybody once a day between ten and six where they live, nobody after STOP, and explains the rest',
  async () => {
    const worlds = campaign(1, 10);
    for (let nth = 0; nth < worlds; nth += 1) {
      const seed = SEED * 1_000_003 + nth;
      const { world, verdict } = await live({
        seed,
        people: campaign(14, 40),
        zones: ZONES,
        day: DAYS[nth % DAYS.length]!,
        kills: campaign(4, 30),
        times: campaign(2, 6),
      });
      const nothing = Object.fromEntries(Object.keys(verdict.broken).map((what) => [what, []]));
      expect(verdict.broken, `seed ${seed}`).toEqual(nothing);
      expect(world.killsInTheMiddle).toBeGreaterThan(0);
      expect(verdict.texts).toBeGreaterThan(world.people.length);
    }
  },
  TIMEOUT,
);

it(
  'is seen to be broken when unknown fates are not looked up, opt-outs are forgotten and the window is left out',
  async () => {
    const { verdict } = await live({
      seed: SEED * 1_000_003 + 500,
      people: 8,
      zones: ['America/New_York'],
      day: DAYS[0]!,
      days: 2.8,
      kills: 0,
      times: 1,
      deeds: ['stop'],
      lostAnswers: 0.5,
      rewrite: (source) =>
        source.replace(/^  window: .*$/m, '').replace('on_opt_out: cancel', 'on_opt_out: skip_channel'),
      prepare: (stage) =>
        stage.query(`
          create function forget() returns trigger language plpgsql as 'begin return null; end';
          create trigger forget before insert or update on suppressions for each row execute function forget();
          create trigger forget before update on consents for each row execute function forget();`),
      // what is written down first for a crash to find is sent again without asking, as outboxes usually do
      between: (stage) =>
        stage.query(
          `update messages set status = 'queued', due_at = claimed_at, lease_until = null where status = 'sending'`,
        ),
    });
    const { doubled, afterStop, outside } = verdict.broken;
    for (const found of [doubled, afterStop, outside]) expect(found.length).toBeGreaterThan(0);
  },
  TIMEOUT,
);
