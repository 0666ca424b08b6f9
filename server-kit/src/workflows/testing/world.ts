/** A tenant with workflows and people, and a clock that the test turns. */
import {
  definitionFrame,
  STEP_KINDS,
  type Definition,
  type StepBase,
} from '../../contract/workflow/index.ts';
import { Database, type Tx } from '../../db/client.ts';
import { newId } from '../../ids.ts';
import type { TestKit } from '../../testing/kit.ts';
import { createEngine, runDue, type Engine } from '../engine/run.ts';
import { enroll, type Enrolling } from '../engine/enroll.ts';
import { STEP_RUNNERS } from '../steps/index.ts';
import { engineContext } from './context.ts';
import type { StepRunner } from '../steps/step.ts';

/** A definition from what a test cares about. */
export function definitionOf(given: {
  key?: string;
  settings?: Record<string, unknown>;
  steps: Record<string, unknown>[];
}): Definition {
  const { steps, key = 'test', settings = {} } = given;
  const frame = definitionFrame.parse({
    version: 1,
    key,
    name: `The ${key}`,
    // marketing needs a written consent, which is what other tests are about
    settings: { purpose: 'conversation', ...settings },
  });
  const schemas = new Map<string, { parse(step: unknown): unknown }>(
    STEP_KINDS.map(({ kind, schema }) => [kind, schema]),
  );
  return {
    ...frame,
    steps: steps.map((step) => {
      const schema = schemas.get(step['kind'] as string);
      return (schema ? schema.parse(step) : step) as StepBase;
    }),
  };
}

export interface StepRow {
  step: string;
  outcome: string;
  detail: Record<string, unknown> | null;
  at: string;
  ordinal: number;
}

export interface RunRow {
  enrollment_id: string;
  contact_id: string;
  version: number;
  state: string;
  step: string | null;
  ordinal: number;
  attempt: number;
  due_at: string | null;
  waiting: Record<string, unknown> | null;
  end_reason: string | null;
  variables: Record<string, unknown>;
}

export class World {
  readonly kit: TestKit;
  readonly tenant: string;
  readonly database: Database;
  readonly engine: Engine;
  now: Date;
  readonly #published = new Map<string, Enrolling['workflow']>();

  constructor(
    kit: TestKit,
    {
      tenant = kit.a.id,
      now = '2026-03-02T15:00:00.000Z',
      runners = STEP_RUNNERS,
      batch = 500,
    }: { tenant?: string; now?: string; runners?: readonly StepRunner[]; batch?: number } = {},
  ) {
    this.kit = kit;
    this.tenant = tenant;
    this.now = new Date(now);
    this.database = new Database({
      url: kit.url,
      schema: kit.schema,
      maxConnections: 3,
      clock: () => this.now,
    });
    this.engine = createEngine(engineContext(this.database), runners, { batch });
  }

  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(this.tenant, work);
  }

  /** Publishes a definition under its key; the same key again is the next version. Returns the workflow's id. */
  async publish(definition: Definition): Promise<string> {
    const { key, name, settings, steps } = definition;
    const before = this.#published.get(key);
    const id = before?.id ?? newId();
    const version = (before?.version ?? 0) + 1;
    await this.tx(async ({ sql, tenant }) => {
      await sql`insert into workflows (tenant_id, workflow_id, key, name, state, draft, published, priority)
        values (${tenant}, ${id}, ${key}, ${name}, 'active', '', ${version}, ${settings.priority})
        on conflict (tenant_id, workflow_id) do update set published = excluded.published`;
      await sql`insert into workflow_versions (tenant_id, workflow_id, version, definition, source)
        values (${tenant}, ${id}, ${version}, ${sql.json(definition as never)}, '')`;
    });
    this.#published.set(key, { id, version, firstStep: steps[0]!.id, settings });
    return id;
  }

  async people(count: number, values: Record<string, unknown> = {}): Promise<string[]> {
    const rows = Array.from({ length: count }, (_, nth) => ({
      contact_id: newId(),
      first_name: `Person ${nth}`,
      phone: `+1415${String(1_000_000 + people + nth)}`,
      ...values,
    }));
    people += count;
    const columns = Object.keys(rows[0]!).join(', ');
    await this.tx(
      async ({ sql, tenant }) => sql`
        insert into contacts (tenant_id, ${sql.unsafe(columns)})
        select ${tenant}, ${sql.unsafe(columns)} from jsonb_populate_recordset(null::contacts, ${sql.json(rows as never)})`,
    );
    return rows.map(({ contact_id }) => contact_id);
  }

  async enroll(key: string, contactIds: string[], more: Partial<Enrolling> = {}): Promise<string[]> {
    const rows = await this.tx((tx) =>
      enroll(tx, {
        workflow: this.#published.get(key)!,
        contactIds,
        source: { on: 'manual' },
        sourceKey: null,
        variables: {},
        actor: null,
        ...more,
      }),
    );
    const byContact = new Map(rows.map((row) => [row.contact_id, row.enrollment_id]));
    return contactIds.flatMap((id) => byContact.get(id) ?? []);
  }

  /** Batches until nothing more is due now. */
  async settle(): Promise<number> {
    let steps = 0;
    for (;;) {
      const progress = await runDue(this.engine, this.tenant);
      steps += progress.steps;
      if (!progress.more) return steps;
    }
  }

  async at(time: string): Promise<number> {
    this.now = new Date(time);
    return this.settle();
  }

  /** From one due time to the next, until nothing is due any more or the time has come. */
  async runUntil(time: string): Promise<void> {
    for (;;) {
      await this.settle();
      const [row] = await this.tx(
        async ({ sql, tenant }) => sql<{ next: string | null }[]>`
          select min(due_at) as next from enrollments where tenant_id = ${tenant} and state = 'active'`,
      );
      const next = row!.next;
      if (next === null || next > time) break;
      if (next > this.now.toISOString()) this.now = new Date(next);
    }
    this.now = new Date(time);
  }

  async run(id: string): Promise<RunRow> {
    const [row] = await this.tx(
      async ({ sql, tenant }) => sql<RunRow[]>`
        select * from enrollments where tenant_id = ${tenant} and enrollment_id = ${id}`,
    );
    return row!;
  }

  async steps(id: string): Promise<StepRow[]> {
    return this.tx(async ({ sql, tenant }) => [
      ...(await sql<StepRow[]>`
        select ordinal, step, outcome, detail, at from step_runs
        where tenant_id = ${tenant} and enrollment_id = ${id} order by ordinal`),
    ]);
  }

  /** As `a done, b skipped`. */
  async trace(id: string): Promise<string> {
    return (await this.steps(id)).map(({ step, outcome }) => `${step} ${outcome}`).join(', ');
  }

  async close(): Promise<void> {
    await this.database.close();
  }
}

let people = 0;
