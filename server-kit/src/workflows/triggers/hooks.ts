/** Webhooks that come in: one address a trigger, whose last part is the secret. */
import { createHash, createHmac } from 'node:crypto';
import { createContact, updateContact } from '../../contacts/contacts.ts';
import { regionOf } from '../../contacts/input.ts';
import type { Stages } from '../../contacts/stages.ts';
import type { KitContext } from '../../context.ts';
import {
  updateContact as contactInput,
  type MemberRef,
  type UpdateContact,
  type WorkflowTrigger,
} from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { ProblemError } from '../../errors.ts';
import { isSame, sign } from '../../signing.ts';
import { enrollEach } from '../engine/enroll.ts';
import { findAmong } from './judge.ts';
import { actorOf, standing, wayInto, type Standing } from './log.ts';
import { findPeople, readNamed } from './people.ts';
import { replaced } from './renew.ts';
import { forgetTold } from './told.ts';

type HookTrigger = Extract<WorkflowTrigger, { on: 'webhook' }>;

export interface Call {
  /** As it came, for signatures. */
  body: string;
  payload: unknown;
  headers: Headers;
}

export type CallResult = 'enrolled' | 'not_enrolled' | 'duplicate';

/** For how long the same call is the same. */
const SAME_FOR = '1 day';
/** A signed call's age, either way. */
const TOLERANCE_MS = 5 * 60_000;
/** What a run keeps of the payload; beyond that only what is mapped. */
const KEPT_PAYLOAD = 8_000;

/** As standardwebhooks.com writes secrets. */
export function hookSecret({ secret }: Pick<KitContext, 'secret'>, tenant: string, token: string): string {
  return `whsec_${sign(secret, 'hook', `${tenant}\n${token}`, 32).toString('base64')}`;
}

/** Null: there is no such workflow. */
export async function hooksOf(
  { sql, tenant }: Tx,
  context: Pick<KitContext, 'secret' | 'publicUrl'>,
  workflowId: string,
) {
  const [[known], rows] = await Promise.all([
    sql`select 1 from workflows where tenant_id = ${tenant} and workflow_id = ${workflowId}`,
    sql<
      {
        trigger: HookTrigger;
        token: string;
        sample: unknown;
        sampled_at: string | null;
        old_until: string | null;
      }[]
    >`
      select trigger, token, sample, sampled_at, (
        select max(o.until) from workflow_old_hooks o where o.tenant_id = t.tenant_id and o.workflow_id = t.workflow_id
          and o.key = t.trigger ->> 'key' and o.until > moment()) as old_until
      from workflow_triggers t
      where tenant_id = ${tenant} and workflow_id = ${workflowId} and token is not null order by ordinal`,
  ]);
  if (!known) return null;
  return rows.map(({ trigger, token, sample, sampled_at, old_until }) => ({
    key: trigger.key,
    url: `${context.publicUrl}/hooks/${encodeURIComponent(tenant)}/${token}`,
    secret: hookSecret(context, tenant, token),
    signed: trigger.signed,
    last: sampled_at === null ? null : { at: sampled_at, payload: sample },
    old_until,
  }));
}

/**
 * What a call does, or the problem that it has. The sample is kept either way, as somebody who maps has to see what does not fit;
 * so a problem is returned, not thrown. Throws `not_found`, `webhook_ended`, `unauthenticated`.
 */
export async function takeCall(
  tx: Tx,
  context: Pick<KitContext, 'secret' | 'clock'>,
  token: string,
  call: Call,
  stages: Stages,
): Promise<CallResult | ProblemError> {
  const { sql, tenant } = tx;
  const old = await replaced(tx, token);
  const [hook] = await sql<(Standing & { trigger: HookTrigger })[]>`
    ${standing(tx)} and t.kind = 'webhook' and ${
      old
        ? sql`t.workflow_id = ${old.workflow_id} and t.trigger ->> 'key' = ${old.key}`
        : sql`t.token = ${token}`
    }`;
  if (!hook)
    throw new ProblemError(
      'not_found',
      'There is no webhook at this address, or its workflow takes nobody in.',
    );
  checkSignature(call, hookSecret(context, tenant, token), hook.trigger.signed, context.clock());
  const key = `hook:${hook.workflow_id}:${hook.trigger.key}:${keyOf(call)}`;
  const [before] = await sql`
    select 1 from told_events
    where tenant_id = ${tenant} and key = ${key} and told_at > moment() - ${SAME_FOR}::interval`;
  if (before) return 'duplicate';
  await sql`
    update workflow_triggers set sample = ${sql.json(call.payload as never)}, sampled_at = moment()
    where tenant_id = ${tenant} and workflow_id = ${hook.workflow_id} and ordinal = ${hook.ordinal}
      and (sampled_at is null or sampled_at < moment() - interval '10 seconds')`;
  await sql`savepoint called`;
  try {
    return await act(tx, hook, key, call, stages);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    await sql`rollback to savepoint called`;
    return error;
  }
}

async function act(
  tx: Tx,
  hook: Standing & { trigger: HookTrigger },
  key: string,
  { payload }: Call,
  stages: Stages,
): Promise<CallResult> {
  const { sql, tenant } = tx;
  // whoever comes with the same call at the same time waits here for the first
  const taken = await sql`
    insert into told_events (tenant_id, key) values (${tenant}, ${key})
    on conflict (tenant_id, key) do update set told_at = moment()
    where told_events.told_at <= moment() - ${SAME_FOR}::interval returning 1`;
  if (taken.length === 0) return 'duplicate';
  // now and then, by the key rather than by chance
  if (key.endsWith('A')) await forgetTold(tx);
  const { input, variables } = mapped(hook.trigger, payload);
  const contactId = await personOf(tx, hook.trigger, input, actorOf(hook), stages);
  const { where } = hook.trigger;
  if (where && !(await findAmong(tx, where, [contactId])).has(contactId)) return 'not_enrolled';
  const isSmall = JSON.stringify(payload).length <= KEPT_PAYLOAD;
  const brought = !isSmall ? {} : Array.isArray(payload) ? { items: payload } : (payload as object);
  const entered = await enrollEach(
    tx,
    wayInto(hook),
    [
      {
        contactId,
        source: { ...brought, on: 'webhook', hook: hook.trigger.key },
        // the same call a day later is another
        sourceKey: null,
        variables,
      },
    ],
    actorOf(hook),
  );
  return entered.length > 0 ? 'enrolled' : 'not_enrolled';
}

/** The caller's own key, or what was said: the same words within a day are the same call. */
function keyOf({ body, headers }: Call): string {
  const own = headers.get('idempotency-key') ?? headers.get('webhook-id');
  return createHash('sha256')
    .update(own === null ? `body\n${body}` : `key\n${own}`)
    .digest('base64url');
}

/**
 * Signatures as standardwebhooks.com has them (`webhook-id`, `webhook-timestamp`, `webhook-signature`) or as GitHub has
 * (`x-hub-signature-256`). One that is there has to be right, whether or not the trigger asks for it.
 */
function checkSignature({ body, headers }: Call, secret: string, needed: boolean, now: Date): void {
  const [standard, hub] = [headers.get('webhook-signature'), headers.get('x-hub-signature-256')];
  if (standard === null && hub === null) {
    if (needed) throw refused('This webhook takes only calls that are signed with its secret.');
    return;
  }
  if (hub !== null) {
    const expected = createHmac('sha256', secret).update(body).digest();
    if (!isSame(expected, Buffer.from(hub.replace(/^sha256=/, ''), 'hex'))) throw refused(WRONG);
    return;
  }
  const [id, at] = [headers.get('webhook-id') ?? '', headers.get('webhook-timestamp') ?? ''];
  if (!(Math.abs(Number(at) * 1_000 - now.getTime()) <= TOLERANCE_MS))
    throw refused('The time of this call (webhook-timestamp) is more than five minutes from ours.');
  const expected = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${at}.${body}`)
    .digest();
  const given = standard!.split(' ').filter((one) => one.startsWith('v1,'));
  if (!given.some((one) => isSame(expected, Buffer.from(one.slice(3), 'base64')))) throw refused(WRONG);
}

const WRONG = 'The signature does not fit the body and the secret of this webhook.';
const refused = (detail: string) => new ProblemError('unauthenticated', detail);

/** What the mapping finds in the payload. Throws `invalid_request`. */
export function mapped(
  { map }: Pick<HookTrigger, 'map'>,
  payload: unknown,
): { input: UpdateContact; variables: Record<string, unknown> } {
  const input: Record<string, unknown> = {};
  const fields: Record<string, unknown> = {};
  const variables: Record<string, unknown> = {};
  for (const [target, path] of Object.entries(map)) {
    const value = valueAt(payload, path);
    if (value === undefined || value === null || value === '') continue;
    if (target.startsWith('vars.')) variables[target.slice('vars.'.length)] = value;
    else if (target.startsWith('fields.')) fields[target.slice('fields.'.length)] = value;
    else input[target] = asField(target, value);
  }
  if (Object.keys(fields).length > 0) input['fields'] = fields;
  const read = contactInput.strict().safeParse(input);
  if (!read.success) {
    const [issue] = read.error.issues;
    const target = String(issue!.path[0] ?? '');
    // what it is, not what it says: the answer may stand in somebody else's log
    throw new ProblemError(
      'invalid_request',
      `${target || 'The mapping'}: ${issue!.message}`,
      target || undefined,
    );
  }
  return { input: read.data, variables };
}

function asField(target: string, value: unknown): unknown {
  if (target === 'tags') return Array.isArray(value) ? value : String(value).split(',');
  if (target === 'lead_score') return typeof value === 'string' ? Number(value) : value;
  if (target === 'do_not_call') return value === 'true' ? true : value === 'false' ? false : value;
  return typeof value === 'number' ? String(value) : value;
}

/** `data.lead.phone`, `items[0].name`. Only what the payload itself has. */
export function valueAt(payload: unknown, path: string): unknown {
  let at: unknown = payload;
  for (const part of path.split(/[.[\]]+/).filter((one) => one !== '')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

/** Whom the call is about: found by number or e-mail address and brought up to date, or made. */
async function personOf(
  tx: Tx,
  { map }: HookTrigger,
  input: UpdateContact,
  actor: MemberRef,
  stages: Stages,
): Promise<string> {
  const { phone, email, ...rest } = input;
  if (!phone && !email) {
    const places = ['phone', 'email'].flatMap((name) =>
      map[name] === undefined ? [] : `${name}: ${map[name]}`,
    );
    const where = places.length > 0 ? `looks (${places.join(', ')})` : 'looks: it names neither';
    throw new ProblemError(
      'invalid_request',
      `The payload has no phone number and no e-mail address where the mapping ${where}.`,
    );
  }
  const named = readNamed({ phone: phone ?? undefined, email: email ?? undefined }, await regionOf(tx));
  if (named === null)
    throw new ProblemError('invalid_phone', 'What the mapping has for phone is no number.', 'phone');
  const [found] = await findPeople(tx, [named]);
  if (!found) return createContact(tx, input, actor, stages);
  const { sql, tenant } = tx;
  const [was] = await sql<
    { tags: string[]; fields: Record<string, unknown>; email: string | null; phone: string | null }[]
  >`
    select tags, fields, email, phone from contacts where tenant_id = ${tenant} and contact_id = ${found} for update`;
  if (!was) return createContact(tx, input, actor, stages);
  const change: UpdateContact = {
    ...rest,
    // what they had stays: a call adds
    ...(rest.tags && { tags: [...new Set([...was.tags, ...rest.tags])] }),
    ...(rest.fields && { fields: { ...was.fields, ...rest.fields } as NonNullable<UpdateContact['fields']> }),
    ...(was.email === null && email && { email }),
    ...(was.phone === null && phone && { phone }),
  };
  if (Object.keys(change).length > 0) await updateContact(tx, found, change, null, actor, stages);
  return found;
}
