import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkDefinition, type CheckOptions } from './check.ts';
import type { StepBase } from './definition.ts';
import type { StepKind } from './kind.ts';
import { defineKind, stepSchema } from './kind.ts';
import { PROBLEM_CODES, WORKFLOW_LIMITS, type ProblemCode } from './names.ts';
import { tagName } from './primitives.ts';
import { writtenDefinition } from './testing/definitions.ts';
import { BASE_SEED } from '../../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

type Given = Record<string, unknown>;
const END = { id: 'bye', kind: 'end' };
const sound = (steps: unknown[] = [END], more: Given = {}): Given => ({
  version: 1,
  key: 'a',
  name: 'A',
  triggers: [{ on: 'manual' }],
  steps,
  ...more,
});
const sms = (body: string, more: Given = {}) => ({ id: 'text', kind: 'send_sms', body, ...more });
const problemsOf = (given: unknown, options?: CheckOptions) => checkDefinition(given, options).problems;
const facts = {
  tags: new Set(['Day0']),
  fields: new Set(['budget']),
  stages: new Set(['Won']),
  assets: new Set(['joy-guide']),
  segments: new Set<string>(),
  workflows: new Set(['other']),
  members: new Set(['ana']),
  templates: new Map([['hello', 'Hi']]),
};

/** For each code: what gets it, what is said, and what mends it. */
const EXAMPLES: Record<
  ProblemCode,
  { wrong: unknown; says: string; mends?: string; right: unknown; options?: CheckOptions }
> = {
  not_readable: { wrong: 'hello', says: 'This is no workflow.', right: sound() },
  unknown_version: {
    wrong: sound([END], { version: 2 }),
    says: 'This kit cannot read version 2.',
    mends: 'Bring the kit up to date.',
    right: sound(),
  },
  unknown_key: {
    wrong: sound([{ ...END, nxt: 'bye' }]),
    says: 'There is nothing called `nxt` here.',
    mends: 'Did you mean `next`?',
    right: sound(),
  },
  invalid_value: {
    wrong: sound([{ id: 'w', kind: 'wait', for: '1 dya' }]),
    says: '`for` is not understood: “1 dya”.',
    mends: 'Write it as `10 minutes`, `1 day`, `2 weeks`.',
    right: sound([{ id: 'w', kind: 'wait', for: '1 day' }]),
  },
  no_steps: { wrong: sound([]), says: 'There are no steps.', right: sound() },
  too_many_steps: {
    wrong: sound(Array.from({ length: 2_001 }, (_, index) => ({ id: `s${index}`, kind: 'end' }))),
    says: 'There are 2001 steps; 2000 is the most.',
    right: sound(),
  },
  duplicate_id: {
    wrong: sound([END, END]),
    says: 'Two steps are called “bye”.',
    right: sound([{ ...END, id: 'hello' }, END].slice(1)),
  },
  unknown_step_kind: {
    wrong: sound([{ id: 'a', kind: 'sendsms' }]),
    says: 'There is no kind of step “sendsms”.',
    mends: 'Did you mean `send_sms`?',
    right: sound(),
  },
  unknown_step: {
    wrong: sound([{ id: 'w', kind: 'wait', for: '1 day', next: 'bey' }, END]),
    says: 'There is no step “bey” to go on to.',
    mends: 'Did you mean “bye”?',
    right: sound([{ id: 'w', kind: 'wait', for: '1 day', next: 'bye' }, END]),
  },
  missing_branch: {
    wrong: sound([{ id: 'c', kind: 'condition', branches: [{ when: { all: [] }, to: 'nowhere' }] }, END]),
    says: 'There is no step “nowhere” to go on to.',
    right: sound([{ id: 'c', kind: 'condition', branches: [{ when: { all: [] }, to: 'bye' }] }, END]),
  },
  unreachable_step: {
    wrong: sound([END, { id: 'tag', kind: 'add_tag', tags: ['x'] }]),
    says: 'Nothing leads to this step.',
    right: sound([{ id: 'tag', kind: 'add_tag', tags: ['x'] }, END]),
  },
  loop_without_wait: {
    wrong: sound([
      { id: 'a', kind: 'add_tag', tags: ['x'] },
      { id: 'b', kind: 'condition', branches: [{ when: { all: [] }, to: 'a' }] },
      END,
    ]),
    says: '‘a’ and ‘b’ lead round in a circle without a wait.',
    right: sound([
      { id: 'a', kind: 'wait', for: '1 day' },
      { id: 'b', kind: 'condition', branches: [{ when: { all: [] }, to: 'a' }] },
      END,
    ]),
  },
  no_exit: {
    wrong: sound([
      { id: 'w', kind: 'wait', for: '1 month' },
      { id: 'again', kind: 'go_to', step: 'w' },
    ]),
    says: 'Whoever comes to ‘w’ and ‘again’ never leaves.',
    right: sound(
      [
        { id: 'w', kind: 'wait', for: '1 month' },
        { id: 'again', kind: 'go_to', step: 'w' },
      ],
      { settings: { stop_on_reply: true } },
    ),
  },
  no_trigger: {
    wrong: sound([END], { triggers: [] }),
    says: 'Nothing sets this workflow off.',
    right: sound(),
  },
  no_opt_out_wording: {
    wrong: sound([sms('Hi')], { settings: { purpose: 'conversation' } }),
    says: 'This first text does not say how to stop. With `purpose: conversation` the kit does not add it.',
    right: sound([sms('Hi. Text STOP to opt out.')], { settings: { purpose: 'conversation' } }),
  },
  unknown_tag: {
    wrong: sound([END], { triggers: [{ on: 'tag.added', tag: 'Day 0' }] }),
    says: 'There is no tag “Day 0”.',
    mends: 'Did you mean “Day0”?',
    right: sound([END], { triggers: [{ on: 'tag.added', tag: 'Day0' }] }),
    options: { facts },
  },
  unknown_field: {
    wrong: sound([{ id: 's', kind: 'set_field', field: 'fields.bugdet', value: 1 }]),
    says: 'There is no own field “bugdet”.',
    mends: 'Did you mean “budget”?',
    right: sound([{ id: 's', kind: 'set_field', field: 'fields.budget', value: 1 }]),
    options: { facts },
  },
  unknown_template: {
    wrong: sound([{ id: 's', kind: 'send_sms', template: 'helo' }]),
    says: 'There is no template “helo”.',
    mends: 'Did you mean “hello”?',
    right: sound([{ id: 's', kind: 'send_sms', template: 'hello' }]),
    options: { facts },
  },
  unknown_stage: {
    wrong: sound([{ id: 's', kind: 'move_stage', stage: 'won' }]),
    says: 'There is no stage “won”.',
    mends: 'Did you mean “Won”?',
    right: sound([{ id: 's', kind: 'move_stage', stage: 'Won' }]),
    options: { facts },
  },
  unknown_asset: {
    wrong: sound([{ id: 's', kind: 'send_pdf', pdf: 'brochure' }]),
    says: 'There is no file “brochure”.',
    mends: 'Upload it, and give it this key.',
    right: sound([{ id: 's', kind: 'send_pdf', pdf: 'joy-guide' }]),
    options: { facts },
  },
  unknown_segment: {
    wrong: sound([
      {
        id: 'c',
        kind: 'condition',
        branches: [{ when: { segment: { id: '018f0000-0000-7000-8000-000000000000' } }, to: 'bye' }],
      },
      END,
    ]),
    says: 'There is no segment “018f0000-0000-7000-8000-000000000000”.',
    right: sound(),
    options: { facts },
  },
  unknown_workflow: {
    wrong: sound([{ id: 'e', kind: 'enroll', workflow: 'another' }]),
    says: 'There is no workflow “another”.',
    right: sound([{ id: 'e', kind: 'enroll', workflow: 'other' }]),
    options: { facts },
  },
  unknown_variable: {
    wrong: sound([sms('Hi {{ frist_name }}')]),
    says: 'Nothing fills {{ frist_name }}.',
    mends: 'Did you mean {{ first_name }}?',
    right: sound([sms('Hi {{ first_name | default: "there" | capitalize }}')]),
  },
  invalid_template: {
    wrong: sound([sms('{% if first_name %}Hi')]),
    says: '{% if %} is not closed.',
    mends: 'Close it with {% endif %}.',
    right: sound([sms('{% if first_name %}Hi{% endif %}')]),
  },
  invalid_filter: {
    wrong: sound([END], { settings: { goal: { field: 'stgae', op: 'is', value: 'Won' } } }),
    says: 'There is no field "stgae".',
    right: sound([END], { settings: { goal: { field: 'stage', op: 'is', value: 'Won' } } }),
  },
  window_never_open: {
    wrong: sound([END], { settings: { window: { from: '10:00', to: '10:00' } } }),
    says: 'The window ends when it begins, so it never opens.',
    right: sound([END], { settings: { window: { from: '22:00', to: '10:00' } } }),
  },
  address_not_allowed: {
    wrong: sound([{ id: 'h', kind: 'http_request', url: 'http://169.254.169.254/latest' }]),
    says: '169.254.169.254 is no machine of the internet.',
    right: sound([{ id: 'h', kind: 'http_request', url: 'https://example.com/{{ id }}' }]),
  },
};

describe('every kind of mistake', () => {
  it.each(PROBLEM_CODES)('%s is found, said plainly, and gone when mended', (code) => {
    const { wrong, says, mends, right, options } = EXAMPLES[code];
    const found = problemsOf(wrong, options).filter((one) => one.code === code);
    expect(found.map(({ message }) => message)).toContain(says);
    for (const { mend } of found) expect(mend).not.toBe('');
    if (mends !== undefined) expect(found.map(({ mend }) => mend)).toContain(mends);
    expect(problemsOf(right, options).filter((one) => one.code === code)).toEqual([]);
  });

  it('is judged about the account only as far as the account is known', () => {
    for (const { wrong, options } of Object.values(EXAMPLES))
      if (options?.facts) expect(problemsOf(wrong)).toEqual([]);
  });
});

describe('a definition', () => {
  it('is read with its defaults when there are no errors, and not at all when there are', () => {
    expect(checkDefinition(sound()).definition).toMatchObject({
      settings: { zone: 'contact', re_entry: 'never' },
    });
    expect(checkDefinition(sound([END], { triggers: [] })).definition).not.toBe(null);
    expect(checkDefinition(sound([{ ...END, x: 1 }])).definition).toBe(null);
  });

  it('shows all of its mistakes at once, in order, each at its place', () => {
    const given = sound(
      [
        sms('Hi {{ nobody }}', { nxt: 1 }),
        { id: 'text', kind: 'wait' },
        { kind: 'wait', for: '1 day', next: 'x' },
        7,
      ],
      { colour: 'red', settings: { zone: 3 } },
    );
    expect(problemsOf(given).map(({ code, path, step }) => [code, path, step])).toEqual([
      ['invalid_value', 'settings.zone', null],
      ['unknown_key', 'colour', null],
      ['unknown_key', 'steps[0].nxt', 'text'],
      ['duplicate_id', 'steps[1].id', 'text'],
      ['invalid_value', 'steps[1]', 'text'],
      ['invalid_value', 'steps[2].id', null],
      ['unknown_step', 'steps[2].next', null],
      ['invalid_value', 'steps[3]', null],
    ]);
  });

  it.each([
    [{ id: 'a', kind: 'wait' }, /exactly one of for, until_day, until and for_event/],
    [{ id: 'a', kind: 'send_sms' }, /what to send/],
    [{ id: 'a', kind: 'send_sms', body: 'x', template: 'y' }, /not both/],
    [
      {
        id: 'a',
        kind: 'split',
        ways: [
          { label: 'x', weight: 0 },
          { label: 'y', weight: 0 },
        ],
      },
      /a weight/,
    ],
    [{ id: 'a', kind: 'assign', to: { membr: 'x' } }, /`member`/],
    [{ id: 'A b', kind: 'end' }, /Lower-case/],
    [{ id: 'a', kind: 'wait', until: { date: 'soon' } }, /date/],
    [
      { id: 'a', kind: 'wait', for_event: { type: 'message.recieved', timeout: '1 day' } },
      /“message.received”/,
    ],
    [{ id: 'a', kind: 'wait', until: { field: 'brithday' } }, /As `birthday`|as `birthday`/],
    [{ id: 'a', kind: 'add_tag', tags: [] }, /at least 1/],
    [{ id: 'a', kind: 'set_field', field: 'phone', value: 1 }, /There are first_name/],
  ])('says how to mend %j', (step, mend) => {
    const { problems } = checkDefinition(sound([step]));
    expect(problems.map((one) => one.mend).join('\n')).toMatch(mend);
  });

  it('offers the trigger that was probably meant', () => {
    expect(problemsOf(sound([END], { triggers: [{ on: 'tag.add', tag: 'x' }] }))).toEqual([
      expect.objectContaining({ path: 'triggers[0].on', mend: 'Did you mean `tag.added`?' }),
    ]);
    expect(
      problemsOf(sound([END], { triggers: [{ on: 'schedule', cron: '0 25 * * *' }] }))[0]?.message,
    ).toMatch(/hours/);
    expect(
      problemsOf(
        sound([END], {
          triggers: [{ on: 'schedule', cron: '*/15 9-17 * jan-mar mon,fri', zone: 'Europe/Vienna' }],
        }),
      ),
    ).toEqual([]);
  });

  it('does not take a wait that is over for one that holds back a circle', () => {
    const circle = (wait: Given) =>
      sound([
        { id: 'w', kind: 'wait', ...wait },
        { id: 'c', kind: 'condition', branches: [{ when: { all: [] }, to: 'w' }] },
        END,
      ]);
    const codes = (wait: Given) => problemsOf(circle(wait)).map(({ code }) => code);
    expect(codes({ for: '1 minute' })).toEqual([]);
    expect(codes({ for_event: { type: 'message.received', timeout: '1 day' } })).toEqual([]);
    expect(codes({ for: '0 minutes' })).toEqual(['loop_without_wait']);
    expect(codes({ until_day: { day: 1 } })).toEqual(['loop_without_wait']);
    expect(codes({ until: { date: '2026-01-01' } })).toEqual(['loop_without_wait']);
  });

  it('wants the way out in each text that may be the first, where the kit does not add it', () => {
    const steps = [
      { id: 'c', kind: 'condition', branches: [{ when: { all: [] }, to: 'b' }] },
      sms('Text STOP to opt out', { id: 'a', next: 'd' }),
      sms('Hi', { id: 'b' }),
      sms('Hi again', { id: 'd' }),
    ];
    const found = (purpose: string) =>
      problemsOf(sound(steps, { settings: { purpose } })).map(({ step }) => step);
    expect(found('conversation')).toEqual(['b']);
    // there the first text gets it from the kit: consent/first-message.ts
    expect(found('marketing')).toEqual([]);
  });

  it('knows windows that no lawful hour lies in', () => {
    const codes = (window: Given, more: Given = {}) =>
      problemsOf(sound([sms('Hi')], { settings: { window, ...more } })).map(({ code }) => code);
    expect(codes({ from: '21:30', to: '07:30' })).toEqual(['window_never_open']);
    expect(codes({ from: '21:30', to: '07:30' }, { purpose: 'conversation' })).toEqual([
      'no_opt_out_wording',
    ]);
    expect(codes({ from: '20:30', to: '07:30' })).toEqual([]);
    expect(codes({ from: '18:00', to: '00:00' })).toEqual([]);
    expect(codes({ from: '24:00' })).toEqual(['window_never_open']);
    expect(codes({ days: [] })).toEqual(['invalid_value']);
    expect(codes({}, { zone: 'Europe/Wien' })).toEqual(['window_never_open']);
  });

  it.each([
    'https://10.0.0.1/',
    'http://[::1]/',
    'https://localhost:8080/',
    'https://db.internal/x',
    'ftp://example.com/',
    'https://a:b@example.com/',
    'example.com',
    'https://2130706433/',
    'http://127.1/',
  ])('asks nothing of %s', (url) =>
    expect(problemsOf(sound([{ id: 'h', kind: 'webhook', url }])).map(({ code }) => code)).toEqual([
      'address_not_allowed',
    ]),
  );
  it.each(['https://example.com', 'https://{{ vars.host }}/x', '{{ vars.url }}', 'https://93.184.216.34/'])(
    'may ask %s',
    (url) => expect(problemsOf(sound([{ id: 'h', kind: 'webhook', url }]))).toEqual([]),
  );

  it('has the host’s own kinds judged as the kit’s', () => {
    const gift = defineKind({
      kind: 'gift',
      title: 'Send a gift',
      icon: 'plus',
      group: 'send',
      schema: stepSchema('gift', { amount: z.int().min(1), tag: tagName.optional() }),
      words: ({ amount }) => `Give ${amount}`,
    });
    const kinds = [gift as StepKind];
    const given = sound([{ id: 'g', kind: 'gift', amount: 0, tag: 'Day1' }]);
    expect(problemsOf(given).map(({ code }) => code)).toEqual(['unknown_step_kind']);
    expect(problemsOf(given, { kinds, facts }).map(({ code }) => code)).toEqual([
      'invalid_value',
      'unknown_tag',
    ]);
    expect(checkDefinition(sound([{ id: 'g', kind: 'gift', amount: 3 }]), { kinds }).definition).not.toBe(
      null,
    );
  });
});

describe('any definition', () => {
  it('that is sound has no errors', () => {
    fc.assert(
      fc.property(writtenDefinition, (given) => {
        const errors = checkDefinition(given).problems.filter(({ severity }) => severity === 'error');
        expect(errors).toEqual([]);
      }),
    );
  });

  it('is judged without a throw when a part of it holds itself', () => {
    const version: unknown[] = [];
    version.push(version);
    const { problems } = checkDefinition({ version, key: 'a', name: 'a', steps: [] });
    expect(problems.map(({ message }) => message)).toContain('This kit cannot read version object.');
  });

  it('is judged without a throw, whatever one puts into it', () => {
    const rubbish = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(undefined, Number.NaN, '__proto__', { __proto__: null, constructor: 1 }),
    );
    fc.assert(
      fc.property(
        writtenDefinition,
        fc.array(fc.tuple(fc.nat(), rubbish), { maxLength: 4 }),
        (given, changes) => {
          const copy = structuredClone(given);
          for (const [at, value] of changes) put(copy, at, value);
          for (const one of checkDefinition(copy).problems) {
            expect(PROBLEM_CODES).toContain(one.code);
            expect(one.message).toMatch(/\S/);
            expect(one.mend).toMatch(/\S/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Puts a value into the place of the nth value within. */
function put(root: Given, nth: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  const seen = new Set<unknown>();
  const walk = (held: unknown) => {
    // what was put in may hold itself
    if (typeof held !== 'object' || held === null || seen.has(held)) return;
    seen.add(held);
    for (const [key, one] of Object.entries(held)) {
      places.push([held as Record<string, unknown>, key]);
      walk(one);
    }
  };
  walk(root);
  const place = places[nth % places.length];
  if (place) place[0][place[1]] = value;
}

describe('two thousand steps', () => {
  const long = (step: (index: number) => Given) =>
    sound(Array.from({ length: WORKFLOW_LIMITS.steps }, (_, index) => ({ id: `s${index}`, ...step(index) })));
  const usual = long((index) =>
    index % 4 === 0
      ? {
          kind: 'send_sms',
          body: 'Hi {{ first_name | default: "there" }}, see {{ "https://example.com" | short }}',
        }
      : index % 4 === 1
        ? { kind: 'wait', for: '1 day' }
        : index % 4 === 2
          ? { kind: 'add_tag', tags: [`Day${index}`] }
          : {
              kind: 'condition',
              branches: [
                {
                  when: { all: [{ field: 'stage', op: 'is', value: 'Won' }] },
                  to: `s${(index * 7) % 2_000}`,
                },
              ],
            },
  );

  it('are judged in less than 100 ms', () => {
    const times = Array.from({ length: 10 }, () => {
      const before = process.threadCpuUsage();
      expect(checkDefinition(usual, { facts: { stages: new Set(['Won']) } }).definition).not.toBe(null);
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / 1_000;
    });
    expect(Math.min(...times)).toBeLessThan(100);
  });

  it('in one circle, in one chain, or all wrong, are too', () => {
    for (const given of [
      long((index) => ({ kind: 'add_tag', tags: ['x'], next: `s${(index + 1) % 2_000}` })),
      long((index) => ({ kind: 'add_tag', tags: ['x'], next: `s${Math.max(0, index - 1)}` })),
      long(() => ({ kind: 'wiat', next: 'nowhere' })),
      long(() => ({ kind: 'wait', fro: 'x', next: 'nowhere' })),
    ]) {
      const start = performance.now();
      const { definition, problems } = checkDefinition(given);
      expect(definition).toBe(null);
      expect(problems.length).toBeGreaterThan(0);
      expect(performance.now() - start).toBeLessThan(3_000);
    }
  });

  it('and one more are refused without a look', () => {
    const steps = [...(usual['steps'] as StepBase[]), END];
    expect(problemsOf({ ...usual, steps })).toEqual([
      expect.objectContaining({ code: 'too_many_steps', path: 'steps' }),
    ]);
  });
});
