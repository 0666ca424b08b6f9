import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { workflow, WorkflowError } from './builder.ts';
import { checkDefinition } from './check.ts';
import { defineKind, stepSchema } from './kind.ts';

const gift = defineKind({
  kind: 'gift',
  title: 'Send a gift',
  icon: 'plus',
  group: 'send',
  schema: stepSchema('gift', { amount: z.int(), currency: z.string().default('USD') }),
  words: ({ amount }) => `Give ${amount}`,
});

describe('a workflow in TypeScript', () => {
  const joy = workflow('joy', { name: 'Joy', triggers: [{ on: 'tag.added', tag: 'Day0' }] }, (w) => ({
    welcome: w.sendSms({ body: 'Hi {{ first_name | default: "there" }}' }),
    'a-day': w.wait({ for: '1 day' }),
    won: w.condition({
      branches: [{ when: { field: 'stage', op: 'is', value: 'Won' }, to: 'bye' }],
      else: 'again',
    }),
    again: w.sendSms({ body: 'Still there?', next: 'answer' }),
    answer: w.wait({ for_event: { type: 'message.received', timeout: '1 day', on_timeout: 'bye' } }),
    owner: w.assign({ to: { member: 'ana' } }),
    bye: w.end(),
  }));

  it('is the same plain definition that a file holds', () => {
    expect(joy).toEqual(checkDefinition(JSON.parse(JSON.stringify(joy))).definition);
    expect(joy.steps.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'welcome send_sms',
      'a-day wait',
      'won condition',
      'again send_sms',
      'answer wait',
      'owner assign',
      'bye end',
    ]);
  });

  it('takes the host’s own kinds', () => {
    const given = workflow('gifts', { name: 'Gifts' }, (w) => ({
      one: w.step(gift, { amount: 3, currency: 'EUR', next: 'bye' }),
      bye: w.end(),
    }));
    expect(given.steps[0]).toEqual({ id: 'one', kind: 'gift', amount: 3, currency: 'EUR', next: 'bye' });
  });

  it('throws for what only shows in the whole, with all of it', () => {
    const circle = () =>
      workflow('circle', { name: 'Circle', settings: { zone: 'Mars' } }, (w) => ({
        a: w.addTag({ tags: ['x'] }),
        b: w.goTo({ step: 'a' }),
      }));
    expect(circle).toThrow(WorkflowError);
    expect(circle).toThrow(/settings\.zone: There is no time zone[^]*steps\[0\]: ‘a’ and ‘b’ lead round/);
  });

  it('is an error of the compiler when a step or a field is not there', () => {
    const wrong = () =>
      workflow('wrong', { name: 'Wrong' }, (w) => ({
        // @ts-expect-error there is no such step
        a: w.sendSms({ body: 'x', next: 'nowhere' }),
        // @ts-expect-error there is no such step
        b: w.goTo({ step: 'aa' }),
        // @ts-expect-error there is no such step
        c: w.condition({ branches: [{ when: { all: [] }, to: 'zz' }] }),
        // @ts-expect-error there is no such step
        d: w.wait({ for_event: { type: 'message.received', timeout: '1 day', on_timeout: 'no' } }),
        // @ts-expect-error there is no such step
        e: w.split({
          ways: [
            { label: 'a', weight: 1, to: 'zz' },
            { label: 'b', weight: 1, to: 'a' },
          ],
        }),
        // @ts-expect-error there is no such field
        f: w.sendSms({ boddy: 'x' }),
        // @ts-expect-error there is no such field within
        g: w.wait({ until_day: { day: 1, att: 'x' } }),
        // @ts-expect-error tags are missing
        h: w.addTag({}),
        // @ts-expect-error of the host's kind, too
        i: w.step(gift, { amount: 'x', currency: 'EUR' }),
      }));
    expect(wrong).toThrow(WorkflowError);
    // @ts-expect-error there is no such trigger
    const other = () => workflow('x', { name: 'X', triggers: [{ on: 'tag.add' }] }, (w) => ({ a: w.end() }));
    expect(other).toThrow(/tag\.added/);
  });
});
