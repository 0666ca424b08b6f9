import {
  ERROR_CODES,
  type ErrorCode,
  type FilterIssue,
  type Problem,
  type WorkflowProblem,
} from './contract/index.ts';

/** A refusal that the API answers with `application/problem+json`. `detail` is for people and says what to do. */
export class ProblemError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  /** Of an `invalid_filter`. */
  readonly issues: FilterIssue[] | undefined;
  /** Of an `invalid_workflow`. */
  readonly problems: WorkflowProblem[] | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    field?: string,
    issues?: FilterIssue[],
    problems?: WorkflowProblem[],
  ) {
    super(detail);
    this.name = 'ProblemError';
    this.code = code;
    this.field = field;
    this.issues = issues;
    this.problems = problems;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  toJSON(): Problem {
    const { status, title } = ERROR_CODES[this.code];
    return {
      type: `urn:patchbay:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.issues === undefined ? {} : { issues: this.issues }),
      ...(this.problems === undefined ? {} : { problems: this.problems }),
    };
  }
}

/** A mistake in how the kit was set up. Thrown at construction or start, with the words that mend it. */
export class SetupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SetupError';
  }
}

export function notFound(what: string): ProblemError {
  return new ProblemError('not_found', `There is no such ${what} in this account.`);
}
