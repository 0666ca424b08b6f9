import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDefinition } from './check.ts';
import type { Definition } from './definition.ts';
import { diffWords } from './diff.ts';
import { TRIGGER_KINDS } from './names.ts';
import { same } from './slim.ts';
import { definition } from './testing/definitions.ts';
import { triggerWords } from './words.ts';
import { BASE_SEED } from '../../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const BASE = {
  version: 1,
  key: 'joy',
  name: 'Joy',
  triggers: [{ on: 'tag.added', tag: 'Day0' }],
  settings: { window: { from: '09:00', to: '17:00' } },
  steps: [
    { id: 'welcome', kind: 'send_sms', body: 'Hi' },
    { id: 'pause', kind: 'wait', for: '1 day' },
    {
      id: 'choose',
      kind: 'condition',
      branches: [{ label: 'Won', when: { field: 'stage', op: 'is', value: 'Won' }, to: 'bye' }],
    },
    { id: 'insight', kind: 'send_sms', body: 'Day 2' },
    { id: 'bye', kind: 'end' },
  ],
};
type Given = typeof BASE;

function changed(change: (given: Given) => void): string[] {
  const copy = structuredClone(BASE);
  change(copy);
  return diffWords(read(BASE), read(copy));
}

function read(given: unknown): Definition {
  const { definition: found, problems } = checkDefinition(given);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return found!;
}

describe('a difference in words', () => {
  it.each<[string, (given: Given) => void, string[]]>([
    ['a text', (given) => void (given.steps[0]!.body = 'Hello'), ['The text of ‘welcome’ changed']],
    [
      'a wait',
      (given) => void (given.steps[1]!.for = '2 days'),
      ['‘pause’ is now: Wait 2 days (was: Wait 1 day)'],
    ],
    [
      'a step more',
      (given) => void given.steps.splice(1, 0, { id: 'note', kind: 'add_note', body: 'x' } as never),
      ['Step ‘note’ is new, after ‘welcome’'],
    ],
    [
      'a first step',
      (given) => void given.steps.unshift({ id: 'note', kind: 'add_note', body: 'x' }),
      ['Step ‘note’ is new, at the beginning'],
    ],
    ['a step less', (given) => void given.steps.splice(1, 1), ['Step ‘pause’ is gone']],
    [
      'a window',
      (given) => void (given.settings.window = { from: '10:00', to: '18:00' }),
      ['The window is now 10:00 to 18:00'],
    ],
    [
      'a way',
      (given) => void Object.assign(given.steps[2]!.branches![0]!, { to: 'welcome' }),
      ['Won: ‘choose’ now leads to ‘welcome’'],
    ],
    [
      'a way by next',
      (given) => void Object.assign(given.steps[0]!, { next: 'choose' }),
      ['‘welcome’ now leads to ‘choose’'],
    ],
    [
      'a condition',
      (given) => void (given.steps[2]!.branches![0]!.when.value = 'Lost'),
      ['The branches of ‘choose’ changed'],
    ],
    [
      'a kind',
      (given) => void (given.steps[3] = { id: 'insight', kind: 'add_tag', tags: ['x'] } as never),
      ['‘insight’ is now: Add a tag (was: Send a text)'],
    ],
    [
      'a name',
      (given) => void Object.assign(given.steps[0]!, { name: 'Day 0' }),
      ['‘welcome’ is now named “Day 0”'],
    ],
    [
      'a trigger',
      (given) => void (given.triggers[0]!.tag = 'Start'),
      ['It now starts when the tag “Start” is added; before: when the tag “Day0” is added'],
    ],
    [
      'another trigger',
      (given) => void given.triggers.push({ on: 'manual' } as never),
      ['It now starts when a member enrolls somebody'],
    ],
    ['the layout', (given) => void Object.assign(given, { layout: { welcome: { x: 1, y: 2 } } }), []],
    [
      'what is usual, said aloud',
      (given) => void Object.assign(given.settings, { priority: 5, re_entry: 'never' }),
      [],
    ],
  ])('tells %s', (_, change, words) => expect(changed(change)).toEqual(words));

  it('is empty between what means the same, and only there', () => {
    fc.assert(
      fc.property(definition, definition, (one, other) => {
        expect(diffWords(one, structuredClone(one))).toEqual([]);
        const meaning = ({ layout: _, ...rest }: Definition) => rest;
        expect(diffWords(one, other).length === 0).toBe(same(meaning(one), meaning(other)));
      }),
      { numRuns: 200 },
    );
  });

  it('tells every change of one step of many', () => {
    fc.assert(
      fc.property(definition, fc.nat(), (given, at) => {
        const other = structuredClone(given);
        const step = other.steps[at % other.steps.length]! as unknown as Record<string, unknown>;
        for (const [key, value] of Object.entries(step))
          if (typeof value === 'string' && !['id', 'kind', 'next', 'else'].includes(key))
            step[key] = `${value}!`;
        const touched = !same(given, other);
        expect(diffWords(given, other).length > 0).toBe(touched);
      }),
      { numRuns: 100 },
    );
  });

  it('has words for every trigger', () => {
    const more = {
      tag: 'x',
      field: 'stage',
      for: '1 day',
      segment: 's',
      cron: '0 9 * * *',
      key: 'k',
      workflow: 'w',
      offset_days: 0,
      every: 'year',
      at: '10:00',
    };
    for (const on of TRIGGER_KINDS) expect(triggerWords({ on, ...more } as never)).toMatch(/^[A-Z].{5,}$/);
  });
});
