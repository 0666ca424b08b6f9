import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { contactById, present } from '../contacts/rows.ts';
import type { KitContext } from '../context.ts';
import {
  enrollmentDetails,
  enrollmentPage,
  listEnrollmentsQuery,
  movedEnrollments,
  moveEnrollment as moveEnrollmentBody,
  moveEnrollments as moveEnrollmentsBody,
  resumeEnrollmentQuery,
  resumeWorkflow,
  startEnrollments,
  startedEnrollments,
  type EnrollmentDetails,
  type Job,
  type StartedEnrollments,
} from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { cutPage, readCursor, readKeyCursor, writeKeyCursor } from '../http/cursor.ts';
import type { AppEnv } from '../http/env.ts';
import { once } from '../http/idempotency.ts';
import { bearer, idempotencyKey, idParam, json, jsonBody, ONCE, problems } from '../http/openapi.ts';
import { cleanQuery, requireManager, routeGroup } from '../http/routes.ts';
import type { Session } from '../tenancy/tokens.ts';
import { endRuns, pauseEnrollments, retryFailed, skipStep, withRetries } from './engine/control.ts';
import { enrollAsked, entryOf } from './enrolling.ts';
import { enrollmentById, enrollmentsOf, listEnded, listLive } from './enrollments.ts';
import { pauseContact, resumeContact, resumeRun } from './follow-up.ts';
import { moveAll, moveEnrollment } from './move.ts';
import { failureAtEnd, retryFailures } from './retry.ts';
import { presentWorkflow, workflowRows } from './rows.ts';

/** More than these at once is a manager's decision. */
const AGENTS_CONTACTS = 100;

const postEnrollments = createRoute({
  method: 'post',
  path: '/workflows/{id}/enrollments',
  operationId: 'startEnrollments',
  tags: ['enrollments'],
  summary: 'Enroll contacts, or a whole segment as a job',
  description:
    'Whoever is in it, or may not come in again, is passed over. Of a segment, `job` says how far it is. In a paused workflow they wait at the first step.',
  security: bearer,
  request: { params: idParam, headers: idempotencyKey, body: jsonBody(startEnrollments) },
  responses: {
    200: json(startedEnrollments, 'Who came in'),
    202: json(startedEnrollments, 'A segment: it goes on in the worker'),
    ...problems(
      'not_found',
      'forbidden',
      'workflow_not_active',
      'invalid_request',
      'payload_too_large',
      ...ONCE,
    ),
  },
});

const getEnrollments = createRoute({
  method: 'get',
  path: '/workflows/{id}/enrollments',
  operationId: 'listEnrollments',
  tags: ['enrollments'],
  summary: 'Who is in it, or was',
  security: bearer,
  request: { params: idParam, query: listEnrollmentsQuery },
  responses: {
    200: json(enrollmentPage, 'A page'),
    ...problems('not_found', 'invalid_cursor', 'invalid_request'),
  },
});

const getOfContact = createRoute({
  method: 'get',
  path: '/contacts/{id}/enrollments',
  operationId: 'listContactEnrollments',
  tags: ['enrollments'],
  summary: 'The workflows of a contact: those that run first',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(enrollmentPage, 'The first hundred'), ...problems('not_found', 'contact_merged') },
});

const getEnrollment = createRoute({
  method: 'get',
  path: '/enrollments/{id}',
  operationId: 'getEnrollment',
  tags: ['enrollments'],
  summary: 'One run, with every step that it took and why',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(enrollmentDetails, 'The run'), ...problems('not_found') },
});

/** What can be said to one run, and what each answers. */
const control = <const Path extends string>(path: Path, operationId: string, summary: string) =>
  createRoute({
    method: 'post',
    path: `/enrollments/{id}/${path}` as const,
    operationId,
    tags: ['enrollments'],
    summary,
    security: bearer,
    request: { params: idParam },
    responses: {
      200: json(enrollmentDetails, 'As it is now'),
      ...problems('not_found', 'enrollment_over', 'not_retryable'),
    },
  });

const postPause = control('pause', 'pauseEnrollment', 'Let it stand where it is');
const postResume = createRoute({
  method: 'post',
  path: '/enrollments/{id}/resume',
  operationId: 'resumeEnrollment',
  tags: ['enrollments'],
  summary: 'Let it go on',
  security: bearer,
  request: { params: idParam, query: resumeEnrollmentQuery },
  responses: {
    200: json(enrollmentDetails, 'As it is now'),
    ...problems('not_found', 'enrollment_over', 'invalid_request'),
  },
});

const postPauseContact = createRoute({
  method: 'post',
  path: '/contacts/{id}/enrollments/pause',
  operationId: 'pauseContactEnrollments',
  tags: ['enrollments'],
  summary: 'Let everything automatic of a contact stand where it is',
  description: 'What is paused already stays so. Who is enrolled afterwards runs.',
  security: bearer,
  request: { params: idParam },
  responses: { 200: json(enrollmentPage, 'As they are now'), ...problems('not_found', 'contact_merged') },
});

const postResumeContact = createRoute({
  method: 'post',
  path: '/contacts/{id}/enrollments/resume',
  operationId: 'resumeContactEnrollments',
  tags: ['enrollments'],
  summary: 'Let it all go on',
  security: bearer,
  request: { params: idParam, body: jsonBody(resumeWorkflow) },
  responses: {
    200: json(enrollmentPage, 'As they are now'),
    ...problems('not_found', 'contact_merged', 'invalid_request', 'payload_too_large'),
  },
});
const postSkip = control('skip', 'skipEnrollmentStep', 'Pass over the step at which it stands, or its wait');
const postCancel = control('cancel', 'cancelEnrollment', 'End it');
const postRetry = control('retry', 'retryEnrollment', 'Run its last failed step again, and go on from there');

const postMove = createRoute({
  method: 'post',
  path: '/enrollments/{id}/move',
  operationId: 'moveEnrollment',
  tags: ['enrollments'],
  summary: 'To another version of its workflow, or to another step',
  description:
    'A run stays on its version unless somebody says this. At another step it goes on at once; at the same one it keeps its wait.',
  security: bearer,
  request: { params: idParam, body: jsonBody(moveEnrollmentBody) },
  responses: {
    200: json(enrollmentDetails, 'As it is now'),
    ...problems('not_found', 'forbidden', 'enrollment_over', 'invalid_request', 'payload_too_large'),
  },
});

const postMoveAll = createRoute({
  method: 'post',
  path: '/workflows/{id}/move',
  operationId: 'moveEnrollments',
  tags: ['enrollments'],
  summary: 'Everybody in it to another version',
  description:
    'Runs whose step the version has go on there; `steps` names another for those whose step it has not. Who would stand nowhere stays, and is counted in `left`.',
  security: bearer,
  request: { params: idParam, body: jsonBody(moveEnrollmentsBody) },
  responses: {
    200: json(movedEnrollments, 'Who was moved, and who was not'),
    ...problems('not_found', 'forbidden', 'workflow_not_active', 'invalid_request', 'payload_too_large'),
  },
});

/** Begins the job that enrolls a segment; from the wiring, because jobs are above workflows. Throws `not_found`. */
export type EnrollSegment = (
  tx: Tx,
  of: { workflowId: string; segmentId: string },
  session: Pick<Session, 'member' | 'role'>,
) => Promise<Job>;

export function enrollmentRoutes(context: KitContext, enrollSegment: EnrollSegment): OpenAPIHono<AppEnv> {
  const { database } = context;
  const app = routeGroup();

  app.openapi(postEnrollments, async (c) => {
    const { session } = c.var;
    const { id } = c.req.valid('param');
    const given = c.req.valid('json');
    const { status, body } = await once<StartedEnrollments, 200 | 202>(context, c, async (tx) => {
      if ('segment_id' in given) {
        requireManager(session, 'enroll a whole segment');
        await entryOf(tx, id);
        const job = await enrollSegment(tx, { workflowId: id, segmentId: given.segment_id }, session);
        return { status: 202, body: { enrolled: 0, skipped: 0, ids: [], job } };
      }
      const contactIds = 'contact_id' in given ? [given.contact_id] : [...new Set(given.contact_ids)];
      if (contactIds.length > AGENTS_CONTACTS)
        requireManager(session, `enroll more than ${AGENTS_CONTACTS} at once`);
      if ('contact_id' in given) present((await contactById(tx, given.contact_id))[0]);
      const { member } = session;
      const came = await enrollAsked(tx, id, { contactIds, variables: given.variables, actor: member });
      const ids = came.map(({ enrollment_id }) => enrollment_id);
      return {
        status: 200,
        body: { enrolled: ids.length, skipped: contactIds.length - ids.length, ids, job: null },
      };
    });
    return c.json(body, status);
  });

  app.openapi(getEnrollments, async (c) => {
    const { id } = c.req.valid('param');
    const { state, step, after, limit } = cleanQuery(c.req.valid('query'));
    const live = state === 'live' || state === 'active' || state === 'paused';
    const wanted = { workflowId: id, state, step, limit };
    const found = await database.transaction(c.var.session.tenant, async (tx) => {
      presentWorkflow((await workflowRows(tx, { id }))[0]);
      return live ? listLive(tx, wanted, readKeyCursor(after)) : listEnded(tx, wanted, readCursor(after));
    });
    if (!live) {
      const page = cutPage(found, limit, (one) => ({ at: one.ended_at!, id: one.id }));
      return c.json({ items: page.rows, next: page.next }, 200);
    }
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const next = found.length > limit && last ? writeKeyCursor({ key: 'live', id: last.contact.id }) : null;
    return c.json({ items, next }, 200);
  });

  app.openapi(getOfContact, async (c) => {
    const { id } = c.req.valid('param');
    const items = await database.transaction(c.var.session.tenant, async (tx) => {
      present((await contactById(tx, id))[0]);
      return enrollmentsOf(tx, id);
    });
    return c.json({ items, next: null }, 200);
  });

  /** Does it to a contact, in one transaction with the look at what became of it. */
  const actOn = async (tenant: string, id: string, work: (tx: Tx) => Promise<unknown>) => {
    const items = await database.transaction(tenant, async (tx) => {
      present((await contactById(tx, id))[0]);
      await work(tx);
      return enrollmentsOf(tx, id);
    });
    return { items, next: null };
  };

  app.openapi(postPauseContact, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    return c.json(await actOn(tenant, id, (tx) => pauseContact(tx, id, member)), 200);
  });

  app.openapi(postResumeContact, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const { due } = c.req.valid('json');
    return c.json(await actOn(tenant, id, (tx) => resumeContact(tx, id, due, member)), 200);
  });

  app.openapi(getEnrollment, async (c) => {
    const body = await database.transaction(c.var.session.tenant, (tx) =>
      enrollmentById(tx, c.req.valid('param').id),
    );
    return c.json(body, 200);
  });

  /** Does it in one transaction with the look at what became of it. */
  const act = (tenant: string, id: string, work: (tx: Tx) => Promise<unknown>): Promise<EnrollmentDetails> =>
    database.transaction(tenant, async (tx) => {
      await stands(tx, id);
      await work(tx);
      return enrollmentById(tx, id);
    });

  app.openapi(postPause, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    return c.json(await act(tenant, id, (tx) => pauseEnrollments(tx, [id], member)), 200);
  });

  app.openapi(postResume, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const { due } = c.req.valid('query');
    return c.json(await act(tenant, id, (tx) => resumeRun(tx, id, due, member)), 200);
  });

  app.openapi(postSkip, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    return c.json(await act(tenant, id, (tx) => skipStep(tx, [id], member)), 200);
  });

  app.openapi(postCancel, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    return c.json(await act(tenant, id, (tx) => endRuns(tx, withRetries(tx, [id]), 'member', member)), 200);
  });

  app.openapi(postRetry, async (c) => {
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const body = await database.transaction(tenant, async (tx) => {
      const before = await enrollmentById(tx, id);
      const failure = await failureAtEnd(tx, id);
      const retried = failure
        ? (await retryFailures(tx, { failures: [failure] }, member)).retried
        : await retryFailed(tx, [id], member);
      if (before.state !== 'failed' || retried === 0)
        throw new ProblemError(
          'not_retryable',
          'Only runs that ended because they failed go on at that step, unless the contact is in this workflow anew.',
        );
      return enrollmentById(tx, id);
    });
    return c.json(body, 200);
  });

  app.openapi(postMove, async (c) => {
    requireManager(c.var.session, 'move runs to another version');
    const { tenant, member } = c.var.session;
    const { id } = c.req.valid('param');
    const body = await database.transaction(tenant, async (tx) => {
      await moveEnrollment(tx, id, c.req.valid('json'), member);
      return enrollmentById(tx, id);
    });
    return c.json(body, 200);
  });

  app.openapi(postMoveAll, async (c) => {
    requireManager(c.var.session, 'move runs to another version');
    const { tenant, member } = c.var.session;
    const body = await database.transaction(tenant, (tx) =>
      moveAll(tx, c.req.valid('param').id, c.req.valid('json'), member),
    );
    return c.json(body, 200);
  });

  return app;
}

/** Throws `not_found`, `enrollment_over`. */
async function stands({ sql, tenant }: Tx, id: string): Promise<void> {
  const [held] = await sql<{ over: boolean }[]>`
    select ended_at is not null as over from enrollments
    where tenant_id = ${tenant} and enrollment_id = ${id} for no key update`;
  if (!held) throw notFound('run');
  if (held.over) throw new ProblemError('enrollment_over', 'This run is over. Enroll the contact again.');
}
