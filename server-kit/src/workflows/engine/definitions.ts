/** Published versions never change, so each is read and compiled once. */
import type { Definition } from '../../contract/workflow/index.ts';
import type { Tx } from '../../db/client.ts';
import { compile, type Compiled, type Runners } from './compiled.ts';

interface Wanted {
  workflowId: string;
  version: number;
}

/** Definitions in memory. One of 2,000 steps is some megabytes. */
const KEPT = 500;

export class Definitions {
  readonly #runners: Runners;
  #known = new Map<string, Compiled>();

  constructor(runners: Runners) {
    this.#runners = runners;
  }

  /** Those that exist, by `keyOf`. */
  async get(tx: Tx, wanted: Wanted[]): Promise<Map<string, Compiled>> {
    const keys = new Map(wanted.map((one) => [keyOf(one), one]));
    const found = new Map<string, Compiled>();
    const missing: Wanted[] = [];
    for (const [key, one] of keys) {
      const known = this.#known.get(`${tx.tenant} ${key}`);
      if (known) found.set(key, known);
      else missing.push(one);
    }
    if (missing.length === 0) return found;
    const rows = await tx.sql<{ workflow_id: string; version: number; definition: Definition }[]>`
      select v.workflow_id, v.version, v.definition from workflow_versions v
      join jsonb_to_recordset(${tx.sql.json(missing as never)}) as w ("workflowId" uuid, version integer)
        on w."workflowId" = v.workflow_id and w.version = v.version
      where v.tenant_id = ${tx.tenant}`;
    for (const { workflow_id: workflowId, version, definition } of rows) {
      const compiled = compile({ workflowId, version, definition }, this.#runners);
      found.set(keyOf(compiled), compiled);
      if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(`${tx.tenant} ${keyOf(compiled)}`, compiled);
    }
    return found;
  }
}

export const keyOf = ({ workflowId, version }: Wanted): string => `${workflowId} ${version}`;
