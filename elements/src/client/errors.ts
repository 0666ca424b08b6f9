import type { ErrorCode, FilterIssue, Problem } from '@patchbay/server-kit/contract';

/** Codes that never came over the wire: the request did not reach the server, or its answer made no sense. */
export type ClientErrorCode = ErrorCode | 'network' | 'aborted' | 'bad_answer';

/**
 * The one error that every client method rejects with. `message` is the server's `detail`: what happened and what to
 * do, in words for people. `code` is for programs.
 */
export class ApiError extends Error {
  readonly code: ClientErrorCode;
  /** The HTTP status; 0 when there was no answer at all. */
  readonly status: number;
  readonly detail: string;
  /** The field at fault, as a path. */
  readonly field: string | undefined;
  /** With `invalid_filter`: every mistake and where it is. */
  readonly issues: readonly FilterIssue[];

  constructor(
    code: ClientErrorCode,
    status: number,
    detail: string,
    field?: string,
    issues: readonly FilterIssue[] = [],
  ) {
    super(detail);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.field = field;
    this.issues = issues;
  }

  static async fromResponse(response: Response): Promise<ApiError> {
    const body = (await response.json().catch(() => null)) as Partial<Problem> | null;
    const code = body?.code ?? fallbackCode(response.status);
    return new ApiError(code, response.status, body?.detail ?? body?.title ?? '', body?.field, body?.issues);
  }

  static fromUnknown(cause: unknown): ApiError {
    if (cause instanceof ApiError) return cause;
    if (cause instanceof DOMException && cause.name === 'AbortError') return new ApiError('aborted', 0, '');
    return new ApiError('network', 0, cause instanceof Error ? cause.message : String(cause));
  }
}

function fallbackCode(status: number): ClientErrorCode {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 503) return 'unavailable';
  return status >= 500 ? 'internal' : 'bad_answer';
}
