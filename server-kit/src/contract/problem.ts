import { z } from 'zod';
import { workflowProblem } from './workflow/wire.ts';
import { ERROR_CODES, FILTER_ISSUES, type ErrorCode } from './names.ts';

/** One mistake in a filter. `path` leads to the clause, as `filter.all.2.value`; `detail` says what to do. */
export const filterIssue = z
  .object({ path: z.string(), code: z.enum(FILTER_ISSUES), detail: z.string() })
  .meta({ id: 'FilterIssue' });
export type FilterIssue = z.infer<typeof filterIssue>;

/** RFC 9457 problem details. `code` is stable and for programs; `detail` says what to do and is for people. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string(),
    field: z.string().optional().meta({ description: 'The field at fault, as a path' }),
    issues: z
      .array(filterIssue)
      .optional()
      .meta({ description: 'With `invalid_filter`: every mistake, the first 20' }),
    problems: z
      .array(workflowProblem)
      .optional()
      .meta({ description: 'With `invalid_workflow`: what is wrong with it, the first 100' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
