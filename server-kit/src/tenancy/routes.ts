import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { brand, me, type Brand, type MemberRef, type Sender } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import { ProblemError } from '../errors.ts';
import type { AppEnv } from '../http/env.ts';
import { json, problems } from '../http/openapi.ts';
import { routeGroup } from '../http/routes.ts';

const getMe = createRoute({
  method: 'get',
  path: '/me',
  operationId: 'getMe',
  tags: ['session'],
  summary: 'Who the token speaks for',
  responses: { 200: json(me, 'The member, the tenant, and what conversations need'), ...problems() },
});

const getBrand = createRoute({
  method: 'get',
  path: '/brand',
  operationId: 'getBrand',
  tags: ['session'],
  summary: 'The tenant’s looks',
  responses: { 200: json(brand, 'Name, logo, design tokens and words'), ...problems() },
});

interface TenantRow {
  name: string;
  time_zone: string;
  brand: Partial<Brand>;
}

export function tenancyRoutes({ database }: KitContext): OpenAPIHono<AppEnv> {
  const app = routeGroup();

  app.openapi(getMe, async (c) => {
    const { tenant, member, role, expiresAt } = c.var.session;
    const [[account], members, senders] = await database.pipeline(tenant, ({ sql }) => [
      sql<TenantRow[]>`select name, time_zone, brand from tenants where tenant_id = ${tenant}`,
      sql<
        MemberRef[]
      >`select member_id as id, name from members where tenant_id = ${tenant} order by name, member_id limit 500`,
      sql<Sender[]>`
        select sender_id as id, channel, address, name, status, status_reason, is_default from senders
        where tenant_id = ${tenant} order by is_default desc, created_at, sender_id`,
    ]);
    if (!account) throw unknownTenant(tenant);
    return c.json(
      {
        member: { ...member, role },
        tenant: { id: tenant, name: account.name, time_zone: account.time_zone },
        members: [...members],
        senders: [...senders],
        token_expires_at: expiresAt.toISOString(),
      },
      200,
    );
  });

  app.openapi(getBrand, async (c) => {
    const { tenant } = c.var.session;
    const [[account]] = await database.pipeline(tenant, ({ sql }) => [
      sql<TenantRow[]>`select name, time_zone, brand from tenants where tenant_id = ${tenant}`,
    ]);
    if (!account) throw unknownTenant(tenant);
    const { name, logo_url, locale, tokens, words } = account.brand;
    return c.json(
      {
        name: name ?? account.name,
        logo_url: logo_url ?? null,
        locale: locale ?? null,
        tokens: { light: tokens?.light ?? {}, dark: tokens?.dark ?? {} },
        words: words ?? {},
      },
      200,
    );
  });

  return app;
}

/** The member was remembered by this process; the tenant has been deleted since. */
function unknownTenant(tenant: string): ProblemError {
  return new ProblemError('unauthenticated', `There is no tenant "${tenant}" here any more.`);
}
