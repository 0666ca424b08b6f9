/** What changed between two definitions, as one would tell a colleague. Where the canvas puts things is no change. */
import type { Definition } from './definition.ts';
import type { Edge } from './graph.ts';
import { edgesOf } from './graph.ts';
import type { StepBase } from './definition.ts';
import type { StepKind } from './kind.ts';
import { kindsByName } from './kinds.ts';
import { same } from './slim.ts';
import { listed, shortened } from './wording.ts';
import { SETTING_WORDS, triggerWords } from './words.ts';
import type { WorkflowSettings } from './settings.ts';

/** `kinds`: the host's own. Empty: they mean the same. */
export function diffWords(before: Definition, after: Definition, kinds?: readonly StepKind[]): string[] {
  return [
    ...aboutFrame(before, after),
    ...aboutTriggers(before, after),
    ...aboutSettings(before.settings, after.settings),
    ...aboutSteps(before, after, kinds),
  ];
}

function aboutFrame(before: Definition, after: Definition): string[] {
  const said: string[] = [];
  if (before.key !== after.key) said.push(`The key is now “${after.key}”, was “${before.key}”`);
  if (before.name !== after.name) said.push(`The name is now “${after.name}”, was “${before.name}”`);
  if (before.description !== after.description) said.push('The description changed');
  return said;
}

function aboutTriggers(before: Definition, after: Definition): string[] {
  const has = (list: readonly unknown[], one: unknown) => list.some((other) => same(one, other));
  const gone = before.triggers.filter((one) => !has(after.triggers, one));
  const fresh = after.triggers.filter((one) => !has(before.triggers, one));
  const lower = (words: string) => `${words[0]?.toLowerCase()}${words.slice(1)}`;
  const changed = gone.filter(
    ({ on }) =>
      fresh.filter((one) => one.on === on).length === 1 && gone.filter((one) => one.on === on).length === 1,
  );
  return [
    ...changed.map(({ on }) => {
      const [old, now] = [gone.find((one) => one.on === on)!, fresh.find((one) => one.on === on)!].map(
        triggerWords,
      ) as [string, string];
      return old === now
        ? `What sets it off changed: ${lower(now)}`
        : `It now starts ${lower(now)}; before: ${lower(old)}`;
    }),
    ...fresh
      .filter(({ on }) => !changed.some((one) => one.on === on))
      .map((one) => `It now starts ${lower(triggerWords(one))}`),
    ...gone
      .filter(({ on }) => !changed.some((one) => one.on === on))
      .map((one) => `It no longer starts ${lower(triggerWords(one))}`),
  ];
}

function aboutSettings(before: WorkflowSettings, after: WorkflowSettings): string[] {
  const names = Object.keys(SETTING_WORDS) as (keyof WorkflowSettings)[];
  return names
    .filter((name) => !same(before[name], after[name]))
    .map((name) => (SETTING_WORDS[name] as (value: unknown) => string)(after[name]));
}

function aboutSteps(before: Definition, after: Definition, kinds: readonly StepKind[] | undefined): string[] {
  const byName = kindsByName(kinds);
  const old = new Map(before.steps.map((step) => [step.id, step]));
  const now = new Set(after.steps.map(({ id }) => id));
  const said = before.steps.filter(({ id }) => !now.has(id)).map(({ id }) => `Step ‘${id}’ is gone`);
  const ways = { before: waysOf(before, kinds), after: waysOf(after, kinds) };

  after.steps.forEach((step, index) => {
    const was = old.get(step.id);
    if (!was) {
      const previous = after.steps[index - 1];
      said.push(`Step ‘${step.id}’ is new, ${previous ? `after ‘${previous.id}’` : 'at the beginning'}`);
      return;
    }
    said.push(...aboutStep(was, step, byName));
    // a way is told when it leads between steps that were there: what is new or gone moves its neighbours' ways by itself
    const [from, to] = [ways.before.get(step.id) ?? [], ways.after.get(step.id) ?? []];
    if (was.kind !== step.kind) return;
    to.forEach((way, at) => {
      const earlier = from[at];
      if (!earlier || earlier.to === way.to) return;
      const moved = (id: string | null) => id === null || (old.has(id) && now.has(id));
      const written = !same(targets(was), targets(step));
      if (!written && !(moved(earlier.to) && moved(way.to))) return;
      said.push(
        `${way.label === null ? '' : `${way.label}: `}‘${step.id}’ now leads to ${way.to === null ? 'the end' : `‘${way.to}’`}`,
      );
    });
  });
  const kept = (steps: readonly StepBase[]) =>
    steps.map(({ id }) => id).filter((id) => old.has(id) && now.has(id));
  if (said.length === 0 && !same(kept(before.steps), kept(after.steps)))
    said.push('The steps stand in another order');
  return said;
}

function waysOf(definition: Definition, kinds: readonly StepKind[] | undefined): Map<string, Edge[]> {
  const ways = new Map<string, Edge[]>();
  for (const edge of edgesOf(definition, kinds)) ways.set(edge.from, [...(ways.get(edge.from) ?? []), edge]);
  return ways;
}

/** Of all that a step says: where it leads. Told apart, as a way, and so left out of what else changed. */
const WAYS = new Set(['next', 'to', 'else', 'step', 'on_timeout', 'on_passed', 'on_failure']);

function targets(value: unknown): unknown {
  return picked(value, (key) => WAYS.has(key));
}

function meaning(step: StepBase): unknown {
  const { id: _, name: __, ...rest } = step;
  return picked(rest, null);
}

/** The texts under the keys that `pick` chooses (null: all but the ways), by their paths. */
function picked(value: unknown, pick: ((key: string) => boolean) | null): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const left: { path: string; key: string; value: unknown }[] = [{ path: '', key: '', value }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { path, key, value: held } = next;
    if (typeof held === 'object' && held !== null) {
      for (const [inner, one] of Object.entries(held))
        left.push({ path: `${path}.${inner}`, key: inner, value: one });
      if (Object.keys(held).length === 0 && !pick) found[path] = Array.isArray(held) ? [] : {};
      continue;
    }
    if (held === undefined) continue;
    const isWay = WAYS.has(key) && typeof held === 'string';
    if (pick ? isWay && pick(key) : !isWay) found[path] = held;
  }
  return found;
}

function aboutStep(was: StepBase, step: StepBase, kinds: ReadonlyMap<string, StepKind>): string[] {
  const said: string[] = [];
  const title = (name: string) => kinds.get(name)?.title ?? name;
  if (was.name !== step.name) {
    said.push(
      step.name === undefined
        ? `‘${step.id}’ has no name any more`
        : `‘${step.id}’ is now named “${step.name}”`,
    );
  }
  if (was.kind !== step.kind)
    return [...said, `‘${step.id}’ is now: ${title(step.kind)} (was: ${title(was.kind)})`];
  const [before, after] = [meaning(was) as Record<string, unknown>, meaning(step) as Record<string, unknown>];
  if (same(before, after)) return said;

  const kind = kinds.get(step.kind);
  const texts = [kind?.templates?.(was) ?? {}, kind?.templates?.(step) ?? {}] as const;
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (path) => !same(before[path], after[path]),
  );
  const isText = (path: string) => [texts[0], texts[1]].some((some) => some[path.slice(1)] !== undefined);
  const textual = changed.filter(isText);
  if (textual.includes('.body')) said.push(`The text of ‘${step.id}’ changed`);
  else if (textual.length > 0)
    said.push(`The ${listed([...new Set(textual.map(plainKey))])} of ‘${step.id}’ changed`);

  const others = changed.filter((path) => !isText(path));
  if (others.length === 0) return said;
  const [old, now] = [kind?.words(was), kind?.words(step)];
  if (textual.length === 0 && old !== now && now !== undefined)
    return [...said, `‘${step.id}’ is now: ${now} (was: ${shortened(old ?? '')})`];
  return [...said, `The ${listed([...new Set(others.map(plainKey))])} of ‘${step.id}’ changed`];
}

/** `.branches.0.when.field`: branches. */
function plainKey(path: string): string {
  return path.split('.')[1]!.replaceAll('_', ' ');
}
