/** What changed between two definitions, in words. */
import type { Definition } from './definition.ts';

export function diffWords(a: Definition, b: Definition): string[] {
  const [before, after] = [a, b].map(({ steps }) => new Map(steps.map((step) => [step.id, step])));
  const words = [];
  for (const id of after!.keys()) if (!before!.has(id)) words.push(`Step ${id} is new.`);
  for (const id of before!.keys()) if (!after!.has(id)) words.push(`Step ${id} is gone.`);
  for (const [id, step] of after!) {
    const old = before!.get(id);
    if (old && JSON.stringify(old) !== JSON.stringify(step)) words.push(`Step ${id} is another.`);
  }
  for (const part of ['name', 'triggers', 'settings'] as const)
    if (JSON.stringify(a[part]) !== JSON.stringify(b[part])) words.push(`The ${part} changed.`);
  return words;
}
