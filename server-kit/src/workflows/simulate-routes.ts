import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { KitContext } from '../context.ts';
import type { HostKinds } from './read-source.ts';
import { hostKinds, hostSteps } from './steps/host.ts';
import { simulateWorkflow, workflowSimulation, type Definition } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';
import type { AppEnv } from '../http/env.ts';
import { bearer, idParam, json, jsonBody, problems } from '../http/openapi.ts';
import { routeGroup } from '../http/routes.ts';
import { nameOf } from './counts.ts';
import { stepWords, waitingWords } from './engine/trace.ts';
import { publishable } from './read-source.ts';
import { presentWorkflow, workflowRows } from './rows.ts';
import { runContactById } from './run-contact.ts';
import { simulate } from './simulate.ts';
import { assumed, recorded } from './simulated-consent.ts';
import { readDraft, versionById } from './store.ts';

const postSimulate = createRoute({
  method: 'post',
  path: '/workflows/{id}/simulate',
  operationId: 'simulateWorkflow',
  tags: ['workflows'],
  summary: 'What would happen to a contact, step by step, with times and reasons',
  description: 'The same code as a run, on a clock of its own. Nothing is kept and nothing leaves.',
  security: bearer,
  request: { params: idParam, body: jsonBody(simulateWorkflow) },
  responses: {
    200: json(workflowSimulation, 'How it would go'),
    ...problems('not_found', 'contact_merged', 'invalid_workflow', 'invalid_request', 'payload_too_large'),
  },
});

export function simulateRoutes({ database, clock, steps: runners }: KitContext): OpenAPIHono<AppEnv> {
  const app = routeGroup();
  const kinds = hostKinds(runners);

  app.openapi(postSimulate, async (c) => {
    const { id } = c.req.valid('param');
    const { contact_id, consent, start, events, ...which } = c.req.valid('json');
    const now = clock();
    const begin = start ?? now.toISOString();
    const found = await database.transaction(c.var.session.tenant, async (tx) => {
      const definition = await definitionOf(tx, id, which, kinds);
      const tenantZone = await zoneOf(tx);
      const person = contact_id === undefined ? null : await runContactById(tx, contact_id);
      const standing =
        person === null || consent !== undefined
          ? assumed(consent ?? 'granted', begin)
          : await recorded(tx, person);
      return { definition, tenantZone, person, standing };
    });
    const { definition, tenantZone, person, standing } = found;
    // outside of the transaction: it asks the database for nothing, and may take a while
    const run = await simulate(definition, person ?? {}, events, {
      start: begin,
      tenantZone,
      standing,
      runners: hostSteps(runners),
    });
    const zone = person?.zone ?? tenantZone;
    const steps = run.steps.map(({ at, ordinal, step, kind, outcome, detail }) => {
      const known = definition.steps.find((one) => one.id === step);
      const says = stepWords({ outcome, detail, at }, now, zone);
      return { at, ordinal, step, kind, words: known ? nameOf(known) : step, outcome, says };
    });
    const { state, end_reason, ended_at, step, waiting, texts } = run;
    const waits = waiting && waitingWords(waiting, now, tenantZone);
    return c.json({ steps, texts, state, end_reason, ended_at, step, waiting: waits, zone }, 200);
  });

  return app;
}

/** A version, or what is given or drafted where that has no mistakes. Throws `not_found`, `invalid_workflow`. */
async function definitionOf(
  tx: Tx,
  id: string,
  { version, source }: { version?: number | undefined; source?: string | undefined },
  kinds: HostKinds,
): Promise<Definition> {
  if (version !== undefined) return (await versionById(tx, id, version)).definition;
  const { draft } = presentWorkflow((await workflowRows(tx, { id }))[0]);
  return publishable(await readDraft(tx, source ?? draft, kinds));
}

async function zoneOf({ sql, tenant }: Tx): Promise<string> {
  const [row] = await sql<{ time_zone: string }[]>`select time_zone from tenants where tenant_id = ${tenant}`;
  return row!.time_zone;
}
