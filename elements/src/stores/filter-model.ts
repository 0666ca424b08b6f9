/**
 * A filter as it is edited: a tree whose nodes have names, so that one can be changed, moved and pointed at, and whose
 * conditions may be half written. `toFilter(fromFilter(filter))` is that filter, clause for clause: what nobody touches stays as
 * it was, however it was written.
 */
import type { Filter } from '@patchbay/server-kit/contract';
import {
  FILTER_FIELDS,
  FILTER_LIMITS,
  FILTER_OPERATORS,
  type FilterOperator,
  type FilterType,
} from '@patchbay/server-kit/contract/names';

export interface Group {
  id: number;
  kind: 'group';
  join: 'all' | 'any';
  /** How many times it is wrapped in `not`. */
  nots: number;
  children: readonly Node[];
}
export interface Clause {
  id: number;
  kind: 'clause';
  nots: number;
  condition: Draft;
}
export type Node = Group | Clause;

/** A condition on its way: what a value still has to be chosen for has none. */
export type Draft =
  | FieldDraft
  | Exclude<
      Extract<Filter, object>,
      { all: unknown } | { any: unknown } | { not: unknown } | { field: string }
    >;
export interface FieldDraft {
  field: string;
  op: FilterOperator;
  value?: unknown;
}

/** `bare`: the filter was a single condition, and is one again while there is one. */
export interface Model {
  root: Group;
  bare: boolean;
  /** The name of the next node. */
  next: number;
}

const isGroup = (filter: Filter): filter is { all: Filter[] } | { any: Filter[] } =>
  'all' in filter || 'any' in filter;

export function fromFilter(filter: Filter | null): Model {
  let next = 1;
  const read = (given: Filter): Node => {
    let nots = 0;
    let inner = given;
    while ('not' in inner) {
      inner = inner.not;
      nots += 1;
    }
    const id = next;
    next += 1;
    if (!isGroup(inner)) return { id, kind: 'clause', nots, condition: inner as Draft };
    const join = 'all' in inner ? 'all' : 'any';
    return { id, kind: 'group', join, nots, children: ('all' in inner ? inner.all : inner.any).map(read) };
  };
  const node = read(filter ?? { all: [] });
  if (node.kind === 'group') return { root: node, bare: false, next };
  return {
    root: { id: next, kind: 'group', join: 'all', nots: 0, children: [node] },
    bare: true,
    next: next + 1,
  };
}

/** Conditions that are not finished are left out, and groups that hold nothing else. */
export function toFilter({ root, bare }: Model): Filter {
  const write = (node: Node): Filter | null => {
    if (node.kind === 'clause')
      return isFinished(node.condition) ? wrapped(node.condition as Filter, node.nots) : null;
    const children = node.children.map(write);
    const finished = children.filter((child) => child !== null);
    // an empty group that was given is a statement; one that has only become empty for now is none
    if (finished.length === 0 && (children.length > 0 || node.join === 'any')) return null;
    return wrapped(node.join === 'all' ? { all: finished } : { any: finished }, node.nots);
  };
  if (bare && root.children.length === 1) return write(root.children[0] as Node) ?? { all: [] };
  return write(root) ?? { all: [] };
}

function wrapped(filter: Filter, nots: number): Filter {
  return nots === 0 ? filter : { not: wrapped(filter, nots - 1) };
}

export function isFinished(condition: Draft): boolean {
  if ('segment' in condition) return condition.segment.id !== '';
  if ('conversation' in condition)
    return Object.values(condition.conversation).some((value) => value !== undefined);
  if (!('field' in condition) || condition.op === 'is_empty' || condition.op === 'is_set') return true;
  const { value } = condition;
  if (Array.isArray(value)) return value.length > 0 && value.every((one) => one !== undefined);
  return value !== undefined;
}

export function typeOf(field: string): FilterType {
  return field in FILTER_FIELDS ? FILTER_FIELDS[field as keyof typeof FILTER_FIELDS] : 'custom';
}

/** What a new condition about something begins as. `subject`: a field, or what else a filter can ask about. */
export function newCondition(subject: string): Draft {
  if (subject === 'consent') return { consent: { channel: 'sms', state: 'granted' } };
  if (subject === 'event') return { event: { type: 'message.received', within: { last: 7, unit: 'days' } } };
  if (subject === 'no_event') return { no_event: { type: 'message.received', since: 'message.sent' } };
  if (subject === 'conversation') return { conversation: { unread: true } };
  if (subject === 'segment') return { segment: { id: '' } };
  const [op] = FILTER_OPERATORS[typeOf(subject)];
  return withOperator({ field: subject, op }, op);
}

/** What a condition is about, as `newCondition` takes it. */
export function subjectOf(condition: Draft): string {
  return 'field' in condition ? condition.field : (Object.keys(condition)[0] as string);
}

const LISTS: ReadonlySet<string> = new Set(['in', 'not_in', 'has_any', 'has_all', 'has_none']);
const TEXTS: ReadonlySet<string> = new Set(['is', 'is_not', 'contains', 'starts_with']);
const NUMBERS: ReadonlySet<string> = new Set(['gt', 'gte', 'lt', 'lte']);
const POINTS: ReadonlySet<string> = new Set(['before', 'after']);
const SORTS = [LISTS, TEXTS, NUMBERS, POINTS];

/** The same question with another operator: a value that fits both stays. */
export function withOperator(draft: FieldDraft, op: FilterOperator): FieldDraft {
  const { field } = draft;
  if (op === 'is_empty' || op === 'is_set') return { field, op };
  const same = SORTS.some((sort) => sort.has(op) && sort.has(draft.op));
  if (same && draft.value !== undefined) return { field, op, value: draft.value };
  if (LISTS.has(op))
    return { field, op, value: TEXTS.has(draft.op) && draft.value !== undefined ? [draft.value] : [] };
  if (op === 'within')
    return {
      field,
      op,
      value: typeOf(field) === 'birthday' ? { next: 7, unit: 'days' } : { last: 7, unit: 'days' },
    };
  if (POINTS.has(op)) return { field, op, value: { ago: 7, unit: 'days' } };
  if (op === 'between' && typeOf(field) === 'instant')
    return {
      field,
      op,
      value: [
        { ago: 30, unit: 'days' },
        { ago: 0, unit: 'days' },
      ],
    };
  if (op === 'between') return { field, op, value: [undefined, undefined] };
  if (typeOf(field) === 'boolean') return { field, op, value: true };
  return { field, op };
}

// Changes. Each gives a new tree that shares with the old one what it did not touch.

function mapped(group: Group, id: number, change: (node: Node) => readonly Node[]): Group {
  let touched = false;
  const children = group.children.flatMap((child): readonly Node[] => {
    if (child.id === id) {
      touched = true;
      return change(child);
    }
    if (child.kind !== 'group') return [child];
    const inner = mapped(child, id, change);
    if (inner !== child) touched = true;
    return [inner];
  });
  return touched ? { ...group, children } : group;
}

export function update(model: Model, id: number, change: (node: Node) => Node): Model {
  if (id === model.root.id) return { ...model, root: change(model.root) as Group };
  return { ...model, root: mapped(model.root, id, (node) => [change(node)]) };
}

export function remove(model: Model, id: number): Model {
  return { ...model, root: mapped(model.root, id, () => []) };
}

/** Puts a node at the end of a group. */
export function append(model: Model, groupId: number, node: Omit<Clause, 'id'> | Omit<Group, 'id'>): Model {
  const added = { ...node, id: model.next };
  const next = update(model, groupId, (group) =>
    group.kind === 'group' ? { ...group, children: [...group.children, added] } : group,
  );
  return { ...next, next: model.next + 1 };
}

export function duplicate(model: Model, id: number): Model {
  let { next } = model;
  const fresh = (node: Node): Node => {
    const copy = { ...node, id: next };
    next += 1;
    return copy.kind === 'group' ? { ...copy, children: copy.children.map(fresh) } : copy;
  };
  const root = mapped(model.root, id, (node) => [node, fresh(node)]);
  return { ...model, root, next };
}

/** One place up or down as it is read: over a sibling, into a group that stands there, or out of its own. */
export function move(model: Model, id: number, by: -1 | 1): Model {
  const parent = parentOf(model.root, id);
  if (!parent) return model;
  const at = parent.children.findIndex((child) => child.id === id);
  const node = parent.children[at] as Node;
  const neighbour = parent.children[at + by];
  if (!neighbour && parent.id === model.root.id) return model;
  const without = remove(model, id);
  if (neighbour?.kind === 'group') {
    return update(without, neighbour.id, (group) => ({
      ...(group as Group),
      children: by > 0 ? [node, ...(group as Group).children] : [...(group as Group).children, node],
    }));
  }
  const beside = neighbour?.id ?? parent.id;
  return {
    ...without,
    root: mapped(without.root, beside, (other) => (by > 0 ? [other, node] : [node, other])),
  };
}

export function parentOf(group: Group, id: number): Group | null {
  for (const child of group.children) {
    if (child.id === id) return group;
    const found = child.kind === 'group' ? parentOf(child, id) : null;
    if (found) return found;
  }
  return null;
}

/** Groups and conditions, as the server's limit counts them. */
export function sizeOf(node: Node): number {
  return (
    1 + node.nots + (node.kind === 'group' ? node.children.reduce((sum, child) => sum + sizeOf(child), 0) : 0)
  );
}

export const isFull = ({ root }: Model): boolean => sizeOf(root) >= FILTER_LIMITS.clauses;

/** The node that a path of the server's, as `filter.all.2.value`, is about. Counts only what was sent. */
export function nodeAt({ root, bare }: Model, path: string): Node {
  const parts = path.split('.').slice(1);
  let node: Node = bare && root.children.length === 1 ? (root.children[0] as Node) : root;
  for (const part of parts) {
    if (part === 'not' || part === 'all' || part === 'any') continue;
    const sent: readonly Node[] = node.kind === 'group' ? node.children.filter(isSent) : [];
    const child = sent[Number(part)];
    if (!child) break;
    node = child;
  }
  return node;
}

function isSent(node: Node): boolean {
  if (node.kind === 'clause') return isFinished(node.condition);
  return node.children.some(isSent) || (node.children.length === 0 && node.join === 'all');
}
