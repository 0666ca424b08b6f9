import type {
  CreateWorkflow,
  DueEnrollments,
  Enrollment,
  EnrollmentDetails,
  EnrollmentPreview,
  FailureCounts,
  JobTarget,
  LibraryWorkflow,
  ListFailuresOfQuery,
  ListWorkflowsQuery,
  Page,
  RetriedFailures,
  RetryFailuresOf,
  StartedEnrollments,
  Workflow,
  WorkflowCheck,
  WorkflowCounts,
  WorkflowDetails,
  WorkflowFailure,
  WorkflowHook,
  WorkflowVersion,
} from '@patchbay/server-kit/contract';
import type { RequestOptions } from './types.ts';

/** What can be said to one run. */
export type RunControl = 'pause' | 'resume' | 'skip' | 'cancel' | 'retry';

/** What the elements ask about workflows. With `version`, the server refuses (412) when someone else was faster. */
export interface WorkflowClient {
  listWorkflows(query?: ListWorkflowsQuery, options?: RequestOptions): Promise<Workflow[]>;
  /** With its draft and what is wrong with it. */
  getWorkflow(id: string, options?: RequestOptions): Promise<WorkflowDetails>;
  createWorkflow(workflow: CreateWorkflow): Promise<WorkflowDetails>;
  updateWorkflow(id: string, source: string, version?: number): Promise<WorkflowDetails>;
  archiveWorkflow(id: string, version?: number): Promise<void>;
  publishWorkflow(id: string, version?: number): Promise<WorkflowDetails>;
  pauseWorkflow(id: string): Promise<WorkflowDetails>;
  /** What came due while it was paused. */
  listDue(id: string, options?: RequestOptions): Promise<DueEnrollments>;
  resumeWorkflow(id: string, due: 'run' | 'skip'): Promise<WorkflowDetails>;
  listWorkflowVersions(id: string, options?: RequestOptions): Promise<WorkflowVersion[]>;
  rollBackWorkflow(id: string, to: number, version?: number): Promise<WorkflowDetails>;
  /** Where other systems call, with what came last. For managers. */
  listWorkflowHooks(id: string, options?: RequestOptions): Promise<WorkflowHook[]>;
  /** A new address and secret; the address until now is good for a day. For managers. */
  renewWorkflowHook(id: string, key: string): Promise<WorkflowHook>;
  /** Keeps nothing. */
  checkWorkflow(source: string, options?: RequestOptions): Promise<WorkflowCheck>;
  countWorkflow(id: string, options?: RequestOptions): Promise<WorkflowCounts>;
  /** Steps that failed and that nobody has tried again, last first. */
  listFailures(
    workflowId: string,
    query?: ListFailuresOfQuery,
    options?: RequestOptions,
  ): Promise<Page<WorkflowFailure>>;
  /** The same, by what failed alike. */
  countFailures(workflowId: string, options?: RequestOptions): Promise<FailureCounts>;
  retryFailure(workflowId: string, failureId: string): Promise<RetriedFailures>;
  retryFailures(workflowId: string, alike: RetryFailuresOf): Promise<RetriedFailures>;
  listWorkflowLibrary(options?: RequestOptions): Promise<LibraryWorkflow[]>;
  enroll(workflowId: string, contactId: string): Promise<StartedEnrollments>;
  /** How many of many would come in. For managers. */
  previewEnrolling(
    workflowId: string,
    target: JobTarget,
    options?: RequestOptions,
  ): Promise<EnrollmentPreview>;
  listContactEnrollments(contactId: string, options?: RequestOptions): Promise<Page<Enrollment>>;
  /** With every step that it took, and why. */
  getEnrollment(id: string, options?: RequestOptions): Promise<EnrollmentDetails>;
  /** `due`, of `resume`: what becomes of what came due meanwhile. Default: it runs. */
  controlEnrollment(id: string, what: RunControl, due?: 'run' | 'skip'): Promise<EnrollmentDetails>;
  /** All runs of a contact. */
  pauseContact(contactId: string): Promise<Page<Enrollment>>;
  resumeContact(contactId: string, due: 'run' | 'skip'): Promise<Page<Enrollment>>;
}

interface Ask {
  query?: object;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export function workflowCalls(
  call: <T>(method: string, path: string, ask?: Ask) => Promise<T>,
): WorkflowClient {
  const items = <T>(answer: Promise<{ items: T[] }>) => answer.then((list) => list.items);
  const ifMatch = (version: number | undefined): Record<string, string> =>
    version === undefined ? {} : { 'If-Match': `"${version}"` };
  const of = (id: string, rest = '') => `/v1/workflows/${encodeURIComponent(id)}${rest}`;
  return {
    listWorkflows: (query, options) =>
      items(call('GET', '/v1/workflows', { ...(query && { query }), ...options })),
    getWorkflow: (id, options) => call('GET', of(id), options),
    createWorkflow: (body) =>
      call('POST', '/v1/workflows', { body, headers: body.id ? { 'Idempotency-Key': body.id } : {} }),
    updateWorkflow: (id, source, version) =>
      call('PATCH', of(id), { body: { source }, headers: ifMatch(version) }),
    archiveWorkflow: (id, version) => call('DELETE', of(id), { headers: ifMatch(version) }),
    publishWorkflow: (id, version) => call('POST', of(id, '/publish'), { headers: ifMatch(version) }),
    pauseWorkflow: (id) => call('POST', of(id, '/pause')),
    listDue: (id, options) => call('GET', of(id, '/due'), options),
    resumeWorkflow: (id, due) => call('POST', of(id, '/resume'), { body: { due } }),
    listWorkflowVersions: (id, options) => items(call('GET', of(id, '/versions'), options)),
    rollBackWorkflow: (id, to, version) =>
      call('POST', of(id, '/roll-back'), { body: { version: to }, headers: ifMatch(version) }),
    listWorkflowHooks: (id, options) => items(call('GET', of(id, '/hooks'), options)),
    renewWorkflowHook: (id, key) =>
      call('POST', of(id, `/hooks/${encodeURIComponent(key)}/renew`), { body: {} }),
    checkWorkflow: (source, options) => call('POST', '/v1/workflows/check', { body: { source }, ...options }),
    countWorkflow: (id, options) => call('GET', of(id, '/counts'), options),
    listWorkflowLibrary: (options) => items(call('GET', '/v1/workflow-library', options)),
    listFailures: (id, query, options) =>
      call('GET', of(id, '/failures'), { ...(query && { query }), ...options }),
    countFailures: (id, options) => call('GET', of(id, '/failures/counts'), options),
    retryFailure: (id, failure) => call('POST', of(id, `/failures/${encodeURIComponent(failure)}/retry`)),
    retryFailures: (id, body) => call('POST', of(id, '/failures/retry'), { body }),
    enroll: (id, contact_id) => call('POST', of(id, '/enrollments'), { body: { contact_id } }),
    previewEnrolling: (id, target, options) =>
      call('POST', of(id, '/enrollments/preview'), { body: { target }, ...options }),
    listContactEnrollments: (id, options) =>
      call('GET', `/v1/contacts/${encodeURIComponent(id)}/enrollments`, options),
    getEnrollment: (id, options) => call('GET', `/v1/enrollments/${encodeURIComponent(id)}`, options),
    controlEnrollment: (id, what, due) =>
      call('POST', `/v1/enrollments/${encodeURIComponent(id)}/${what}`, { ...(due && { query: { due } }) }),
    pauseContact: (id) => call('POST', `/v1/contacts/${encodeURIComponent(id)}/enrollments/pause`),
    resumeContact: (id, due) =>
      call('POST', `/v1/contacts/${encodeURIComponent(id)}/enrollments/resume`, { body: { due } }),
  };
}
