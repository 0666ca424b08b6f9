/** Bulk actions: what each may be asked, and what it does to a piece of the contacts. */
import type { Belongings } from '../contacts/belongings.ts';
import {
  addTags,
  removeTags,
  setColumns,
  setField,
  setStages,
  type Change,
  type Changed,
} from '../contacts/bulk.ts';
import { checkedInput, NOBODY, type ContactValues } from '../contacts/input.ts';
import { deleteContacts } from '../contacts/remove.ts';
import type { Stages } from '../contacts/stages.ts';
import { updateContact, type BulkAction, type FieldValue, type JobTarget } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import { notFound, ProblemError } from '../errors.ts';
import { changeMembers } from '../segments/segments.ts';
import type { JobRow } from './jobs.ts';
import type { Step, Work } from './runner.ts';
import { fixTarget, pieceOf } from './targets.ts';

/** Contacts a piece. It holds their rows for as long as it runs, so whoever edits one of them waits for so many. */
const PIECE = 2_500;
/** Deleting takes conversations and messages along. */
const DELETE_PIECE = 500;

/** What may be the same for many people. */
const SETTABLE = [
  'first_name',
  'middle_name',
  'last_name',
  'birthday',
  'lead_type',
  'lead_score',
  'source',
  'street',
  'city',
  'postal_code',
  'state',
  'country',
  'time_zone',
  'do_not_call',
  'dnd',
] as const;
type Settable = (typeof SETTABLE)[number];

const INSTEAD: Record<string, string> = {
  tags: 'Use add_tags or remove_tags.',
  stage: 'Use set_stage.',
  owner_id: 'Use set_owner.',
};

type SetField = Extract<BulkAction, { type: 'set_field' }>;

/** What an action stores, by the rules of PATCH /contacts. Throws what `checkedInput` does. */
async function valuesOf(tx: Tx, { field, value }: SetField): Promise<ContactValues> {
  if (!SETTABLE.includes(field as Settable)) {
    throw new ProblemError(
      'invalid_request',
      `${field} cannot be set for many people at once. ${INSTEAD[field] ?? `What can: ${SETTABLE.join(', ')} and fields.<key>.`}`,
      'action.field',
    );
  }
  const read = updateContact.safeParse({ [field]: value });
  if (!read.success) {
    throw new ProblemError('invalid_request', `${field}: ${read.error.issues[0]!.message}`, 'action.value');
  }
  const { values } = await checkedInput(tx, read.data, NOBODY);
  // the zone follows from each person's own address and number
  const { derived_zone: _, derived_zone_source: __, ...own } = values;
  return own;
}

const customKey = (field: string) => (field.startsWith('fields.') ? field.slice('fields.'.length) : null);

async function customValue(tx: Tx, key: string, value: FieldValue | null): Promise<FieldValue | null> {
  const { values } = await checkedInput(tx, { fields: { [key]: value } }, NOBODY);
  return (values.fields as Record<string, FieldValue>)[key] ?? null;
}

/** What can be refused before the job begins. Throws `invalid_request`, `invalid_field`, `not_found`, `not_static`, … */
export async function checkAction(tx: Tx, action: BulkAction): Promise<void> {
  if (action.type === 'set_field') {
    const key = customKey(action.field);
    await (key === null ? valuesOf(tx, action) : customValue(tx, key, action.value));
  } else if (action.type === 'set_owner') {
    await checkedInput(tx, { owner_id: action.owner_id }, NOBODY);
  } else if (action.type === 'add_to_segment' || action.type === 'remove_from_segment') {
    const [segment] = await tx.sql<{ kind: string }[]>`
      select kind from segments where tenant_id = ${tx.tenant} and segment_id = ${action.segment_id}`;
    if (!segment) throw notFound('segment');
    if (segment.kind !== 'static') {
      throw new ProblemError(
        'not_static',
        'Who is in this segment follows from its filter. Choose a static one.',
      );
    }
  } else if (action.type === 'enroll') {
    const [workflow] = await tx.sql<{ open: boolean }[]>`
      select state in ('active', 'paused') as open from workflows
      where tenant_id = ${tx.tenant} and workflow_id = ${action.workflow_id}`;
    if (!workflow) throw notFound('workflow');
    if (!workflow.open) throw new ProblemError('workflow_not_active', 'Publish this workflow, then enroll.');
  }
}

/** What other domains do with the contacts that an action changes. */
export interface Domains {
  /** Into a workflow. Throws `not_found`, `workflow_not_active`. */
  enroll?(tx: Tx, workflowId: string, of: Change): Promise<Record<string, number>>;
  belongings: Required<Belongings>;
  stages: Stages;
}

async function act(
  tx: Tx,
  action: BulkAction,
  of: Change,
  { belongings, stages, enroll }: Domains,
): Promise<Record<string, number>> {
  const { ids, actor, data } = of;
  const counted = (changed: Changed) => ({ ...changed });
  switch (action.type) {
    case 'add_tags':
      return counted(await addTags(tx, of, [...new Set(action.tags)]));
    case 'remove_tags':
      return counted(await removeTags(tx, of, action.tags));
    case 'set_stage':
      return counted(await setStages(tx, of, action.stage || null, stages));
    case 'set_owner': {
      const { values } = await checkedInput(tx, { owner_id: action.owner_id }, NOBODY);
      return counted(await setColumns(tx, of, values));
    }
    case 'set_field': {
      const key = customKey(action.field);
      if (key === null) return counted(await setColumns(tx, of, await valuesOf(tx, action)));
      return counted(await setField(tx, of, key, await customValue(tx, key, action.value)));
    }
    case 'add_to_segment':
    case 'remove_from_segment': {
      const add = action.type === 'add_to_segment';
      const there = await stillThere(tx, ids);
      const change = { add: add ? there : [], remove: add ? [] : there };
      const { entered, left } = await changeMembers(tx, action.segment_id, change, actor, data);
      const updated = entered.length + left.length;
      return { updated, unchanged: there.length - updated, skipped: ids.length - there.length };
    }
    case 'enroll':
      return (await enroll?.(tx, action.workflow_id, of)) ?? { skipped: ids.length };
    case 'delete': {
      const deleted = await deleteContacts(tx, ids, actor, belongings, data);
      return { deleted, skipped: ids.length - deleted };
    }
  }
}

async function stillThere({ sql, tenant }: Tx, ids: string[]): Promise<string[]> {
  const rows = await sql<{ contact_id: string }[]>`
    select contact_id from contacts
    where tenant_id = ${tenant} and contact_id = any(${ids}::uuid[]) and merged_into is null`;
  return rows.map((row) => row.contact_id);
}

export interface BulkSettings {
  action: BulkAction;
  target: JobTarget;
}

/** `place` is the number of the next piece. */
export function bulkWork(domains: Domains): Work {
  return {
    open: () => ({
      async piece(tx: Tx, job: JobRow): Promise<Step> {
        const { action, target } = job.settings as unknown as BulkSettings;
        const place = job.place as { piece: number } | null;
        if (place === null) {
          const size = action.type === 'delete' ? DELETE_PIECE : PIECE;
          const total = await fixTarget(tx, job.job_id, target, size);
          return { done: 0, total, place: { piece: 0 }, over: total === 0 };
        }
        const ids = await pieceOf(tx, job.job_id, place.piece);
        if (ids === null) return { done: 0, place, over: true };
        const of = { ids, actor: job.member, data: { job_id: job.job_id } };
        const counts = await act(tx, action, of, domains);
        const over = job.done + ids.length >= job.total!;
        return { done: ids.length, counts, place: { piece: place.piece + 1 }, over };
      },
    }),
  };
}
