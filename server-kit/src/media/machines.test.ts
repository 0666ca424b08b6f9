import { describe, expect, it } from 'vitest';
import { machineReason } from './machines.ts';
import { MACHINES, PEOPLE } from './testing/agents.ts';

const of = (agent: string, headers: Record<string, string> = {}, method = 'GET') =>
  machineReason(method, (name) => ({ 'user-agent': agent, ...headers })[name]);

describe('taken for a machine', () => {
  it.each(MACHINES)('%s', (agent) => expect(of(agent)).not.toBeNull());

  it('whatever asks for headers only', () => expect(of(PEOPLE[0]!, {}, 'HEAD')).not.toBeNull());
  it.each([
    ['sec-purpose', 'prefetch'],
    ['sec-purpose', 'prefetch;prerender'],
    ['purpose', 'prefetch'],
    ['x-moz', 'prefetch'],
    ['x-purpose', 'preview'],
  ])('a browser that loads ahead, %s: %s', (name, value) => {
    expect(of(PEOPLE[0]!, { [name]: value })).not.toBeNull();
  });
});

describe('taken for a person', () => {
  it.each(PEOPLE)('%s', (agent) => expect(of(agent)).toBeNull());
});
