/** Steps without the engine: a batch at one step, in a transaction, with what it wants done written as the engine does. */
import { createHash } from 'node:crypto';
import type { Definition, StepBase, WorkflowSettings } from '../../contract/workflow/index.ts';
import { workflowSettings } from '../../contract/workflow/index.ts';
import { Database, type Tx } from '../../db/client.ts';
import { newId } from '../../ids.ts';
import { setColumns } from '../../contacts/bulk.ts';
import { getTestKit, TEST_SECRET, TEST_URL, type TestKit, type TestKitOptions } from '../../testing/kit.ts';
import type { OutgoingTeamItem } from '../effects/team.ts';
import { writersFor } from '../effects/writers.ts';
import type { Effects, OutgoingRequest, OutgoingText } from '../engine/effects.ts';
import { NOBODY } from '../run-contact.ts';
import type { Outcome, Run, RunContact, StepRunner, StepServices } from '../steps/step.ts';

export interface StepsWorld {
  kit: TestKit;
  database: Database;
  now: Date;
  workflowId: string;
  settings: (settings: Partial<WorkflowSettings>) => void;
  /** A contact who may be sent marketing, and their run. */
  person(row?: Record<string, unknown>): Promise<Run>;
  /** A file of the library, ready unless said otherwise. */
  asset(row?: Record<string, unknown>): Promise<string>;
  /** Everybody takes the step together. */
  take(
    step: { kind: string } & Record<string, unknown>,
    runs: Run[],
    services?: StepServices,
  ): Promise<Outcome[]>;
  close(): Promise<void>;
}

const ACTOR = (id: string) => ({ id: `workflow:${id}`, name: 'Five Days of Joy' });

export async function getStepsWorld(
  runners: readonly StepRunner[],
  options: TestKitOptions = {},
): Promise<StepsWorld> {
  let now = new Date('2026-11-23T16:00:00Z');
  const clock = () => now;
  const kit = await getTestKit({ clock, ...options });
  const database = new Database({ url: kit.url, schema: kit.schema, clock });
  const context = { secret: TEST_SECRET, publicUrl: TEST_URL, carrier: kit.carrier, clock };
  const workflowId = newId();
  let settings = workflowSettings.parse({ purpose: 'conversation' });
  await kit.admin(
    `insert into workflows (tenant_id, workflow_id, key, name, state, draft, published)
     values ($1, $2, 'five-days-of-joy', 'Five Days of Joy', 'active', '', 1)`,
    [kit.a.id, workflowId],
  );
  await kit.admin(
    `insert into workflow_versions (tenant_id, workflow_id, version, definition, source) values ($1, $2, 1, '{}', '')`,
    [kit.a.id, workflowId],
  );
  let people = 0;

  async function person(row: Record<string, unknown> = {}): Promise<Run> {
    people += 1;
    const id = newId();
    const columns = {
      first_name: 'Anna',
      phone: `+1312556${String(people).padStart(4, '0')}`,
      time_zone: 'America/Chicago',
      ...row,
    } as Record<string, unknown>;
    const names = Object.keys(columns);
    await kit.admin(
      `insert into contacts (tenant_id, contact_id, ${names.join(', ')})
       values ($1, $2, ${names.map((_, nth) => `$${nth + 3}`).join(', ')})`,
      [kit.a.id, id, ...Object.values(columns)],
    );
    const enrollmentId = newId();
    await kit.admin(
      `insert into enrollments (tenant_id, enrollment_id, workflow_id, version, contact_id, step, due_at)
       values ($1, $2, $3, 1, $4, 's', $5)`,
      [kit.a.id, enrollmentId, workflowId, id, now],
    );
    const contact: RunContact = {
      ...NOBODY,
      zone: 'America/Chicago',
      created_at: now.toISOString(),
      ...(columns as Pick<RunContact, 'first_name' | 'phone'>),
      id,
    };
    return {
      enrollmentId,
      workflowId,
      contact,
      variables: {},
      source: {},
      ordinal: 0,
      attempt: 0,
      startedAt: now,
      waited: null,
    };
  }

  async function asset(row: Record<string, unknown> = {}): Promise<string> {
    const { type = 'video/mp4', kind = 'video', size = 300 * 1024, ...columns } = row;
    const fileId = newId();
    await kit.admin(
      `insert into files (tenant_id, file_id, sha256, size, content_type, storage_key, width, height, duration_ms, video_codec)
       values ($1, $2, $3, $4, $5, $6, 640, 360, 12000, 'avc1.42E01E')`,
      [kit.a.id, fileId, createHash('sha256').update(fileId).digest(), size, type, `videos/${fileId}`],
    );
    const id = newId();
    const more = Object.keys(columns);
    await kit.admin(
      `insert into assets (tenant_id, asset_id, kind, name, file_id${more.map((name) => `, ${name}`).join('')})
       values ($1, $2, $3, 'Birthday', $4${more.map((_, nth) => `, $${nth + 5}`).join('')})`,
      [kit.a.id, id, kind, fileId, ...Object.values(columns)],
    );
    return id;
  }

  async function take(given: { kind: string }, runs: Run[], services?: StepServices): Promise<Outcome[]> {
    const runner = runners.find(({ kind }) => kind.kind === given.kind)!;
    const step: StepBase = runner.kind.schema.parse({ id: 's', ...given });
    const definition: Definition = {
      version: 1,
      key: 'five-days-of-joy',
      name: 'Five Days of Joy',
      triggers: [],
      settings,
      steps: [step],
    };
    return database.transaction(kit.a.id, async (tx) => {
      const by = { actor: ACTOR(workflowId), definition };
      const texts: (OutgoingText & { by: typeof by })[] = [];
      const requests: OutgoingRequest[] = [];
      const team: OutgoingTeamItem[] = [];
      const owners: [string, string | null][] = [];
      const writers = writersFor(context);
      const links = writers.links(by.actor);
      const effects: Partial<Effects> = {
        text: (text) => void texts.push({ ...text, by }),
        request: (request) => void requests.push(request),
        assetLink: (link) => links.assetLink(link),
        shortLink: (link) => links.shortLink(link),
        assign: (contactId, member) => void owners.push([contactId, member]),
        task: (contactId, task) => void team.push({ contactId, by, item: { do: 'task', ...task } }),
        note: (contactId, body) => void team.push({ contactId, by, item: { do: 'note', body } }),
        notify: (contactId, member, body) =>
          void team.push({ contactId, by, item: { do: 'notify', member, body } }),
        setVariable(enrollmentId, name, value) {
          runs.find((run) => run.enrollmentId === enrollmentId)!.variables[name] = value;
        },
      };
      const outcomes = await runner.run({
        step,
        definition,
        runs,
        tx,
        effects: effects as Effects,
        now,
        tenantZone: 'America/Chicago',
        services,
        zoneOf: () => ({ zone: 'America/Chicago' }),
        choose: () => Promise.resolve(new Map()),
        heard: () => Promise.resolve(new Map()),
      });
      await links.write(tx);
      for (const [id, member] of owners)
        await setColumns(tx, { ids: [id], actor: by.actor, data: {} }, { owner_id: member });
      await writers.team(tx, team);
      await writers.texts(tx, texts);
      await writers.requests(tx, requests);
      for (const [nth, outcome] of outcomes.entries()) await note(tx, runs[nth]!, outcome);
      return outcomes;
    });
  }

  /** As the engine writes it down. */
  async function note({ sql, tenant }: Tx, run: Run, outcome: Outcome): Promise<void> {
    if ('wait' in outcome) {
      await sql`update enrollments set waiting = ${sql.json(outcome.wait as never)}, due_at = ${outcome.wait.until}
        where tenant_id = ${tenant} and enrollment_id = ${run.enrollmentId}`;
      return;
    }
    const how = 'done' in outcome ? 'done' : 'skip' in outcome ? 'skipped' : 'failed';
    const detail = 'detail' in outcome ? (outcome.detail ?? null) : null;
    await sql`
      insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome, detail)
      values (${tenant}, ${run.enrollmentId}, ${run.ordinal}, 's', ${how}, ${sql.json(detail as never)})
      on conflict do nothing`;
    run.ordinal += 1;
    await sql`update enrollments set ordinal = ${run.ordinal}, waiting = null
      where tenant_id = ${tenant} and enrollment_id = ${run.enrollmentId}`;
  }

  return {
    kit,
    database,
    workflowId,
    get now() {
      return now;
    },
    set now(time: Date) {
      now = time;
    },
    settings(given) {
      settings = workflowSettings.parse({ purpose: 'conversation', ...given });
    },
    person,
    asset,
    take,
    async close() {
      await database.close();
      await kit.close();
    },
  };
}
