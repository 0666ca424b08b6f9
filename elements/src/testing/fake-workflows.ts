import type {
  Enrollment,
  EnrollmentDetails,
  TraceEntry,
  Workflow,
  WorkflowDetails,
  WorkflowVersion,
} from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { WorkflowClient } from '../client/workflows.ts';
import { fakeFailures } from './fake-failures.ts';
import { fakeHooks } from './fake-hooks.ts';
import type { FakeOptions } from './fake-types.ts';
import type { World } from './fake-world.ts';
import { fakeId } from './people.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Script {
  key: string;
  name: string;
  state: Workflow['state'];
  totals: Partial<Workflow['totals']>;
  triggers: string[];
  changed?: boolean;
  wrong?: WorkflowDetails['problems'];
  steps: string[];
}

const JOY = [
  'Text: Welcome! Here is what happens next',
  'Add Joy_Day0_Sent',
  'Wait until day 1 at 10:00',
  'Text: One idea for today',
  'Wait until day 2 at 10:00',
  'Text: A story you may like',
  'Text: Shall we talk?',
];
const SCRIPTS: Script[] = [
  {
    key: 'five-days-of-joy',
    name: 'Five Days of Joy',
    state: 'active',
    triggers: ['stage.entered', 'tag.added', 'webhook'],
    totals: { active: 214, waiting: 209, paused: 3, completed: 1_840, canceled: 61, failed_steps: 5 },
    steps: JOY,
  },
  {
    key: 'birthday-video',
    name: 'Birthday video',
    state: 'paused',
    triggers: ['date'],
    totals: { active: 12, waiting: 5, completed: 530 },
    changed: true,
    steps: ['Wait until birthday', 'Send the video birthday', 'Set last_birthday_sent_year'],
  },
  {
    key: 'review-request',
    name: 'Ask for a review, a few days after everything is signed and the keys are handed over',
    state: 'draft',
    triggers: [],
    totals: {},
    changed: true,
    wrong: [
      {
        code: 'unreachable_step',
        severity: 'error',
        step: 'thanks',
        path: 'steps[3]',
        message: 'Nothing leads to the step thanks.',
        mend: 'Let a step or branch lead there, or delete it.',
      },
      {
        code: 'no_opt_out_wording',
        severity: 'warning',
        step: 'ask',
        path: 'steps[0].body',
        message: 'The first text does not say how to opt out.',
        mend: 'Add “Reply STOP to opt out”.',
      },
    ],
    steps: ['Text: How did we do?', 'Wait 3 days', 'Text: A gentle reminder', 'Text: Thank you'],
  },
];

/** Workflows of the in-memory server. The first contact is in the first one. */
export function fakeWorkflows(world: World, options: FakeOptions): WorkflowClient {
  const { answer, emit, missing, now, nextNumber, people, me } = world;
  const { workflows: wanted = 3 } = options;
  const moment = (ago = 0) => new Date(now() - ago).toISOString();
  const member = { id: me.member.id, name: me.member.name };
  const all = new Map<string, { details: WorkflowDetails; words: string[]; versions: WorkflowVersion[] }>();
  const runs: EnrollmentDetails[] = [];

  const make = (script: Script): WorkflowDetails => {
    const { key, name, state, totals, triggers, changed = false, wrong = [], steps } = script;
    const published = state === 'draft' ? null : { version: 2, at: moment(3 * DAY), by: member };
    const details: WorkflowDetails = {
      id: fakeId('6', all.size + 1),
      key,
      name,
      state,
      published,
      changed,
      steps: steps.length,
      triggers,
      errors: wrong.filter(({ severity }) => severity === 'error').length,
      warnings: wrong.filter(({ severity }) => severity === 'warning').length,
      totals: {
        active: 0,
        waiting: 0,
        paused: 0,
        completed: 0,
        canceled: 0,
        failed: 0,
        failed_steps: 0,
        failures: 0,
        ...totals,
      },
      paused_at: state === 'paused' ? moment(5 * HOUR) : null,
      version: 4,
      created_at: moment(30 * DAY),
      updated_at: moment(3 * DAY),
      source: `# ${name}\nversion: 1\nkey: ${key}\nname: ${name}\nsteps:\n${steps.map((words, n) => `  - id: s${n} # ${words}\n`).join('')}`,
      problems: wrong,
    };
    const versions = published
      ? [2, 1].map((version) => ({
          version,
          published_at: moment((5 - version) * DAY),
          published_by: member,
          current: version === 2,
          running: version === 2 ? details.totals.active : 4,
        }))
      : [];
    all.set(details.id, { details, words: steps, versions });
    return details;
  };
  for (const script of SCRIPTS.slice(0, wanted)) make(script);
  const failing = [...all.values()][0];
  if (failing) failing.details.totals.failures = options.failures ?? 4;

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
  const first = all.values().next().value;
  const someone = people[0]?.contact;
  if (first && someone) {
    const contact = { id: someone.id, name: someone.name, phone: someone.phone };
    const past = enter(first.details, first.words, contact, 6);
    Object.assign(past, {
      state: 'canceled',
      step: null,
      due_at: null,
      waiting: null,
      end_reason: 'replied',
      ended_at: moment(40 * DAY),
    });
    const run = enter(first.details, first.words, contact, 2);
    if (options.cameDue) Object.assign(run, { state: 'paused', due_at: moment(2 * HOUR) });
    run.trace = [
      entry(0, first.words[0]!, { says: 'Sent' }),
      entry(1, first.words[1]!, {
        kind: 'add_tag',
        outcome: 'skipped',
        reason: 'already_so',
        says: 'Skipped: it was so already',
      }),
    ];
  }

  const own = (id: string) => {
    const found = all.get(id);
    if (!found) throw missing();
    return found;
  };
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
  const bump = (id: string, change: Partial<WorkflowDetails>, expected?: number): WorkflowDetails => {
    const held = own(id);
    if (expected !== undefined && expected !== held.details.version)
      throw new ApiError('edited_elsewhere', 412, 'Someone else changed this workflow meanwhile.');
    held.details = { ...held.details, ...change, version: held.details.version + 1, updated_at: moment() };
    emit({ type: 'workflow.updated', data: { workflow_id: id } });
    return held.details;
  };
  const read = (source: string) => ({
    key: /^key: *(\S+)/m.exec(source)?.[1] ?? null,
    name: /^name: *(.+)$/m.exec(source)?.[1] ?? null,
    steps: source.match(/^ +- /gm)?.length ?? 0,
  });

  return {
    listWorkflows: (query = {}, o) =>
      answer(
        'listWorkflows',
        [query],
        () =>
          [...all.values()]
            .map(({ details: { source: _, problems: __, ...workflow } }) => workflow)
            .filter(({ state }) => state !== 'archived'),
        o?.signal,
      ),
    getWorkflow: (id, o) => answer('getWorkflow', [id], () => own(id).details, o?.signal),
    createWorkflow: (body) =>
      answer('createWorkflow', [body], () => {
        const { key, name, steps } = read(body.source);
        const made = make({
          key: key ?? 'new',
          name: name ?? 'New',
          state: 'draft',
          totals: {},
          triggers: ['manual'],
          changed: true,
          steps: Array.from({ length: steps }, (_, n) => `Step ${n + 1}`),
        });
        emit({ type: 'workflow.updated', data: { workflow_id: made.id } });
        return Object.assign(made, { source: body.source });
      }),
    updateWorkflow: (id, source, version) =>
      answer('updateWorkflow', [id, source], () => bump(id, { source, changed: true }, version)),
    archiveWorkflow: (id, version) =>
      answer('archiveWorkflow', [id], () => void bump(id, { state: 'archived' }, version)),
    publishWorkflow: (id, version) =>
      answer('publishWorkflow', [id], () => {
        const { details, versions } = own(id);
        const next = (details.published?.version ?? 0) + 1;
        const by = member;
        versions.forEach((one) => (one.current = false));
        versions.unshift({
          version: next,
          published_at: moment(),
          published_by: by,
          current: true,
          running: 0,
        });
        const state = details.state === 'draft' ? 'active' : details.state;
        return bump(id, { state, changed: false, published: { version: next, at: moment(), by } }, version);
      }),
    pauseWorkflow: (id) =>
      answer('pauseWorkflow', [id], () => bump(id, { state: 'paused', paused_at: moment() })),
    listDue: (id, o) =>
      answer(
        'listDue',
        [id],
        () => ({ count: 7, steps: [{ step: 's1', words: own(id).words[1] ?? null, count: 7 }], items: [] }),
        o?.signal,
      ),
    resumeWorkflow: (id, due) =>
      answer('resumeWorkflow', [id, due], () => bump(id, { state: 'active', paused_at: null })),
    ...fakeHooks(world),
    listWorkflowVersions: (id, o) =>
      answer('listWorkflowVersions', [id], () => [...own(id).versions], o?.signal),
    rollBackWorkflow: (id, to, version) =>
      answer('rollBackWorkflow', [id, to], () => {
        const next = own(id).details.published!.version + 1;
        own(id).versions.forEach((one) => (one.current = false));
        own(id).versions.unshift({
          version: next,
          published_at: moment(),
          published_by: member,
          current: true,
          running: 0,
        });
        return bump(id, { changed: false, published: { version: next, at: moment(), by: member } }, version);
      }),
    checkWorkflow: (source, o) =>
      answer(
        'checkWorkflow',
        [source],
        () => {
          const found = read(source);
          return {
            ...found,
            problems: found.key
              ? []
              : [
                  {
                    code: 'not_readable' as const,
                    severity: 'error' as const,
                    step: null,
                    path: '',
                    message: 'This is no workflow.',
                    mend: 'Write it as YAML or JSON, with a key and a name.',
                  },
                ],
          };
        },
        o?.signal,
      ),
    countWorkflow: (id, o) =>
      answer(
        'countWorkflow',
        [id],
        () => {
          const { details, words } = own(id);
          return {
            totals: details.totals,
            steps: words.map((text, n) => ({
              step: `s${n}`,
              words: text,
              kind: 'send_sms',
              standing: n === 2 ? details.totals.active : 0,
              paused: n === 2 ? details.totals.paused : 0,
              done: details.totals.completed + (n < 2 ? details.totals.active : 0),
              skipped: n === 1 ? 12 : 0,
              failed: n === 3 ? details.totals.failed_steps : 0,
            })),
          };
        },
        o?.signal,
      ),
    ...fakeFailures(world, own, options),
    listWorkflowLibrary: (o) =>
      answer(
        'listWorkflowLibrary',
        [],
        () => [
          {
            key: 'missed-call-text-back',
            name: 'Missed call text-back',
            description: 'Whoever calls in vain gets a text within a minute.',
            steps: 3,
            source:
              'version: 1\nkey: missed-call-text-back\nname: Missed call text-back\nsteps:\n  - id: a\n',
          },
        ],
        o?.signal,
      ),
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
