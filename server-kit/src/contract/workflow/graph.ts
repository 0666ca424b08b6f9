/** Where steps lead. Walks are loops, not recursions: a definition may be two thousand steps deep. */
import type { Definition } from './definition.ts';
import type { StepBase } from './definition.ts';
import type { StepKind } from './kind.ts';
import { kindsByName } from './kinds.ts';

export interface Edge {
  from: string;
  /** Null: the workflow ends there. */
  to: string | null;
  /** As the canvas names it; null: the only way on. */
  label: string | null;
}

/** Where a step leads when it does not choose: its `next`, else the one after it in the list; null: the workflow ends. */
export function followingStep(definition: Pick<Definition, 'steps'>, stepId: string): string | null {
  return afterPlace(
    definition.steps,
    definition.steps.findIndex(({ id }) => id === stepId),
  );
}

/** The same, of the step at `place` of the list. */
export function afterPlace(steps: Definition['steps'], place: number): string | null {
  const step = steps[place];
  return step === undefined ? null : (step.next ?? steps[place + 1]?.id ?? null);
}

/** Every way from a step to another, in the order of the steps. `kinds`: the host's own. A target that does not exist is among them. */
export function edgesOf(definition: Pick<Definition, 'steps'>, kinds?: readonly StepKind[]): Edge[] {
  const byName = kindsByName(kinds);
  return definition.steps.flatMap((step, index) => {
    const kind = byName.get(step.kind);
    return waysOf(step, definition.steps[index + 1]?.id ?? null, kind);
  });
}

function waysOf(step: StepBase, after: string | null, kind: StepKind | undefined): Edge[] {
  if (kind?.ends) return [];
  const follows = step.next ?? after;
  const branches = kind?.branches?.(step);
  if (!branches) return [{ from: step.id, to: follows, label: null }];
  return branches.map(({ label, to }) => ({
    from: step.id,
    to: to ?? follows,
    label: branches.length > 1 ? label : null,
  }));
}

/** The same graph in numbers: of each step, the steps that it leads to; -1: the end. Ways to nowhere are left out. */
export function waysIn(ids: readonly string[], edges: readonly Edge[]): number[][] {
  const place = new Map(ids.map((id, index) => [id, index]));
  const ways: number[][] = ids.map(() => []);
  for (const { from, to } of edges) {
    const target = to === null ? -1 : place.get(to);
    if (target !== undefined) ways[place.get(from)!]!.push(target);
  }
  return ways;
}

/** Which steps can be come to from `starts`. */
export function reached(ways: readonly number[][], starts: readonly number[]): Set<number> {
  const seen = new Set<number>();
  const left = [...starts];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next < 0 || seen.has(next)) continue;
    seen.add(next);
    left.push(...(ways[next] ?? []));
  }
  return seen;
}

export function reversed(ways: readonly number[][]): { back: number[][]; ends: number[] } {
  const back: number[][] = ways.map(() => []);
  const ends: number[] = [];
  ways.forEach((targets, from) => {
    if (targets.length === 0 || targets.includes(-1)) ends.push(from);
    for (const to of targets) if (to >= 0) back[to]!.push(from);
  });
  return { back, ends };
}

/** The loops, each as its steps in order: strongly connected parts with a way back (Tarjan 1972, with a stack of its own). */
export function loopsOf(ways: readonly number[][]): number[][] {
  const order = new Map<number, number>();
  const low: number[] = [];
  const open: number[] = [];
  const isOpen = new Set<number>();
  const loops: number[][] = [];
  for (let root = 0; root < ways.length; root++) {
    if (order.has(root)) continue;
    const calls = [{ node: root, next: 0 }];
    while (calls.length > 0) {
      const call = calls.at(-1)!;
      const { node } = call;
      if (call.next === 0) {
        order.set(node, order.size);
        low[node] = order.get(node)!;
        open.push(node);
        isOpen.add(node);
      }
      const target = ways[node]![call.next++];
      if (target !== undefined) {
        if (target < 0) continue;
        if (!order.has(target)) calls.push({ node: target, next: 0 });
        else if (isOpen.has(target)) low[node] = Math.min(low[node]!, order.get(target)!);
        continue;
      }
      calls.pop();
      const caller = calls.at(-1);
      if (caller) low[caller.node] = Math.min(low[caller.node]!, low[node]!);
      if (low[node] !== order.get(node)) continue;
      const part = open.splice(open.lastIndexOf(node));
      for (const one of part) isOpen.delete(one);
      if (part.length > 1 || ways[node]!.includes(node)) loops.push(part.sort((a, b) => a - b));
    }
  }
  return loops.sort((a, b) => a[0]! - b[0]!);
}
