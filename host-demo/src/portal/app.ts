/** The portal: an ordinary Express app with a login, pages, and the kit mounted at /crm. */
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { ServerKit } from '@patchbay/server-kit';
import { userOf, type PortalUser } from '../agency.ts';
import { findPerson, listPeople, listSegments, mintToken, someoneInWorkflow } from './api.ts';
import { assets } from './assets.ts';
import type { Html } from './html.ts';
import { homeOf, type Theme } from './layout.ts';
import { listingsPage } from './pages/listings.ts';
import { loginPage } from './pages/login.ts';
import { mediaPage } from './pages/media.ts';
import { messagesPage } from './pages/messages.ts';
import { notFoundPage } from './pages/not-found.ts';
import { peoplePage } from './pages/people.ts';
import { personPage } from './pages/person.ts';
import { pipelinePage } from './pages/pipeline.ts';
import { segmentsPage } from './pages/segments.ts';
import { settingsPage } from './pages/settings.ts';
import { todayPage } from './pages/today.ts';
import { workflowsPage } from './pages/workflows.ts';
import { headers, sameSiteOnly } from './security.ts';
import { createSessions, readCookie } from './session.ts';

export interface PortalOptions {
  kit: ServerKit;
  /** Signs the portal's cookies. */
  secret: string;
  sandboxUrl: string;
}

type View = (
  user: PortalUser,
  request: Request,
  theme: Theme,
) => Html | undefined | Promise<Html | undefined>;

export async function createPortal({ kit, secret, sandboxUrl }: PortalOptions): Promise<Express> {
  const app = express();
  const sessions = createSessions(secret);
  app.disable('x-powered-by');
  // before any body parser: the carrier's signature covers the body as it was sent
  app.use('/crm', kit.node);
  app.use(headers(sandboxUrl), sameSiteOnly);
  app.use(await assets());

  app.get('/login', (request, response) => {
    if (sessions.read(request)) response.redirect('/');
    else send(response, loginPage(themeOf(request)));
  });
  app.post('/login', express.urlencoded({ extended: false, limit: '1kb' }), (request, response) => {
    const user = userOf((request.body as { person?: unknown } | undefined)?.person);
    if (!user) return response.redirect(303, '/login');
    sessions.begin(response, user);
    response.redirect(303, homeOf(user));
  });
  app.post('/logout', (_request, response) => {
    sessions.end(response);
    response.redirect(303, '/login');
  });
  // a form cannot set this header, and another origin's script may not
  app.post('/session/token', async (request, response) => {
    const user = sessions.read(request);
    if (!user) {
      response.status(401).json({ error: 'Log in again.' });
    } else if (request.get('x-portal') !== 'token') {
      response.status(403).json({ error: 'This is for scripts of the portal.' });
    } else response.set('cache-control', 'no-store').json({ token: await mintToken(kit, user) });
  });

  const show = (path: string, view: View) => {
    app.get(path, async (request, response) => {
      const user = sessions.read(request);
      if (!user) return response.redirect('/login');
      const theme = themeOf(request);
      const found = await view(user, request, theme);
      if (found) send(response, found);
      else send(response, notFoundPage(user, theme), 404);
    });
  };
  app.get('/', (request, response) => {
    const user = sessions.read(request);
    response.redirect(user ? homeOf(user) : '/login');
  });
  show('/listings', (user, _request, theme) =>
    user.tenant === 'harbor' ? listingsPage(user, theme) : undefined,
  );
  show('/today', (user, _request, theme) =>
    user.tenant === 'lakeside' ? todayPage(user, theme) : undefined,
  );
  show('/messages', (user, request, theme) => {
    const id = request.query['conversation'];
    return messagesPage({
      user,
      theme,
      sandboxUrl,
      conversationId: isUuid(id) ? id : undefined,
      phoneClosed: readCookie(request, 'portal_phone') === 'closed',
    });
  });
  show('/people', (user, _request, theme) => peoplePage(user, theme));
  show('/segments', async (user, request, theme) => {
    const segments = await listSegments(kit, user);
    const id = request.query['segment'];
    return segmentsPage(user, theme, segments, segments.find((one) => one.id === id)?.id);
  });
  show('/workflows', async (user, request, theme) => {
    const people = await listPeople(kit, user);
    const id = request.query['person'] ?? (await someoneInWorkflow(kit, user));
    return workflowsPage(user, theme, people, people.find((one) => one.id === id) ?? people[0]);
  });
  show('/media', (user, _request, theme) => mediaPage(user, theme));
  show('/pipeline', (user, _request, theme) => pipelinePage(user, theme));
  show('/people/:id', async (user, request, theme) => {
    const id = request.params['id'];
    const person = isUuid(id) ? await findPerson(kit, user, id) : undefined;
    return person && personPage(user, theme, person);
  });
  show('/settings', (user, _request, theme) => settingsPage(user, theme));
  show('/{*rest}', () => undefined);

  app.use(unexpected);
  return app;
}

function send(response: Response, content: Html, status = 200): void {
  response.status(status).type('html').set('cache-control', 'no-store').send(content.text);
}

function themeOf(request: Request): Theme {
  const theme = readCookie(request, 'portal_theme');
  return theme === 'dark' || theme === 'light' ? theme : undefined;
}

const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);

const unexpected: ErrorRequestHandler = (error: Error, _request, response, next) => {
  console.error(error);
  if (response.headersSent) return next(error);
  response
    .status(500)
    .type('text/plain')
    .send('The portal met a problem it did not expect. Its log says more. Try again in a moment.');
};
