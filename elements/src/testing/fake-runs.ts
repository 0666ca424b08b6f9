import type {
  Enrollment,
  EnrollmentDetails,
  TraceEntry,
  WorkflowDetails,
} from '@patchbay/server-kit/contract';
import type { WorkflowClient } from '../client/workflows.ts';
import type { FakeOptions } from './fake-types.ts';
import type { World } from './fake-world.ts';
import { fakeId } from './people.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Runs = Pick<
  WorkflowClient,
  | 'previewEnrolling'
  | 'enroll'
  | 'listContactEnrollments'
  | 'getEnrollment'
  | 'pauseContact'
  | 'resumeContact'
  | 'controlEnrollment'
>;

/** Who is in the workflows of the in-memory server. The first contact is in `first`, and was once before. */
export function fakeRuns(
  world: World,
  own: (id: string) => { details: WorkflowDetails; words: string[] },
  first: string | undefined,
  options: FakeOptions,
): Runs {
  const { answer, emit, missing, now, nextNumber, people } = world;
  const moment = (ago = 0) => new Date(now() - ago).toISOString();
  const runs: EnrollmentDetails[] = [];

  const entry = (ordinal: number, words: string, more: Partial<TraceEntry>): TraceEntry => ({
    ordinal,
    step: `s${ordinal}`,
    kind: 'send_sms',
    words,
    outcome: 'done',
    reason: null,
    says: 'Done',
    detail: null,
    at: moment(DAY),
    retried: null,
    ...more,
  });
  const enter = (workflow: WorkflowDetails, words: string[], contact: Enrollment['contact'], at: number) => {
    const run: EnrollmentDetails = {
      id: fakeId('7', nextNumber()),
      workflow: { id: workflow.id, key: workflow.key, name: workflow.name, state: workflow.state },
      version: 2,
      latest: true,
      contact,
      state: 'active',
      step: { id: `s${at}`, kind: 'wait', words: words[at]!, number: at + 1 },
      steps: words.length,
      done: at,
      due_at: moment(-20 * HOUR),
      waiting:
        at === 0
          ? null
          : { reason: 'wait', until: moment(-20 * HOUR), zone: 'America/Toronto', says: 'Waiting' },
      zone: 'America/Toronto',
      failed_steps: 0,
      source: { on: 'tag.added' },
      end_reason: null,
      started_at: moment(DAY),
      ended_at: null,
      variables: {},
      trace: words.slice(0, at).map((text, n) => entry(n, text, {})),
    };
    runs.unshift(run);
    return run;
  };
  const someone = people[0]?.contact;
  if (first !== undefined && someone) {
    const { details, words } = own(first);
    const contact = { id: someone.id, name: someone.name, phone: someone.phone };
    const past = enter(details, words, contact, 6);
    Object.assign(past, {
      state: 'canceled',
      step: null,
      due_at: null,
      waiting: null,
      end_reason: 'replied',
      ended_at: moment(40 * DAY),
    });
    const run = enter(details, words, contact, 2);
    if (options.cameDue) Object.assign(run, { state: 'paused', due_at: moment(2 * HOUR) });
    run.trace = [
      entry(0, words[0]!, { says: 'Sent' }),
      entry(1, words[1]!, {
        kind: 'add_tag',
        outcome: 'skipped',
        reason: 'already_so',
        says: 'Skipped: it was so already',
      }),
    ];
  }

  const ofRun = (id: string) => {
    const found = runs.find((run) => run.id === id);
    if (!found) throw missing();
    return found;
  };
  const inIt = (workflowId: string, { id }: { id: string }) =>
    runs.some(
      ({ workflow, contact, ended_at }) =>
        workflow.id === workflowId && contact.id === id && ended_at === null,
    );
  world.workflowsTake.of = (workflowId, contacts) => {
    const { details, words } = own(workflowId);
    const taken = contacts.filter((contact) => !inIt(workflowId, contact));
    for (const { id, name, phone } of taken) enter(details, words, { id, name, phone }, 0);
    return taken;
  };
  const live = (contactId: string) =>
    runs.filter(({ contact, ended_at }) => contact.id === contactId && ended_at === null);
  const ofContact = (contactId: string) =>
    runs
      .filter(({ contact }) => contact.id === contactId)
      .toSorted((a, b) => Number(a.ended_at !== null) - Number(b.ended_at !== null))
      .map((run) => ({ ...run }));

  return {
    previewEnrolling: (id, target, o) =>
      answer(
        'previewEnrolling',
        [id, target],
        () => {
          const { details } = own(id);
          const chosen = world.jobsAbout.of(target);
          const enters = chosen.filter((contact) => !inIt(id, contact));
          return {
            total: chosen.length,
            enters: enters.length,
            in_it: chosen.length - enters.length,
            not_again: 0,
            texts: {
              no_number: enters.filter(({ phone }) => phone === null).length,
              blocked: 0,
              no_consent: enters.filter(({ consent }) => !consent.some(({ state }) => state === 'granted'))
                .length,
            },
            paused: details.state === 'paused',
          };
        },
        o?.signal,
      ),
    enroll: (workflowId, contactId) =>
      answer('enroll', [workflowId, contactId], () => {
        if (inIt(workflowId, { id: contactId })) return { enrolled: 0, skipped: 1, ids: [], job: null };
        const { details, words } = own(workflowId);
        const run = enter(details, words, { id: contactId, name: null, phone: null }, 0);
        emit({ type: 'enrollment.started', contact_id: contactId, data: { workflow_id: workflowId } });
        return { enrolled: 1, skipped: 0, ids: [run.id], job: null };
      }),
    listContactEnrollments: (id, o) =>
      answer('listContactEnrollments', [id], () => ({ items: ofContact(id), next: null }), o?.signal),
    getEnrollment: (id, o) => answer('getEnrollment', [id], () => ({ ...ofRun(id) }), o?.signal),
    pauseContact: (id) =>
      answer('pauseContact', [id], () => {
        for (const run of live(id)) if (run.state === 'active') run.state = 'paused';
        emit({ type: 'enrollment.paused', contact_id: id });
        return { items: ofContact(id), next: null };
      }),
    resumeContact: (id, due) =>
      answer('resumeContact', [id, due], () => {
        for (const run of live(id)) if (run.state === 'paused') run.state = 'active';
        emit({ type: 'enrollment.resumed', contact_id: id });
        return { items: ofContact(id), next: null };
      }),
    controlEnrollment: (id, what, due) =>
      answer('controlEnrollment', [id, what, ...(due ? [due] : [])], () => {
        const run = ofRun(id);
        if (what === 'pause') run.state = 'paused';
        if (what === 'resume') run.state = 'active';
        if (what === 'retry') run.failed_steps = 0;
        if (what === 'skip' && run.step) {
          const { words } = own(run.workflow.id);
          const { number } = run.step;
          run.trace = [
            ...run.trace,
            entry(run.done, run.step.words, {
              outcome: 'skipped',
              reason: 'by_member',
              says: 'Skipped by a member',
              at: moment(),
            }),
          ];
          run.step = { id: `s${number}`, kind: 'send_sms', words: words[number]!, number: number + 1 };
          run.done += 1;
          run.waiting = null;
          run.due_at = moment();
        }
        if (what === 'cancel')
          Object.assign(run, {
            state: 'canceled',
            step: null,
            due_at: null,
            waiting: null,
            end_reason: 'member',
            ended_at: moment(),
          });
        emit({ type: 'enrollment.paused', contact_id: run.contact.id, data: { enrollment_id: id } });
        return { ...run };
      }),
  };
}
