/** A published workflow for tests of what sets it off and what stops it, without the store's checks. */
import type { WorkflowTrigger } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { newId } from '../../ids.ts';
import { syncTriggers } from '../triggers/sync.ts';

export interface Published {
  key?: string;
  triggers?: WorkflowTrigger[];
  settings?: Record<string, unknown>;
  state?: string;
}

export async function publishForTest(
  tx: Tx,
  { key = `w-${newId()}`, triggers = [], settings = {}, state = 'active' }: Published,
): Promise<string> {
  const { sql, tenant } = tx;
  const id = newId();
  const definition = {
    version: 1,
    key,
    name: key,
    triggers,
    settings: { re_entry: 'never', ...settings },
    steps: [{ id: 'first', kind: 'end' }],
  };
  await sql`insert into workflows (tenant_id, workflow_id, key, name, state, draft, published)
    values (${tenant}, ${id}, ${key}, ${key}, ${state}, '', 1)`;
  await sql`insert into workflow_versions (tenant_id, workflow_id, version, definition, source)
    values (${tenant}, ${id}, 1, ${sql.json(definition as never)}, '')`;
  await syncTriggers(tx, id, definition);
  return id;
}
