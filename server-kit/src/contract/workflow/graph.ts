/** How steps lead to one another. */
import type { Definition } from './definition.ts';
import type { Branch, StepKind } from './kind.ts';

/** Where a step leads when nothing is chosen: its `next`, else the one that follows in the list. */
export function followingStep(definition: Definition, stepId: string): string | null {
  const at = definition.steps.findIndex(({ id }) => id === stepId);
  const step = definition.steps[at];
  return step?.next ?? (step && definition.steps[at + 1]?.id) ?? null;
}

/** Every way from every step. */
export function edgesOf(
  definition: Definition,
  kinds: readonly StepKind[],
): { from: string; label: string; to: string | null }[] {
  return definition.steps.flatMap((step) => {
    const kind = kinds.find((one) => one.kind === step.kind);
    if (kind?.ends) return [];
    const ways: Branch[] = kind?.branches?.(step) ?? [{ label: 'Then', to: undefined }];
    return ways.map(({ label, to }) => ({
      from: step.id,
      label,
      to: to ?? followingStep(definition, step.id),
    }));
  });
}
