/** What became of the requests that runs wait for, and what their answers say. */
import type { Tx } from '../../db/client.ts';
import type { Answer } from './rows.ts';

export interface Answered {
  state: 'queued' | 'sending' | 'done' | 'failed';
  answer: Answer | null;
  due_at: string | null;
}

/** By enrollment: the request of its step `ordinal`. */
export async function answersTo(
  { sql, tenant }: Tx,
  runs: readonly { enrollmentId: string; ordinal: number }[],
): Promise<Map<string, Answered>> {
  if (runs.length === 0) return new Map();
  const rows = await sql<(Answered & { enrollment_id: string })[]>`
    select distinct on (q.enrollment_id) q.enrollment_id, q.state, q.answer, q.due_at
    from jsonb_to_recordset(${sql.json(runs.map(({ enrollmentId, ordinal }) => ({ enrollmentId, ordinal })))})
      as r ("enrollmentId" uuid, ordinal integer)
    join workflow_requests q on q.tenant_id = ${tenant} and q.enrollment_id = r."enrollmentId" and q.ordinal = r.ordinal
    order by q.enrollment_id, q.created_at desc, q.request_id`;
  return new Map(rows.map(({ enrollment_id, ...row }) => [enrollment_id, row]));
}

/** Kept of one value: a variable goes into texts, and not into files. */
const LONGEST = 4_000;

/** Values by their paths in an answer: `data.items.0.id`. What is not there is null. */
export function mapAnswer(body: string, map: Readonly<Record<string, string>>): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  return Object.fromEntries(Object.entries(map).map(([name, path]) => [name, short(valueAt(value, path))]));
}

function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const part of path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter(Boolean)) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return null;
    found = (found as Record<string, unknown>)[part];
  }
  return found ?? null;
}

function short(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, LONGEST);
  return JSON.stringify(value).length > LONGEST ? null : value;
}
