/** Definitions as people write them: YAML or JSON. */
import { parseDocument, stringify } from 'yaml';
import type { WorkflowProblem } from './definition.ts';

export type SourceFormat = 'yaml' | 'json';

export function readSource(text: string): { value: unknown; problems: WorkflowProblem[] } {
  const document = parseDocument(text);
  const [wrong] = document.errors;
  if (!wrong) return { value: document.toJS({ maxAliasCount: 0 }), problems: [] };
  return {
    value: null,
    problems: [
      {
        code: 'not_readable',
        severity: 'error',
        step: null,
        path: '',
        message: wrong.message.split('\n')[0]!,
        mend: 'Write it as YAML or JSON.',
      },
    ],
  };
}

export function writeSource(definition: unknown, format: SourceFormat): string {
  return format === 'json' ? `${JSON.stringify(definition, null, 2)}\n` : stringify(definition);
}
