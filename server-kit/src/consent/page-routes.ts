/**
 * What people reach by a link, without signing in: `/p/…`. GET changes nothing, whoever opens it (mail scanners and
 * previews open every link); only the form's POST does. The link in the address is what a forged form elsewhere would lack.
 */
import { createHash } from 'node:crypto';
import { Hono, type Context } from 'hono';
import type { Brand, Channel } from '../contract/index.ts';
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { addressOfClient, checkedAddress, type ClientBindings } from '../http/client-address.ts';
import { lockConsent, recordConsent, type ConsentChange } from './ledger.ts';
import { openLink, type LinkRef, type Purpose } from './links.ts';
import { agreedPage, agreement, confirmPage, deadLinkPage, preferencesPage, type Choice } from './page.ts';

import { lookOf, type Look } from '../tenancy/page.ts';
import { pageStyle } from '../tenancy/page-style.ts';
import { confirmByLink, questionOf } from './requests.ts';
import type { OnWithdrawn } from './routes.ts';

/** No script, no style but ours, nobody's frame; the logo may come from anywhere by https. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

interface Env {
  Bindings: ClientBindings;
}

export function pageRoutes(context: KitContext, withdrawn: OnWithdrawn): Hono<Env> {
  const { database, mountPath } = context;
  const app = new Hono<Env>();
  const plainStyle = `${mountPath}/p/style.css`;

  app.use(async (c, next) => {
    await next();
    c.res.headers.set('content-security-policy', POLICY);
    c.res.headers.set('referrer-policy', 'no-referrer');
    c.res.headers.set('x-robots-tag', 'noindex');
  });

  app.get('/style.css', () => css(pageStyle(undefined)));
  for (const [purpose, path] of [
    ['confirm', '/confirm/:token/style.css'],
    ['preferences', '/:token/style.css'],
  ] as const) {
    app.get(path, async (c) => {
      const link = openLink(context, purpose, c.req.param('token'));
      if (link.is !== 'good') return css(pageStyle(undefined));
      const [[row]] = await database.pipeline(link.tenant, ({ sql, tenant }) => [
        sql<{ brand: Partial<Brand> }[]>`select brand from tenants where tenant_id = ${tenant}`,
      ]);
      return css(pageStyle(row?.brand.tokens));
    });
  }

  app.get('/confirm/:token', (c) =>
    withLink(c, 'confirm', async (tx, { id }, look) => {
      const question = await questionOf(tx, id);
      if (!question) return dead(c, false);
      if (question.state === 'granted') return c.html(agreedPage(look));
      if (question.state === 'closed') return dead(c, true);
      return c.html(confirmPage(look, question.wording, masked(question.address)));
    }),
  );

  app.post('/confirm/:token', (c) =>
    withLink(c, 'confirm', async (tx, { id }, look) => {
      if ((await c.req.parseBody())['do'] !== 'agree') return back(c);
      const state = await confirmByLink(tx, id, clientOf(c));
      return state === 'granted' ? c.html(agreedPage(look)) : dead(c, true);
    }),
  );

  app.get('/:token', (c) =>
    withLink(c, 'preferences', async (tx, { id }, look) => {
      const choices = await choicesOf(tx, id, look);
      return choices
        ? c.html(preferencesPage(look, choices, c.req.query('saved') !== undefined))
        : dead(c, true);
    }),
  );

  app.post('/:token', (c) =>
    withLink(c, 'preferences', async (tx, { id }, look) => {
      const form = await c.req.parseBody();
      await lockConsent(tx);
      const choices = await choicesOf(tx, id, look);
      if (!choices) return dead(c, true);
      const changes = wantedChanges(choices, form, look.name).map((change) => ({
        ...change,
        source: 'form' as const,
        ip: clientOf(c),
        contactId: id,
        conversationId: choices[0]?.conversationId ?? null,
      }));
      if (changes.length > 0) await Promise.all(recordConsent(tx, changes));
      const stopped = changes.filter(({ action }) => action === 'withdraw');
      for (const { channel, address } of stopped) await withdrawn(tx, channel, [address]);
      return back(c);
    }),
  );

  return app;

  /** Runs `show` as the link's tenant, with the looks of its business. */
  async function withLink(
    c: Context<Env, '/:token'>,
    purpose: Purpose,
    show: (tx: Tx, link: LinkRef, look: Look & { zone: string }) => Promise<Response>,
  ): Promise<Response> {
    const token = c.req.param('token');
    const link = openLink(context, purpose, token);
    if (link.is !== 'good') return dead(c, link.is === 'ended');
    return database.transaction(link.tenant, async (tx) => {
      const [account] = await tx.sql<{ name: string; time_zone: string; brand: Partial<Brand> }[]>`
        select name, time_zone, brand from tenants where tenant_id = ${tx.tenant}`;
      if (!account) return dead(c, false);
      const style = `${mountPath}/p/${purpose === 'confirm' ? 'confirm/' : ''}${token}/style.css`;
      return show(tx, link, { ...lookOf(account, style), zone: account.time_zone });
    });
  }

  async function dead(c: Context, ended: boolean): Promise<Response> {
    return c.html(deadLinkPage(plainStyle, ended), ended ? 410 : 404);
  }

  /** To the page itself, so that loading it again sends nothing again. */
  async function back(c: Context<Env, '/:token'>): Promise<Response> {
    return c.redirect(`${mountPath}/p/${c.req.param('token')}?saved`, 303);
  }

  function clientOf(c: Context<Env>): string | null {
    const told = context.clientAddress?.(c.req.raw);
    return told ? checkedAddress(told) : addressOfClient(c.env);
  }
}

function css(text: string): Response {
  return new Response(text, {
    headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'private, max-age=300' },
  });
}

interface KnownChoice extends Choice {
  address: string;
  withdrawn: boolean;
  conversationId: string | null;
}

/** Texts for every number, and whatever else was ever recorded. Undefined: there is no such person (any more). */
async function choicesOf(
  { sql, tenant }: Tx,
  id: string,
  { locale, zone }: { locale: string | null; zone: string },
): Promise<KnownChoice[] | undefined> {
  const [person] = await sql<{ addresses: string[]; phones: string[]; conversation_id: string | null }[]>`
    select array_remove(array[k.phone, k.email_key] || more.addresses, null) as addresses,
      array_remove(array[k.phone] || more.phones, null) as phones,
      (select conversation_id from conversations v where v.tenant_id = k.tenant_id and v.contact_id = k.contact_id
        and v.channel = 'sms') as conversation_id
    from contacts k cross join lateral (
      select coalesce(array_agg(address), '{}') as addresses,
        coalesce(array_agg(address) filter (where kind = 'phone'), '{}') as phones
      from contact_addresses a where a.tenant_id = k.tenant_id and a.contact_id = k.contact_id) more
    where k.tenant_id = ${tenant} and k.contact_id = ${id} and k.merged_into is null`;
  if (!person) return undefined;
  const rows = await sql<
    {
      channel: Channel;
      address: string;
      granted_at: string | null;
      since: string | null;
      withdrawn: boolean;
      closed: boolean;
    }[]
  >`
    with known as (
      select 'sms' as channel, unnest(${person.phones}::text[]) as address
      union
      select channel, address from consents where tenant_id = ${tenant} and address = any(${person.addresses})
      union
      select channel, address from suppressions where tenant_id = ${tenant} and address = any(${person.addresses})
    )
    select w.channel, w.address, k.at as granted_at, s.since, coalesce(s.withdrawn, false) as withdrawn,
      coalesce(s.listed, false) or g.address is not null as closed
    from known w
    left join consents k on k.tenant_id = ${tenant} and k.channel = w.channel and k.address = w.address
      and k.state = 'granted' and (k.expires_at is null or k.expires_at > moment())
    left join suppressions s on s.tenant_id = ${tenant} and s.channel = w.channel and s.address = w.address
    left join agency_suppressions g on g.channel = w.channel and g.address = w.address
      and g.tenant_id = (select coalesce(parent_tenant_id, tenant_id) from tenants where tenant_id = ${tenant})
    order by w.channel, w.address`;
  return rows.map(({ channel, address, granted_at, since, withdrawn, closed }) => {
    const at = withdrawn ? since : granted_at;
    return {
      channel,
      address,
      withdrawn,
      closed,
      key: `c${createHash('sha256').update(`${tenant}\n${channel}\n${address}`).digest('hex').slice(0, 16)}`,
      masked: masked(address),
      on: granted_at !== null && !withdrawn && !closed,
      since: at === null ? null : dateIn(at, zone, locale),
      conversationId: person.conversation_id,
    };
  });
}

type Wanted = Pick<ConsentChange, 'channel' | 'address' | 'action' | 'kind' | 'wording'>;

/** What a form asks for. Only switches that were moved: one that shows an older state must not take a STOP back. */
function wantedChanges(choices: KnownChoice[], form: Record<string, unknown>, name: string): Wanted[] {
  const withdraw = ({ channel, address }: KnownChoice, wording: string): Wanted => ({
    channel,
    address,
    action: 'withdraw',
    wording,
  });
  if (form['do'] === 'stop') {
    return choices.filter(({ withdrawn }) => !withdrawn).map((choice) => withdraw(choice, 'Stop everything'));
  }
  if (form['do'] !== 'save') return [];
  return choices.flatMap((choice): Wanted[] => {
    const was = form[`was-${choice.key}`];
    const on = form[`on-${choice.key}`] !== undefined;
    if (was === 'on' && !on && !choice.withdrawn && !choice.closed) return [withdraw(choice, 'Switched off')];
    if (was !== 'off' || !on || choice.on || choice.closed) return [];
    const { channel, address } = choice;
    return [
      { channel, address, action: 'grant', kind: 'express_written', wording: agreement(name, channel) },
    ];
  });
}

/** "the number ending in 0177", "a…@example.com". */
function masked(address: string): string {
  const [user = '', host] = address.split('@');
  return host === undefined ? `the number ending in ${address.slice(-4)}` : `${user.slice(0, 1)}…@${host}`;
}

function dateIn(at: string, timeZone: string, locale: string | null): string {
  try {
    return new Intl.DateTimeFormat(locale ?? 'en-US', { dateStyle: 'long', timeZone }).format(new Date(at));
  } catch {
    return at.slice(0, 10);
  }
}
