import type { RetryBar, WorkflowDetails, WorkflowFailure } from '@patchbay/server-kit/contract';
import type { WorkflowClient } from '../client/workflows.ts';
import type { FakeOptions } from './fake-types.ts';
import type { World } from './fake-world.ts';
import { fakeId } from './people.ts';

const REASONS = [
  ['s3', 'Text: One idea for today', 'The number cannot receive texts (landline or unreachable carrier).'],
  ['s5', 'Text: A story you may like', 'The carrier blocked it as spam.'],
] as const;
const BARS: (RetryBar | null)[] = [null, null, 'opted_out', null, 'sent_since'];

type Failures = Pick<WorkflowClient, 'listFailures' | 'countFailures' | 'retryFailure' | 'retryFailures'>;

/** What failed in the first workflow of the in-memory server. */
export function fakeFailures(
  { answer, emit, missing, now, people }: World,
  own: (id: string) => { details: WorkflowDetails },
  { failures = 4 }: FakeOptions,
): Failures {
  let all: WorkflowFailure[] | null = null;

  const of = (id: string): WorkflowFailure[] => {
    const { details } = own(id);
    if (details.key !== 'five-days-of-joy') return [];
    all ??= Array.from({ length: failures }, (_, n) => {
      const [step, words, reason] = REASONS[n % 4 === 3 ? 1 : 0];
      const { contact } = people[n % people.length]!;
      return {
        id: `${fakeId('8', n)}:3`,
        enrollment_id: fakeId('8', n),
        ordinal: 3,
        workflow: { id, name: details.name },
        contact: { id: contact.id, name: contact.name, phone: contact.phone },
        step,
        words,
        reason,
        says: `Failed: ${reason}`,
        goes_on: false,
        barred: BARS[n % BARS.length] ?? null,
        at: new Date(now() - (n + 1) * 3_600_000).toISOString(),
      };
    });
    return all;
  };
  const settle = (id: string, which: (one: WorkflowFailure) => boolean) => {
    const chosen = of(id).filter(which);
    const retried = chosen.filter(({ barred }) => barred === null);
    all = of(id).filter((one) => !retried.includes(one));
    own(id).details.totals.failures = all.length;
    for (const { contact } of retried)
      emit({ type: 'enrollment.resumed', contact_id: contact.id, data: { workflow_id: id, retried: true } });
    return { retried: retried.length, skipped: chosen.length - retried.length, left: 0 };
  };

  return {
    listFailures: (id, { step, reason, limit = 30, after } = {}, o) =>
      answer(
        'listFailures',
        [id],
        () => {
          const from = Number(after ?? 0);
          const found = of(id).filter((one) => one.step === step && one.reason === reason);
          const end = from + Number(limit);
          return { items: found.slice(from, end), next: end < found.length ? String(end) : null };
        },
        o?.signal,
      ),
    countFailures: (id, o) =>
      answer(
        'countFailures',
        [id],
        () => {
          const found = of(id);
          const items = REASONS.flatMap(([step, words, reason]) => {
            const these = found.filter((one) => one.step === step && one.reason === reason);
            return these[0] ? [{ step, words, reason, count: these.length, last_at: these[0].at }] : [];
          });
          return { total: found.length, items };
        },
        o?.signal,
      ),
    retryFailure: (id, failure) =>
      answer('retryFailure', [id, failure], () => {
        if (!of(id).some((one) => one.id === failure)) throw missing();
        return settle(id, (one) => one.id === failure);
      }),
    retryFailures: (id, { step, reason }) =>
      answer('retryFailures', [id, step, reason], () =>
        settle(id, (one) => one.step === step && one.reason === reason),
      ),
  };
}
