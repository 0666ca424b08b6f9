/**
 * The books after Five Days of Joy, held against the carrier's own: it alone knows what reached a phone, and when. Every promise
 * is a list of what breaks it.
 */
import type { Message } from '@patchbay/carrier-sandbox';
import type { JoyWorld, Person } from './joy-world.ts';
import { nameOf } from './stage.ts';

/** Steps that text, in their order, and the tag that says so. */
const TEXTS = [
  ['welcome', 'Joy_Day0_Sent'],
  ['nurturing', 'Joy_Day1_Sent'],
  ['insight', 'Joy_Day2_Sent'],
  ['resource', 'Joy_Day3_Sent'],
  ['relationship', 'Joy_Day4_Sent'],
  ['invitation', 'Joy_Final_Sent'],
] as const;

export interface Verdict {
  runs: number;
  texts: number;
  ends: Record<string, number>;
  broken: Record<
    | 'doubled'
    | 'lost'
    | 'unexplained'
    | 'foreign'
    | 'afterStop'
    | 'afterDeletion'
    | 'outside'
    | 'order'
    | 'tags'
    | 'open',
    string[]
  >;
}

interface Run {
  enrollment_id: string;
  contact_id: string;
  phone: string;
  state: string;
  end_reason: string | null;
  tags: string[];
  merged: boolean;
  steps: { step: string; outcome: string; detail: { message_id?: string; reason?: string } | null }[];
}

interface Row {
  message_id: string;
  status: string;
  attempt: number;
  to_address: string;
  error_reason: string | null;
}

export async function judge(world: JoyWorld): Promise<Verdict> {
  const runs = await world.stage.query<Run>(
    `select e.enrollment_id, e.contact_id, c.phone, e.state, e.end_reason, c.tags,
       exists (select from contacts m where m.merged_into = c.contact_id) as merged,
       coalesce((select jsonb_agg(jsonb_build_object('step', s.step, 'outcome', s.outcome, 'detail', s.detail) order by s.ordinal)
         from step_runs s where s.tenant_id = e.tenant_id and s.enrollment_id = e.enrollment_id), '[]') as steps
     from enrollments e join contacts c using (tenant_id, contact_id)`,
  );
  const rows = new Map(
    (
      await world.stage.query<Row>(
        `select message_id, status, attempt, to_address, error_reason from messages where direction = 'outbound'`,
      )
    ).map((row) => [row.message_id, row]),
  );
  // the carrier's own words to a STOP, and ours, are no step's
  const taken = [...world.sandbox.state.messages.all()].filter(
    ({ direction, statusCallback, body }) =>
      direction === 'outbound-api' && statusCallback !== null && !/unsubscribed/i.test(body),
  );
  const byMessage = Map.groupBy(taken, (message) => nameOf(message.statusCallback)!.id);
  const people = new Map(world.people.map((person) => [person.phone, person]));
  const broken: Verdict['broken'] = {
    doubled: [],
    lost: [],
    unexplained: [],
    foreign: [],
    afterStop: [],
    afterDeletion: [],
    outside: [],
    order: [],
    tags: [],
    open: [],
  };

  const stepOf = new Map<string, string>();
  for (const run of runs) {
    if (run.end_reason === null) broken.open.push(describeRun(run));
    const sent = judgeRun(run, rows, byMessage, broken);
    for (const [step, message] of sent) stepOf.set(nameOf(message.statusCallback)!.id, step);
    const days = sent.map(([, message]) => wall(message.createdAt, people.get(message.to)!.zone).day);
    if (new Set(days).size !== days.length || days.join() !== days.toSorted().join())
      broken.order.push(`${describeRun(run)}: ${days.join()}`);
  }

  for (const message of taken) {
    const { id, attempt } = nameOf(message.statusCallback)!;
    const person = people.get(message.to)!;
    const words = `${message.to} ${new Date(message.createdAt).toISOString()} ${message.body.slice(0, 30)} try ${attempt}`;
    if (!stepOf.has(id) && !deleted(person, world)) broken.foreign.push(words);
    const { hour } = wall(message.createdAt, person.zone);
    if (hour < 10 || hour >= 18) broken.outside.push(`${words}: ${hour.toFixed(2)} h in ${person.zone}`);
    judgeDeeds(world, person, message, words, broken);
  }
  // No phone gets the same step of two runs. Two who became one may: the one's run was over, the other's goes on.
  for (const [phone, all] of Map.groupBy(taken, ({ to }) => to)) {
    if (people.get(phone)!.merged) continue;
    const steps = Map.groupBy(
      all.filter(({ status }) => status !== 'undelivered' && status !== 'failed'),
      (message) => stepOf.get(nameOf(message.statusCallback)!.id),
    );
    for (const [step, copies] of steps)
      if (
        step !== undefined &&
        new Set(copies.map(({ statusCallback }) => nameOf(statusCallback)!.id)).size > 1
      )
        broken.doubled.push(`${phone} ${step} of ${copies.length} messages`);
  }
  const ends: Record<string, number> = {};
  for (const { end_reason } of runs) ends[String(end_reason)] = (ends[String(end_reason)] ?? 0) + 1;
  return { runs: runs.length, texts: taken.length, ends, broken };
}

/** Which of its texts the carrier took. */
function judgeRun(
  run: Run,
  rows: Map<string, Row>,
  byMessage: Map<string, Message[]>,
  broken: Verdict['broken'],
): [string, Message][] {
  const sent: [string, Message][] = [];
  for (const [step, tag] of TEXTS) {
    const did = run.steps.filter((one) => one.step === step);
    const words = `${describeRun(run)} ${step}`;
    if (did.length > 1) broken.doubled.push(`${words}: ${did.length} times in the trace`);
    const [one] = did;
    const isTagged = run.tags.includes(tag);
    const marked = run.steps.some(({ step: name }) => name === markOf(step));
    if (marked !== isTagged && !run.merged)
      broken.tags.push(`${words}: ${tag} ${isTagged}, marked ${marked}`);
    if (one === undefined) {
      // it never came to it: the end says why
      if (run.end_reason === 'finished') broken.lost.push(words);
      if (marked) broken.tags.push(`${words}: marked and not sent`);
      continue;
    }
    const id = one.detail?.message_id;
    if (id === undefined) {
      if (one.outcome === 'done' || !one.detail?.reason) broken.unexplained.push(words);
      continue;
    }
    const copies = byMessage.get(id) ?? [];
    const tries = Map.groupBy(copies, ({ statusCallback }) => nameOf(statusCallback)!.attempt);
    for (const [attempt, same] of tries)
      if (same.length > 1) broken.doubled.push(`${words}: try ${attempt} ${same.length} times`);
    if (copies.filter(({ status }) => status === 'delivered').length > 1)
      broken.doubled.push(`${words}: arrived more than once`);
    const row = rows.get(id);
    if (copies[0]) sent.push([step, copies[0]]);
    if (row === undefined) broken.lost.push(`${words}: no message ${id}`);
    else if (['queued', 'sending'].includes(row.status)) broken.open.push(`${words}: ${row.status}`);
    else if (['sent', 'delivered'].includes(row.status)) {
      if (copies.length === 0) broken.lost.push(`${words}: said to be ${row.status}`);
    } else if (row.error_reason === null) broken.unexplained.push(`${words}: ${row.status}`);
  }
  return sent;
}

function judgeDeeds(
  world: JoyWorld,
  person: Person,
  message: Message,
  words: string,
  broken: Verdict['broken'],
): void {
  const { moment, real } = world.taken.get(message.sid)!;
  for (const { what, moment: when, real: then } of person.did) {
    // a call that had started may still arrive, as long as the carrier may keep one waiting
    const isLate = moment > when || (moment === when && real > then + world.callsEnd);
    if (isLate && what === 'stop') broken.afterStop.push(words);
    if (isLate && what === 'delete') broken.afterDeletion.push(words);
  }
}

const markOf = (step: string) =>
  step === 'invitation' ? 'final-sent' : `day${TEXTS.findIndex(([name]) => name === step)}-sent`;

/** They, or whoever they have become part of. */
const deleted = ({ did }: Person, world: JoyWorld) =>
  did.some(({ what }) => what === 'delete') ||
  (did.some(({ what }) => what === 'merge') &&
    world.people.some((other) => other.did.some(({ what }) => what === 'delete')));

function wall(at: number, zone: string): { day: string; hour: number } {
  const [day, time] = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
    .format(at)
    .split(' ');
  const [hour, minute] = time!.split(':').map(Number);
  return { day: day!, hour: hour! + minute! / 60 };
}

const describeRun = ({ phone, state, end_reason }: Run) => `${phone} ${state} ${end_reason}`;
