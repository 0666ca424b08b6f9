import type { StepKind } from './kind.ts';
import { STEP_KINDS } from './steps/index.ts';

const own: ReadonlyMap<string, StepKind> = new Map(STEP_KINDS.map((kind: StepKind) => [kind.kind, kind]));

/** The kit's kinds and the host's, by name; a host's takes the place of the kit's of the same name. */
export function kindsByName(more: readonly StepKind[] = []): ReadonlyMap<string, StepKind> {
  return more.length === 0 ? own : new Map([...own, ...more.map((kind) => [kind.kind, kind] as const)]);
}
