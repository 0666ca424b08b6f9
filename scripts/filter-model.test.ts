/**
 * What the segment builder edits, against what the server accepts: here, because the elements know the server's checks only as
 * types, and the server knows no elements.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFilter, type Filter } from '../server-kit/src/contract/index.ts';
import {
  CHANNELS,
  FILTER_FIELDS,
  FILTER_OPERATORS,
  PERIODS,
  TIME_UNITS,
} from '../server-kit/src/contract/names.ts';
import {
  append,
  duplicate,
  fromFilter,
  isFinished,
  move,
  newCondition,
  nodeAt,
  parentOf,
  remove,
  sizeOf,
  toFilter,
  typeOf,
  update,
  withOperator,
  type FieldDraft,
  type Node,
} from '../elements/src/stores/filter-model.ts';

import { anyFilter } from '../server-kit/src/filters/testing/arbitrary.ts';

const SEED = Number(process.env['PATCHBAY_SEED'] ?? 7);
const runs = { seed: SEED, numRuns: 2_000 };

const span = fc.integer({ min: 0, max: 99 });
const unit = fc.constantFrom(...TIME_UNITS);
const point = fc.oneof(
  fc.constantFrom('2026-03-08', '2026-03-08T08:00:00Z', '2026-03-09T00:00:00-05:00'),
  fc.record({ ago: span, unit }),
  fc.record({ ahead: span, unit }),
);
const period = fc.oneof(
  fc.constantFrom(...PERIODS),
  fc.record({ last: span, unit }),
  fc.record({ next: span, unit }),
  fc.record({ from: point }),
  fc.record({ to: point }),
  fc.record({ from: point, to: point }),
);
const texts = fc.constantFrom('', 'a', 'null', "o'x", '7');
const some = fc.constantFrom('a', 'b', ' c ');

/** Every field with every operator that it takes, and a value that the server accepts. */
function fieldCondition(field: string): fc.Arbitrary<unknown> {
  const type = typeOf(field);
  const scalar =
    type === 'number'
      ? fc.integer()
      : type === 'boolean'
        ? fc.boolean()
        : type === 'custom'
          ? fc.oneof(texts, fc.integer(), fc.boolean())
          : texts;
  const item = type === 'channels' ? fc.constantFrom(...CHANNELS) : some;
  const value = (op: string): fc.Arbitrary<unknown> | null => {
    if (op === 'is' || op === 'is_not') return scalar;
    if (op === 'contains' || op === 'starts_with') return some;
    if (/^[gl]te?$/.test(op)) return fc.integer();
    if (op === 'before' || op === 'after') return point;
    if (op === 'within') return period;
    if (op === 'between')
      return type === 'number'
        ? fc.tuple(fc.integer(), fc.integer())
        : type === 'instant'
          ? fc.tuple(point, point)
          : fc.oneof(fc.tuple(fc.integer(), fc.integer()), fc.tuple(point, point));
    return op === 'is_empty' || op === 'is_set' ? null : fc.array(item, { minLength: 1, maxLength: 3 });
  };
  return fc.oneof(
    ...FILTER_OPERATORS[type].map((op) => {
      const given = value(op);
      return given
        ? fc.record({ field: fc.constant(field), op: fc.constant(op), value: given })
        : fc.constant({ field, op });
    }),
  );
}
const condition = fc.oneof(
  ...[...Object.keys(FILTER_FIELDS), 'fields.budget', 'fields.odd key.1'].map(fieldCondition),
  fc.record({
    consent: fc.record({
      channel: fc.constantFrom(...CHANNELS),
      state: fc.constantFrom('granted', 'withdrawn', 'unknown'),
    }),
  }),
  fc.record({
    event: fc
      .tuple(
        fc.option(period, { nil: undefined }),
        fc.constantFrom({}, { exactly: 0 }, { at_least: 2 }, { at_most: 3 }, { at_least: 1, at_most: 3 }),
      )
      .map(([within, times]) => ({ type: 'message.*', ...(within !== undefined && { within }), ...times })),
  }),
  fc.constant({ no_event: { type: 'message.received', since: 'message.sent' } }),
  fc.constantFrom(
    { conversation: { assignee: null } },
    { conversation: { unread: false, state: 'inbox', channel: 'sms' } },
  ),
  fc.constant({ segment: { id: '00000000-0000-7000-8000-000000000001' } }),
);
const filters = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', maxDepth: 6, withCrossShrink: true },
    condition as fc.Arbitrary<Filter>,
    fc.record({ all: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
})).filter;

const nodesOf = (node: Node): Node[] => [
  node,
  ...(node.kind === 'group' ? node.children.flatMap(nodesOf) : []),
];

describe(`a filter that is edited (seed ${SEED})`, () => {
  it('comes back as it was, whatever the server accepts', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(checkFilter(filter).issues).toEqual([]);
        expect(toFilter(fromFilter(filter))).toEqual(filter);
      }),
      runs,
    );
  });

  it('comes back as it was, of those that the compiler is tested with', () => {
    fc.assert(
      fc.property(anyFilter(['00000000-0000-7000-8000-000000000001']), (filter) => {
        expect(toFilter(fromFilter(filter))).toEqual(filter);
      }),
      runs,
    );
  });

  it('is counted as the server counts it', () => {
    const clauses = (filter: Filter): number => {
      if ('not' in filter) return 1 + clauses(filter.not);
      const inner = 'all' in filter ? filter.all : 'any' in filter ? filter.any : [];
      return 1 + inner.reduce((sum, one) => sum + clauses(one), 0);
    };
    fc.assert(
      fc.property(filters, (filter) => {
        const { root, bare } = fromFilter(filter);
        expect(sizeOf(root)).toBe(clauses(filter) + (bare ? 1 : 0));
      }),
      runs,
    );
  });

  it('stays one that the server accepts when conditions are moved, copied and taken away', () => {
    fc.assert(
      fc.property(
        filters,
        fc.array(fc.record({ what: fc.constantFrom('up', 'down', 'copy', 'remove'), which: fc.nat() }), {
          maxLength: 12,
        }),
        (filter, steps) => {
          let model = fromFilter(filter);
          for (const { what, which } of steps) {
            const nodes = nodesOf(model.root).slice(1);
            const node = nodes[which % Math.max(1, nodes.length)];
            if (!node || nodes.length > 60) continue;
            const before = nodes.length;
            if (what === 'copy') model = duplicate(model, node.id);
            else if (what === 'remove') model = remove(model, node.id);
            else {
              model = move(model, node.id, what === 'up' ? -1 : 1);
              // nobody is lost on the way
              expect(nodesOf(model.root).length - 1).toBe(before);
            }
            const ids = nodesOf(model.root).map(({ id }) => id);
            expect(new Set(ids).size).toBe(ids.length);
          }
          const issues = checkFilter(toFilter(model)).issues.filter(
            ({ code }) => code !== 'too_deep' && code !== 'too_many_clauses',
          );
          expect(issues).toEqual([]);
        },
      ),
      { ...runs, numRuns: 600 },
    );
  });

  it('knows which node a path of the server is about', () => {
    const filter: Filter = {
      all: [{ not: { any: [{ field: 'stage', op: 'is', value: 'new' }] } }, { field: 'tags', op: 'is_set' }],
    };
    const model = fromFilter(filter);
    const at = (path: string) => nodeAt(model, path);
    expect(at('filter.all.0.not.any.0.value')).toMatchObject({
      kind: 'clause',
      condition: { field: 'stage' },
    });
    expect(at('filter.all.1.op')).toMatchObject({ condition: { field: 'tags' } });
    expect(at('filter')).toBe(model.root);
  });

  it('counts only what was sent when it looks for that node', () => {
    let model = fromFilter({ all: [] });
    for (const subject of ['tags', 'stage', 'do_not_call'])
      model = append(model, model.root.id, { kind: 'clause', nots: 0, condition: newCondition(subject) });
    expect(toFilter(model)).toEqual({ all: [{ field: 'do_not_call', op: 'is', value: true }] });
    expect(nodeAt(model, 'filter.all.0.value')).toMatchObject({ condition: { field: 'do_not_call' } });
  });
});

describe('every condition of the language', () => {
  it('can be begun, and asked in every way', () => {
    for (const field of [...Object.keys(FILTER_FIELDS), 'fields.x']) {
      for (const op of FILTER_OPERATORS[typeOf(field)]) {
        const draft = withOperator(newCondition(field) as FieldDraft, op);
        expect(draft).toMatchObject({ field, op });
        // what is finished at once is something that the server accepts
        if (isFinished(draft)) expect(checkFilter(draft).issues, `${field} ${op}`).toEqual([]);
      }
    }
    for (const subject of ['consent', 'event', 'no_event', 'conversation']) {
      expect(checkFilter(newCondition(subject)).issues, subject).toEqual([]);
    }
    expect(isFinished(newCondition('segment'))).toBe(false);
  });

  it('keeps its value when the operator changes to one of the same sort', () => {
    const draft: FieldDraft = { field: 'stage', op: 'is', value: 'new' };
    expect(withOperator(draft, 'contains')).toEqual({ field: 'stage', op: 'contains', value: 'new' });
    expect(withOperator(draft, 'in')).toEqual({ field: 'stage', op: 'in', value: ['new'] });
    expect(withOperator(draft, 'is_set')).toEqual({ field: 'stage', op: 'is_set' });
  });
});

it('moves a condition into a group that stands below it, and out again', () => {
  let model = fromFilter({
    all: [{ field: 'stage', op: 'is_set' }, { any: [{ field: 'tags', op: 'is_set' }] }],
  });
  const [clause, group] = model.root.children as [Node, Node];
  model = move(model, clause.id, 1);
  expect(parentOf(model.root, clause.id)?.id).toBe(group.id);
  model = move(model, clause.id, -1);
  expect(parentOf(model.root, clause.id)?.id).toBe(model.root.id);
  expect(update(model, clause.id, (node) => ({ ...node, nots: 1 })).root.children[0]).toMatchObject({
    nots: 1,
  });
});
