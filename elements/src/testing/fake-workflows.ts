import type { Workflow, WorkflowDetails, WorkflowVersion } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { WorkflowClient } from '../client/workflows.ts';
import { fakeFailures } from './fake-failures.ts';
import { fakeHooks } from './fake-hooks.ts';
import { fakeRuns } from './fake-runs.ts';
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
  const { answer, emit, missing, now, me } = world;
  const { workflows: wanted = 3 } = options;
  const moment = (ago = 0) => new Date(now() - ago).toISOString();
  const member = { id: me.member.id, name: me.member.name };
  const all = new Map<string, { details: WorkflowDetails; words: string[]; versions: WorkflowVersion[] }>();

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

  const own = (id: string) => {
    const found = all.get(id);
    if (!found) throw missing();
    return found;
  };
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
    ...fakeRuns(world, own, all.values().next().value?.details.id, options),
  };
}
