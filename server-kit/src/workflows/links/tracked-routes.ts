/**
 * What people and machines reach by a short link, without signing in. Mounted beside the pages of files (`/m/…`), so that an
 * account's link domain serves both; other texts than fifteen characters are those pages'.
 */
import { Hono } from 'hono';
import type { KitContext } from '../../context.ts';
import { machineReason } from '../../media/machines.ts';
import { limits } from '../../media/play/limits.ts';
import { deadPage } from '../../media/play/page.ts';
import { lookOf } from '../../tenancy/page.ts';
import type { Brand } from '../../contract/index.ts';
import { openTracked, recordClick, type FoundTracked } from './tracked.ts';

const POLICY =
  "default-src 'none'; style-src 'self'; img-src https:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

export function trackedPages({ database, secret, clock, log }: KitContext): Hono {
  const app = new Hono();
  /** A person opens a link once or twice; what comes in tens is a machine that says nothing of itself. */
  const people = limits({ burst: 20, perSecond: 1 / 10 });
  const machines = limits({ burst: 3, perSecond: 1 / 600 });

  app.get('/:text{[0-9A-Za-z]{15}}', async (c) => {
    c.header('referrer-policy', 'no-referrer');
    c.header('x-robots-tag', 'noindex');
    c.header('content-security-policy', POLICY);
    const code = openTracked(secret, c.req.param('text'));
    const found = code === null ? null : await find(code);
    if (!found) return c.html(deadPage({ style: 'style.css' }, 'invalid'), 404);
    const { link, account } = found;
    if (link.expires_at !== null && Date.parse(link.expires_at) <= clock().getTime())
      return c.html(deadPage(lookOf(account, 'style.css'), 'ended'), 410);
    const machine = machineReason(c.req.method, (name) => c.req.header(name));
    if ((machine === null ? people : machines).allows(link.link_id)) await tell(link, machine);
    return c.redirect(link.url, 302);
  });

  return app;

  async function find(code: string) {
    const [place] = await database.directory<{ tenant_id: string; link_id: string }>(
      (sql) => sql`select tenant_id, link_id from tracked_link_directory where code = ${code}`,
    );
    if (!place) return null;
    const [[row]] = await database.pipeline(place.tenant_id, ({ sql, tenant }) => [
      sql<(Omit<FoundTracked, 'tenant'> & { account_name: string; brand: Partial<Brand> })[]>`
        select l.link_id, l.url, l.contact_id, l.source, l.expires_at, t.name as account_name, t.brand
        from tracked_links l join tenants t using (tenant_id)
        where l.tenant_id = ${tenant} and l.link_id = ${place.link_id}`,
    ]);
    if (!row) return null;
    const { account_name: name, brand, ...link } = row;
    return { link: { ...link, tenant: place.tenant_id }, account: { name, brand } };
  }

  /** A visit that cannot be written down is no reason to lead nobody anywhere. */
  async function tell(link: FoundTracked, machine: string | null): Promise<void> {
    try {
      await database.transaction(link.tenant, (tx) => recordClick(tx, link, machine));
    } catch (error) {
      log.warn({ err: (error as Error).message, link: link.link_id }, 'a click could not be written down');
    }
  }
}
