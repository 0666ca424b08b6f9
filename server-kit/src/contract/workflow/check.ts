/** What is wrong with a definition, all of it at once. */
import type { Facts } from './check-references.ts';
import { definitionFrame, type Definition, type WorkflowProblem } from './definition.ts';
import type { StepBase, StepKind } from './kind.ts';
import { STEP_KINDS } from './steps/index.ts';

export function checkDefinition(
  given: unknown,
  options: { kinds?: readonly StepKind[]; facts?: Facts } = {},
): { definition: Definition | null; problems: WorkflowProblem[] } {
  const kinds = options.kinds ?? STEP_KINDS;
  const problems: WorkflowProblem[] = [];
  const wrong = (
    code: WorkflowProblem['code'],
    step: string | null,
    path: string,
    message: string,
    mend: string,
  ) => problems.push({ code, severity: 'error', step, path, message, mend });
  const { steps: listed, ...frame } = (
    typeof given === 'object' && given !== null && !Array.isArray(given) ? given : {}
  ) as Record<string, unknown>;
  const read = definitionFrame.safeParse(frame);
  for (const issue of read.error?.issues ?? [])
    wrong('invalid_value', null, issue.path.join('.'), issue.message, 'Change it.');
  if (!Array.isArray(listed) || listed.length === 0)
    wrong('no_steps', null, 'steps', 'It has no steps.', 'Add a step.');
  const steps: StepBase[] = [];
  for (const [index, one] of (Array.isArray(listed) ? (listed as Partial<StepBase>[]) : []).entries()) {
    const kind = kinds.find((each) => each.kind === one.kind);
    const id = typeof one.id === 'string' ? one.id : null;
    if (!kind) {
      wrong(
        'unknown_step_kind',
        id,
        `steps[${index}].kind`,
        `There is no kind of step called ${String(one.kind)}.`,
        'Choose one of those that there are.',
      );
      continue;
    }
    const parsed = kind.schema.safeParse(one);
    for (const issue of parsed.error?.issues ?? [])
      wrong('invalid_value', id, `steps[${index}].${issue.path.join('.')}`, issue.message, 'Change it.');
    if (parsed.success) steps.push(parsed.data);
  }
  if (problems.length > 0 || !read.success) return { definition: null, problems };
  return { definition: { ...read.data, steps }, problems };
}
