import type { Filter, FilterCondition } from '../filter.ts';

/** The conditions of a filter, without the groups around them. */
export function conditionsOf(filter: Filter): FilterCondition[] {
  const found: FilterCondition[] = [];
  const left: Filter[] = [filter];
  for (let next = left.pop(); next; next = left.pop()) {
    if ('all' in next) left.push(...next.all.toReversed());
    else if ('any' in next) left.push(...next.any.toReversed());
    else if ('not' in next) left.push(next.not);
    else found.push(next);
  }
  return found;
}
