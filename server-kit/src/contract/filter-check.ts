/**
 * Finds what is wrong with a filter, clause by clause, in words that say what to do. A union of schemas would only
 * say that none of nine shapes fits. Limits are looked at before anything else, so a hostile tree costs one walk.
 */
import type { z } from 'zod';
import {
  consentCondition,
  conversationCondition,
  eventCondition,
  FILTER_VALUES,
  noEventCondition,
  segmentCondition,
  type Filter,
} from './filter.ts';
import type { Channel } from './primitives.ts';
import {
  CHANNELS,
  EVENT_TYPES,
  FILTER_FIELDS,
  FILTER_LIMITS,
  FILTER_OPERATORS,
  type FilterIssueCode,
  type FilterOperator,
  type FilterType,
} from './names.ts';
import type { FilterIssue } from './problem.ts';

const MOST_ISSUES = 20;
const CUSTOM = /^fields\.(.{1,100})$/s;
/** The key that says what kind of condition it is, besides `field`. */
const CONDITIONS = {
  consent: consentCondition,
  event: eventCondition,
  no_event: noEventCondition,
  conversation: conversationCondition,
  segment: segmentCondition,
} as const;
const GROUPS = ['all', 'any', 'not'] as const;
const KINDS = [...GROUPS, 'field', ...Object.keys(CONDITIONS)];

const EXPECTED: Record<FilterOperator, string> = {
  is: 'a text, a number, or true or false',
  is_not: 'a text, a number, or true or false',
  in: `a list of 1 to ${FILTER_LIMITS.list} values`,
  not_in: `a list of 1 to ${FILTER_LIMITS.list} values`,
  contains: 'a text that is not empty',
  starts_with: 'a text that is not empty',
  gt: 'a number',
  gte: 'a number',
  lt: 'a number',
  lte: 'a number',
  between: 'two numbers or two dates, as ["2026-01-01","2026-01-31"]',
  before: 'a date, a time, or a distance as {"ago":3,"unit":"days"}',
  after: 'a date, a time, or a distance as {"ago":3,"unit":"days"}',
  within: 'a period, as "today", {"last":7,"unit":"days"} or {"from":"2026-01-01"}',
  has_any: `a list of 1 to ${FILTER_LIMITS.list} tags`,
  has_all: `a list of 1 to ${FILTER_LIMITS.list} tags`,
  has_none: `a list of 1 to ${FILTER_LIMITS.list} tags`,
  is_empty: 'nothing',
  is_set: 'nothing',
};

export type CheckedFilter = { filter: Filter; issues: [] } | { filter: null; issues: FilterIssue[] };

/** `at` is what paths begin with: the name of the field that holds the filter. */
export function checkFilter(given: unknown, at = 'filter'): CheckedFilter {
  const issues: FilterIssue[] = [];
  const tooBig = beyondLimits(given, at);
  if (tooBig) issues.push(tooBig);
  else checkClause(given, at, issues);
  return issues.length === 0
    ? { filter: given as Filter, issues: [] }
    : { filter: null, issues: issues.slice(0, MOST_ISSUES) };
}

/** The type of a field, or undefined for one that does not exist. */
export function filterFieldType(field: string): FilterType | undefined {
  if (CUSTOM.test(field)) return 'custom';
  return Object.hasOwn(FILTER_FIELDS, field) ? FILTER_FIELDS[field as keyof typeof FILTER_FIELDS] : undefined;
}

/** Without recursion: the tree may be deeper than the stack. */
function beyondLimits(root: unknown, at: string): FilterIssue | null {
  let clauses = 0;
  const left: { clause: unknown; depth: number }[] = [{ clause: root, depth: 1 }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { clause, depth } = next;
    clauses += 1;
    if (depth > FILTER_LIMITS.depth) {
      const detail = `Groups may be nested ${FILTER_LIMITS.depth} deep. Flatten the filter, or make a segment of a part and use that.`;
      return { path: at, code: 'too_deep', detail };
    }
    if (clauses > FILTER_LIMITS.clauses) {
      const detail = `A filter may hold ${FILTER_LIMITS.clauses} clauses. Use "in" with a list instead of many alternatives, or make a segment of a part.`;
      return { path: at, code: 'too_many_clauses', detail };
    }
    if (!isRecord(clause)) continue;
    for (const inner of [clause['all'], clause['any'], clause['not']]) {
      if (Array.isArray(inner)) for (const one of inner) left.push({ clause: one, depth: depth + 1 });
      else if (inner !== undefined) left.push({ clause: inner, depth: depth + 1 });
    }
  }
  return null;
}

function checkClause(clause: unknown, path: string, issues: FilterIssue[]): void {
  const report = (code: FilterIssueCode, detail: string, where = path) =>
    void issues.push({ path: where, code, detail });
  if (!isRecord(clause))
    return report('not_a_clause', `A clause is an object with one of ${KINDS.join(', ')}.`);
  const kinds = KINDS.filter((kind) => Object.hasOwn(clause, kind));
  const kind = kinds[0];
  if (kind === undefined || kinds.length > 1) {
    return report(
      'not_a_clause',
      `A clause has exactly one of ${KINDS.join(', ')}; this one has ${named(kinds)}.`,
    );
  }
  const inner = clause[kind];
  const allowed = kind === 'field' ? ['field', 'op', 'value'] : [kind];
  for (const key of Object.keys(clause)) {
    if (!allowed.includes(key))
      report('unknown_key', `"${brief(key)}" has no meaning here. Remove it.`, `${path}.${brief(key)}`);
  }
  if (kind === 'field') return checkField(clause, path, issues);
  if (kind === 'not') return checkClause(inner, `${path}.not`, issues);
  if (kind === 'all' || kind === 'any') {
    if (!Array.isArray(inner))
      return report('invalid_value', `"${kind}" takes a list of clauses.`, `${path}.${kind}`);
    if (kind === 'any' && inner.length === 0) {
      report(
        'empty_group',
        '"any" of nothing finds nobody. Add a clause, or remove the group.',
        `${path}.any`,
      );
    }
    inner.forEach((one, index) => checkClause(one, `${path}.${kind}.${index}`, issues));
    return;
  }
  checkCondition(kind as keyof typeof CONDITIONS, clause, path, issues);
}

function checkField(clause: Record<string, unknown>, path: string, issues: FilterIssue[]): void {
  const report = (code: FilterIssueCode, detail: string, part: string) =>
    void issues.push({ path: `${path}.${part}`, code, detail });
  const { field, op, value } = clause;
  const type = typeof field === 'string' ? filterFieldType(field) : undefined;
  if (type === undefined) {
    const known = Object.keys(FILTER_FIELDS).join(', ');
    return report(
      'unknown_field',
      `There is no field ${shown(field)}. There are ${known}, and fields.<key> for custom ones.`,
      'field',
    );
  }
  const operators: readonly string[] = FILTER_OPERATORS[type];
  if (typeof op !== 'string' || !operators.includes(op)) {
    return report(
      'unknown_operator',
      `${shown(field)} cannot be asked ${shown(op)}. It takes ${operators.join(', ')}.`,
      'op',
    );
  }
  const operator = op as FilterOperator;
  const schema: z.ZodType | null = FILTER_VALUES[operator];
  if (schema === null) {
    if (Object.hasOwn(clause, 'value'))
      report('invalid_value', `"${op}" takes no value. Remove it.`, 'value');
    return;
  }
  if (Array.isArray(value) && value.length > FILTER_LIMITS.list) {
    return report(
      'list_too_long',
      `The list has ${value.length} values; ${FILTER_LIMITS.list} is the most. Use a static segment for more.`,
      'value',
    );
  }
  if (!schema.safeParse(value).success || !suits(type, operator, value))
    report('invalid_value', `"${op}" takes ${expected(type, operator)}.`, 'value');
}

/** Whether a value that the operator takes is of the field's type. */
function suits(type: FilterType, op: FilterOperator, value: unknown): boolean {
  const values = [value].flat();
  if (type === 'text') return values.every((one) => typeof one === 'string');
  if (type === 'number') return values.every((one) => typeof one === 'number');
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'channels') return values.every((one) => CHANNELS.includes(one as Channel));
  return type !== 'instant' || op !== 'between' || typeof values[0] !== 'number';
}

function checkCondition(
  kind: keyof typeof CONDITIONS,
  clause: Record<string, unknown>,
  path: string,
  issues: FilterIssue[],
): void {
  const schema: z.ZodType = CONDITIONS[kind];
  const own = { [kind]: clause[kind] };
  for (const issue of schema.safeParse(own).error?.issues ?? []) {
    const where = [path, ...issue.path.map((part) => brief(String(part)))].join('.');
    const code = issue.code === 'unrecognized_keys' ? 'unknown_key' : 'invalid_value';
    issues.push({ path: where, code, detail: `${issue.message.slice(0, 300)}.`.replace(/\.\.$/, '.') });
  }
  if (kind !== 'event' && kind !== 'no_event') return;
  const inner = clause[kind];
  if (!isRecord(inner)) return;
  for (const part of kind === 'event' ? ['type'] : ['type', 'since']) {
    const type = inner[part];
    if (typeof type === 'string' && eventTypes(type).length === 0) {
      const known = ASKABLE.join(', ');
      const detail = `There is no event ${shown(type)}. There are ${known}, and kinds as message.*; about segments ask with "segment".`;
      issues.push({ path: `${path}.${kind}.${part}`, code: 'unknown_event', detail });
    }
  }
}

/**
 * Entering and leaving are consequences of filters. If filters could ask for them, a segment could make itself change for ever.
 * What is about no contact is nothing that one could have done.
 */
const ASKABLE = EVENT_TYPES.filter((type) => !/^(segment|pipeline|notification)\./.test(type));

/** The types that are meant by one or by a kind as `message.*`. Empty when there are none. */
export function eventTypes(pattern: string): string[] {
  if (!pattern.endsWith('.*')) return ASKABLE.filter((type) => type === pattern);
  return ASKABLE.filter((type) => type.startsWith(pattern.slice(0, -1)));
}

function expected(type: FilterType, op: FilterOperator): string {
  if (type === 'number') return op === 'between' ? 'two numbers, as [10,20]' : 'a number';
  if (type === 'boolean') return 'true or false';
  if (type === 'channels') return `a list of ${CHANNELS.join(', ')}`;
  if (type !== 'text') return EXPECTED[op];
  return op === 'is' || op === 'is_not' ? 'a text' : EXPECTED[op].replace('values', 'texts');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function named(kinds: string[]): string {
  return kinds.length === 0 ? 'none of them' : kinds.join(' and ');
}

function brief(text: string): string {
  return text.slice(0, 60);
}

function shown(value: unknown): string {
  return typeof value === 'string'
    ? `"${brief(value)}"`
    : value === undefined
      ? 'without a name'
      : 'of that form';
}
