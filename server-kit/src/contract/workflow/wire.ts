/** Workflows and runs as they cross the wire. */
import { z } from 'zod';
import { job, jobTarget } from '../job.ts';
import { cursor, id, instant, memberRef, page } from '../primitives.ts';
import {
  END_REASONS,
  ENROLLMENT_STATES,
  PROBLEM_CODES,
  PROBLEM_SEVERITIES,
  SIMULATED_CONSENTS,
  SKIP_REASONS,
  STEP_OUTCOMES,
  WAIT_REASONS,
  WORKFLOW_LIMITS,
  WORKFLOW_STATES,
} from './names.ts';

const source = z
  .string()
  .min(1)
  .max(WORKFLOW_LIMITS.source)
  .meta({ description: 'YAML or JSON, kept as it is written' });
const count = z.int().nonnegative();
const limit = (most: number, given: number) => z.coerce.number().int().min(1).max(most).default(given);

export const workflowProblem = z
  .object({
    code: z.enum(PROBLEM_CODES),
    severity: z.enum(PROBLEM_SEVERITIES).meta({ description: 'An `error` keeps it from being published' }),
    step: z.string().nullable().meta({ description: 'Null: the workflow' }),
    path: z.string().meta({ description: 'As `steps[3].body`' }),
    message: z.string(),
    mend: z.string().meta({ description: 'What to do' }),
    line: z.int().optional().meta({ description: 'Of the source, from 1' }),
    column: z.int().optional(),
  })
  .meta({ id: 'WorkflowProblem' });

export const workflowTotals = z
  .object({
    active: count.meta({ description: 'In it now, those who wait among them' }),
    waiting: count,
    paused: count,
    completed: count,
    canceled: count,
    failed: count.meta({ description: 'Runs that ended so' }),
    failed_steps: count.meta({ description: 'Steps that failed, whatever came after' }),
    failures: count.meta({
      description: 'Failed steps that nobody has tried again; no more than 10,000 are counted',
    }),
  })
  .meta({ id: 'WorkflowTotals' });
export type WorkflowTotals = z.infer<typeof workflowTotals>;

export const workflow = z
  .object({
    id,
    key: z.string().meta({ description: 'Its name in files and for other workflows' }),
    name: z.string(),
    state: z.enum(WORKFLOW_STATES),
    published: z
      .object({ version: z.int(), at: instant, by: memberRef.nullable() })
      .nullable()
      .meta({ description: 'The version that new runs get; null: never published' }),
    changed: z
      .boolean()
      .meta({ description: 'Whether the draft says something else than what is published' }),
    steps: count.meta({ description: 'Of the draft' }),
    triggers: z.array(z.string()).meta({ description: 'Of the draft, by kind' }),
    errors: count.meta({ description: 'Of the draft, as it was saved' }),
    warnings: count,
    totals: workflowTotals,
    paused_at: instant.nullable(),
    version: z.int().meta({ description: 'Counts up with every change; the ETag' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Workflow' });
export type Workflow = z.infer<typeof workflow>;
export const workflowPage = z.object({ items: z.array(workflow) }).meta({ id: 'WorkflowList' });

export const workflowDetails = workflow
  .extend({
    source: source.meta({ description: 'The draft' }),
    problems: z.array(workflowProblem).meta({ description: 'Of the draft, as things are now' }),
  })
  .meta({ id: 'WorkflowDetails' });
export type WorkflowDetails = z.infer<typeof workflowDetails>;

export const listWorkflowsQuery = z.object({
  key: z.string().max(63).optional(),
  state: z.enum(WORKFLOW_STATES).optional().meta({ description: 'Default: all but `archived`' }),
});
export type ListWorkflowsQuery = z.input<typeof listWorkflowsQuery>;

export const createWorkflow = z.object({ id: id.optional(), source }).meta({ id: 'CreateWorkflow' });
export type CreateWorkflow = z.input<typeof createWorkflow>;
export const updateWorkflow = z.object({ source }).meta({ id: 'UpdateWorkflow' });
export const checkWorkflow = z.object({ source }).meta({ id: 'CheckWorkflow' });
export const workflowCheck = z
  .object({
    key: z.string().nullable().meta({ description: 'Null: it cannot be read so far' }),
    name: z.string().nullable(),
    steps: count,
    problems: z.array(workflowProblem),
  })
  .meta({ id: 'WorkflowCheck' });
export type WorkflowCheck = z.infer<typeof workflowCheck>;

export const resumeWorkflow = z
  .object({
    due: z.enum(['run', 'skip']).meta({
      description:
        'What came due while it was paused: runs now, or is passed over as far as each run’s next wait that lies ahead',
    }),
  })
  .meta({ id: 'ResumeWorkflow' });
export const resumeEnrollmentQuery = z.object({
  due: z
    .enum(['run', 'skip'])
    .default('run')
    .meta({ description: 'What came due while it was paused, as for a workflow' }),
});
export const rollBackWorkflow = z.object({ version: z.int().min(1) }).meta({ id: 'RollBackWorkflow' });

export const workflowVersion = z
  .object({
    version: z.int(),
    published_at: instant,
    published_by: memberRef.nullable(),
    current: z.boolean(),
    running: count.meta({ description: 'Runs on it that are not over' }),
  })
  .meta({ id: 'WorkflowVersion' });
export type WorkflowVersion = z.infer<typeof workflowVersion>;
export const workflowVersions = z
  .object({ items: z.array(workflowVersion) })
  .meta({ id: 'WorkflowVersionList' });
export const workflowVersionDetails = workflowVersion
  .extend({ source, definition: z.record(z.string(), z.unknown()) })
  .meta({ id: 'WorkflowVersionDetails' });

export const workflowDiffQuery = z.object({
  from: z.coerce.number().int().min(1),
  to: z.coerce.number().int().min(1).optional().meta({ description: 'Default: the draft' }),
});
export const workflowDiff = z
  .object({ changes: z.array(z.string()).meta({ description: 'In words' }) })
  .meta({ id: 'WorkflowDiff' });

export const workflowCounts = z
  .object({
    totals: workflowTotals,
    steps: z.array(
      z.object({
        step: z.string(),
        words: z.string().nullable().meta({ description: 'Null: the published version has no such step' }),
        kind: z.string().nullable(),
        standing: count.meta({ description: 'Who stand there now, those who wait among them' }),
        paused: count,
        done: count,
        skipped: count,
        failed: count,
      }),
    ),
  })
  .meta({ id: 'WorkflowCounts' });
export type WorkflowCounts = z.infer<typeof workflowCounts>;

/** What a run waits for. Elements make sentences of it; `says` is the English one. */
export const waiting = z
  .object({
    reason: z.enum(WAIT_REASONS),
    until: instant.nullable(),
    zone: z.string().optional(),
    what: z.string().optional(),
    says: z.string(),
  })
  .meta({ id: 'EnrollmentWaiting' });

const person = z.object({ id, name: z.string().nullable(), phone: z.string().nullable() });

export const enrollment = z
  .object({
    id,
    workflow: z.object({ id, key: z.string(), name: z.string(), state: z.enum(WORKFLOW_STATES) }),
    version: z.int().meta({ description: 'Of the workflow: a run stays on its version' }),
    latest: z.boolean().meta({ description: 'Whether that is the published one' }),
    contact: person,
    state: z.enum(ENROLLMENT_STATES),
    step: z
      .object({
        id: z.string(),
        kind: z.string(),
        words: z.string(),
        number: z.int().meta({ description: 'Its place in the list of steps, from 1' }),
      })
      .nullable()
      .meta({ description: 'Where it stands; null: over' }),
    steps: count.meta({ description: 'That its version has' }),
    done: count.meta({ description: 'Steps that it has run' }),
    due_at: instant.nullable(),
    waiting: waiting.nullable(),
    zone: z.string().meta({ description: 'The contact’s, in which times are to be shown' }),
    failed_steps: count,
    source: z.record(z.string(), z.unknown()).meta({ description: 'What set it off' }),
    end_reason: z.enum(END_REASONS).nullable(),
    started_at: instant,
    ended_at: instant.nullable(),
  })
  .meta({ id: 'Enrollment' });
export type Enrollment = z.infer<typeof enrollment>;
export const enrollmentPage = page(enrollment, 'EnrollmentPage');

export const traceEntry = z
  .object({
    ordinal: count,
    step: z.string(),
    kind: z.string(),
    words: z.string().meta({ description: 'What the step does' }),
    outcome: z.enum(STEP_OUTCOMES),
    reason: z.enum(SKIP_REASONS).nullable().meta({ description: 'Why it was skipped' }),
    says: z.string().meta({ description: 'What became of it, in English' }),
    detail: z.record(z.string(), z.unknown()).nullable(),
    at: instant,
    retried: z.object({ by: memberRef.nullable(), at: instant, says: z.string() }).nullable().meta({
      description: 'Of a step that failed: who tried it again. What came of it is an entry of its own',
    }),
  })
  .meta({ id: 'EnrollmentTraceEntry' });
export type TraceEntry = z.infer<typeof traceEntry>;

export const enrollmentDetails = enrollment
  .extend({
    trace: z.array(traceEntry).meta({ description: 'Oldest first; of long runs the newest 500' }),
    variables: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'EnrollmentDetails' });
export type EnrollmentDetails = z.infer<typeof enrollmentDetails>;

export const startEnrollments = z
  .union([
    z.strictObject({ contact_id: id }),
    z.strictObject({ contact_ids: z.array(id).min(1).max(1_000) }),
    z.strictObject({ segment_id: id }),
  ])
  .and(z.object({ variables: z.record(z.string(), z.unknown()).optional() }))
  .meta({ id: 'StartEnrollments' });
export const startedEnrollments = z
  .object({
    enrolled: count,
    skipped: count.meta({ description: 'Are in it, may not come in again, or do not exist' }),
    ids: z.array(id),
    job: job.nullable().meta({ description: 'Of a segment: it goes on in the worker' }),
  })
  .meta({ id: 'StartedEnrollments' });
export type StartedEnrollments = z.infer<typeof startedEnrollments>;

export const previewEnrollments = z.object({ target: jobTarget }).meta({ id: 'PreviewEnrollments' });
export const enrollmentPreview = z
  .object({
    total: count,
    enters: count,
    in_it: count.meta({ description: 'Do not enter: they are in it' }),
    not_again: count.meta({ description: 'Do not enter: `re_entry` keeps them out' }),
    texts: z
      .object({
        no_number: count,
        blocked: count.meta({ description: 'Opted out, muted, or on a do-not-contact list' }),
        no_consent: count.meta({ description: 'Has not agreed to marketing, where it is that' }),
      })
      .nullable()
      .meta({
        description: 'Of those who enter, whom its texts pass over, each counted once; null: it sends none',
      }),
    paused: z.boolean().meta({ description: 'The workflow is paused: they wait at its first step' }),
  })
  .meta({ id: 'EnrollmentPreview' });
export type EnrollmentPreview = z.infer<typeof enrollmentPreview>;

export const listEnrollmentsQuery = z.object({
  state: z
    .enum(['live', ...ENROLLMENT_STATES])
    .default('live')
    .meta({ description: '`live`: active and paused. Those that ended: last ended first' }),
  step: z.string().max(63).optional(),
  after: cursor.optional(),
  limit: limit(100, 30),
});
export type ListEnrollmentsQuery = Partial<z.input<typeof listEnrollmentsQuery>>;

export const dueWorkflow = z
  .object({
    count: count.meta({ description: 'Runs that came due while it was paused' }),
    steps: z.array(z.object({ step: z.string(), words: z.string().nullable(), count })),
    items: z.array(enrollment).meta({ description: 'The first 50, longest due first' }),
  })
  .meta({ id: 'DueEnrollments' });
export type DueEnrollments = z.infer<typeof dueWorkflow>;

export const moveEnrollment = z
  .object({
    version: z.int().min(1).optional().meta({ description: 'Default: the published one' }),
    step: z.string().max(63).optional().meta({ description: 'Default: the step of the same id' }),
  })
  .meta({ id: 'MoveEnrollment' });

export const moveEnrollments = z
  .object({
    version: z.int().min(1).optional().meta({ description: 'Default: the published one' }),
    from: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Only runs of this version. Default: of every other' }),
    steps: z.record(z.string().max(63), z.string().max(63)).optional().meta({
      description: 'Where to go on, by the step where a run stands. Default: at the step of the same id',
    }),
  })
  .meta({ id: 'MoveEnrollments' });
export const movedEnrollments = z
  .object({
    moved: count,
    left: z
      .array(z.object({ version: z.int(), step: z.string(), count }))
      .meta({ description: 'Runs that stay, because the version has no step for them' }),
  })
  .meta({ id: 'MovedEnrollments' });

export const simulateWorkflow = z
  .object({
    contact_id: id.optional().meta({ description: 'Left out: somebody of whom nothing is known' }),
    version: z.int().min(1).optional().meta({ description: 'Left out: the draft' }),
    source: source.optional().meta({ description: 'YAML or JSON, instead of a version and of the draft' }),
    consent: z.enum(SIMULATED_CONSENTS).optional().meta({
      description: 'Left out: as it is recorded of the contact; of somebody invented: granted',
    }),
    start: instant.optional().meta({ description: 'When they come in. Left out: now' }),
    events: z
      .array(
        z.strictObject({
          at: instant,
          type: z.string().min(1).max(100).meta({ description: 'As `message.received`' }),
          data: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .max(200)
      .default([])
      .meta({ description: 'What happens to them meanwhile' }),
  })
  .meta({ id: 'SimulateWorkflow' });
export const workflowSimulation = z
  .object({
    steps: z.array(
      z.object({
        at: instant,
        ordinal: count,
        step: z.string(),
        kind: z.string(),
        words: z.string(),
        outcome: z.enum(STEP_OUTCOMES),
        says: z.string(),
      }),
    ),
    texts: z
      .array(z.object({ at: instant, step: z.string(), body: z.string() }))
      .meta({ description: 'What would have left' }),
    state: z.enum(ENROLLMENT_STATES),
    end_reason: z.enum(END_REASONS).nullable(),
    ended_at: instant.nullable(),
    step: z.string().nullable().meta({ description: 'Where it stands; null: over' }),
    waiting: z.string().nullable().meta({ description: 'What for, in English' }),
    zone: z.string().meta({ description: 'In which times are to be shown' }),
  })
  .meta({ id: 'WorkflowSimulation' });

export const libraryWorkflow = z
  .object({ key: z.string(), name: z.string(), description: z.string(), steps: count, source })
  .meta({ id: 'LibraryWorkflow' });
export type LibraryWorkflow = z.infer<typeof libraryWorkflow>;
export const workflowLibrary = z.object({ items: z.array(libraryWorkflow) }).meta({ id: 'WorkflowLibrary' });
export type WorkflowLibrary = z.infer<typeof workflowLibrary>;
