import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from './names.ts';

/** RFC 9457 problem details. `code` is stable and for programs; `detail` says what to do and is for people. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string(),
    field: z.string().optional().meta({ description: 'The field at fault, as a path' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
