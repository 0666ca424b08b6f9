import { describe, expect, it } from 'vitest';
import { checkFilter } from './filter-check.ts';
import { filter as schema } from './filter.ts';
import { FILTER_LIMITS } from './names.ts';

const STAGE = { field: 'stage', op: 'is', value: 'new' };
const times = (count: number, clause: unknown) => Array.from({ length: count }, () => clause);
const nested = (depth: number): unknown => (depth === 1 ? STAGE : { not: nested(depth - 1) });

describe('a filter that is right', () => {
  it.each([
    [STAGE],
    [{ all: [] }],
    [{ any: [STAGE, { not: STAGE }] }],
    [{ field: 'fields.budget', op: 'gte', value: 5 }],
    [{ field: 'fields.born', op: 'between', value: ['2026-01-01', { ago: 3, unit: 'days' }] }],
    [{ field: 'created_at', op: 'within', value: { last: 7, unit: 'days' } }],
    [{ field: 'tags', op: 'has_none', value: ['vip'] }],
    [{ field: 'email', op: 'is_set' }],
    [{ consent: { channel: 'sms', state: 'granted' } }],
    [{ event: { type: 'message.*', at_least: 1, at_most: 3, within: 'this_month' } }],
    [{ no_event: { type: 'message.received', since: 'message.sent' } }],
    [{ conversation: { assignee: null } }],
    [{ segment: { id: '00000000-0000-7000-8000-000000000000' } }],
    [nested(FILTER_LIMITS.depth)],
  ])('has no issues, and the documented shape: %j', (given) => {
    expect(checkFilter(given).issues).toEqual([]);
    expect(schema.safeParse(given).error).toBeUndefined();
  });
});

describe('a filter that is wrong', () => {
  it.each<[unknown, string, string]>([
    [null, 'not_a_clause', 'filter'],
    [[STAGE], 'not_a_clause', 'filter'],
    [{}, 'not_a_clause', 'filter'],
    [{ all: [STAGE], any: [STAGE] }, 'not_a_clause', 'filter'],
    [{ all: [STAGE, 'x'] }, 'not_a_clause', 'filter.all.1'],
    [{ all: STAGE }, 'invalid_value', 'filter.all'],
    [{ any: [] }, 'empty_group', 'filter.any'],
    [{ all: [{ not: { ...STAGE, field: 'shoe_size' } }] }, 'unknown_field', 'filter.all.0.not.field'],
    [{ ...STAGE, field: 'constructor' }, 'unknown_field', 'filter.field'],
    [{ ...STAGE, field: 'fields.' }, 'unknown_field', 'filter.field'],
    [{ ...STAGE, op: 'sounds_like' }, 'unknown_operator', 'filter.op'],
    [{ field: 'stage', op: 'gt', value: 1 }, 'unknown_operator', 'filter.op'],
    [{ ...STAGE, value: 7 }, 'invalid_value', 'filter.value'],
    [{ field: 'stage', op: 'is' }, 'invalid_value', 'filter.value'],
    [{ field: 'stage', op: 'is_set', value: true }, 'invalid_value', 'filter.value'],
    [{ ...STAGE, note: 'x' }, 'unknown_key', 'filter.note'],
    [{ field: 'stage', op: 'in', value: Array(501).fill('x') }, 'list_too_long', 'filter.value'],
    [{ field: 'created_at', op: 'before', value: 'tomorrow' }, 'invalid_value', 'filter.value'],
    [{ field: 'created_at', op: 'before', value: '2026-02-30' }, 'invalid_value', 'filter.value'],
    [{ field: 'created_at', op: 'between', value: [1, 2] }, 'invalid_value', 'filter.value'],
    [{ field: 'fields.n', op: 'gt', value: Infinity }, 'invalid_value', 'filter.value'],
    [{ consent: { channel: 'fax', state: 'granted' } }, 'invalid_value', 'filter.consent.channel'],
    [{ event: { type: 'message.eaten' } }, 'unknown_event', 'filter.event.type'],
    [{ event: { type: 'segment.entered' } }, 'unknown_event', 'filter.event.type'],
    [{ event: { type: 'message.*', exactly: 1, at_most: 2 } }, 'invalid_value', 'filter.event.exactly'],
    [{ no_event: { type: 'x.*', since: 'message.sent' } }, 'unknown_event', 'filter.no_event.type'],
    [{ conversation: {} }, 'invalid_value', 'filter.conversation'],
    [{ segment: { id: 'x' } }, 'invalid_value', 'filter.segment.id'],
    [nested(FILTER_LIMITS.depth + 1), 'too_deep', 'filter'],
    [{ any: times(FILTER_LIMITS.clauses, STAGE) }, 'too_many_clauses', 'filter'],
  ])('is told what and where: %j', (given, code, path) => {
    const { filter, issues } = checkFilter(given);
    expect(filter).toBeNull();
    expect(issues[0]).toMatchObject({ code, path });
    expect(issues[0]!.detail).toMatch(/\.$/);
  });

  it('is told all its mistakes, up to twenty', () => {
    const wrong = { ...STAGE, field: 'x' };
    expect(checkFilter({ all: [wrong, STAGE, wrong] }).issues.map(({ path }) => path)).toEqual([
      'filter.all.0.field',
      'filter.all.2.field',
    ]);
    expect(checkFilter({ all: times(100, wrong) }).issues).toHaveLength(20);
  });

  it('is refused without walking all of it, however deep or long', () => {
    const deep = JSON.parse(`${'{"not":'.repeat(30_000)}{"all":[]}${'}'.repeat(30_000)}`) as unknown;
    expect(checkFilter(deep).issues).toMatchObject([{ code: 'too_deep' }]);
    expect(checkFilter({ any: times(5_000, STAGE) }).issues).toMatchObject([{ code: 'too_many_clauses' }]);
  });
});
