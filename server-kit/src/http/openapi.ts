/** The parts that every route's declaration is made of. */
import { z } from '@hono/zod-openapi';
import { ERROR_CODES, problem, type ErrorCode } from '../contract/index.ts';

export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

export function jsonBody<T extends z.ZodType>(schema: T) {
  return { content: { 'application/json': { schema } }, required: true };
}

/** One documented answer a status, naming the codes that it may carry. */
export function problems(...codes: ErrorCode[]) {
  const always: ErrorCode[] = ['unauthenticated', 'token_expired', 'unavailable', 'internal'];
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set([...codes, ...always])) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      status,
      {
        description: named.map((code) => `\`${code}\``).join(', '),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  ) as object;
}

/** Ids in paths are documented as uuids; what is none is answered as unknown (404), not as a mistake in form. */
export const idParam = z.object({ id: z.uuid() });

export const idempotencyKey = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional()
    .meta({
      description:
        'The same key again gives the first answer again, without doing it twice. Kept for at least 24 hours; a refusal (4xx) is not kept.',
    }),
});

/** What `once()` may answer. */
export const ONCE = ['idempotency_mismatch', 'idempotency_in_progress'] as const;

export const ifMatch = z.object({
  'if-match': z
    .string()
    .max(40)
    .optional()
    .meta({ description: 'The ETag that was seen; a different version is refused' }),
});

export const bearer = [{ bearer: [] }];
