/** How many stand where, and what became of steps: sums of what `workflow_counts` was told by every statement. */
import { STEP_KINDS, type Definition, type StepKind } from '../contract/workflow/index.ts';
import type { WorkflowCounts, WorkflowTotals } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';

export interface CountRow {
  what: string;
  count: number;
}

interface StepCountRow extends CountRow {
  step: string;
}

/** Rows from which reading takes longer than folding them. */
const FOLD_FROM = 2_000;

/** For the caller's pipeline. */
export function countRows({ sql, tenant }: Tx, workflowId: string) {
  return sql<(StepCountRow & { told: number })[]>`
    select step, what, sum(count)::integer as count, count(*)::integer as told from workflow_counts
    where tenant_id = ${tenant} and workflow_id = ${workflowId} group by step, what`;
}

/** Makes one row of the many. Whoever adds meanwhile is not touched: what is not seen yet stays as it is. */
export async function foldCounts(tx: Tx, workflowId: string): Promise<void> {
  const { sql, tenant } = tx;
  const [lock] = await sql<{ free: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtextextended('patchbay:counts:' || current_schema() || ${`:${tenant}:${workflowId}`}, 0)) as free`;
  if (!lock!.free) return;
  await sql`
    with told as (
      delete from workflow_counts where tenant_id = ${tenant} and workflow_id = ${workflowId}
      returning step, what, count
    )
    insert into workflow_counts
    select ${tenant}, ${workflowId}, step, what, sum(count) from told group by step, what having sum(count) <> 0`;
}

export const isLong = (rows: readonly { told: number }[]) =>
  rows.reduce((sum, { told }) => sum + told, 0) > FOLD_FROM;

export function totalsFrom(rows: readonly CountRow[], failures: number): WorkflowTotals {
  const of = (...names: string[]) =>
    Math.max(
      0,
      rows.reduce((sum, { what, count }) => (names.includes(what) ? sum + count : sum), 0),
    );
  return {
    active: of('active', 'waiting'),
    waiting: of('waiting'),
    paused: of('paused'),
    completed: of('completed'),
    canceled: of('canceled'),
    failed: of('failed'),
    failed_steps: of('step_failed'),
    failures,
  };
}

/** In the order of the published steps; those that only earlier versions have come last. */
export function countsFrom(
  rows: readonly StepCountRow[],
  definition: Definition | null,
  failures: number,
): WorkflowCounts {
  const steps = definition?.steps ?? [];
  const known = new Set(steps.map(({ id }) => id));
  const older = [...new Set(rows.map(({ step }) => step))].filter((step) => step !== '' && !known.has(step));
  return {
    totals: totalsFrom(rows, failures),
    steps: [...known, ...older].map((id) => {
      const step = steps.find((one) => one.id === id);
      const here = rows.filter((row) => row.step === id);
      const of = (...names: string[]) =>
        Math.max(
          0,
          here.reduce((sum, { what, count }) => (names.includes(what) ? sum + count : sum), 0),
        );
      return {
        step: id,
        words: step ? nameOf(step) : null,
        kind: step?.kind ?? null,
        standing: of('active', 'waiting'),
        paused: of('paused'),
        done: of('step_done'),
        skipped: of('step_skipped'),
        failed: of('step_failed'),
      };
    }),
  };
}

const KINDS = new Map<string, StepKind>(
  (STEP_KINDS as unknown as readonly StepKind[]).map((kind) => [kind.kind, kind]),
);

/** What members call a step: its name, else what it does. */
export function nameOf(step: Definition['steps'][number]): string {
  return step.name ?? KINDS.get(step.kind)?.words(step) ?? step.kind;
}

export const kindOf = (kind: string): StepKind | undefined => KINDS.get(kind);
