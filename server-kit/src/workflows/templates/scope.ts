/**
 * What templates see of somebody. Looked up for a whole batch at once, and only what its templates ask for; links of assets are one
 * contact's each, so that whoever opens one is known.
 */
import type { Tx } from '../../db/client.ts';
import type { Effects } from '../engine/effects.ts';
import type { Run, RunContact, StepServices } from '../steps/step.ts';
import { needsOf, type RenderOptions, type Scope } from './render.ts';

export interface ScopeSource {
  tx: Tx;
  effects: Pick<Effects, 'assetLink' | 'shortLink'>;
  now: Date;
  /** Of the step, for what its links were made for. */
  step: string;
  /** Files that the step itself names: by these names, whatever others are called. */
  called?: Record<string, { id: string; name: string }> | undefined;
  services?: StepServices | undefined;
}

interface Batchwide {
  tenant: { name: string };
  locale: string | null;
  linkDomain: string | null;
  members: Map<string, { id: string; name: string }>;
  /** By key. */
  assets: Map<string, { id: string; name: string }>;
}

export interface PreparedScope {
  scope: Scope;
  options: RenderOptions;
}

/** A run's scope, with `messageId` for the links in it. */
export type ScopeOf = (run: Run, messageId?: string) => PreparedScope;

/** Throws `TemplateError` for a template that cannot be read. */
export async function scopesFor(
  { tx, effects, now, step, called = {}, services }: ScopeSource,
  runs: readonly Run[],
  templates: readonly string[],
): Promise<ScopeOf> {
  const needs = needsOf(templates);
  const owners = needs.owner ? runs.flatMap(({ contact }) => contact.owner_id ?? []) : [];
  const simulated = services?.simulated;
  const [[tenant], members, assets] = simulated
    ? inSimulation(simulated, needs.assets)
    : await Promise.all([
        needs.tenant || needs.shortens || needs.assets.length > 0 ? tenantOf(tx) : [],
        owners.length > 0 ? membersOf(tx, owners) : [],
        needs.assets.length > 0 ? assetsOf(tx, needs.assets) : [],
      ]);
  const batchwide: Batchwide = {
    tenant: { name: tenant?.name ?? '' },
    locale: tenant?.locale ?? null,
    linkDomain: tenant?.link_domain ?? null,
    members: new Map(members.map((member) => [member.id, member])),
    assets: new Map([...assets.map(({ key, ...asset }) => [key, asset] as const), ...Object.entries(called)]),
  };
  const { linkDomain, locale } = batchwide;
  return (run, messageId) => {
    const { contact } = run;
    const assetLinks: Record<string, { url: string; name: string }> = {};
    for (const [key, { id: assetId, name }] of batchwide.assets) {
      assetLinks[key] = {
        name,
        url: effects.assetLink({ contactId: contact.id, assetId, messageId, linkDomain }),
      };
    }
    const { enrollmentId, workflowId } = run;
    return {
      scope: scopeOf(run, batchwide, assetLinks, now),
      options: {
        zone: contact.zone,
        locale: locale ?? undefined,
        short: (url) =>
          isLink(url)
            ? effects.shortLink({ contactId: contact.id, url, linkDomain, enrollmentId, workflowId, step })
            : url,
      },
    };
  };
}

function inSimulation({ tenant }: NonNullable<StepServices['simulated']>, keys: string[]) {
  return [
    [{ ...tenant, locale: null, link_domain: null }],
    [] as { id: string; name: string }[],
    keys.map((key) => ({ key, id: key, name: key })),
  ] as const;
}

/** Only what a browser may be sent to. */
export function isLink(url: string): boolean {
  const { protocol, username, password } = URL.parse(url) ?? { protocol: '', username: '', password: '' };
  return url.length <= 2_000 && /^https?:$/.test(protocol) && username === '' && password === '';
}

function scopeOf(
  { contact, variables, wokenBy, source }: Run,
  { tenant, members }: Batchwide,
  asset: Record<string, { url: string; name: string }>,
  now: Date,
): Scope {
  const columns = columnsOf(contact);
  const owner =
    contact.owner_id === null ? null : (members.get(contact.owner_id) ?? { id: contact.owner_id });
  return {
    ...columns,
    contact: { ...columns, fields: contact.fields },
    fields: contact.fields,
    tenant,
    member: owner,
    owner,
    event: wokenBy ? { type: wokenBy.type, ...wokenBy.data } : source,
    vars: variables,
    asset,
    now: now.toISOString(),
  };
}

function columnsOf(contact: RunContact) {
  const { birth_month: month, birth_day: day, birth_year: year } = contact;
  const two = (number: number) => String(number).padStart(2, '0');
  return {
    id: contact.id,
    first_name: contact.first_name,
    last_name: contact.last_name,
    name: contact.name,
    phone: contact.phone,
    email: contact.email,
    lead_type: contact.lead_type,
    lead_score: contact.lead_score,
    stage: contact.stage,
    tags: contact.tags,
    city: contact.city,
    state: contact.state,
    postal_code: contact.postal_code,
    country: contact.country,
    zone: contact.zone,
    // without a year it is one of a leap year, so that February 29 is a day of it
    birthday: month === null || day === null ? null : `${year ?? 2000}-${two(month)}-${two(day)}`,
    created_at: contact.created_at,
  };
}

function tenantOf({ sql, tenant }: Tx) {
  return sql<{ name: string; locale: string | null; link_domain: string | null }[]>`
    select coalesce(nullif(brand ->> 'name', ''), name) as name, brand ->> 'locale' as locale,
      settings ->> 'link_domain' as link_domain
    from tenants where tenant_id = ${tenant}`;
}

function membersOf({ sql, tenant }: Tx, ids: string[]) {
  return sql<{ id: string; name: string }[]>`
    select member_id as id, name from members
    where tenant_id = ${tenant} and member_id = any(${[...new Set(ids)]}::text[])`;
}

function assetsOf({ sql, tenant }: Tx, keys: string[]) {
  return sql<{ key: string; id: string; name: string }[]>`
    select key, asset_id as id, name from assets
    where tenant_id = ${tenant} and key = any(${keys}::text[]) and deleted_at is null and state = 'ready'`;
}
