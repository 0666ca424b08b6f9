/**
 * What people and machines reach by a link, without signing in: `/m/…`. A page's GET is no view, whoever makes it; only what
 * its script tells of a visit is (`views.ts`).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { KitContext } from '../../context.ts';
import type { ClientBindings } from '../../http/client-address.ts';
import { newId } from '../../ids.ts';
import { lookOf } from '../../tenancy/page.ts';
import { pageStyle } from '../../tenancy/page-style.ts';
import { linkUrl } from '../links.ts';
import { machineReason } from '../machines.ts';
import { MOST_PARTS } from '../played.ts';
import { linkFinder, linkState, type FoundLink, type StoredFile } from '../serve/find.ts';
import { answerWith, fileName, serveFile, type ServedFile, type ServingContext } from '../serve/serve.ts';
import { writeOut } from '../serve/write-out.ts';
import { StorageError } from '../storage/storage.ts';
import { recordMachine, recordVisit, type ViewedLink } from '../views.ts';
import { limits } from './limits.ts';
import { deadPage, playPage, type Dead } from './page.ts';
import { PLAY_STYLE } from './style.ts';
import { readVisit, writeVisit } from './visits.ts';

/** Only our script and styles; nobody's frame; the logo may come from anywhere by https. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; media-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Two hundred parts and room. */
const LARGEST_REPORT = 8 * 1024;

const report = z.object({
  visit: z.string().max(100),
  played: z
    .array(z.tuple([z.number().min(0).max(1e9), z.number().min(0).max(1e9)]))
    .max(MOST_PARTS)
    .default([]),
  duration: z.number().positive().max(1e9).nullable().default(null),
  opened: z.boolean().default(false),
  active: z.boolean().default(true),
});

/** Read once; `v` is a fingerprint, so that it may be kept for ever. */
const script = readFileSync(new URL('./player.js', import.meta.url), 'utf8');
const SCRIPT = `play.js?v=${createHash('sha256').update(script).digest('hex').slice(0, 8)}`;

interface Env {
  Bindings: ClientBindings;
}

export function linkPages(context: KitContext & ServingContext): Hono<Env> {
  const { database, secret, clock, log } = context;
  const app = new Hono<Env>();
  const finder = linkFinder(context);
  // every change of an asset or a link is told when it commits
  database.onCommit((tenant) => finder.forget(tenant));
  /** A page that plays tells six times a minute, and at every pause. */
  const ofVisit = limits({ burst: 20, perSecond: 1 });
  const ofLink = limits({ burst: 300, perSecond: 30 });
  const ofMachines = limits({ burst: 3, perSecond: 1 / 600 });

  app.use(async (c, next) => {
    await next();
    // its headers have left, with all of these
    if (c.res.headers.has('x-hono-already-sent')) return;
    if (!c.res.headers.has('content-security-policy')) c.res.headers.set('content-security-policy', POLICY);
    c.res.headers.set('referrer-policy', 'no-referrer');
    c.res.headers.set('x-robots-tag', 'noindex');
  });

  app.get('/style.css', () => kept(pageStyle(undefined) + PLAY_STYLE, 'text/css', 300));
  app.get('/play.js', (c) =>
    kept(script, 'text/javascript', c.req.query('v') === undefined ? 300 : 31_536_000),
  );

  app.get('/:text', async (c) => {
    const text = c.req.param('text');
    const link = await finder.find(text);
    if (!link) return invalid(c, '');
    const machine = machineReason(c.req.method, (name) => c.req.header(name));
    const state = linkState(link, clock());
    if (link.purpose === 'file')
      return state === 'good' ? bytes(c, link, link.file, '') : dead(c, link, state, '');
    if (state !== 'good') return dead(c, link, state, '');
    if (machine !== null) await tellMachine(link, machine);
    const since = clock();
    return c.html(
      playPage({
        look: lookOf(link.account, `${text}/style.css`),
        link,
        url: linkUrl(context, link.account.linkDomain, link.code),
        text,
        visit: machine === null ? writeVisit(secret, link.linkId, { id: newId(), since }) : null,
        script: SCRIPT,
      }),
    );
  });

  app.get('/:text/style.css', async (c) => {
    const link = await finder.find(c.req.param('text'));
    return kept(pageStyle(link?.account.brand.tokens) + PLAY_STYLE, 'text/css', 300);
  });

  for (const part of ['file', 'poster', 'captions'] as const) {
    app.get(`/:text/${part}`, async (c) => {
      const link = await finder.find(c.req.param('text'));
      const file = link?.purpose === 'page' ? link[part] : null;
      if (!link || !file) return invalid(c, '../');
      const state = linkState(link, clock());
      return state === 'good' ? bytes(c, link, file, '../') : dead(c, link, state, '../');
    });
  }

  app.post('/:text/views', async (c) => {
    const link = await finder.find(c.req.param('text'));
    if (!link || link.purpose !== 'page') return c.body(null, 404);
    if (linkState(link, clock()) !== 'good') return c.body(null, 410);
    const text = await c.req.text();
    if (text.length > LARGEST_REPORT) return c.body(null, 413);
    const told = report.safeParse(parse(text));
    if (!told.success) return c.body(null, 422);
    const { visit: token, played, duration: durationMs, opened, active } = told.data;
    const visit = readVisit(secret, link.linkId, token, clock());
    // a machine that says it is one has been given no visit: it has somebody else's
    if (!visit || machineReason('POST', (name) => c.req.header(name)) !== null) return c.body(null, 403);
    if (!ofVisit.allows(visit.id) || !ofLink.allows(link.linkId))
      return c.body(null, 429, { 'retry-after': '10' });
    const elapsed = clock().getTime() - visit.since.getTime();
    const answer = await database.transaction(link.tenant, (tx) =>
      recordVisit(tx, viewedOf(link), visit.id, elapsed, { played, durationMs, opened, active }),
    );
    return c.body(null, answer === 'counted' ? 204 : 422);
  });

  // a slash that somebody's program has put behind it
  app.get('/:text/', (c) => c.redirect(`../${c.req.param('text')}`, 301));
  app.all('/*', (c) => invalid(c, '../'.repeat(Math.max(0, c.req.path.split('/').length - 3))));

  return app;

  /** `up` leads from where the page stands back to `/m/`. */
  async function bytes(c: Context<Env>, link: FoundLink, file: StoredFile, up: string): Promise<Response> {
    const direct = c.env?.direct;
    const served = servedOf(link, file, c.req.query('download') !== undefined);
    try {
      if (!direct) return await serveFile(context, c.req.raw, served);
      const header = (name: string) => direct.req.headers[name]?.toString();
      return await writeOut(await answerWith(context, { method: c.req.method, header }, served), direct);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return dead(c, link, error.reason === 'missing' ? 'lost' : 'busy', up);
    }
  }

  async function dead(c: Context<Env>, link: FoundLink, why: Dead, up: string): Promise<Response> {
    const style = up === '' ? `${c.req.param('text')}/style.css` : 'style.css';
    const status = STATUS[why];
    if (status === 503) c.header('retry-after', '30');
    return c.html(deadPage(lookOf(link.account, style), why), status);
  }

  async function invalid(c: Context<Env>, up: string): Promise<Response> {
    return c.html(deadPage({ style: `${up}style.css` }, 'invalid'), 404);
  }

  /** A machine's visit is a remark, and no reason to show it nothing. */
  async function tellMachine(link: FoundLink, reason: string): Promise<void> {
    if (!ofMachines.allows(link.linkId)) return;
    try {
      await database.transaction(link.tenant, (tx) => recordMachine(tx, viewedOf(link), reason, clock()));
    } catch (error) {
      log.warn(
        { err: (error as Error).message, link: link.linkId },
        'a machine’s visit could not be written down',
      );
    }
  }
}

const STATUS = { ended: 410, preparing: 503, lost: 404, busy: 503 } as const;

/** Of the files of links as they were found: as long as those are kept, and no longer. */
const shownFiles = new WeakMap<StoredFile, ServedFile>();

function servedOf(link: FoundLink, file: StoredFile, download: boolean): ServedFile {
  const whole = file === link.file;
  const isKept = whole && link.download && download;
  const known = isKept ? undefined : shownFiles.get(file);
  if (known) return known;
  const served: ServedFile = {
    storageKey: file.key,
    size: file.size,
    sha256: file.sha256,
    contentType: file.type,
    name: fileName(link.name, file.type),
    download: isKept,
    modified: new Date(file.created_at),
    // what is shown by its bytes alone is shown where its owner wants; the picture of a page, by whoever previews the link
    embeddable: link.purpose === 'file' || !whole || link.kind === 'picture' ? 'cross-origin' : 'same-site',
  };
  if (!isKept) shownFiles.set(file, served);
  return served;
}

function viewedOf({ linkId, assetId, contactId, messageId, name, kind, file }: FoundLink): ViewedLink {
  return { linkId, assetId, contactId, messageId, name, kind, durationMs: file.duration_ms };
}

function kept(text: string, type: string, seconds: number): Response {
  return new Response(text, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': `${seconds > 300 ? 'public' : 'private'}, max-age=${seconds}${seconds > 300 ? ', immutable' : ''}`,
    },
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
