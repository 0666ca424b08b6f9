/** What the library's files do to somebody: the texts that leave, when by the clock on their wall, and how it ends. */
import { describe, expect, it } from 'vitest';
import { isOpen, toInstant, toLocal } from '../../contract/workflow/time.ts';
import { BASE_SEED, campaign, seeded } from '../../testing/campaign.ts';
import { simulate, type SimulatedEvent, type Simulation } from '../simulate.ts';
import type { RunContact } from '../steps/step.ts';
import { ZONES } from '../testing/arbitrary.ts';
import { addDays, anniversariesOn } from '../triggers/days.ts';
import { libraryWorkflows } from './index.ts';

const TORONTO = 'America/Toronto';
const library = new Map(libraryWorkflows().map(({ definition }) => [definition.key, definition]));
const keys = [...library.keys()];

/** `2026-03-06 10:00` of a wall there, as an instant. */
const when = (wall: string, zone = TORONTO) =>
  new Date(toInstant(Date.parse(`${wall.replace(' ', 'T')}:00Z`), zone)).toISOString();
const wallOf = (at: string, zone = TORONTO) =>
  new Date(toLocal(Date.parse(at), zone)).toISOString().slice(0, 16).replace('T', ' ');

/** Of Ada in Toronto, from an hour of her wall on. */
function run(key: string, start: string, contact: Partial<RunContact> = {}, events: SimulatedEvent[] = []) {
  const { zone = TORONTO } = contact;
  return simulate(library.get(key)!, { first_name: 'Ada', ...contact, zone }, events, {
    start: when(start, zone),
    tenantZone: TORONTO,
    tenantName: 'Harbor Realty',
  });
}

const stop = (wall: string): SimulatedEvent => ({ at: when(wall), type: 'consent.withdrawn' });
const reply = (wall: string): SimulatedEvent => ({ at: when(wall), type: 'message.received' });
/** What left, as `2026-03-06 10:00 welcome`. */
const textsOf = ({ texts, contact }: Simulation) =>
  texts.map(({ at, step }) => `${wallOf(at, contact.zone)} ${step}`);
const did = ({ steps }: Simulation) => steps.map(({ step, outcome }) => `${step} ${outcome}`);

describe('Five Days of Joy', () => {
  const JOY = 'five-days-of-joy';
  const WHOLE = [
    '2026-03-05 11:30 welcome',
    '2026-03-06 10:00 nurturing',
    '2026-03-07 10:00 insight',
    // the clocks went forward in the night
    '2026-03-08 10:00 resource',
    '2026-03-09 10:00 relationship',
    '2026-03-10 10:00 invitation',
  ];
  const TAGS = [0, 1, 2, 3, 4].map((day) => `Joy_Day${day}_Sent`);

  it('sends a text a day at ten, in the week in which the clocks change, and marks each', async () => {
    const found = await run(JOY, '2026-03-05 11:30');
    expect(textsOf(found)).toEqual(WHOLE);
    expect(found.texts.map(({ at }) => at.slice(11, 16))).toEqual([
      '16:30',
      '15:00',
      '15:00',
      '14:00',
      '14:00',
      '14:00',
    ]);
    expect(found.contact.tags).toEqual([...TAGS, 'Joy_Final_Sent']);
    expect(found).toMatchObject({ state: 'completed', end_reason: 'finished' });
    expect(found.texts[0]?.body).toBe(
      "Hi Ada, it's Harbor Realty. Welcome to Five Days of Joy: one short text a day, and this little guide to begin with. Reply STOP to opt out.",
    );
  });

  it.each(['2026-03-05 18:00', '2026-03-05 23:59', '2026-03-06 00:10', '2026-03-06 09:59'])(
    'waits for the morning and for a day of its own for each text when somebody comes in at %s',
    async (start) => {
      const found = await run(JOY, start);
      const days = textsOf(found).map((text) => text.slice(0, 16));
      expect(days).toEqual([0, 1, 2, 3, 4, 5].map((nth) => `${addDays('2026-03-06', nth)} 10:00`));
      expect(found.contact.tags).toEqual([...TAGS, 'Joy_Final_Sent']);
    },
  );

  it('goes on when they answer: a person does the talking', async () => {
    const found = await run(JOY, '2026-03-05 11:30', {}, [reply('2026-03-06 12:00')]);
    expect(textsOf(found)).toEqual(WHOLE);
  });

  it('ends with STOP on day 2, and keeps what it has marked', async () => {
    const found = await run(JOY, '2026-03-05 11:30', {}, [stop('2026-03-07 12:00')]);
    expect(textsOf(found)).toEqual(WHOLE.slice(0, 3));
    expect(found.contact.tags).toEqual(TAGS.slice(0, 3));
    expect(found).toMatchObject({
      state: 'canceled',
      end_reason: 'opted_out',
      ended_at: when('2026-03-07 12:00'),
    });
  });
});

describe('Birthday video', () => {
  const { triggers } = library.get('birthday-video')!;
  const trigger = triggers.find(({ on }) => on === 'date') as Extract<(typeof triggers)[0], { on: 'date' }>;

  /** Every morning at ten for years, as the clock's trigger lets people in. */
  async function throughout(contact: Partial<RunContact>, from: string, days: number) {
    const texts: string[] = [];
    let year = contact.last_birthday_sent_year ?? null;
    for (let nth = 0; nth < days; nth += 1) {
      const day = addDays(from, nth);
      for (const due of anniversariesOn(day, trigger)) {
        const isTheirs = due.month === contact.birth_month && due.day === contact.birth_day;
        if (!isTheirs || (year !== null && year >= due.year)) continue;
        const start = `${day} ${trigger.at}`;
        const found = await run('birthday-video', start, { ...contact, last_birthday_sent_year: year });
        texts.push(...textsOf(found));
        expect(found.end_reason).toBe('finished');
        year = found.contact.last_birthday_sent_year;
      }
    }
    return texts;
  }

  it('is sent once a year, those of Feb 29 have theirs on the 28th in other years', async () => {
    const texts = await throughout({ birth_month: 2, birth_day: 29 }, '2026-01-01', 3 * 365);
    expect(texts).toEqual([
      '2026-02-28 10:00 by-text',
      '2027-02-28 10:00 by-text',
      '2028-02-29 10:00 by-text',
    ]);
  });

  it('is not sent in a year that is written down as done', async () => {
    const born = { birth_month: 6, birth_day: 1, last_birthday_sent_year: 2026 };
    expect(await throughout(born, '2026-01-01', 2 * 365)).toEqual(['2027-06-01 10:00 by-text']);
  });

  it('writes down the year of their own day, wherever they live', async () => {
    // in UTC it is still the last day of the year before
    const zone = 'Pacific/Auckland';
    const texts = await throughout({ birth_month: 1, birth_day: 1, zone }, '2026-12-30', 400);
    expect(texts).toEqual(['2027-01-01 10:00 by-text', '2028-01-01 10:00 by-text']);
  });

  it('goes by Messenger to those who are there, and only there', async () => {
    const found = await run('birthday-video', '2026-06-01 10:00', { messenger_id: '1001' });
    expect(textsOf(found)).toEqual(['2026-06-01 10:00 by-messenger']);
    expect(found.texts[0]?.body).toBe('Happy Birthday, Ada! 🎉');
    expect(found.contact.last_birthday_sent_year).toBe(2026);
  });

  it('does not wake anybody in the evening, and is not sent after a STOP', async () => {
    const late = await run('birthday-video', '2026-06-01 19:00', { first_name: null });
    expect(textsOf(late)).toEqual(['2026-06-02 10:00 by-text']);
    expect(late.texts[0]?.body).toBe('Happy Birthday, friend! 🎉 From all of us at Harbor Realty');
    const stopped = await run('birthday-video', '2026-06-01 19:00', {}, [stop('2026-06-01 20:00')]);
    expect(stopped).toMatchObject({ texts: [], end_reason: 'opted_out' });
    expect(stopped.contact.last_birthday_sent_year).toBeNull();
  });
});

describe('Missed call text-back', () => {
  const KEY = 'missed-call-text-back';

  it('texts at once, at any hour, and asks for a call when nothing comes back in half an hour', async () => {
    const found = await run(KEY, '2026-05-01 22:47');
    expect(textsOf(found)).toEqual(['2026-05-01 22:47 text-back']);
    expect(found.texts[0]?.body).toMatch(/^Hi Ada, this is Harbor Realty\. Sorry we missed your call!/);
    expect(did(found)).toEqual(['text-back done', 'their-answer done', 'call-back done']);
    expect(found).toMatchObject({ end_reason: 'finished', ended_at: when('2026-05-01 23:17') });
  });

  it('tells the owner of an answer, and asks for no call', async () => {
    const found = await run(KEY, '2026-05-01 22:47', {}, [reply('2026-05-01 22:50')]);
    expect(did(found)).toEqual(['text-back done', 'their-answer done', 'tell-owner done', 'answered done']);
    expect(found.ended_at).toBe(when('2026-05-01 22:50'));
  });

  it('is over with a STOP', async () => {
    const found = await run(KEY, '2026-05-01 22:47', { first_name: null }, [stop('2026-05-01 22:48')]);
    expect(found.texts[0]?.body).toMatch(/^Hi, this is Harbor Realty\./);
    expect(found).toMatchObject({ end_reason: 'opted_out', steps: [{ step: 'text-back' }] });
  });
});

describe('Speed-to-lead', () => {
  const KEY = 'speed-to-lead';

  it('answers within the minute, asks for a call after five, and tries once more the next morning', async () => {
    const found = await run(KEY, '2026-05-01 23:30');
    expect(textsOf(found)).toEqual(['2026-05-01 23:30 hello', '2026-05-02 10:00 second-try']);
    const call = found.steps.find(({ step }) => step === 'call-them');
    expect(call?.at).toBe(when('2026-05-01 23:35'));
    expect(found.texts[1]?.body).toMatch(/^Good morning Ada, Harbor Realty again\./);
    const nameless = await run(KEY, '2026-05-01 23:30', { first_name: null });
    expect(nameless.texts[1]?.body).toMatch(/^Good morning, Harbor Realty again\./);
  });

  it('marks who answers in five minutes, and leaves the rest to a person', async () => {
    const found = await run(KEY, '2026-05-01 12:00', {}, [reply('2026-05-01 12:04')]);
    expect(textsOf(found)).toEqual(['2026-05-01 12:00 hello']);
    expect(found.contact.tags).toEqual(['Answered in 5 minutes']);
    expect(found.end_reason).toBe('finished');
  });

  it('does not try again with those who have written later', async () => {
    const found = await run(KEY, '2026-05-01 12:00', {}, [reply('2026-05-01 15:00')]);
    expect(textsOf(found)).toEqual(['2026-05-01 12:00 hello']);
    expect(did(found)).toContain('call-them done');
    expect(found.contact.tags).toEqual([]);
  });

  it('sends no second try after a STOP', async () => {
    const found = await run(KEY, '2026-05-01 12:00', {}, [stop('2026-05-01 15:00')]);
    expect(textsOf(found)).toEqual(['2026-05-01 12:00 hello']);
    expect(found.end_reason).toBe('opted_out');
  });
});

describe('New-lead nurture', () => {
  const KEY = 'new-lead-nurture';

  it('sends four texts in two weeks, on days of work', async () => {
    // a Monday
    const found = await run(KEY, '2026-05-04 14:00');
    const [, second = ''] = textsOf(found);
    expect(second).toMatch(/ (question|story)$/);
    expect(textsOf(found)).toEqual([
      '2026-05-04 14:00 hello',
      second,
      // the sixth day is a Sunday, and the thirteenth too
      '2026-05-11 09:30 offer-a-call',
      '2026-05-18 09:30 door-open',
    ]);
    expect(second).toContain('2026-05-06 10:30');
    expect(found.contact.tags).toEqual(['Nurtured']);
  });

  it('halves people between the question and the story', async () => {
    const ways = { question: 0, story: 0 };
    for (let nth = 0; nth < 200; nth += 1) {
      const id = `00000000-0000-7000-8000-${String(nth).padStart(12, '0')}`;
      const [, { step } = { step: '' }] = (await run(KEY, '2026-05-04 14:00', { id })).texts;
      ways[step as keyof typeof ways] += 1;
    }
    expect(ways.question + ways.story).toBe(200);
    expect(Math.min(ways.question, ways.story)).toBeGreaterThan(70);
  });

  it('ends when they reply, or are a customer, or say STOP', async () => {
    const replied = await run(KEY, '2026-05-04 14:00', {}, [reply('2026-05-05 08:00')]);
    expect(replied).toMatchObject({ end_reason: 'replied', texts: [{ step: 'hello' }] });
    const won = { at: when('2026-05-05 08:00'), type: 'stage.entered', changes: { stage: 'Won' } };
    const customer = await run(KEY, '2026-05-04 14:00', {}, [won]);
    expect(customer).toMatchObject({ end_reason: 'goal', texts: [{ step: 'hello' }] });
    const stopped = await run(KEY, '2026-05-04 14:00', {}, [stop('2026-05-05 08:00')]);
    expect(stopped).toMatchObject({ end_reason: 'opted_out', texts: [{ step: 'hello' }] });
    for (const { contact } of [replied, customer, stopped]) expect(contact.tags).toEqual([]);
  });
});

describe('Appointment reminder', () => {
  const KEY = 'appointment-reminder';
  const at = (appointment: string) => ({ fields: { appointment } });

  it('confirms, reminds the day before and two hours ahead, over the night in which the clocks change', async () => {
    const found = await run(KEY, '2026-03-03 09:00', at('2026-03-08T15:00'));
    expect(textsOf(found)).toEqual([
      '2026-03-03 09:00 confirmation',
      '2026-03-07 15:00 day-before',
      '2026-03-08 13:00 two-hours-ahead',
    ]);
    expect(found.texts.map(({ body }) => body)).toEqual([
      'Ada, you are booked with Harbor Realty on Sunday, March 8 at 3:00 PM. Need another time? Just reply. Text STOP to opt out.',
      'A reminder from Harbor Realty: tomorrow at 3:00 PM. Reply C to confirm, or tell us if something has come up.',
      'See you today at 3:00 PM! Running late? Reply here. Harbor Realty',
    ]);
  });

  it('means the clock on the wall where they live, wherever the server is', async () => {
    const found = await run(KEY, '2026-06-01 09:00', { ...at('2026-06-03T08:30'), zone: 'Pacific/Auckland' });
    expect(textsOf(found)).toEqual([
      '2026-06-01 09:00 confirmation',
      '2026-06-02 08:30 day-before',
      '2026-06-03 06:30 two-hours-ahead',
    ]);
    expect(found.texts[0]?.body).toContain('Wednesday, June 3 at 8:30 AM');
    // one that names its zone is that moment
    const instant = await run(KEY, '2026-06-01 09:00', at('2026-06-03T15:00:00Z'));
    expect(instant.texts[0]?.body).toContain('Wednesday, June 3 at 11:00 AM');
    expect(textsOf(instant).at(-1)).toBe('2026-06-03 09:00 two-hours-ahead');
  });

  it('leaves out the reminder whose time is over', async () => {
    const tomorrow = await run(KEY, '2026-06-02 17:00', at('2026-06-03T09:00'));
    expect(textsOf(tomorrow)).toEqual(['2026-06-02 17:00 confirmation', '2026-06-03 07:00 two-hours-ahead']);
    const soon = await run(KEY, '2026-06-03 08:00', at('2026-06-03T09:00'));
    expect(textsOf(soon)).toEqual(['2026-06-03 08:00 confirmation']);
  });

  it('says nothing more of an appointment that was called off, nor after a STOP', async () => {
    const off = { at: when('2026-06-02 12:00'), type: 'field.changed', changes: { fields: {} } };
    const early = await run(KEY, '2026-06-01 09:00', at('2026-06-10T09:00'), [off]);
    expect(textsOf(early)).toEqual(['2026-06-01 09:00 confirmation']);
    expect(early.end_reason).toBe('finished');
    const late = await run(KEY, '2026-06-01 09:00', at('2026-06-03T09:00'), [off]);
    expect(textsOf(late)).toEqual(['2026-06-01 09:00 confirmation', '2026-06-02 09:00 day-before']);
    const stopped = await run(KEY, '2026-06-01 09:00', at('2026-06-10T09:00'), [stop('2026-06-02 12:00')]);
    expect(stopped).toMatchObject({ end_reason: 'opted_out', texts: [{ step: 'confirmation' }] });
  });
});

describe('Re-engagement', () => {
  const KEY = 're-engagement';

  it('sends two texts a week apart, then leaves them in peace', async () => {
    // a Friday: the window opens on Tuesday
    const found = await run(KEY, '2026-05-01 12:00');
    expect(textsOf(found)).toEqual(['2026-05-05 10:00 check-in', '2026-05-12 10:00 last-one']);
    expect(found.contact.tags).toEqual(['Cold']);
    expect(found).toMatchObject({ end_reason: 'finished', ended_at: when('2026-05-15 10:00') });
  });

  it('leaves whoever replies to a person, and whoever says STOP alone', async () => {
    const replied = await run(KEY, '2026-05-05 12:00', {}, [reply('2026-05-06 08:00')]);
    expect(replied).toMatchObject({ end_reason: 'replied', texts: [{ step: 'check-in' }] });
    const stopped = await run(KEY, '2026-05-05 12:00', {}, [stop('2026-05-06 08:00')]);
    expect(stopped).toMatchObject({ end_reason: 'opted_out', texts: [{ step: 'check-in' }] });
    for (const { contact } of [replied, stopped]) expect(contact.tags).toEqual([]);
  });
});

describe('Review request', () => {
  const KEY = 'review-request';

  it('asks a day later, and reminds those once who have not opened the link', async () => {
    const found = await run(KEY, '2026-05-01 20:30');
    expect(textsOf(found)).toEqual(['2026-05-03 10:00 request', '2026-05-06 10:00 reminder']);
    expect(found.contact.tags).toEqual([]);
    expect(found.end_reason).toBe('finished');
  });

  it('marks those who open it, and leaves them alone; so it does after a STOP', async () => {
    const click = { at: when('2026-05-02 13:00'), type: 'link.clicked' };
    const opened = await run(KEY, '2026-05-01 12:00', {}, [click]);
    expect(textsOf(opened)).toEqual(['2026-05-02 12:00 request']);
    expect(opened.contact.tags).toEqual(['Review opened']);
    const stopped = await run(KEY, '2026-05-01 12:00', {}, [stop('2026-05-02 13:00')]);
    expect(textsOf(stopped)).toEqual(['2026-05-02 12:00 request']);
    expect(stopped.end_reason).toBe('opted_out');
  });
});

it('whatever the hour and wherever they live, no text leaves outside its window, nor more a day than may', async () => {
  const random = seeded(BASE_SEED);
  for (let nth = 0; nth < campaign(400, 10_000); nth += 1) {
    const zone = random.pick(ZONES);
    const start = new Date(Date.UTC(2026, 0, 1) + random.below(2 * 366 * 24 * 60) * 60_000).toISOString();
    const key = random.pick(keys);
    const { settings } = library.get(key)!;
    const fields = { appointment: `${addDays(start.slice(0, 10), random.below(9))}T14:00` };
    const { texts, state } = await simulate(library.get(key)!, { zone, fields }, [], { start });
    const words = `seed ${BASE_SEED}: ${key} from ${start} in ${zone}`;
    expect(state, words).toBe('completed');
    const perDay = new Map<string, number>();
    for (const { at } of texts) {
      if (settings.window) expect(isOpen(Date.parse(at), zone, settings.window), words).toBe(true);
      const day = wallOf(at, zone).slice(0, 10);
      perDay.set(day, (perDay.get(day) ?? 0) + 1);
    }
    const limit = settings.max_messages_per_day ?? Infinity;
    expect(Math.max(0, ...perDay.values()), words).toBeLessThanOrEqual(limit);
  }
});
